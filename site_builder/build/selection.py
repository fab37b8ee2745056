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


def select(cards: Sequence[CatalogEntry], now: datetime, *, drafts: bool) -> Selection:
    """Which episodes are to be published, newest first, and which are not and why."""
    chosen: list[CatalogEntry] = []
    skipped: list[Skipped] = []
    withheld: dict[str, str] = {}
    hidden: set[str] = set()
    for card in sorted(cards, key=lambda card: (card.published_at, card.guid), reverse=True):
        why_hidden = _why_hidden(card, now)
        reason = _why_taken_back(card) or ("" if drafts else why_hidden) or card.withheld
        if reason:
            skipped.append(Skipped(title=card.title, reason=reason))
            withheld |= {card.slug: card.guid} if reason == card.withheld else {}
            continue
        chosen.append(card)
        hidden |= {card.guid} if why_hidden else set()
    return Selection(
        chosen=tuple(chosen),
        drafts=frozenset(hidden),
        skipped=tuple(skipped),
        withdrawn=tuple(card.guid for card in cards if card.withdrawn is not None),
        withheld=withheld,
    )


def _why_taken_back(card: CatalogEntry) -> str:
    reason = card.withdrawn
    return "" if reason is None else f"taken back: {reason}" if reason else "taken back"


def _why_hidden(card: CatalogEntry, now: datetime) -> str:
    if card.draft:
        return "it is a draft; remove `draft: true` to publish it"
    if card.published_at > now:
        return f"it waits for its date, {card.published_at:%Y-%m-%d %H:%M} UTC"
    return ""


def find_due(cards: Iterable[CatalogEntry], now: datetime) -> datetime | None:
    """When the next episode that waits for its date is to be published."""
    return min((card.published_at for card in cards if not card.draft and card.published_at > now), default=None)
