"""The one client: what comes is whole, in time and no more than was asked for; else it is told."""

from __future__ import annotations

import gzip
import resource
import socket
import time
import zlib
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path

import pytest
from feed_server import Host, serve_files
from raw_server import respond, serve_raw

from site_builder.net import http
from site_builder.net.addresses import Gate
from site_builder.net.connection import Deadline, make_connection
from site_builder.net.download import download
from site_builder.net.failures import Exceeded, Refused, Unanswered
from site_builder.net.http import Client

TEXT = b"<rss>" + b"fog and dogs " * 4000 + b"</rss>"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause between tries, and no proxy."""
    monkeypatch.setattr(http, "_PAUSE", 0.0)
    monkeypatch.setenv("no_proxy", "*")


def fetch(answer: Iterable[bytes | float], largest: int = 1_000_000, seconds: float = 5.0) -> bytes:
    """What the client makes of these bytes."""
    with serve_raw(lambda _: answer) as url:
        return Client(url, seconds=seconds).fetch(url, largest=largest).body


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]) + b"\0" * 9),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT, wbits=-15)),
        ("identity", TEXT),
        ("", TEXT),
    ],
)
def test_compressed_without_being_asked(coding: str, body: bytes) -> None:
    """Some servers send gzip whatever one accepts; in one piece, or byte by byte."""
    assert fetch([respond(body, f"Content-Encoding: {coding}")]) == TEXT
    head = respond(b"", f"Content-Encoding: {coding}", length=len(body))
    assert fetch([head, *(body[at : at + 997] for at in range(0, len(body), 997))]) == TEXT


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ([respond(TEXT, length=len(TEXT) + 1)], "came"),
        ([respond(gzip.compress(TEXT)[:-9], "Content-Encoding: gzip")], "breaks off"),
        ([respond(b"\x1f\x8b" + b"x" * 50, "Content-Encoding: gzip")], "damaged"),
        ([respond(b"x", "Content-Encoding: br")], "not asked for"),
        ([respond(b"x", "Content-Encoding: gzip, gzip")], "not asked for"),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"], "not HTTP"),
        ([b"nonsense\r\n\r\n"], "not HTTP"),
        ([b""], "closed connection"),
        ([respond(status="404 Not Found")], "answers 404"),
        ([respond(status="503 Later")], "answers 503"),
        ([respond(b"x" * 1001)], "longer"),
        ([respond(gzip.compress(b"\0" * 50_000_000), "Content-Encoding: gzip")], "longer"),
        ([respond(b"", "Location: http://[/", status="301 Moved")], "no address"),
        ([respond(b"", "Location: /again", status="302 Found")], "redirects"),
        ([respond(b"", "Location: file:///etc/passwd", status="302 Found")], "no http"),
    ],
)
def test_what_cannot_be_had(answer: list[bytes], reason: str) -> None:
    """Cut, damaged, too long, unzipped too long, redirected in circles or out of the web."""
    with pytest.raises((Refused, Unanswered), match=reason):
        fetch(answer, largest=1000 if reason == "longer" else 1_000_000)


@pytest.mark.parametrize("slow", ["head", "body", "status"])
def test_a_server_that_drips_is_cut_off(slow: str) -> None:
    """No single read takes long, and all together would never end."""

    def drip() -> Iterable[bytes | float]:
        yield b"HTTP/1.1 200 OK\r\n" if slow != "status" else b""
        yield {"head": b"X: ", "body": b"Content-Length: 100000\r\n\r\n", "status": b""}[slow]
        for _ in range(200):
            yield 0.05
            yield b"x" if slow != "status" else b"HTTP/1.1 100 Continue\r\n\r\n"

    began = time.monotonic()
    with serve_raw(lambda _: drip()) as url, pytest.raises(Unanswered, match="too long"):
        Client(url, seconds=0.4).fetch(url, largest=1_000_000)
    assert time.monotonic() - began < 3


def test_the_checked_address_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is looked up once for a connection: it cannot lead elsewhere between the check and the connection."""
    with serve_raw(lambda _: [respond(b"here")]) as url:
        port = int(url.rsplit(":", 1)[1].strip("/"))
        asked: list[str] = []

        def find(host: str, _: int, **__: object) -> list[object]:
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

        monkeypatch.setattr(socket, "getaddrinfo", find)
        home = f"http://show.test:{port}/"
        deadline = Deadline(5)
        connection, target = make_connection(home, Gate(home), deadline, silence=5, tls=None)  # type: ignore[arg-type]
        known = list(asked)
        connection.request("GET", target)
        assert connection.getresponse().read() == b"here"
        assert asked == known == ["show.test", "show.test"]
        connection.close()
        deadline.close()


def test_each_redirect_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """From a feed of one's own computer to another machine of the network: that one is not asked."""
    real = socket.getaddrinfo

    def find(host: str, port: int, **options: object) -> object:
        if host == "router.test":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", port))]
        return real(host, port, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", find)
    moved = respond(b"", "Location: http://router.test/setup?reboot=1", status="302 Found")
    with pytest.raises(Refused, match="private network"):
        fetch([moved])
    with serve_raw(lambda _: [moved]) as url:
        answer = Client(url).ask(url)
        assert (answer.status, answer.hops) == (0, 0)
        assert "private network" in answer.reason


def test_a_proxy_is_asked_where_one_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """What only the proxy can look up is its own affair; what is known to be private is not asked through it either."""
    monkeypatch.setenv("no_proxy", "")
    requests: list[bytes] = []

    def record(request: bytes) -> list[bytes]:
        requests.append(request)
        return [respond(b"by proxy")]

    with serve_raw(record) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        assert Client().fetch("http://nowhere.invalid/a?b", largest=100).body == b"by proxy"
        assert requests[0].startswith(b"GET http://nowhere.invalid/a?b HTTP/1.1\r\n")
        with pytest.raises(Refused):
            Client().fetch("http://127.0.0.1:1/", largest=100)


@pytest.fixture
def host() -> Iterable[Host]:
    """A web server."""
    with serve_files() as host:
        yield host


def test_a_download_is_bounded(host: Host, tmp_path: Path) -> None:
    """In bytes, told or not; in time, and what came until then is there for the next try."""
    url, file = host.put("a", b"x" * 5000), tmp_path / "a"
    with pytest.raises(Refused, match="5000 bytes"):
        download(Client(url), url, file, largest=4999, seconds=5)
    endless = respond(b"", length=None)
    with serve_raw(lambda _: [endless, *[b"x" * 1000] * 50]) as other, pytest.raises(Refused, match="4999 bytes"):
        download(Client(other), other, file, largest=4999, seconds=5)
    drip: list[bytes | float] = [0.1, b"x"]
    slow = [respond(b"", 'ETag: "1"', length=5000), b"x" * 4000, *drip * 50]
    with serve_raw(lambda _: slow) as other, pytest.raises(Exceeded, match="longer than"):
        download(Client(other), other, tmp_path / "b", largest=5000, seconds=2)
    assert (tmp_path / "b.part").stat().st_size >= 4000
    assert not file.exists()
    download(Client(url), url, file, largest=5000, seconds=5)
    assert file.stat().st_size == 5000


def test_a_compressed_download_is_whole(tmp_path: Path) -> None:
    """What a server zips cannot be taken up in the middle, and is not."""
    zipped = gzip.compress(TEXT)
    answers = [respond(zipped[:40], 'ETag: "1"', "Content-Encoding: gzip", length=len(zipped))]
    answers.append(respond(zipped, 'ETag: "1"', "Content-Encoding: gzip"))
    asked: list[bytes] = []

    def answer(request: bytes) -> list[bytes]:
        asked.append(request)
        return [answers[min(len(asked), 2) - 1]]

    with serve_raw(answer) as url:
        download(Client(url), url, tmp_path / "a", largest=1_000_000, seconds=5)
    assert (tmp_path / "a").read_bytes() == TEXT
    assert len(asked) == 2
    assert b"Range" not in asked[1]


def test_a_full_disk_is_no_broken_line(host: Host, tmp_path: Path) -> None:
    """It is told as what it is, at once, and not tried again."""
    url = host.put("a", b"x" * 5000)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            download(Client(url), url, tmp_path / "a", largest=5000, seconds=5)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert len(host.asked) == 1


def test_a_proxy_that_wants_a_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given name and password as they are meant, and the server itself never sees them."""
    asked: list[bytes] = []

    def answer(request: bytes) -> list[bytes]:
        asked.append(request)
        return [respond(TEXT)]

    monkeypatch.delenv("no_proxy")
    with serve_raw(answer) as proxy:
        monkeypatch.setenv("http_proxy", proxy.replace("://", "://me:p%40ss@"))
        assert Client("http://203.0.113.7/").fetch("http://203.0.113.7/feed.xml", largest=1_000_000).body == TEXT
    (request,) = asked
    assert request.startswith(b"GET http://203.0.113.7/feed.xml HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic " + b64encode(b"me:p@ss") + b"\r\n" in request
