"""A podcast's RSS feed, from wherever it is published now, as values. Everything in it is untrusted text.

RSS 2.0 (https://www.rssboard.org/rss-specification) with Apple's, Podcasting 2.0's and Podlove's elements. Feeds in the
wild are crooked: what is wrong is passed over, and said in `remarks` where it costs something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from site_builder.errors import UnusableSource
from site_builder.model import podcasting20 as p20
from site_builder.model.podcast import Person
from site_builder.sources.feed.channel import Standing, read_standing
from site_builder.sources.feed.document import parse_document
from site_builder.sources.feed.elements import Spelling
from site_builder.sources.feed.items import FeedItem, Reader, read_items
from site_builder.sources.feed.left_out import LeftOut
from site_builder.sources.feed.podcasting20 import Talk, read_talk
from site_builder.text.plain import clean

_SIGN = re.compile(r"^(?:(?:copyright|\(c\)|©|℗)\s*|[\d–-]{4,9},?\s+)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PodcastFeed:
    """A show and its episodes, in the feed's order."""

    title: str
    description: str = ""
    """HTML or plain text."""
    link: str = ""
    language: str = ""
    author: str = ""
    email: str = ""
    categories: tuple[str, ...] = ()
    """As the config writes them: `Arts > Books`."""
    explicit: bool = False
    copyright: str = ""
    kind: str = "episodic"
    guid: str = ""
    """Podcasting 2.0 `podcast:guid`."""
    people: tuple[Person, ...] = ()
    talk: Talk = field(default_factory=Talk)
    license: p20.License | None = None
    locations: tuple[p20.Location, ...] = ()
    cover_url: str = ""
    url: str = ""
    """The feed's own address, as it says."""
    moved_to: str = ""
    locked: bool = False
    standing: Standing = field(default_factory=Standing)
    next_url: str = ""
    """The next page of a feed in pages (RFC 5005)."""
    items: tuple[FeedItem, ...] = ()
    remarks: list[str] = field(default_factory=list)
    """What was passed over, a sentence each."""
    left_out: LeftOut = field(default_factory=LeftOut)
    """What a show here cannot say."""


def parse_feed(content: bytes, name: str) -> PodcastFeed:
    """The feed in `content`; `name` is what a person calls it.

    Raises:
        UnusableSource: it is no RSS feed of a podcast.
    """
    document = parse_document(content, name)
    if document.channel is None:
        raise UnusableSource(f"{name} is no podcast feed; give the address that podcast apps use (RSS)")
    spelling = Spelling(document.channel)
    feed = _Channel(document.channel, spelling).read_show(name)
    undeclared = spelling.describe_undeclared()
    feed.remarks[:0] = [*document.remarks, *([undeclared] if undeclared else [])]
    return feed


class _Channel(Reader):
    """The show."""

    def read_show(self, name: str) -> PodcastFeed:
        left_out = LeftOut()
        left_out.count_show(self.children)
        owner = self.inside(self.all("itunes:owner")[0]) if self.all("itunes:owner") else self
        author = self.line("itunes:author") or owner.line("itunes:name")
        standing, talk = read_standing(self), read_talk(self)
        if len(self.all("podcast:liveItem")) > len(standing.live):
            left_out.note_show("podcast:liveItem without date or link")
        if len(talk.values) > 1:
            left_out.note_show("podcast:value beyond the first")
        return PodcastFeed(
            title=self.line("title", "itunes:title") or name,
            description=self.text("description", "itunes:summary"),
            link=self.line("link"),
            language=self.line("language"),
            author=author,
            email=owner.line("itunes:email"),
            categories=tuple(self._read_categories()),
            explicit=self.yes("itunes:explicit") or False,
            copyright=_SIGN.sub("", self.line("copyright")),
            kind="serial" if self.line("itunes:type").lower() == "serial" else "episodic",
            guid=self.line("podcast:guid"),
            people=self.read_people(left_out),
            talk=talk,
            license=self.read_license(),
            locations=self.read_locations(),
            cover_url=self.href("itunes:image") or self._find_image(),
            url=self._find_link("self"),
            moved_to=self.line("itunes:new-feed-url"),
            locked=self.line("podcast:locked").lower() == "yes",
            standing=standing,
            next_url=self._find_link("next"),
            items=tuple(read_items(map(self._read_item, self.all("item")), left_out, author)),
            remarks=left_out.remarks,
            left_out=left_out,
        )

    def _find_image(self) -> str:
        return next((self.inside(child).line("url") for child in self.all("image")), "")

    def _find_link(self, relation: str) -> str:
        links = (child for child in self.all("atom:link") if child.get("rel") == relation)
        return next((child.get("href", "").strip() for child in links), "")

    def _read_categories(self) -> Iterator[str]:
        for element in self.all("itunes:category") or self.all("googleplay:category"):
            name = clean(element.get("text") or "", keep_lines=False)
            children = self.inside(element).all("itunes:category")
            subs = [clean(child.get("text") or "", keep_lines=False) for child in children]
            yield from (f"{name} > {sub}" for sub in subs if sub)
            if name and not any(subs):
                yield name

    def _read_item(self, element: Any) -> Reader:
        return Reader(element, self.spelling)
