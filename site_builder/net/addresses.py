"""Which addresses lie on the public internet, and which of a host's addresses may be connected to.

What a feed names is not trusted: it may name the router, a printer or a cloud's metadata service. The answer is given
for the address that is connected to, so that no name can lead elsewhere a moment later (DNS rebinding).
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit

from site_builder.net.failures import Refused, Unanswered

_GLOBAL = IPv6Network("2000::/3")
"""All that is given out as unicast: https://www.iana.org/assignments/ipv6-address-space"""
_NOT_PUBLIC_6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
"""Teredo and other protocol assignments, documentation, 6to4 (which hides an IPv4 address)."""
_NOT_PUBLIC_4 = tuple(map(IPv4Network, ("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24")))
"""Carrier-grade NAT, protocol assignments, 6to4 relays; the rest is known to `ipaddress`."""
_NAT64 = IPv6Network("64:ff9b::/96")
"""RFC 6052: how networks without IPv4 see all of it; what counts is the IPv4 address inside."""


class Endpoint(NamedTuple):
    """Where a socket is connected to."""

    family: int
    address: tuple[str, int] | tuple[str, int, int, int]

    @property
    def host(self) -> str:
        """The IP address, without the zone of a link-local one."""
        return self.address[0].partition("%")[0]


def is_public(address: str) -> bool:
    """Whether an IP address can be reached from all of the internet and from nowhere else is another machine."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv4Address):
        return _is_public_4(ip)
    if ip in _NAT64:
        return _is_public_4(IPv4Address(int(ip) & 0xFFFFFFFF))
    return ip in _GLOBAL and not any(ip in network for network in _NOT_PUBLIC_6) and not _hides_ipv4(ip)


def _is_public_4(ip: IPv4Address) -> bool:
    odd = ip.is_private or ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback or ip.is_link_local
    return not odd and not any(ip in network for network in _NOT_PUBLIC_4)


def _hides_ipv4(ip: IPv6Address) -> bool:
    """ISATAP (RFC 5214) carries an IPv4 address in any network."""
    return (int(ip) >> 32) & 0xFFFFFFFF in {0x00005EFE, 0x02005EFE}


class Gate:
    """Which addresses may be connected to: public ones, and those of the one address a person gave.

    Args:
        home: That address; empty where there is none. Where it lies in a private network, its host may be asked, and no
            other host of that network.
    """

    def __init__(self, home: str = "") -> None:
        self._home = urlsplit(home)

    @cached_property
    def _own(self) -> frozenset[str]:
        """Private addresses of the home. One that is public too has none: its owner could mean any machine by them."""
        found = {endpoint.host for endpoint in resolve(self._home.hostname, 0)} if self._home.hostname else set()
        return frozenset(found if not any(map(is_public, found)) else ())

    def admit(self, host: str, port: int) -> tuple[Endpoint, ...]:
        """The endpoints of a host that may be connected to, in the order to try them.

        Raises:
            Refused: it has none but private ones.
            Unanswered: the name leads nowhere.
        """
        found = resolve(host, port)
        admitted = tuple(endpoint for endpoint in found if is_public(endpoint.host) or endpoint.host in self._own)
        if not admitted:
            raise Refused(f"{host} leads into a private network, where nothing but a given address has any business")
        return admitted


def resolve(host: str, port: int) -> tuple[Endpoint, ...]:
    """All addresses of a host.

    Raises:
        Unanswered: the name leads nowhere.
    """
    try:
        found: Iterable[tuple[int, int, int, str, tuple[object, ...]]]
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unanswered(f"no such host: {getattr(error, 'strerror', None) or error}") from None
    return tuple(dict.fromkeys(Endpoint(family, address) for family, *_, address in found))  # type: ignore[arg-type]


def tidy_url(url: str) -> str:
    """An http or https address in ASCII without its fragment; feeds write spaces and letters of all scripts.

    Raises:
        Refused: it is no such address.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").encode("idna").decode() if not url.isascii() else parts.hostname or ""
        port = f":{parts.port}" if parts.port is not None else ""
    except (ValueError, UnicodeError):
        raise Refused(f"{url[:200]} is no web address") from None
    if parts.scheme not in {"http", "https"} or not host or any(c.isspace() or not c.isprintable() for c in host):
        raise Refused(f"{url[:200]} is no http or https address")
    path, query = quote(parts.path, safe="/%:@!$&'()*+,;=~-._"), quote(parts.query, safe="/?%:@!$&'()*+,;=~-._[]")
    return urlunsplit((parts.scheme, (f"[{host}]" if ":" in host else host) + port, path or "/", query, ""))
