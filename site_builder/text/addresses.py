"""Whether two web addresses lead to one place. Pure."""

from __future__ import annotations

import posixpath
from urllib.parse import unquote, urlsplit

_PORTS = {"http": 80, "https": 443}


def is_same_address(one: str, other: str, *, any_case: bool = False) -> bool:
    """Whether two addresses are spellings of one: http or https, port, escapes, slashes, `?…` and `#…` aside.

    `any_case` takes paths for equal that differ in upper and lower case alone, as some servers do.
    """
    first, second = _normalise(one), _normalise(other)
    return first == second or (any_case and tuple(map(str.casefold, first)) == tuple(map(str.casefold, second)))


def _normalise(address: str) -> tuple[str, str, str]:
    """Host, port where it is not the usual one, and path."""
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").rstrip(".")
        port = parts.port
    except ValueError:
        return address, "", ""
    usual = port is None or port == _PORTS.get(parts.scheme.lower())
    path = posixpath.normpath("/" + unquote(parts.path).strip("/"))
    return _to_ascii(host), "" if usual else str(port), path


def _to_ascii(host: str) -> str:
    try:
        return host.lower().encode("idna").decode()
    except UnicodeError:
        return host.lower()
