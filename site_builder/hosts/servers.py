"""Parses `user@host:folder`, as ssh, rsync and sftp name a place on another computer."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv6Address
from typing import NamedTuple

_PLACE = re.compile(r"(?P<user>\w[\w.-]*@)?(?:\[(?P<number>[^\]\s]+)\]|(?P<name>[A-Za-z0-9][\w.-]*)):(?P<folder>.+)")


class ServerFolder(NamedTuple):
    """A folder of another computer."""

    server: str
    """`user@host`; an IPv6 number in brackets."""
    folder: str


def parse_server_folder(text: str) -> ServerFolder | None:
    """The place a text names; None where it names none, or where ssh would take a part of it for an option.

    >>> parse_server_folder("me@[::1]:/srv/show")
    ServerFolder(server='me@[::1]', folder='/srv/show')
    >>> parse_server_folder("[::1:/srv/show")
    """
    found = _PLACE.fullmatch(text)
    if not found or not text.isprintable() or found["folder"][0] in "-:~ ":
        return None
    if found["number"]:
        try:
            IPv6Address(found["number"])
        except AddressValueError:
            return None
    return ServerFolder(text[: found.start("folder") - 1], found["folder"])
