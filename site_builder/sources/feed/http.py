"""Files from the web: small ones into memory, large ones to disk with resumption. http and https only.

What a feed names is not trusted: an address that leads into the private network of whoever imports it is refused,
unless the feed itself lies there. https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from site_builder.errors import UnusableSource

TRIES = 4
"""How often a transfer that breaks off is taken up again without a single further byte."""
_PAUSE = 0.5  # seconds before the second try, doubled for each further one
_TIMEOUT = 30.0  # seconds without a byte
_CHUNK = 1 << 18
_AGENT = "spacecast (podcast import)"
_FOR_A_WHILE = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Answer:
    """A small file, and where it was in the end."""

    url: str
    body: bytes


class Web:
    """Fetches files; relative addresses, which no feed should have and some do, are relative to the feed.

    Args:
        feed_url: Where the feed is; empty where it is a file on this computer.
    """

    def __init__(self, feed_url: str = "") -> None:
        self._feed_url = feed_url
        self._home = urlsplit(feed_url).hostname or ""
        handlers = (urllib.request.HTTPHandler(), urllib.request.HTTPSHandler(), _Redirects(self._check))
        self._opener = urllib.request.OpenerDirector()  # not build_opener: that reads file: and ftp: too
        for handler in (*handlers, urllib.request.ProxyHandler(), urllib.request.HTTPErrorProcessor()):
            self._opener.add_handler(handler)
        self._opener.add_handler(urllib.request.HTTPDefaultErrorHandler())

    def fetch(self, url: str, *, longest: int) -> Answer:
        """A file of at most `longest` bytes.

        Raises:
            UnusableSource: it cannot be had, or is longer.
        """
        absolute = urljoin(self._feed_url, url)
        return _persist(absolute, lambda: self._fetch(absolute, longest))

    def download(self, url: str, file: Path, progress: Callable[[int, int], None]) -> None:
        """Bring a file of any size to `file`, going on where an earlier download of it broke off.

        `FILE.part` is what there is so far, `FILE.tag` what tells the same file from another. `progress` is told the
        bytes done and the bytes in all (0 where the server does not say).

        Raises:
            UnusableSource: it cannot be had, or what came is not as long as the server said.
        """
        url = urljoin(self._feed_url, url)
        part = file.with_name(f"{file.name}.part")
        last = -1
        tries = 0
        while True:
            try:
                self._continue(url, part, progress)
                break
            except _BrokenOff as error:
                size = part.stat().st_size if part.is_file() else 0
                tries, last = (1 if size > last else tries + 1), max(size, last)
                if tries >= TRIES:
                    raise UnusableSource(
                        f"{url} broke off again and again ({error}); run the same command later"
                    ) from None
                time.sleep(_PAUSE * 2 ** (tries - 1))
        part.replace(file)
        part.with_suffix(".tag").unlink(missing_ok=True)

    def _continue(self, url: str, part: Path, progress: Callable[[int, int], None]) -> None:
        """One attempt: the rest of the file, or all of it where the server gives no rest."""
        tag_file = part.with_suffix(".tag")
        begun = part.stat().st_size if part.is_file() and tag_file.is_file() else 0
        headers = {"Range": f"bytes={begun}-", "If-Range": tag_file.read_text("utf-8")} if begun else {}
        with self._open(url, headers) as response:
            if begun and response.status == 416:  # we had it all, or it is another file now
                part.unlink()
                raise _BrokenOff("the file changed")
            begun = _find_start(response, begun)
            length = response.headers.get("Content-Length", "")
            total = begun + int(length) if length.isdigit() else 0
            tag = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
            tag_file.unlink(missing_ok=True)
            if not begun:  # else what is left of an older file would be taken for the beginning of this one
                part.unlink(missing_ok=True)
            if tag and not tag.startswith("W/"):
                tag_file.write_text(tag, "utf-8")
            with part.open("ab" if begun else "wb") as file:
                _copy(response, file, lambda done: progress(done, total))
                done = file.tell()
        if total and done != total:
            raise _BrokenOff(f"{done} of {total} bytes came")

    def _fetch(self, url: str, longest: int) -> Answer:
        with self._open(url, {}) as response:
            try:
                body = response.read(longest + 1)
            except (OSError, http.client.HTTPException) as error:
                raise _BrokenOff(str(error)) from error
            if len(body) > longest:
                raise UnusableSource(f"{url} is longer than {longest // 1_000_000} MB; this is no such file")
            return Answer(response.url, body)

    def _open(self, url: str, headers: dict[str, str]) -> Any:
        address = _clean_address(url)
        self._check(address)
        named = {"User-Agent": _AGENT, "Accept-Encoding": "identity", **headers}
        request = urllib.request.Request(address, headers=named)  # noqa: S310 -- _check takes http and https only
        try:
            return self._opener.open(request, timeout=_TIMEOUT)
        except urllib.error.HTTPError as error:
            if error.code == 416:
                return error
            if error.code in _FOR_A_WHILE:
                raise _BrokenOff(f"the server answers {error.code}") from None
            raise UnusableSource(f"{url} cannot be had: the server answers {error.code}") from None
        except (OSError, http.client.HTTPException) as error:
            raise _BrokenOff(str(getattr(error, "reason", error))) from None

    def _check(self, url: str) -> None:
        """Refuse what is not on the web, or is on a web that only this computer sees."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UnusableSource(f"{url[:200]} is no http or https address")
        if parts.hostname == self._home or (self._home and not _is_public(self._home)):
            return
        if not _is_public(parts.hostname):
            raise UnusableSource(f"{url[:200]} leads into a private network, where a feed has no business")


class _BrokenOff(Exception):
    """May go better next time."""


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows where `check` agrees."""

    def __init__(self, check: Callable[[str], None]) -> None:
        self._agree = check

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        """Receive urllib's question."""
        self._agree(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _persist(url: str, attempt: Callable[[], Answer]) -> Answer:
    for number in range(TRIES):
        try:
            return attempt()
        except _BrokenOff as error:
            if number == TRIES - 1:
                raise UnusableSource(f"{url} cannot be had ({error}); run the same command later") from None
            time.sleep(_PAUSE * 2**number)
    raise AssertionError


def _copy(response: Any, file: Any, progress: Callable[[int], None]) -> None:
    try:
        while chunk := response.read(_CHUNK):
            file.write(chunk)
            progress(file.tell())
    except (OSError, http.client.HTTPException) as error:
        raise _BrokenOff(str(error)) from error
    finally:
        file.flush()
        os.fsync(file.fileno())


def _find_start(response: Any, begun: int) -> int:
    """Where in the file the answer begins: where we asked for, or at 0."""
    if not begun or response.status != 206:
        return 0
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    if not found or int(found[1]) != begun:
        raise _BrokenOff("the server answers another range")
    return begun


def _is_public(host: str) -> bool:
    """Whether all addresses of a host are on the public internet; True where it has none."""
    with suppress(OSError, UnicodeError):
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        addresses = (ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found)
        return all(address.is_global for address in addresses)
    return True


def _clean_address(url: str) -> str:
    """An address in ASCII, for addresses in feeds hold spaces and letters of all scripts."""
    try:
        parts = urlsplit(url.strip())
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    except ValueError:
        raise UnusableSource(f"{url[:200]} is no web address") from None
    path, query = quote(parts.path, safe="/%:@!$&'()*+,;=~-._"), quote(parts.query, safe="/?%:@!$&'()*+,;=~-._[]")
    return urlunsplit((parts.scheme, host, path, query, ""))
