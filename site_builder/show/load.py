"""Reads and checks a whole show folder: config, people, bundles, pages.

What is wrong in any file is told at once, with file and line.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, TypeVar

from site_builder.errors import InvalidDocument, Problem
from site_builder.model.podcast import Show
from site_builder.show.bundles import Bundle, FreePage, find_bundles, find_pages, list_described, load_bundle, load_page
from site_builder.show.config import Config, check_config_files, describe_show, load_config
from site_builder.show.documents import find_front_line
from site_builder.show.front_matter import EpisodeMatter, SoundbiteEntry, SpanEntry
from site_builder.show.layout import INDEX, PEOPLE
from site_builder.show.own_files import find_foreign
from site_builder.show.people import People, load_people
from site_builder.show.promises import Addressed
from site_builder.text.languages import ENGLISH, Language, load_language
from site_builder.text.timecode import format_clock

Loaded = TypeVar("Loaded")
_SLACK = 1.0
"""Seconds by which a time may lie after the end: people round up."""
_OWN_PLACES = (
    *("archive", "artwork", "assets", "episodes", "icons", "media", "offline", "page", "pagefind", "people", "search"),
    *("subscribe", "tags"),
    *("404.html", "feed.css", "feed.xml", "index.html", "robots.txt", "sitemap.xml"),
)
"""What the site has beside free pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowFolder:
    """What holds for all episodes of a show, as its files say it."""

    folder: Path
    config: Config
    people: People
    pages: tuple[FreePage, ...]
    """But drafts, which are nowhere."""
    words: Language = ENGLISH
    """Texts of the interface."""
    problems: tuple[Problem, ...] = ()
    """What is wrong with free pages: these are left out."""

    @property
    def content(self) -> Path:
        """The folder `content/`."""
        return self.folder / "content"

    def describe(self, *, media_url: str = "") -> Show:
        """The show as its config says it; what the host leaves unsaid is said in its language."""
        show, usual = describe_show(self.config.show, self.config.feed, media_url=media_url), "Support the show"
        funding = [
            replace(way, text=self.words.gettext("Support the show")) if way.text == usual else way
            for way in show.funding
        ]
        return replace(show, funding=tuple(funding))


def load_whole_show(folder: Path) -> tuple[ShowFolder, tuple[Bundle, ...]]:
    """A show and every episode: for commands that look at all of them. A build reads what changed (`catalog.py`).

    Raises:
        UsageError: there is no show in `folder`.
        InvalidDocument: every problem of every file.
    """
    problems: list[Problem] = []
    show_folder = load_show_folder(folder, problems)
    bundles = tuple(_load_each(load_bundle, find_bundles(folder / "content"), problems))
    problems += (problem for bundle in bundles for problem in find_beyond(bundle))
    problems += find_lost_answers(folder, has_spoken=any(bundle.has_spoken for bundle in bundles))
    problems += (clash.problem for clash in find_clashes({str(bundle.folder / INDEX): bundle for bundle in bundles}))
    problems += show_folder.problems if show_folder else ()
    show_folder = settle(folder, show_folder, problems)
    return replace(show_folder, people=show_folder.people.describe(list_described(bundles))), bundles


def load_bare_show(folder: Path) -> ShowFolder:
    """A show as its config alone says it, without people and pages.

    Raises:
        UsageError: there is no show in `folder`.
        InvalidDocument: what is wrong with the config.
    """
    config = load_config(folder)
    words = load_language(config.show.language, folder, config.site.texts)
    return ShowFolder(folder=folder, config=config, people=People(()), pages=(), words=words)


def load_show_folder(folder: Path, problems: list[Problem]) -> ShowFolder | None:
    """Config, people and pages; None where there is no usable config. What is wrong is added to `problems`.

    What is wrong with a free page is kept apart: it is no reason to do without all else.
    """
    config = next(_load_each(lambda _: load_config(folder), [folder], problems), None)
    content = folder / "content"
    problems += (*_find_linked(content, "", "episodes", "pages"), *find_foreign(folder / "templates", folder))
    people = next(_load_each(load_people, [folder / PEOPLE], problems), People(()))
    apart = list(_find_linked(content / "episodes", *_list_names(content / "episodes")))
    pages = tuple(_load_each(load_page, find_pages(content), apart))
    if config is None:
        problems += apart
        return None
    pages = tuple(page for page in pages if not page.matter.draft)
    clashes = [clash.problem for clash in _find_page_clashes(pages)]
    apart += clashes
    unclear = {problem.file for problem in clashes}
    words = load_language(config.show.language, folder, config.site.texts)
    return ShowFolder(
        folder=folder,
        config=config,
        people=people,
        pages=tuple(page for page in pages if page.file not in unclear),
        words=words,
        problems=tuple(map(make_relative, apart)),
    )


def _find_linked(folder: Path, *names: str) -> Iterator[Problem]:
    """Folders that are links: what is below them would not be looked at."""
    linked = [folder / name for name in names if (folder / name).is_symlink()]
    yield from (Problem("is a link; put the folder itself there", file=file) for file in linked if file.is_dir())


def _list_names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else []


def settle(folder: Path, show_folder: ShowFolder | None, problems: Sequence[Problem]) -> ShowFolder:
    """The show folder, if there is nothing wrong.

    Raises:
        InvalidDocument: all that is.
    """
    config = show_folder.config if show_folder else None
    missing = check_config_files(config, folder) if config else []
    if show_folder is None or problems or missing:
        raise InvalidDocument([*map(make_relative, problems), *missing])
    return show_folder


def _load_each(load: Callable[[Path], Loaded], files: Iterable[Path], problems: list[Problem]) -> Iterator[Loaded]:
    """What loads; the problems of what does not are added to `problems`."""
    for file in files:
        try:
            yield load(file)
        except InvalidDocument as error:
            problems.extend(error.problems)


def find_lost_answers(folder: Path, *, has_spoken: bool) -> Iterator[Problem]:
    """People's answers are gone: a build without them would publish people who said no.

    `has_spoken`: somebody is heard in an episode that was built before.
    """
    file = folder / PEOPLE
    if has_spoken and not file.exists():
        yield Problem(
            "is gone, and with it who refused to be published in episodes built before; restore it from a "
            "backup, or write an empty one to ask everybody again",
            file,
        )


def find_beyond(bundle: Bundle) -> Iterator[Problem]:
    """Times in the front matter that lie after the end of the recording: an edit that would silently do nothing."""
    end = bundle.recording.duration if bundle.recording and bundle.recording.parts else math.inf
    for step, last in _list_times(bundle.matter):
        if last > end + _SLACK:
            file = bundle.folder / INDEX
            message = f"expected a time in the recording, which is {format_clock(end)} long, got {format_clock(last)}"
            field = ".".join(str(part + 1) if isinstance(part, int) else part for part in step)
            yield Problem(message, file, find_front_line(file.read_bytes(), EpisodeMatter, step), field)


def _list_times(matter: EpisodeMatter) -> Iterator[tuple[tuple[str | int, ...], float]]:
    """Every time in recording time with the way to its option; of spans the end."""
    if matter.trim:
        yield ("trim",), max(matter.trim.start or 0.0, matter.trim.end or 0.0)
    spans: Mapping[str, Sequence[SpanEntry | SoundbiteEntry]]
    spans = {"cut": matter.cut, "mute": matter.mute, "soundbites": matter.soundbites}
    yield from (((name, number), entry.end) for name, entries in spans.items() for number, entry in enumerate(entries))
    yield from ((("chapters", number), entry.start) for number, entry in enumerate(matter.chapters or ()))


def make_relative(problem: Problem) -> Problem:
    """Name the file as the person sees it from where they are."""
    if problem.file is None or not problem.file.is_absolute():
        return problem
    return Problem(problem.message, Path(os.path.relpath(problem.file)), problem.line, problem.field)


class Clash(NamedTuple):
    """Two files that claim the same for themselves alone."""

    problem: Problem
    """Of the second."""
    owner: str
    """The first."""


def find_clashes(episodes: Mapping[str, Addressed]) -> Iterator[Clash]:
    """Guids and addresses that two episodes claim: never solved by a silent suffix, links may be in use.

    `episodes` are by their `index.md`.
    """
    guids: dict[str, str] = {}
    places: dict[str, str] = {}
    for file, episode in episodes.items():
        yield from _claim(guids, episode.guid, file, "guid", "one of them is a copy: remove it, or give it its own")
        yield from _claim(places, episode.slug.lower(), file, "slug", "give one of them another `slug:`")


def _find_page_clashes(pages: Sequence[FreePage]) -> Iterator[Clash]:
    places = dict.fromkeys(_OWN_PLACES, "the site")
    for page in pages:
        yield from _claim(places, page.slug.lower(), str(page.file), "slug", "give it another `slug:`")


def _claim(taken: dict[str, str], name: str, file: str, field: str, remedy: str) -> Iterator[Clash]:
    owner = taken.setdefault(name, file)
    if owner != file:
        other = make_relative(Problem("", file=Path(owner))).file
        yield Clash(Problem(f"{name!r} is used by {other} as well; {remedy}", Path(file), field=field), owner)
