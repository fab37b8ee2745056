"""Rules about live items: what they hold, when they are, that they are no episodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from site_builder.checks import references as ref
from site_builder.checks.feed.document import Element, FeedDocument, name_of, text_of
from site_builder.checks.rule import Remark, Rulebook, Severity

LIVE: Rulebook[FeedDocument] = Rulebook("Live items in the feed")

_AGAIN = "Correct `feed.live` in config.yaml."
_LONGER = timedelta(hours=6)
"""Conversations run over; one that does so by this much is over, and nobody has said so."""


def _child(element: Element, name: str) -> str:
    """Text of the first child of a name; empty where there is none."""
    found = next((child for child in element.iterchildren("{*}*") if name_of(child.tag) == name), None)
    return "" if found is None else text_of(found)


@LIVE.rule(
    "live-item-complete",
    Severity.WARNING,
    ref.namespace_tag("liveItem"),
    holds="A live item has a title and a guid, as episodes have.",
    remedy=_AGAIN,
)
def _find_incomplete(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("podcast:liveItem"):
        for name in ("title", "guid"):
            if not _child(element, name):
                yield f"a live item has no {name}", document.at(element)


@LIVE.rule(
    "live-item-times",
    Severity.WARNING,
    ref.namespace_tag("liveItem"),
    holds="A live item ends after it begins.",
    remedy=_AGAIN,
)
def _find_times(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("podcast:liveItem"):
        start, end = _find_moment(element.get("start", "")), _find_moment(element.get("end", ""))
        if start and end and end <= start:
            yield f"it begins at {element.get('start')} and ends at {element.get('end')}", document.at(element)


@LIVE.rule(
    "live-item-over",
    Severity.ADVICE,
    ref.namespace_tag("liveItem"),
    holds="A live item whose end is long past is no longer live: apps offer a stream that says nothing.",
    remedy="Set `status: ended`, or take it out of `feed.live` in config.yaml.",
)
def _find_over(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("podcast:liveItem"):
        end = _find_moment(element.get("end", ""))
        if element.get("status") == "live" and end and document.now and document.now > end + _LONGER:
            yield f"it is live, and was to end at {element.get('end')}", document.at(element)


def _find_moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.utcoffset() is not None else None


@LIVE.rule(
    "live-item-guid",
    Severity.WARNING,
    ref.namespace_tag("liveItem"),
    holds="A live item has a guid of its own: with that of an episode apps replace one by the other.",
    remedy=_AGAIN,
)
def _find_guids(document: FeedDocument) -> Iterator[Remark]:
    items = document.all("podcast:liveItem")
    counts = Counter(_child(element, "guid") for element in items)
    episodes = {item.text("guid") for item in document.items} if items else set()
    for element in items:
        guid = _child(element, "guid")
        if guid and (counts[guid] > 1 or guid in episodes):
            yield f"the guid {guid[:80]} is that of another item too", document.at(element)


@LIVE.rule(
    "live-item-once",
    Severity.ADVICE,
    ref.namespace_tag("liveItem"),
    holds="One live item is live at a time: apps show one.",
    remedy="Set `status: ended` for those that are over.",
)
def _find_several(document: FeedDocument) -> Iterator[Remark]:
    live = [element for element in document.all("podcast:liveItem") if element.get("status") == "live"]
    for element in live[1:]:
        yield "another item is live as well", document.at(element)
