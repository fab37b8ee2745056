"""One HTTP request to an address that was checked, with a time limit.

`http.client` speaks HTTP and lets the socket be given; libraries above it choose the address themselves, by name.
docs/decisions/0023 says why.
"""

from __future__ import annotations

import socket
import ssl
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPSConnection
from threading import Event, Timer
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from site_builder.net.addresses import Endpoint, Gate
from site_builder.net.failures import Refused, Unanswered
from site_builder.net.redaction import redact


class Deadline:
    """Cuts a connection when its time is over, whatever it is at: a server may send one byte every few seconds."""

    def __init__(self, seconds: float) -> None:
        self.passed = Event()
        self._socket: socket.socket | None = None
        self._timer = Timer(max(seconds, 0.001), self._cut)
        self._timer.daemon = True
        self._timer.start()

    def hold(self, connected: socket.socket) -> None:
        """This is what is to be cut; TLS on top of it is cut as well."""
        self._let_go()
        self._socket = connected.dup()
        if self.passed.is_set():
            self._cut()

    def close(self) -> None:
        """Nothing is to be cut any more."""
        self._timer.cancel()
        self._let_go()

    def _let_go(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def _cut(self) -> None:
        self.passed.set()
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


class _Checked(HTTPConnection):
    """Connects to endpoints that were checked, whatever its name leads to by then; or to a proxy (None)."""

    endpoints: tuple[Endpoint, ...] | None = None
    deadline: Deadline
    via: str = ""
    """Names the proxy where there is one, to go after what went wrong."""
    proxy_login: Mapping[str, str] = MappingProxyType({})
    """Header that a proxy wants with each request that is not encrypted."""

    def connect(self) -> None:
        """As `HTTPConnection` does it."""
        if self.endpoints is None:
            super().connect()
        else:
            self.sock = _connect(self.endpoints, self.timeout or 0.0)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.deadline.hold(self.sock)


class _CheckedTls(HTTPSConnection, _Checked):
    """The same with TLS, which `HTTPSConnection.connect` puts over the socket that `_Checked` made."""


def _connect(endpoints: tuple[Endpoint, ...], timeout: float) -> socket.socket:
    for number, (family, address) in enumerate(endpoints):
        made = socket.socket(family, socket.SOCK_STREAM)
        try:
            made.settimeout(timeout)
            made.connect(address)
        except OSError:
            made.close()
            if number == len(endpoints) - 1:
                raise
        else:
            return made
    raise Unanswered("no address to connect to")


def make_connection(
    url: str, gate: Gate, deadline: Deadline, *, silence: float, tls: ssl.SSLContext
) -> tuple[Any, str]:
    """A connection for one request, and what to ask it for.

    Args:
        url: Tidy, see `tidy_url`.
        gate: Says where it may lead. A proxy (https_proxy and the like) is the person's own choice; a name that only
            the proxy knows is for the proxy to judge.
        deadline: When all must be over.
        silence: Seconds without a byte after which the server is given up.
        tls: How certificates are checked.

    Raises:
        Refused: the address leads where it may not, or the proxy is none for HTTP.
        Unanswered: the name leads nowhere.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    proxy = _find_proxy(parts.scheme, host)
    endpoints: tuple[Endpoint, ...] | None = None
    try:
        endpoints = gate.admit(host, port)
    except Unanswered:
        if not proxy:
            raise
    place = (proxy.host, proxy.port) if proxy else (host, port)
    connection: Any
    if parts.scheme == "https":
        connection = _CheckedTls(*place, timeout=silence, context=tls)
        if proxy:
            connection.set_tunnel(host, port, headers=dict(proxy.login))
    else:
        connection = _Checked(*place, timeout=silence)
    connection.endpoints, connection.deadline = None if proxy else endpoints, deadline
    if proxy:
        connection.via, connection.proxy_login = f", by way of the proxy {proxy.host}:{proxy.port}", proxy.login
    path = urlsplit(url)._replace(scheme="", netloc="").geturl()
    return connection, url if proxy and parts.scheme == "http" else path


class _Proxy(NamedTuple):
    """Who passes requests on, by the person's own choice."""

    host: str
    port: int
    login: Mapping[str, str]
    """Header with name and password, where it wants them."""


def _find_proxy(scheme: str, host: str) -> _Proxy | None:
    """The one that the environment or the system names for such addresses.

    Raises:
        Refused: it is none that speaks HTTP.
    """
    named = None if proxy_bypass(host) else getproxies().get(scheme)
    if not named:
        return None
    try:
        parts = urlsplit(named if "://" in named else f"http://{named}")
        place, port = parts.hostname or "", parts.port or 80
    except ValueError:
        parts, place, port = urlsplit(""), "", 0
    if parts.scheme != "http" or not place:
        raise Refused(
            f"{redact(named)}, the proxy that {scheme}_proxy or this system names, is none of the kind http://HOST:PORT"
        )
    words = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}".encode()
    login = {"Proxy-Authorization": f"Basic {b64encode(words).decode()}"} if parts.username else {}
    return _Proxy(place, port, login)
