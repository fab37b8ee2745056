"""The schema of a whole feed, and what it cannot say: limits in bytes, uniqueness, weekdays, agreement."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

SCHEMA = Path(__file__).parent / "schema" / "feed.rng"
NAMESPACES = {
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "psc": "http://podlove.org/simple-chapters",
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "spotify": "http://www.spotify.com/ns/rss",
}


@cache
def _schema() -> Any:
    return etree.RelaxNG(etree.parse(SCHEMA))


def find_faults(feed: bytes) -> list[str]:
    """Everything wrong with a feed, as sentences; empty where it is right."""
    document = etree.fromstring(feed)
    schema = _schema()
    faults = [] if schema.validate(document) else [f"line {error.line}: {error.message}" for error in schema.error_log]
    return faults + list(_find_beyond_schema(document))


def _find_beyond_schema(document: Any) -> Iterator[str]:
    def all_of(path: str) -> list[str]:
        return [str(found) for found in document.xpath(path, namespaces=NAMESPACES)]

    for path in ("//item/guid/text()", "//item/enclosure/@url", "//item/link/text()"):
        if len(set(all_of(path))) < len(all_of(path)):
            yield f"{path} repeats"
    if any(len(text.encode()) > 4000 for text in all_of("//description/text()")):
        yield "a description has more than 4000 bytes"
    if len(all_of("/rss/channel/atom:link[@rel='self']/@href")) != 1:
        yield "there must be one self link"
    for part in ("title", "link"):
        if all_of(f"/rss/channel/image/{part}/text()") != all_of(f"/rss/channel/{part}/text()"):
            yield f"image/{part} is not the channel's"
    yield from _find_wrong_dates(
        all_of("//item/pubDate/text()"), all_of("//lastBuildDate/text() | //podcast:trailer/@pubdate")
    )


def _find_wrong_dates(items: list[str], others: list[str]) -> Iterator[str]:
    try:
        dates = {text: parsedate_to_datetime(text) for text in items + others}
    except ValueError as error:
        yield str(error)
        return
    yield from (f"{text} was another day of the week" for text, date in dates.items() if f"{date:%a}" != text[:3])
    moments = [dates[text] for text in items]
    if moments != sorted(moments, reverse=True):
        yield "items are not newest first"
