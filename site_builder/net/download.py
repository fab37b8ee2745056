"""Large files to disk, going on where an earlier download broke off.

https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

from site_builder.net.content import is_plain
from site_builder.net.failures import Exceeded, Unanswered
from site_builder.net.http import TRIES, Client, Response, check_status, parse_length, pause

Report = Callable[[int, int], None]
"""Told the bytes done and the bytes in all (0 where the server does not say)."""


def download(
    client: Client, url: str, file: Path, *, largest: int, seconds: float, report: Report = lambda *_: None
) -> None:
    """Bring a file to `file`.

    `FILE.part` is what there is so far, `FILE.tag` what tells the same file from another; both stay where it fails.

    Args:
        client: Asks.
        url: Of the file.
        file: Where it will be.
        largest: Bytes that it may have.
        seconds: Time that all tries together may take; what came until then is kept for the next time.
        report: See `Report`.

    Raises:
        Refused: it cannot be had.
        Exceeded: it is larger, or takes longer.
        Unanswered: it broke off again and again.
        OSError: it cannot be written.
    """
    part = _part_of(file)
    end, last, tries = time.monotonic() + seconds, -1, 0
    while True:
        try:
            _go_on(client, url, part, largest, end, report)
            break
        except Unanswered as error:
            size = part.stat().st_size if part.is_file() else 0
            tries, last = (1 if size > last else tries + 1), max(size, last)
            if time.monotonic() >= end:
                raise Exceeded(f"it took longer than {seconds / 60:.0f} minutes") from None
            if tries >= TRIES:
                raise Unanswered(f"broke off again and again ({error})") from None
            pause(tries - 1)
    part.replace(file)
    _tag_of(part).unlink(missing_ok=True)


def discard(file: Path) -> None:
    """Forget a download to `file` that broke off."""
    part = _part_of(file)
    for left in (part, _tag_of(part)):
        left.unlink(missing_ok=True)


def _part_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.part")


def _tag_of(part: Path) -> Path:
    return part.with_suffix(".tag")


def _go_on(client: Client, url: str, part: Path, largest: int, end: float, report: Report) -> None:
    """One attempt: the rest of the file, or all of it where the server gives no rest."""
    tag_file = _tag_of(part)
    begun = part.stat().st_size if part.is_file() and tag_file.is_file() else 0
    headers = {"Range": f"bytes={begun}-", "If-Range": tag_file.read_text("utf-8")} if begun else {}
    with client.open(url, headers=headers, seconds=max(end - time.monotonic(), 0.001)) as response:
        if begun and response.status == 416:  # we had it all, or it is another file now
            discard(part.with_suffix(""))
            raise Unanswered("the file changed")
        check_status(response)
        begun = _find_start(response, begun)
        length = parse_length(response.headers) or 0
        total = begun + length if length and is_plain(response.headers.get("content-encoding", "")) else 0
        if total > largest:
            raise Exceeded(_describe_large(total, largest))
        _note_tag(response, part, begun)
        _copy(response, part, begun, largest, lambda done: report(done, total))


def _find_start(response: Response, begun: int) -> int:
    """Where in the file the answer begins: where we asked for, or at 0."""
    if response.status != 206:
        return 0
    found = re.match(r"bytes (\d{1,18})-", response.headers.get("content-range", ""))
    if not begun or not found or int(found[1]) != begun or not is_plain(response.headers.get("content-encoding", "")):
        raise Unanswered("the server answers another range")
    return begun


def _note_tag(response: Response, part: Path, begun: int) -> None:
    tag = response.headers.get("etag") or response.headers.get("last-modified") or ""
    tag_file = _tag_of(part)
    tag_file.unlink(missing_ok=True)
    if not begun:  # else what is left of an older file would be taken for the beginning of this one
        part.unlink(missing_ok=True)
    if tag and not tag.startswith("W/") and is_plain(response.headers.get("content-encoding", "")):
        tag_file.write_text(tag, "utf-8")


def _copy(response: Response, part: Path, begun: int, largest: int, report: Callable[[int], None]) -> None:
    done = begun
    with part.open("ab" if begun else "wb") as file:
        try:
            for piece in response.iter_body():
                done += file.write(piece)
                if done > largest:
                    raise Exceeded(_describe_large(done, largest))
                report(done)
        finally:
            file.flush()
            os.fsync(file.fileno())


def _describe_large(size: int, largest: int) -> str:
    return f"it has {_describe_size(size)} or more, and {_describe_size(largest)} are the most that is fetched"


def _describe_size(size: int) -> str:
    return f"{size // 1_000_000} MB" if size >= 10_000_000 else f"{size} bytes"
