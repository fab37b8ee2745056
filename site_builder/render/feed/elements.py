"""Appends elements to a feed, with the usual prefixes and text fit for XML."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from lxml import etree

from site_builder.render.feed.limits import fit_line, fit_text

NAMESPACES = {
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "psc": "http://podlove.org/simple-chapters",
}
"""Declared on every feed, beside `atom` and `content`, which feedgen declares."""
ALL_NAMESPACES = {
    **NAMESPACES,
    "atom": "http://www.w3.org/2005/Atom",
    "spotify": "http://www.spotify.com/ns/rss",
}


def format_rfc2822(moment: datetime) -> str:
    """`Fri, 02 Oct 2026 18:30:00 +0000` in every locale; raises ValueError where the time zone is missing."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return format_datetime(moment.astimezone(UTC))


def add(parent: Any, name: str, text: str = "", /, **attributes: str) -> Any:
    """Append element `prefix:name`; attributes without a value are left out."""
    prefix, _, local = name.rpartition(":")
    element = etree.SubElement(parent, f"{{{ALL_NAMESPACES[prefix]}}}{local}" if prefix else local)
    if text:
        element.text = fit_text(text)
    for attribute, value in attributes.items():
        if value:
            element.set(attribute, fit_text(value))
    return element


def add_line(parent: Any, name: str, text: str) -> None:
    """Append an element of one line, unless that is empty."""
    if line := fit_line(text):
        add(parent, name, line)


def add_yes(parent: Any, name: str, value: bool) -> None:
    """Apple's switches act on `Yes` alone, so their absence is their other value."""
    if value:
        add(parent, name, "Yes")


def true_false(value: bool) -> str:
    """As feeds write it."""
    return "true" if value else "false"


def format_seconds(value: float) -> str:
    """To the millisecond, without trailing zeros."""
    return f"{value:.3f}".rstrip("0").rstrip(".")
