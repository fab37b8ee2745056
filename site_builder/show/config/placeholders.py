"""Addresses that nobody can reach: what `init` wrote, and names kept for examples and for private networks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from site_builder.errors import Problem
from site_builder.show.config import Config
from site_builder.show.documents import find_line
from site_builder.show.layout import CONFIG

_RESERVED = (
    *("example.org", "example.com", "example.net", "example", "invalid", "test", "localhost"),
    *("local", "internal", "home.arpa", "lan", "localdomain"),
)
"""Names nobody can have, and names of one network (https://www.rfc-editor.org/rfc/rfc6761, rfc6762, rfc8375)."""

_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""What a host ends in that browsers take for an IPv4 address, however it is written: `127.1`, `0x7f.1`."""


def is_placeholder(host: str) -> bool:
    """Whether a host's name, or number, is none that the public can reach by a name of its own.

    >>> [is_placeholder(host) for host in ("pod.example.org", "192.168.1.5", "127.1", "[::1]", "lan1", "you.github.io")]
    [True, True, True, True, True, False]
    """
    name = host.strip("[]").rstrip(".").lower()
    try:
        return bool(ip_address(name))
    except ValueError:
        if _NUMBER.fullmatch(name.rpartition(".")[2]):
            return True
        return "." not in name or any(name == end or name.endswith(f".{end}") for end in _RESERVED)


def find_placeholders(config: Config, text: bytes | str) -> Iterator[Problem]:
    """Each address in a config under which nobody could be reached, with its line; `text` is the file's."""
    addresses = {
        ("show", "url"): (config.show.url, "links and every audio file in the feed begin with it"),
        ("media", "url"): (config.media.url or "", "apps would look for all audio there"),
    }
    for path, (address, why) in addresses.items():
        if address and is_placeholder(_find_host(address)):
            message = f"{address} is a placeholder or an address of this network: {why}; write where it will really be"
            yield Problem(message, Path(CONFIG), find_line(text, path), ".".join(path))
    mails = {("show", "email"): config.show.email, ("consent", "contact"): config.consent.contact or ""}
    for path, address in mails.items():
        host = _find_host(address) if "://" in address else address.rpartition("@")[2]
        if address and is_placeholder(host):
            message = f"{address} is a placeholder: nobody reads what is sent there; write an address that you read"
            yield Problem(message, Path(CONFIG), find_line(text, path), ".".join(path))


def _find_host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
