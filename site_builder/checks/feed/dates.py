"""Rules about dates in a feed, one against the other and against the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from site_builder.checks import references as ref
from site_builder.checks.feed.document import FeedDocument, text_of
from site_builder.checks.feed.elements.values import find_date
from site_builder.checks.rule import Remark, Rulebook, Severity

DATES: Rulebook[FeedDocument] = Rulebook("Dates in the feed")

_EARLIEST = 2000
"""No podcast is older (RSS got its enclosure in that year); 1970 is what a clock says that was never set."""
_SLACK = timedelta(days=1)
"""Clocks and zones may differ by that much."""


@DATES.rule(
    "build-date-newest",
    Severity.WARNING,
    ref.RSS,
    holds="`lastBuildDate` is not older than the newest episode: apps that go by it would not look for that.",
    remedy="Build again; if it stays, report it: this program wrote the feed.",
)
def _find_old_build(document: FeedDocument) -> Iterator[Remark]:
    newest = max((date for item in document.items if (date := find_date(item.text("pubDate")))), default=None)
    for element in document.channel.all("lastBuildDate"):
        built = find_date(text_of(element))
        if built and newest and built < newest:
            yield f"it says {text_of(element)}, but an episode is newer", document.at(element)


@DATES.rule(
    "date-past",
    Severity.WARNING,
    ref.RSS_PROFILE,
    holds="No date lies in the future: apps hide such an episode, or keep it on top for ever.",
    remedy="Correct `date` or `updated` in the front matter, then build again.",
)
def _find_future(document: FeedDocument) -> Iterator[Remark]:
    for branch in document.branches:
        for name in ("pubDate", "lastBuildDate"):
            if _is_future(find_date(branch.text(name)), document.now):
                yield f"{name} says {branch.text(name)}, which is yet to come", document.at(branch)
    for trailer in document.all("podcast:trailer"):
        if _is_future(find_date(trailer.get("pubdate", "")), document.now):
            yield f"pubdate says {trailer.get('pubdate')}, which is yet to come", document.at(trailer)


def _is_future(moment: datetime | None, now: datetime | None) -> bool:
    return bool(moment and now and moment > now + _SLACK)


@DATES.rule(
    "date-likely",
    Severity.WARNING,
    ref.RSS_PROFILE,
    holds=f"Dates are those of podcasts: none is older than {_EARLIEST}, as of a clock that was never set.",
    remedy="Write the day it was really published as `date` into the front matter.",
)
def _find_ancient(document: FeedDocument) -> Iterator[Remark]:
    for branch in document.branches:
        for name in ("pubDate", "lastBuildDate"):
            moment = find_date(branch.text(name))
            if moment and moment.year < _EARLIEST:
                yield f"{name} says {branch.text(name)}", document.at(branch)
