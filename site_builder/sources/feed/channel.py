"""What a feed says of the show's place among others: to directories, and to whoever likes it.

https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md; Apple's and Spotify's elements beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from site_builder.model import podcasting20 as p20
from site_builder.sources.feed.elements import Element, text_of
from site_builder.text.plain import clean

_LONGEST_TEXT = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """As the feed says it; nothing here was looked into."""

    subtitle: str = ""
    countries: tuple[str, ...] = ()
    """Spotify's `countryOfOrigin`, in capitals."""
    block: bool = False
    complete: bool = False
    medium: str = ""
    texts: tuple[p20.TextRecord, ...] = ()
    podroll: tuple[p20.RecommendedShow, ...] = ()
    frequency: str = ""
    """How often episodes appear, for people."""
    frequency_rule: str = ""
    frequency_start: str = ""
    """ISO 8601."""


def read_standing(channel: Element) -> Standing:
    """All of it."""
    return Standing(
        subtitle=channel.line("itunes:subtitle")[:255],
        countries=tuple(channel.line("spotify:countryOfOrigin").upper().split()),
        block=channel.line("itunes:block").lower() == "yes",
        complete=channel.line("itunes:complete").lower() == "yes",
        medium=channel.line("podcast:medium").lower(),
        texts=tuple(_read_texts(channel)),
        podroll=tuple(_read_podroll(channel)),
        frequency=channel.line("podcast:updateFrequency")[:128],
        frequency_rule=channel.href("podcast:updateFrequency", "rrule"),
        frequency_start=channel.href("podcast:updateFrequency", "dtstart"),
    )


def _read_texts(channel: Element) -> Iterator[p20.TextRecord]:
    for child in channel.all("podcast:txt"):
        if text := clean(text_of(child), keep_lines=False)[:_LONGEST_TEXT]:
            yield p20.TextRecord(text=text, purpose=(child.get("purpose") or "").strip()[:128])
    if code := channel.line("itunes:applepodcastsverify"):
        yield p20.TextRecord(text=code, purpose="applepodcastsverify")


def _read_podroll(channel: Element) -> Iterator[p20.RecommendedShow]:
    for parent in channel.all("podcast:podroll"):
        for child in channel.inside(parent).all("podcast:remoteItem"):
            if guid := (child.get("feedGuid") or "").strip():
                title = clean(child.get("title") or "", keep_lines=False)[:255]
                yield p20.RecommendedShow(guid=guid, feed_url=(child.get("feedUrl") or "").strip(), title=title)
