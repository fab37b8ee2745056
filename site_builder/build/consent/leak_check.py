"""The leak check: nobody who is hidden is named in any file of the site, and refused speech decodes to silence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from site_builder.build.consent.leak_sources import LeakSources
from site_builder.consent import Casting, make_redaction
from site_builder.consent.leaks import LeakMemory, Secrets, check_silence, describe_secrets, find_leaks
from site_builder.consent.readers import SOUND
from site_builder.engine.processes.quick_calls import map_in_processes
from site_builder.episodes.catalog import Catalog, load_casting
from site_builder.episodes.catalog_entry import CatalogEntry
from site_builder.episodes.summary import EpisodeSummary
from site_builder.model.podcast import Guid
from site_builder.show.config import Pending
from site_builder.text.timecode import format_clock


class Searched(NamedTuple):
    """The site, as the build left it."""

    output: Path
    untracked: Sequence[str]
    """Files below `output` that the show does not ask for: sound among them may be that of an episode from before
    somebody refused, which no text tells."""
    own: Collection[str]
    """Files of the theme and the program, which nothing of the show is in."""
    is_whole: bool
    """Whether all was made anew that had to be; where not, what was made before may still name somebody."""
    memory: LeakMemory | None = None
    """Of the searches before, where there are many in a row."""


def find_exposed(
    site: Searched, catalog: Catalog, chosen: Sequence[CatalogEntry], episodes: Sequence[EpisodeSummary], jobs: int
) -> tuple[str, ...]:
    """A sentence for each file that shows what it must not; nothing is searched where nobody is hidden.

    Args:
        site: What is searched.
        catalog: Who said what to being published.
        chosen: The episodes that are published.
        episodes: The same as they came out.
        jobs: How many processes may read.
    """
    secrets = _describe_secrets(catalog, chosen, episodes, jobs, site.memory)
    if not secrets:
        return ()
    unknown = set(site.untracked)
    leaks = find_leaks(site.output, secrets, set(site.own) - unknown, site.memory, jobs)
    if leaks:
        secrets = _spare_texts(secrets, catalog)
        leaks = find_leaks(site.output, secrets, set(site.own) - unknown, site.memory, jobs)
    sources = LeakSources(catalog, site.output, secrets, {one.path: one.guid for one in episodes})
    return (
        *sources.explain(leaks, unknown, is_whole=site.is_whole),
        *_explain_strangers([path for path in site.untracked if Path(path).suffix.lower() in SOUND]),
    )


def _explain_strangers(sounds: Sequence[str]) -> Iterator[str]:
    if len(sounds) == 1:
        yield f"{sounds[0]}: nothing in the show asks for it; delete it: somebody hidden may be heard"
    elif sounds:
        yield (
            f"{sounds[0]} and {len(sounds) - 1} more: nothing in the show asks for these; delete output/ and build "
            "again: somebody hidden may be heard"
        )


def _describe_secrets(
    catalog: Catalog,
    chosen: Sequence[CatalogEntry],
    episodes: Sequence[EpisodeSummary],
    jobs: int,
    memory: LeakMemory | None,
) -> Secrets:
    people = catalog.show_folder.people
    hides_pending = catalog.show_folder.config.consent.pending is Pending.ANONYMISE
    if not (any(entry.is_restricted for entry in chosen) or make_redaction(people, hide_pending=hides_pending).hidden):
        return Secrets()
    castings = _load_castings(catalog, chosen, jobs, memory)
    places = {Guid(episode.guid): (episode.path, *episode.audio) for episode in episodes}
    return describe_secrets(people, castings, places, hide_pending=hides_pending)


def _load_castings(
    catalog: Catalog, chosen: Sequence[CatalogEntry], jobs: int, memory: LeakMemory | None
) -> dict[Guid, Casting]:
    """Who is heard and named in each episode; with a memory, episodes are read again where something changed."""
    setting = (catalog.base, catalog.show_folder.people)
    known = memory.recall_castings(setting) if memory else {}
    unread = [entry for entry in chosen if _name_reading(entry) not in known]
    read = zip(unread, map_in_processes(partial(load_casting, catalog), unread, jobs), strict=True)
    fresh = {_name_reading(entry): casting for entry, casting in read}
    now = {name: known.get(name) or fresh[name] for name in map(_name_reading, chosen)}
    if memory:
        memory.keep_castings(setting, dict(now))
    return {Guid(entry.guid): now[_name_reading(entry)] for entry in chosen}


def _name_reading(entry: CatalogEntry) -> object:
    """An episode as it says what it says now: its entry has another key as soon as a file or an answer is another."""
    return entry.name, entry.guid, entry.key


def _spare_texts(secrets: Secrets, catalog: Catalog) -> Secrets:
    """The same, but for words of the interface: somebody may be called `Archive`."""
    return replace(secrets, shown=(*secrets.shown, *catalog.show_folder.words.list_texts()))


def find_audible(output: Path, episodes: Iterable[EpisodeSummary]) -> Iterator[str]:
    """A sentence for each span of refused speech that can still be heard."""
    for episode in episodes:
        for path in episode.audio if episode.silent else ():
            for span in check_silence(output / path, episode.silent) if (output / path).is_file() else ():
                yield (
                    f"{path}: sound is left from {format_clock(span.start)} to {format_clock(span.end)}, "
                    "where somebody who refused speaks"
                )
