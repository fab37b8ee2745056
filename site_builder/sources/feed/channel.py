"""What a feed says of the show to directories, and of other shows and payment to listeners.

https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md; Apple's and Spotify's elements beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from site_builder.model import podcasting20 as p20
from site_builder.sources.feed.elements import Element, line_of
from site_builder.sources.feed.podcasting20 import read_live_items, read_remote_item
from site_builder.text.plain import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """As the feed says it; nothing here was looked into."""

    subtitle: str = ""
    countries: tuple[str, ...] = ()
    """Spotify's `countryOfOrigin`, in capitals."""
    block: bool = False
    complete: bool = False
    medium: str = ""
    code: str = ""
    """What Apple asked for to know the owner."""
    publisher: p20.RemoteItem | None = None
    podping: bool = False
    services: tuple[p20.ServiceBlock, ...] = ()
    live: tuple[p20.LiveItem, ...] = ()
    podroll: tuple[p20.RecommendedShow, ...] = ()
    frequency: str = ""
    """How often episodes appear, for people."""
    frequency_rule: str = ""
    frequency_start: str = ""
    """ISO 8601."""


def read_standing(channel: Element) -> Standing:
    """All of it."""
    blocks = tuple(_read_blocks(channel))
    return Standing(
        subtitle=channel.line("itunes:subtitle")[:255],
        countries=tuple(channel.line("spotify:countryOfOrigin").upper().split()),
        block=channel.line("itunes:block").lower() == "yes"
        or any(not entry.service for entry in blocks if entry.blocked),
        complete=channel.line("itunes:complete").lower() == "yes",
        medium=channel.line("podcast:medium").lower(),
        code=channel.line("itunes:applepodcastsverify"),
        publisher=next(_read_publishers(channel), None),
        podping=channel.href("podcast:podping", "usesPodping").lower() in {"true", "yes"},
        services=tuple(entry for entry in blocks if entry.service),
        live=tuple(read_live_items(channel)),
        podroll=tuple(_read_podroll(channel)),
        frequency=channel.line("podcast:updateFrequency")[:128],
        frequency_rule=channel.href("podcast:updateFrequency", "rrule"),
        frequency_start=channel.href("podcast:updateFrequency", "dtstart"),
    )


def _read_blocks(channel: Element) -> Iterator[p20.ServiceBlock]:
    for child in channel.all("podcast:block"):
        yield p20.ServiceBlock(
            service=(child.get("id") or "").strip().lower(), blocked=line_of(child).lower() in {"yes", "true"}
        )


def _read_publishers(channel: Element) -> Iterator[p20.RemoteItem]:
    for parent in channel.all("podcast:publisher"):
        for child in channel.inside(parent).all("podcast:remoteItem"):
            yield read_remote_item(child, "publisher")


def _read_podroll(channel: Element) -> Iterator[p20.RecommendedShow]:
    for parent in channel.all("podcast:podroll"):
        for child in channel.inside(parent).all("podcast:remoteItem"):
            if guid := (child.get("feedGuid") or "").strip():
                title = clean(child.get("title") or "", keep_lines=False)[:255]
                yield p20.RecommendedShow(guid=guid, feed_url=(child.get("feedUrl") or "").strip(), title=title)
