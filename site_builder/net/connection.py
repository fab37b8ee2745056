"""One HTTP request to an address that was checked, with a time limit.

`http.client` speaks HTTP and lets the socket be given; libraries above it choose the address themselves, by name.
docs/decisions/0023 says why.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from http.client import HTTPConnection, HTTPSConnection
from threading import Event, Timer
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from site_builder.net.addresses import Endpoint, Gate
from site_builder.net.failures import Unanswered


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
        Refused: the address leads where it may not.
        Unanswered: the name leads nowhere.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    proxy = None if proxy_bypass(host) else getproxies().get(parts.scheme)
    endpoints: tuple[Endpoint, ...] | None = None
    try:
        endpoints = gate.admit(host, port)
    except Unanswered:
        if not proxy:
            raise
    via = urlsplit(proxy if "://" in proxy else f"http://{proxy}") if proxy else None
    place = (via.hostname or "", via.port or 80) if via else (host, port)
    connection: Any
    if parts.scheme == "https":
        connection = _CheckedTls(*place, timeout=silence, context=tls)
        if via:
            connection.set_tunnel(host, port)
    else:
        connection = _Checked(*place, timeout=silence)
    connection.endpoints, connection.deadline = None if via else endpoints, deadline
    path = urlsplit(url)._replace(scheme="", netloc="").geturl()
    return connection, url if via and parts.scheme == "http" else path
