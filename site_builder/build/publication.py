"""What a build may not break because subscribers have it, and what a deploy will promise them.

A build promises nothing. It notes what is in `output/` (its release); `promise` makes that binding, and has to be done
before the first byte is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from site_builder.build import up_to_date
from site_builder.build.options import BuildOptions, is_ci
from site_builder.engine.digests import JSON, read_checked, write_checked
from site_builder.errors import InvalidDocument, Problem, SpacecastError, UsageError
from site_builder.show import promises
from site_builder.show.config import describe_show, load_config
from site_builder.show.config.placeholders import is_placeholder
from site_builder.show.documents.document import find_front_line, find_line
from site_builder.show.front_matter import EpisodeMatter
from site_builder.show.layout import EPISODES, INDEX, OutputPaths, find_output_paths
from site_builder.show.promises import Release, Released
from site_builder.show.published import FILE, Published, ShowPin, load_published, write_published
from site_builder.text.timecode import format_utc, parse_utc

if TYPE_CHECKING:
    from site_builder.build.selection import Selection
    from site_builder.episodes.catalog import Catalog
    from site_builder.episodes.catalog_entry import CatalogEntry
    from site_builder.episodes.summary import EpisodeSummary
    from site_builder.show.config import Config

BY_HAND = "by hand"
"""Target of those who copy `output/` themselves."""
LIVE = "seen online"
"""Target where nothing else is known."""


def require_kept(
    folder: Path,
    published: Published,
    catalog: Catalog,
    selection: Selection,
    now: datetime,
    options: BuildOptions,
) -> None:
    """Refuse a build that would break what has been promised, or in CI promise what nobody would remember.

    Raises:
        InvalidDocument: with each problem and the ways on.
        UsageError: in CI, with each episode that is not promised yet.
    """
    show = _describe_show(catalog.show_folder.config)
    problems = promises.find_broken_show(published.show, show, has_moved=options.moved)
    problems += promises.find_broken(
        published,
        {entry.name: entry for entry in catalog.entries},
        going_out=[entry.guid for entry in selection.chosen],
        held_back=[*selection.withheld.values(), *catalog.find_unusable(published.pins)],
        within=folder / EPISODES,
        now=now,
    )
    if problems:
        raise InvalidDocument([_add_line(folder, problem) for problem in problems])
    if not (options.preview or options.drafts):
        chosen = tuple(
            Released(entry.guid, entry.slug, entry.shown_title, entry.published_at, "") for entry in selection.chosen
        )
        require_noted(published, Release(show, chosen, selection.withdrawn))


def _add_line(folder: Path, problem: Problem) -> Problem:
    """The same with the line of its option, where that is written."""
    if not problem.file or not problem.field:
        return problem
    path = tuple(problem.field.split("."))
    if problem.file.name == INDEX:
        return replace(problem, line=find_front_line(problem.file.read_bytes(), EpisodeMatter, path))
    return replace(problem, line=find_line((folder / problem.file).read_bytes(), path))


def _describe_show(config: Config) -> ShowPin:
    show = describe_show(config.show, config.feed)
    return ShowPin(guid=show.guid, url=show.url, moved_to=show.new_feed_url)


def make_release(catalog: Catalog, selection: Selection, episodes: Iterable[EpisodeSummary], now: datetime) -> Release:
    """What a build made of a show; `episodes` are those in its output."""
    waiting = (
        entry for entry in catalog.entries if entry.published_at > now and not entry.draft and entry.withdrawn is None
    )
    return Release(
        _describe_show(catalog.show_folder.config),
        tuple(
            Released(episode.guid, episode.slug, episode.title, episode.published_at, episode.enclosure)
            for episode in episodes
            if not episode.draft
        ),
        selection.withdrawn,
        tuple(Released(entry.guid, entry.slug, entry.shown_title, entry.published_at, "") for entry in waiting),
    )


def write_release(output_paths: OutputPaths, release: Release) -> None:
    """Note what is in the output."""
    values: JSON = {
        "show": release.show._asdict(),
        "episodes": _describe(release.episodes),
        "withdrawn": list(release.withdrawn),
        "waiting": _describe(release.waiting),
    }
    write_checked(output_paths.release, values)


def _describe(episodes: Sequence[Released]) -> list[list[str]]:
    return [[*episode[:3], format_utc(episode.published_at), episode.enclosure] for episode in episodes]


def load_release(folder: Path) -> Release:
    """What is in `output/`.

    Raises:
        SpacecastError: the last build did not end well, or there was none.
    """
    try:
        values = read_checked(find_output_paths(folder, preview=False).release)
        episodes, waiting = (tuple(map(_parse, values[name])) for name in ("episodes", "waiting"))
        return Release(ShowPin(**values["show"]), episodes, tuple(values["withdrawn"]), waiting)
    except (OSError, ValueError, KeyError, TypeError):
        message = "output/ is not a whole build of the show; run `spacecast build` first"
        raise SpacecastError(message) from None


def _parse(values: list[Any]) -> Released:
    guid, slug, title, date, enclosure = values
    return Released(guid, slug, title, parse_utc(date), enclosure)


def find_first_promises(folder: Path) -> tuple[Released, ...]:
    """Episodes in `output/` that go out for the first time when it is sent now, oldest first.

    Raises:
        SpacecastError: `output/` is not a whole build.
        InvalidDocument: `content/published.json` is damaged.
    """
    return promises.find_first(load_published(folder).pins, load_release(folder))


def promise(folder: Path) -> tuple[Released, ...]:
    """Make what is in `output/` binding; to be done before its first byte is sent. Gives what is promised anew.

    When this returns, `content/published.json` is safe on disk, so a deploy that is killed has promised.

    Raises:
        SpacecastError: `output/` is not a whole build.
        InvalidDocument: `content/published.json` is damaged.
        UsageError: this is CI, where a promise would be lost, and it would be a new one.
    """
    known, release = load_published(folder), load_release(folder)
    require_noted(known, release)
    _write(folder, promises.promise(known, release), known)
    return promises.find_first(known.pins, release)


def confirm(folder: Path, target: str, now: datetime, guids: Collection[str] | None = None) -> None:
    """Note that what was promised is online at `target` (a name or address without secrets), once all of it is sent.

    Args:
        folder: The show's.
        target: Where it is.
        now: When that was known.
        guids: Those that are online; all of `output/` where nothing is said.
    """
    known = load_published(folder)
    if guids is None:
        guids = {episode.guid for episode in load_release(folder).episodes}
    if not is_ci():
        _write(folder, promises.confirm(known, guids, target, now), known)


class SeenEpisode(NamedTuple):
    """An episode in a feed that is online."""

    guid: str
    slug: str
    """Of its page; empty where the feed does not tell."""
    published_at: datetime | None


def note_seen(folder: Path, seen: Sequence[SeenEpisode], now: datetime) -> None:
    """Promise what is seen online, however it got there.

    Raises:
        InvalidDocument: `content/published.json` is damaged.
    """
    known = load_published(folder)
    released = {episode.guid: episode for episode in _load_last_release(folder).episodes}
    new = (_describe_seen(episode, released, now) for episode in seen if episode.guid not in known.pins)
    show = known.show if known.show.url else _describe_show(load_config(folder))
    after = promises.promise(known, Release(show, tuple(filter(None, new))))
    if not is_ci():
        _write(folder, promises.confirm(after, {episode.guid for episode in seen}, LIVE, now), known)


def _load_last_release(folder: Path) -> Release:
    try:
        return load_release(folder)
    except SpacecastError:
        return Release(ShowPin(), ())


def _describe_seen(seen: SeenEpisode, released: Mapping[str, Released], now: datetime) -> Released | None:
    """As it was built, or else as the feed tells; None where nothing could be kept of it."""
    if known := released.get(seen.guid):
        return known
    return Released(seen.guid, seen.slug, "", seen.published_at or now, "") if seen.guid and seen.slug else None


def end_build(
    folder: Path,
    known: Published,
    release: Release,
    entries: Iterable[CatalogEntry],
    now: datetime,
    options: BuildOptions,
) -> None:
    """Note what is in the output, and whatever the host said with the options of the build."""
    write_release(find_output_paths(folder, preview=False), release)
    said = _release_waiting(known._replace(pins=promises.retire(known.pins, options.retire)), entries, now)
    if options.moved and known.show.url:
        said = said._replace(show=release.show._replace(guid=known.show.guid))
    if options.published:
        out = release._replace(episodes=(*release.episodes, *release.waiting))
        guids = {episode.guid for episode in release.episodes}
        said = promises.confirm(promises.promise(said, out), guids, BY_HAND, now)
    _write(folder, said, known)


def require_noted(known: Published, release: Release) -> None:
    """In CI: refuse what the committed `content/published.json` does not hold, since it could not be remembered.

    A show at an example's address cannot go online, so nothing of it is promised: it may be built anywhere.

    Raises:
        UsageError: with each episode.
    """
    if is_placeholder(urlsplit(release.show.url).hostname or ""):
        return
    if is_ci() and (words := promises.find_unpromised(known, release)):
        listed = "".join(f"\n  {word}" for word in words[:20])
        raise UsageError(
            f"this would go online for the first time, and {FILE} does not hold it:{listed}\nWhat is built here is "
            "forgotten. On your own computer run `spacecast build --published` (or `spacecast deploy`), commit "
            f"{FILE} and push it; then this build goes through"
        )


def _release_waiting(published: Published, entries: Iterable[CatalogEntry], now: datetime) -> Published:
    """Without promises for a date to come that the show does not keep any more: nobody had them yet."""
    waiting = {entry.guid: entry.published_at for entry in entries if not entry.draft}
    kept = {
        guid: pin
        for guid, pin in published.pins.items()
        if pin.first_published <= now or pin.online or pin.retired or waiting.get(guid) == pin.first_published
    }
    return published._replace(pins=kept)


def _write(folder: Path, published: Published, known: Published) -> None:
    """Write the promises without making `output/` look stale: what is in it is what they say."""
    if (published.pins, published.show) == (known.pins, known.show):
        return
    usual = BuildOptions().inputs
    changes = up_to_date.ChangeCheck(find_output_paths(folder, preview=False), folder, usual)
    write_published(folder, published, known)
    up_to_date.accept(changes, folder, usual, FILE.name)
