"""Withholds episodes whose audio turns out to be silent, and remembers them until they change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from site_builder.consent.leaks import check_silence
from site_builder.engine.cache import ValueCache
from site_builder.engine.serialization import replace_fields
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
    kept.drop(_KIND, silent.keys() - {entry.name for entry in catalog.entries})
    entries = [
        replace_fields(entry, withheld=entry.withheld or REASON) if silent.get(entry.name) == entry.key else entry
        for entry in catalog.entries
    ]
    return replace(catalog, entries=tuple(entries))


def note_silent(catalog: Catalog, kept: ValueCache, episodes: Iterable[EpisodeSummary], output: Path) -> bool:
    """Whether there are silent ones among the episodes just made; they are known from now on."""
    entries = {entry.guid: entry for entry in catalog.entries}
    found = [entries[episode.guid] for episode in episodes if episode.seems_silent and _is_silent(episode, output)]
    kept.put(_KIND, {entry.name: (entry.key, b"") for entry in found})
    return bool(found)


def _is_silent(episode: EpisodeSummary, output: Path) -> bool:
    """By all of the sound; its shape for drawing leaves parts out."""
    file = output / episode.enclosure
    return file.is_file() and not check_silence(file, [Span(start=0.0, end=episode.duration)])
