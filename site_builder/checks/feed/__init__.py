"""All rules about a feed, and the few without which no feed is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from site_builder.checks.feed.addresses import ADDRESSES
from site_builder.checks.feed.channel import CHANNEL
from site_builder.checks.feed.dates import DATES
from site_builder.checks.feed.document import RawFeed, Site, UnreadableFeed, parse_feed
from site_builder.checks.feed.elements.table import ELEMENTS
from site_builder.checks.feed.notes import NOTES
from site_builder.checks.feed.offered import OFFERED
from site_builder.checks.feed.podcasting20.agreement import PODCASTING
from site_builder.checks.feed.podcasting20.live import LIVE
from site_builder.checks.feed.podcasting20.talk import TALK
from site_builder.checks.feed.podcasting20.value import VALUE
from site_builder.checks.feed.reach import REACH
from site_builder.checks.feed.text import FEED_TEXT
from site_builder.checks.feed.titles import TITLES
from site_builder.checks.feed.xml import BYTES, DOCUMENT
from site_builder.checks.rule import Finding, Severity
from site_builder.model.paths import FEED
from site_builder.model.podcast import Show

FEED_BOOKS = (
    *(DOCUMENT, ELEMENTS, ADDRESSES, REACH, DATES, FEED_TEXT, TITLES, NOTES, CHANNEL),
    *(PODCASTING, OFFERED, TALK, VALUE, LIVE),
)


def check_feed(feed: bytes, site: Site, now: datetime | None = None) -> tuple[Finding, ...]:
    """Everything about a feed that breaks a rule; one that cannot be read breaks that rule alone.

    `now` is for dates that must not lie in the future; without it they may.
    """
    return tuple(_check(feed, site, only=None, now=now))


def find_fatal(feed: bytes, output: Path, show: Show, *, path: str = FEED) -> tuple[Finding, ...]:
    """Why a feed must not replace the last good one: rules broken that apps, directories or subscribers rely on.

    Quick: some milliseconds for a hundred episodes. Of `output` only the sizes of audio files are looked at, where the
    files are there. `path` is where this feed will lie below the site's root, for further pages of a feed.
    """
    return tuple(_check(feed, Site(show=show, output=output, feed_path=path), only=Severity.ERROR))


def _check(feed: bytes, site: Site, only: Severity | None, now: datetime | None = None) -> Iterator[Finding]:
    try:
        document = parse_feed(feed, site, now)
    except UnreadableFeed as fault:
        yield from BYTES.check(RawFeed(content=feed, fault=fault), only=only)
        return
    yield from BYTES.check(RawFeed(content=feed), only=only)
    for book in FEED_BOOKS:
        yield from book.check(document, only=only)
