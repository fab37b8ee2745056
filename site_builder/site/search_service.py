"""Feeds pages to Pagefind one by one, where its folder of input would be slow.

Pagefind reads a folder in the order in which its file system lists it, and numbers pages in that order: folders in
memory list the newest first, those on disks by a hash of their own, so the same pages would give other bytes on every
machine. Its service (`--service`) takes pages in the order in which they come, which is that of memory here, so that
the bytes are the same either way. A message is JSON in base64 with a comma behind it; each is answered before the next.
docs/decisions/0040 says why.
"""

from __future__ import annotations

import json
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Iterable
from pathlib import Path
from threading import Timer
from typing import IO, Any

from site_builder.errors import SpacecastError


def index_pages(program: str, pages: Iterable[tuple[str, bytes]], made: Path, longest: float) -> None:
    """Have pages (path and HTML, sorted) indexed into the folder `made`, within so many seconds.

    Raises:
        OSError: the program cannot be started.
        SpacecastError: it fails.
    """
    process = subprocess.Popen([program, "--service"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 -- ours
    assert process.stdin
    assert process.stdout
    guard = Timer(longest, process.kill)
    guard.daemon = True
    guard.start()
    try:
        with process, process.stdin as requests, process.stdout as answers:
            index = _ask(requests, answers, {"type": "NewIndex", "config": {}})["index_id"]
            for path, content in reversed(list(pages)):
                page = {"file_path": path, "file_contents": content.decode("utf-8")}
                _ask(requests, answers, {"type": "AddFile", "index_id": index, **page})
            for file in _ask(requests, answers, {"type": "GetFiles", "index_id": index})["files"]:
                place = made / file["path"]
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(b64decode(file["content"]))
    finally:
        guard.cancel()


def _ask(requests: IO[bytes], answers: IO[bytes], payload: dict[str, Any]) -> dict[str, Any]:
    """The answer to a message.

    Raises:
        SpacecastError: it is an error, or there is none.
    """
    try:
        requests.write(b64encode(json.dumps({"message_id": 0, "payload": payload}).encode()) + b",")
        requests.flush()
        said = bytearray()
        while not said.endswith(b",") and (piece := answers.read1(1 << 16)):  # type: ignore[attr-defined]  # buffered
            said += piece
        answer: dict[str, Any] = json.loads(b64decode(bytes(said).rstrip(b",")))["payload"]
    except (OSError, ValueError, KeyError) as error:
        raise SpacecastError(f"the search index could not be made: Pagefind ended ({error})") from None
    if answer.get("type") == "Error":
        raise SpacecastError(f"the search index could not be made: {answer.get('message', 'Pagefind failed')}")
    return answer
