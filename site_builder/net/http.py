"""The one HTTP client of the program, with limits on bytes, time, redirects and addresses.

http and https only; each redirect is checked like the first address. https://www.rfc-editor.org/rfc/rfc9110
docs/decisions/0023 says why.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPException, HTTPResponse
from typing import IO
from urllib.parse import urljoin

from site_builder import __version__
from site_builder.net.addresses import Gate, tidy_url
from site_builder.net.connection import Deadline, make_connection
from site_builder.net.content import decode
from site_builder.net.failures import Refused, Unanswered

TRIES = 4
"""How often something is asked for that may come the next time."""
_PAUSE = 0.5  # seconds before the second try, doubled for each further one
_PIECE = 1 << 18
_AGENT = f"spacecast/{__version__}"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_A_WHILE = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server said, whole."""

    status: int
    """0 where there was no answer at all."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""
    reason: str = ""
    """Why there was no answer."""
    hops: int = 0
    """Redirects on the way."""
    url: str = ""
    """Where it was in the end."""

    @property
    def media_type(self) -> str:
        """Without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def length(self) -> int | None:
        """`Content-Length`; None where it is not told."""
        return parse_length(self.headers)

    def __str__(self) -> str:
        return f"status {self.status}" if self.status else self.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer whose body is still to come."""

    status: int
    headers: Mapping[str, str]
    url: str
    hops: int
    raw: HTTPResponse
    deadline: Deadline

    def iter_body(self, piece: int = _PIECE) -> Iterator[bytes]:
        """The body, unzipped; `piece` bytes of it are read at a time.

        Raises:
            Unanswered: it broke off.
            Refused: its coding is unknown.
        """
        return decode(self._iter_raw(piece), self.headers.get("content-encoding", ""))

    def _iter_raw(self, size: int) -> Iterator[bytes]:
        length, done = parse_length(self.headers), 0
        while piece := self.read(size):
            done += len(piece)
            yield piece
        self._check_time()
        if length is not None and done < length:
            raise Unanswered(f"{done} of {length} bytes came")

    def read(self, size: int) -> bytes:
        """At most `size` bytes as they come, not unzipped; none at the end.

        Raises:
            Unanswered: it broke off.
        """
        try:
            return self.raw.read(size)
        except (OSError, HTTPException, ValueError) as error:
            self._check_time()
            raise Unanswered(describe(error)) from None

    def _check_time(self) -> None:
        if self.deadline.passed.is_set():
            raise Unanswered("it took too long")


class Client:
    """Sends HTTP requests within limits.

    Args:
        home: The address a person gave, where there is one: it may lie in a private network, others may not.
        silence: Seconds without a byte after which a server is given up.
        seconds: How long one answer may take in all.
        hops: How many redirects are followed.
    """

    def __init__(self, home: str = "", *, silence: float = 30.0, seconds: float = 300.0, hops: int = 10) -> None:
        self._gate = Gate(home)
        self._silence = silence
        self._seconds = seconds
        self._hops = hops

    @contextmanager
    def open(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        content: bytes | IO[bytes] | None = None,
        seconds: float = 0.0,
    ) -> Iterator[Response]:
        """The answer to a request, redirects followed; `seconds` in place of the client's.

        Raises:
            Refused: the address, or one it leads to, may not be asked, or there are too many of them.
            Unanswered: there is no answer.
        """
        deadline = Deadline(seconds or self._seconds)
        try:
            for hops in range(self._hops + 1):
                url = tidy_url(url)
                with self._send(url, method, headers or {}, content, deadline) as raw:
                    said = {name.lower(): value for name, value in raw.headers.items()}
                    target = said.get("location") if raw.status in _REDIRECTS else None
                    if not target:
                        yield Response(status=raw.status, headers=said, url=url, hops=hops, raw=raw, deadline=deadline)
                        return
                url = _join(url, target)
            raise Refused(f"more than {self._hops} redirects")
        finally:
            deadline.close()

    @contextmanager
    def _send(
        self, url: str, method: str, headers: Mapping[str, str], content: bytes | IO[bytes] | None, deadline: Deadline
    ) -> Iterator[HTTPResponse]:
        connection, target = make_connection(url, self._gate, deadline, silence=self._silence, tls=self._tls)
        wanted = {"User-Agent": _AGENT, "Accept-Encoding": "identity", "Connection": "close", **headers}
        wanted |= connection.proxy_login if target == url else {}
        if content is not None:
            wanted.setdefault("Content-Type", "application/x-www-form-urlencoded")
        with closing(connection):
            try:
                connection.request(method, target, body=content, headers=wanted)
                answer: HTTPResponse = connection.getresponse()
            except (OSError, HTTPException, ValueError) as error:
                told = "it took too long" if deadline.passed.is_set() else describe(error)
                raise Unanswered(f"{told}{connection.via}") from None
            with answer:
                yield answer

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def ask(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        largest: int = 0,
    ) -> Answer:
        """The answer to one request, whatever it is; at most `largest` bytes of its body are read."""
        try:
            with self.open(url, method=method, headers=headers, content=content) as response:
                body = read_bounded(response, largest) if largest and response.status < 400 else b""
                said, hops, place = response.headers, response.hops, response.url
                return Answer(status=response.status, headers=said, body=body[:largest], hops=hops, url=place)
        except (Refused, Unanswered) as error:
            return Answer(status=0, reason=f"no answer ({error})")

    def fetch(self, url: str, *, largest: int) -> Answer:
        """A file of at most `largest` bytes, asked for again where it may come the next time.

        Raises:
            Refused: it cannot be had, or is longer.
            Unanswered: it did not come.
        """
        end = time.monotonic() + self._seconds
        for number in range(TRIES):
            try:
                with self.open(url, seconds=max(end - time.monotonic(), 0.001)) as response:
                    check_status(response)
                    body = read_bounded(response, largest)
            except Unanswered:
                if number == TRIES - 1 or time.monotonic() >= end:
                    raise
                pause(number)
            else:
                if len(body) > largest:
                    raise Refused(f"it is longer than {largest // 1_000_000} MB; this is no such file")
                headers, hops, place = response.headers, response.hops, response.url
                return Answer(status=response.status, headers=headers, body=body, hops=hops, url=place)
        raise AssertionError


def read_bounded(response: Response, largest: int) -> bytes:
    """The body, cut somewhere after `largest` bytes."""
    body = bytearray()
    for piece in response.iter_body(min(_PIECE, largest)):
        body += piece
        if len(body) > largest:
            break
    return bytes(body)


def check_status(response: Response) -> None:
    """Raise `Unanswered` or `Refused` where a server does not give what it was asked for."""
    if response.status in _FOR_A_WHILE:
        raise Unanswered(f"the server answers {response.status}")
    if response.status not in {200, 206}:
        raise Refused(f"the server answers {response.status}")


def pause(tries: int) -> None:
    """Give a server time before it is asked again."""
    time.sleep(_PAUSE * 2**tries)


def _join(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError:
        raise Refused(f"it is redirected to {target[:200]!r}, which is no address") from None


def parse_length(headers: Mapping[str, str]) -> int | None:
    """`Content-Length`; None where it is not told."""
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def describe(error: Exception) -> str:
    """What went wrong, in words."""
    if isinstance(error, HTTPException) and not isinstance(error, OSError):
        return f"the answer is not HTTP ({type(error).__name__})"
    if isinstance(error, ValueError):  # which would quote a header, and that may be a secret
        return "the request or the answer is not HTTP"
    return str(getattr(error, "strerror", "") or error or type(error).__name__)
