"""The elements of a feed by the prefixes they are known by, however the feed itself spells them.

Everything in them is untrusted text; what comes out is clean, and no longer than anything in a feed need be.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from typing import Any

from lxml import etree

from site_builder.text.plain import clean

_NAMESPACES = {
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "https://podcastindex.org/namespace/1.0": "podcast",
    "https://github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md": "podcast",
    "http://podlove.org/simple-chapters": "psc",
    "http://podlove.org/simple-chapters/": "psc",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://www.w3.org/2005/atom": "atom",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://www.spotify.com/ns/rss": "spotify",
}
"""Namespace, in lower case since feeds write it in every case, to the prefix used here."""
_LONGEST_LINE = 4000
_YES, _NO = {"yes", "true", "explicit"}, {"no", "false", "clean"}


class Element:
    """Children of an element by `prefix:name`."""

    def __init__(self, element: Any) -> None:
        self.element = element
        self.children: dict[str, list[Any]] = {}
        for child in element:
            if isinstance(child.tag, str):
                self.children.setdefault(_name_of(child), []).append(child)

    def all(self, name: str) -> list[Any]:
        """All children of that name."""
        return self.children.get(name, [])

    def lines(self, name: str) -> Iterator[str]:
        """What elements say, on one line each; empty ones left out."""
        return filter(None, (clean(text_of(child), keep_lines=False)[:_LONGEST_LINE] for child in self.all(name)))

    def line(self, *names: str) -> str:
        """What the first element that says something says."""
        return next((line for name in names for line in self.lines(name)), "")

    def text(self, *names: str) -> str:
        """The same, line breaks kept."""
        texts = (clean(text_of(child)) for name in names for child in self.all(name))
        return next(filter(None, texts), "")

    def href(self, name: str, attribute: str = "href") -> str:
        """What the first child of that name says in an attribute."""
        return next((value for child in self.all(name) if (value := (child.get(attribute) or "").strip())), "")

    def yes(self, name: str) -> bool | None:
        """Whether an element says yes or no; None where it says neither."""
        low = self.line(name).lower()
        return True if low in _YES else False if low in _NO else None


def line_of(element: Any, longest: int = 128) -> str:
    """What an element says, on one line; 128 characters are what Podcasting 2.0 allows."""
    return clean(text_of(element), keep_lines=False)[:longest]


def _name_of(element: Any) -> str:
    name = etree.QName(element)
    prefix = _NAMESPACES.get((name.namespace or "").lower())
    return f"{prefix}:{name.localname}" if prefix else name.localname if not name.namespace else f"?:{name.localname}"


def text_of(element: Any) -> str:
    """All text below; entities are taken for HTML's, whatever the feed declares."""
    pieces = [element.text or ""]
    for child in element:
        if child.tag is etree.Entity:
            pieces.append(unescape(child.text or ""))
        elif isinstance(child.tag, str):
            pieces.append(text_of(child))
        pieces.append(child.tail or "")
    return "".join(pieces)
