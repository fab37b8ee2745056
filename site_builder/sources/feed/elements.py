"""The elements of a feed by the prefixes they are known by, however the feed itself spells them.

Everything in them is untrusted text; what comes out is clean, and no longer than anything in a feed need be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any, Self

from lxml import etree

from site_builder.text.plain import clean

_NAMESPACES = {
    "itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "podcastindex.org/namespace/1.0": "podcast",
    "github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md": "podcast",
    "podlove.org/simple-chapters": "psc",
    "purl.org/rss/1.0/modules/content": "content",
    "w3.org/2005/atom": "atom",
    "purl.org/dc/elements/1.1": "dc",
    "spotify.com/ns/rss": "spotify",
    "search.yahoo.com/mrss": "media",
    "google.com/schemas/play-podcasts/1.0": "googleplay",
}
"""Namespace to the prefix used here; see `_key`."""
_PREFIXES = frozenset(_NAMESPACES.values())
_LONGEST_LINE = 4000
_LONGEST_TEXT = 1_000_000
_YES, _NO = {"yes", "true", "explicit"}, {"no", "false", "clean"}


class Spelling:
    """How one feed spells the names of its elements.

    Attributes:
        undeclared: prefixes it uses without saying what they stand for, as it writes them.
    """

    def __init__(self, channel: Any = None) -> None:
        self.undeclared: set[str] = set()
        self._own = "" if channel is None else _split(channel.tag)[0]
        self._names: dict[tuple[str, str | None], str] = {}

    def name_of(self, element: Any) -> str:
        """`title`, `itunes:author`; `?:name` where nobody knows what it stands for."""
        key = (element.tag, element.prefix)
        if key not in self._names:
            self._names[key] = self._find_name(*key)
        return self._names[key]

    def _find_name(self, tag: str, prefix: str | None) -> str:
        namespace, name = _split(tag)
        if not namespace and ":" in name:
            prefix, name = name.split(":", 1)
            self.undeclared.add(prefix)
        elif prefix is None and namespace == self._own:  # also where the feed gives RSS itself a namespace
            return name
        usual = (prefix or "").lower()
        known = _NAMESPACES.get(_key(namespace)) or (usual if usual in _PREFIXES else "?")
        return f"{known}:{name}"

    def describe_undeclared(self) -> str:
        """A sentence; empty where there is nothing to say."""
        read = sorted(prefix for prefix in self.undeclared if prefix.lower() in _PREFIXES)
        passed = sorted(self.undeclared - set(read))
        parts = [f"{', '.join(read)}, read as usual"] if read else []
        parts += [f"{', '.join(passed)[:200]}, passed over"] if passed else []
        return f"the feed uses prefixes that it does not declare: {'; '.join(parts)}" if parts else ""


def _split(tag: str) -> tuple[str, str]:
    namespace, brace, name = tag.removeprefix("{").rpartition("}")
    return (namespace, name) if brace else ("", tag)


def _key(namespace: str) -> str:
    """Feeds write namespaces in every case, with https, without www, with a slash at the end."""
    return re.sub(r"^https?://(?:www\.)?", "", namespace.strip().lower()).rstrip("/#")


class Element:
    """Children of an element by `prefix:name`."""

    def __init__(self, element: Any, spelling: Spelling) -> None:
        self.element = element
        self.spelling = spelling
        self.children: dict[str, list[Any]] = {}
        for child in element:
            if isinstance(child.tag, str):
                self.children.setdefault(spelling.name_of(child), []).append(child)

    def inside(self, child: Any) -> Self:
        """A child, to be read in the same way."""
        return type(self)(child, self.spelling)

    def all(self, name: str) -> list[Any]:
        """All children of that name."""
        return self.children.get(name, [])

    def lines(self, name: str) -> Iterator[str]:
        """What elements say, on one line each; empty ones left out."""
        return filter(None, (line_of(child, _LONGEST_LINE) for child in self.all(name)))

    def line(self, *names: str) -> str:
        """What the first element that says something says."""
        return next((line for name in names for line in self.lines(name)), "")

    def text(self, *names: str) -> str:
        """The same, line breaks kept."""
        texts = (clean(text_of(child)[:_LONGEST_TEXT]) for name in names for child in self.all(name))
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
    return clean(text_of(element)[: 10 * longest], keep_lines=False)[:longest]


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
