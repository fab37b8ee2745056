"""Which episodes a build publishes, and which it does not and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from site_builder.build.report import Skipped
from site_builder.episodes.catalog_entry import CatalogEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which episodes a build publishes, and which it does not."""

    chosen: tuple[CatalogEntry, ...]
    """Newest first."""
    drafts: frozenset[str]
    """Guids of those that are only previewed."""
    skipped: tuple[Skipped, ...]
    withdrawn: tuple[str, ...]
    """Guids taken back by the host."""
    withheld: Mapping[str, str]
    """Slug to guid of those that consent keeps back."""


def select(entries: Sequence[CatalogEntry], now: datetime, *, drafts: bool) -> Selection:
    """Which episodes are to be published, newest first, and which are not and why."""
    chosen: list[CatalogEntry] = []
    skipped: list[Skipped] = []
    withheld: dict[str, str] = {}
    hidden: set[str] = set()
    for entry in sorted(entries, key=lambda entry: (entry.published_at, entry.guid), reverse=True):
        why_hidden = _why_hidden(entry, now)
        reason = _why_taken_back(entry) or ("" if drafts else why_hidden) or entry.withheld
        if reason:
            skipped.append(Skipped(title=entry.title, reason=reason))
            withheld |= {entry.slug: entry.guid} if reason == entry.withheld else {}
            continue
        chosen.append(entry)
        hidden |= {entry.guid} if why_hidden else set()
    return Selection(
        chosen=tuple(chosen),
        drafts=frozenset(hidden),
        skipped=tuple(skipped),
        withdrawn=tuple(entry.guid for entry in entries if entry.withdrawn is not None),
        withheld=withheld,
    )


def _why_taken_back(entry: CatalogEntry) -> str:
    reason = entry.withdrawn
    return "" if reason is None else f"taken back: {reason}" if reason else "taken back"


def _why_hidden(entry: CatalogEntry, now: datetime) -> str:
    if entry.draft:
        return "it is a draft; remove `draft: true` to publish it"
    if entry.published_at > now:
        return f"it waits for its date, {entry.published_at:%Y-%m-%d %H:%M} UTC"
    return ""


def find_due(entries: Iterable[CatalogEntry], now: datetime) -> datetime | None:
    """When the next episode that waits for its date is to be published."""
    return min((entry.published_at for entry in entries if not entry.draft and entry.published_at > now), default=None)
