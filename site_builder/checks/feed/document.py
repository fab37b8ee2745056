"""A feed, parsed once and read-only, in which rules find elements by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lxml import etree

from site_builder.checks.rule import Place
from site_builder.engine.files import is_safe_path
from site_builder.model.paths import FEED
from site_builder.model.podcast import Show

FILE = Path("output") / FEED
"""As findings name it."""

NAMESPACES = {
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "psc": "http://podlove.org/simple-chapters",
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "spotify": "http://www.spotify.com/ns/rss",
}
_PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}

Element = Any
"""An lxml element; lxml has no types."""


class UnreadableFeed(ValueError):
    """It is not XML, or not a feed; the message says what is wrong, `line` where."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFeed:
    """A feed before it is known to be one."""

    content: bytes
    fault: UnreadableFeed | None = None
    """Why it cannot be read, if it cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What addresses of a show mean on this disk."""

    show: Show
    output: Path
    feed_path: str = FEED
    """Where the feed at hand lies below the site's root; a further page of it lies elsewhere."""

    def find_file(self, url: str) -> Path | None:
        """Where the file that will be at `url` lies below `output`; None where it is not this show's."""
        prefix = self.show.enclosure_prefix
        if prefix and url.startswith(prefix):
            url = "https://" + url.removeprefix(prefix).removeprefix("https://")
        for base in filter(None, (self.show.media_url, self.show.url)):
            if url.startswith(base):
                path = unquote(re.split("[?#]", url[len(base) :], maxsplit=1)[0])
                path += "index.html" if not path or path.endswith("/") else ""
                return self.output / path if is_safe_path(path) and _is_short(path) else None
        return None


def _is_short(path: str) -> bool:
    """Whether every file system has room for such names."""
    return len(path.encode()) < _LONGEST_PATH and all(len(part.encode()) <= _LONGEST_NAME for part in path.split("/"))


_LONGEST_NAME, _LONGEST_PATH = 255, 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """The channel or an item with its direct children by name."""

    element: Element
    children: Mapping[str, Sequence[Element]]

    def all(self, name: str) -> Sequence[Element]:
        """Direct children called `name`, e.g. `itunes:image`."""
        return self.children.get(name, ())

    def first(self, name: str) -> Element | None:
        """The first of them."""
        return next(iter(self.all(name)), None)

    def text(self, name: str) -> str:
        """Text of the first of them, without white space around it; empty where there is none."""
        element = self.first(name)
        return "" if element is None else text_of(element)

    @property
    def label(self) -> str:
        """What people call it."""
        return self.text("title") or self.text("guid") or "an item without a title"


@dataclass(frozen=True, kw_only=True)
class FeedDocument:
    """A parsed feed. Names are those of the usual prefixes, whatever prefixes the document uses."""

    root: Element
    channel: Branch
    items: tuple[Branch, ...]
    site: Site
    by_name: Mapping[str, Sequence[Element]] = field(repr=False)
    now: datetime | None = None
    """What the clock says; None where nothing may depend on it: a build."""

    def all(self, name: str) -> Sequence[Element]:
        """Every element called `name`, anywhere."""
        return self.by_name.get(name, ())

    def at(self, element: Element | Branch) -> Place:
        """Where an element stands."""
        element = element.element if isinstance(element, Branch) else element
        item = next((above for above in (element, *element.iterancestors()) if above in self._labels), None)
        episode = self._labels[item] if item is not None else ""
        return Place(file=FILE, line=element.sourceline, episode=episode)

    @cached_property
    def addresses(self) -> tuple[tuple[Element, str], ...]:
        """Every address, as written, with the element that holds it."""
        return tuple(_iter_addresses(self))

    @cached_property
    def branches(self) -> tuple[Branch, ...]:
        """The channel, then the items."""
        return (self.channel, *self.items)

    @cached_property
    def _labels(self) -> dict[Element, str]:
        return {item.element: item.label for item in self.items}


def parse_feed(raw: bytes, site: Site, now: datetime | None = None) -> FeedDocument:
    """A feed from its bytes; nothing is fetched, no entity is resolved.

    Raises:
        UnreadableFeed: it is not well-formed, or has no channel.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableFeed(error.msg or "it is not XML", error.lineno) from None
    channel = root.find("channel")
    if root.tag != "rss" or channel is None:
        raise UnreadableFeed("there is no `channel` within `rss`", root.sourceline)
    by_name: dict[str, list[Element]] = {}
    for element in root.iter(etree.Element):
        by_name.setdefault(name_of(element.tag), []).append(element)
    items = tuple(_make_branch(item) for item in channel.iterchildren("item"))
    return FeedDocument(root=root, channel=_make_branch(channel), items=items, site=site, by_name=by_name, now=now)


def _make_branch(element: Element) -> Branch:
    children: dict[str, list[Element]] = {}
    for child in element.iterchildren(etree.Element):
        children.setdefault(name_of(child.tag), []).append(child)
    return Branch(element=element, children=children)


def name_of(tag: str) -> str:
    """`itunes:image` for `{http://…}image`; elements of unknown namespaces keep their address in braces."""
    if tag[0] != "{":
        return tag
    uri, _, local = tag[1:].partition("}")
    prefix = _PREFIXES.get(uri)
    return f"{prefix}:{local}" if prefix else tag


def text_of(element: Element) -> str:
    """The element's own text without white space around it."""
    return (element.text or "").strip()


def _iter_addresses(document: FeedDocument) -> Iterator[tuple[Element, str]]:
    for name, elements in document.by_name.items():
        for element in elements:
            if name in ADDRESS_TEXTS and element.text:
                yield element, element.text
            for attribute, value in element.items():
                if attribute in ADDRESS_ATTRIBUTES and not (name == "guid" and attribute == "url"):
                    yield element, value


ADDRESS_TEXTS = frozenset({"link", "url", "docs", "comments", "itunes:new-feed-url"})
"""Elements whose text is an address."""
ADDRESS_ATTRIBUTES = frozenset(("url", "href", "uri", "img", "image", "feedUrl", "accountUrl"))
