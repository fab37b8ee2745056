"""Which addresses a stranger's feed may have this computer ask."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from site_builder.net.addresses import Gate, is_public, tidy_url
from site_builder.net.failures import Refused

PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.1.2.3",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.9.9.9",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::c0a8:101",
    "64:ff9b:1::808:808",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2002:808:808::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "2a00:1450::5efe:10.0.0.1",
    "2a00:1450::200:5efe:7f00:1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.215.14",
    "100.63.255.255",
    "100.128.0.1",
    "172.32.0.1",
    "192.0.1.1",
    "223.255.255.1",
    "2606:4700:4700::1111",
    "2a00:1450:4001:800::200e",
    "2001:4860:4860::8888",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private(address: str) -> None:
    """IANA's registries of special addresses, and IPv4 addresses hidden in IPv6 ones."""
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str) -> None:
    """Neighbours of the special ones among them; NAT64 counts as the address inside."""
    assert is_public(address)


def lead(monkeypatch: pytest.MonkeyPatch, **names: list[str]) -> list[str]:
    """Names to addresses, in place of DNS; returns the names asked for. `_` stands for a dot."""
    asked: list[str] = []
    known = {name.replace("_", "."): addresses for name, addresses in names.items()}

    def find(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in known.get(host, [host])]

    monkeypatch.setattr(socket, "getaddrinfo", find)
    return asked


def test_only_the_given_private_address_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """A show on a host of one's own network opens that host, by any of its names, and no neighbour."""
    lead(monkeypatch, nas_test=["10.0.0.5"], twin_test=["10.0.0.5"], router_test=["10.0.0.1"], web_test=["8.8.8.8"])
    gate = Gate("http://nas.test:8000/feed.xml")
    for name in ("nas.test", "twin.test", "web.test"):
        assert gate.admit(name, 80)
    for name in ("router.test", "127.0.0.1", "169.254.169.254"):
        with pytest.raises(Refused, match="private network"):
            gate.admit(name, 80)


def test_a_public_home_opens_nothing_private(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also not where its owner lets its name lead there: at once, beside a public address, or later."""
    addresses = ["8.8.8.8", "127.0.0.1"]
    lead(monkeypatch, evil_test=addresses)
    gate = Gate("http://evil.test/")
    assert [endpoint.host for endpoint in gate.admit("evil.test", 80)] == ["8.8.8.8"]
    addresses.remove("8.8.8.8")
    with pytest.raises(Refused):
        gate.admit("evil.test", 80)


@pytest.mark.parametrize(
    ("url", "tidy"),
    [
        (" https://h.example/a b.mp3#t=1 ", "https://h.example/a%20b.mp3"),
        ("http://h.example", "http://h.example/"),
        ("https://bücher.example/ü?q=ü", "https://xn--bcher-kva.example/%C3%BC?q=%C3%BC"),
        ("https://user:secret@h.example:8443/x", "https://h.example:8443/x"),
        ("http://[::1]:80/", "http://[::1]:80/"),
        ("https://h.example/a%2Fb?x=%26", "https://h.example/a%2Fb?x=%26"),
    ],
)
def test_tidy(url: str, tidy: str) -> None:
    """ASCII, no fragment, nothing escaped twice."""
    assert tidy_url(url) == tidy


@pytest.mark.parametrize(
    "url", ["", "x", "file:///etc/passwd", "ftp://h/", "http://", "http://h:99999/", "http://[::1/", "http:///x",
            "http://a b/", "https://h\r\nX: y/", "javascript:x()", "http://" + "ü" * 80 + ".example/"]
)  # fmt: skip
def test_what_is_no_address(url: str) -> None:
    """One sentence."""
    with pytest.raises(Refused, match="address"):
        tidy_url(url)
