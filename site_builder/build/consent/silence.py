"""Episodes whose sound turns out to be nothing but silence: they are withheld, and known until they change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from site_builder.consent.leaks import check_silence
from site_builder.engine.cache import ValueCache
from site_builder.engine.serialization import change
from site_builder.episodes.catalog import Catalog
from site_builder.episodes.summary import EpisodeSummary
from site_builder.model.podcast import Span

REASON = "Nothing is to be heard in its recording: all of it is silence."
_KIND = "silent"


def withhold_silent(catalog: Catalog, kept: ValueCache) -> Catalog:
    """The show, with those withheld that an earlier build found silent and that are as they were."""
    silent = kept.keys(_KIND)
    if not silent:
        return catalog
    kept.drop(_KIND, silent.keys() - {card.name for card in catalog.cards})
    cards = [
        change(card, withheld=card.withheld or REASON) if silent.get(card.name) == card.key else card
        for card in catalog.cards
    ]
    return replace(catalog, cards=tuple(cards))


def note_silent(catalog: Catalog, kept: ValueCache, episodes: Iterable[EpisodeSummary], output: Path) -> bool:
    """Whether there are silent ones among the episodes just made; they are known from now on."""
    cards = {card.guid: card for card in catalog.cards}
    found = [cards[episode.guid] for episode in episodes if episode.seems_silent and _is_silent(episode, output)]
    kept.put(_KIND, {card.name: (card.key, b"") for card in found})
    return bool(found)


def _is_silent(episode: EpisodeSummary, output: Path) -> bool:
    """By all of the sound; its shape for drawing leaves parts out."""
    file = output / episode.enclosure
    return file.is_file() and not check_silence(file, [Span(start=0.0, end=episode.duration)])
