"""Everything a build starts from, read and checked before anything is written: config, people, bundles, pages.

What is wrong in any file is told at once, with file and line.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from site_builder.config import Config, check_config_files, load_config
from site_builder.consent import Casting, decide
from site_builder.content import Bundle, FreePage, find_bundles, find_pages, load_bundle, load_page
from site_builder.documents import find_front_line
from site_builder.episodes import find_slug
from site_builder.errors import InvalidDocument, Problem
from site_builder.frontmatter import EpisodeMatter, SoundbiteEntry, SpanEntry
from site_builder.languages import ENGLISH, Language, load_language
from site_builder.model import Cue, Guid, Role
from site_builder.people import People, load_people
from site_builder.report import Skipped
from site_builder.timecode import format_clock
from site_builder.transcript_files import parse_transcript

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
class Candidate:
    """An episode that is to be published, or previewed."""

    bundle: Bundle
    casting: Casting
    cues: tuple[Cue, ...]
    draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """A show as its files say it."""

    folder: Path
    config: Config
    people: People
    bundles: tuple[Bundle, ...]
    pages: tuple[FreePage, ...]
    words: Language = ENGLISH
    """Texts of the interface."""

    @property
    def content(self) -> Path:
        """The folder `content/`."""
        return self.folder / "content"


def gather(folder: Path) -> Gathered:
    """Read a show.

    Raises:
        UsageError: there is no show in `folder`.
        InvalidDocument: every problem of every file.
    """
    problems: list[Problem] = []
    config = next(_load_each(lambda _: load_config(folder), [folder], problems), None)
    content = folder / "content"
    people = next(_load_each(load_people, [content / "people.yaml"], problems), People(()))
    bundles = tuple(_load_each(load_bundle, find_bundles(content), problems))
    pages = tuple(_load_each(load_page, find_pages(content), problems))
    problems += _find_forgotten(content / "people.yaml", bundles)
    problems += _find_clashes(bundles, pages)
    problems += (problem for bundle in bundles for problem in _find_beyond(bundle))
    if config is None or problems:
        raise InvalidDocument([*map(_nearby, problems), *(check_config_files(config, folder) if config else ())])
    if missing := check_config_files(config, folder):
        raise InvalidDocument(missing)
    words = load_language(config.show.language, folder, config.site.texts)
    return Gathered(folder=folder, config=config, people=people, bundles=bundles, pages=pages, words=words)


def _load_each(load: Callable[[Path], Loaded], files: Iterable[Path], problems: list[Problem]) -> Iterator[Loaded]:
    """What loads; the problems of what does not are added to `problems`."""
    for file in files:
        try:
            yield load(file)
        except InvalidDocument as error:
            problems.extend(error.problems)


def _find_forgotten(file: Path, bundles: Iterable[Bundle]) -> Iterator[Problem]:
    """What people answered is gone: a build without it would publish whoever said no."""
    if not file.exists() and any(bundle.media and bundle.recording and bundle.recording.speakers for bundle in bundles):
        yield Problem(
            "is gone, and with it who refused to be published in episodes built before; restore it from git or a "
            "backup, or write an empty one to ask everybody again",
            file,
        )


def _find_beyond(bundle: Bundle) -> Iterator[Problem]:
    """Times in the front matter that lie after the end of the recording: an edit that would silently do nothing."""
    end = bundle.recording.duration if bundle.recording and bundle.recording.parts else math.inf
    for step, last in _list_times(bundle.matter):
        if last > end + _SLACK:
            file = bundle.folder / "index.md"
            message = f"expected a time in the recording, which is {format_clock(end)} long, got {format_clock(last)}"
            field = ".".join(str(part + 1) if isinstance(part, int) else part for part in step)
            yield Problem(message, file, find_front_line(file.read_bytes(), step), field)


def _list_times(matter: EpisodeMatter) -> Iterator[tuple[tuple[str | int, ...], float]]:
    """Every time in recording time with the way to its option; of spans the end."""
    if matter.trim:
        yield ("trim",), max(matter.trim.start or 0.0, matter.trim.end or 0.0)
    spans: Mapping[str, Sequence[SpanEntry | SoundbiteEntry]]
    spans = {"cut": matter.cut, "mute": matter.mute, "soundbites": matter.soundbites}
    yield from (((name, number), entry.end) for name, entries in spans.items() for number, entry in enumerate(entries))
    yield from ((("chapters", number), entry.start) for number, entry in enumerate(matter.chapters or ()))


def _nearby(problem: Problem) -> Problem:
    """Name the file as the person sees it from where they are."""
    if problem.file is None or not problem.file.is_absolute():
        return problem
    return Problem(problem.message, Path(os.path.relpath(problem.file)), problem.line, problem.field)


def _find_clashes(bundles: Sequence[Bundle], pages: Sequence[FreePage]) -> Iterator[Problem]:
    """Guids and addresses that two files claim: never solved by a silent suffix, links may be in use."""
    guids: dict[str, Path] = {}
    places: dict[str, Path] = {}
    for bundle in bundles:
        file = bundle.folder / "index.md"
        yield from _claim(
            guids, bundle.matter.guid, file, "guid", "one of them is a copy: remove it, or give it its own"
        )
        yield from _claim(places, find_slug(bundle).lower(), file, "slug", "give one of them another `slug:`")
    places = dict.fromkeys(_OWN_PLACES, Path("the site"))
    for page in pages:
        yield from _claim(places, page.slug.lower(), page.file, "slug", "give it another `slug:`")


def _claim(taken: dict[str, Path], name: str, file: Path, field: str, remedy: str) -> Iterator[Problem]:
    owner = taken.setdefault(name, file)
    if owner != file:
        yield Problem(
            f"{name!r} is used by {_nearby(Problem('', file=owner)).file} as well; {remedy}", file, field=field
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which episodes a build publishes, and which it does not."""

    candidates: tuple[Candidate, ...]
    """Newest first."""
    skipped: tuple[Skipped, ...]
    withdrawn: tuple[str, ...]
    """Guids taken back by the host."""
    withheld: Mapping[str, str]
    """Slug to guid of those that consent keeps back."""


def select(gathered: Gathered, now: datetime, *, drafts: bool) -> Selection:
    """Which episodes are to be published, newest first, and which are not and why.

    Raises:
        InvalidDocument: transcripts that cannot be read.
    """
    chosen: list[Candidate] = []
    skipped: list[Skipped] = []
    withheld: dict[str, str] = {}
    problems: list[Problem] = []
    for bundle in sorted(gathered.bundles, key=lambda bundle: _sort_key(gathered, bundle), reverse=True):
        casting = _cast(gathered, bundle)
        hidden = _why_hidden(gathered, bundle, now)
        reason = _why_taken_back(bundle) or ("" if drafts else hidden) or casting.withheld
        if reason:
            skipped.append(Skipped(title=bundle.matter.title, reason=reason))
            withheld |= {find_slug(bundle): bundle.matter.guid} if reason == casting.withheld else {}
            continue
        files = [bundle.transcript] if bundle.transcript else []
        cues = next(_load_each(_load_cues, files, problems), ())
        chosen.append(Candidate(bundle=bundle, casting=casting, cues=cues, draft=bool(hidden)))
    if problems:
        raise InvalidDocument(problems)
    withdrawn = tuple(bundle.matter.guid for bundle in gathered.bundles if _why_taken_back(bundle))
    return Selection(candidates=tuple(chosen), skipped=tuple(skipped), withdrawn=withdrawn, withheld=withheld)


def _why_taken_back(bundle: Bundle) -> str:
    reason = bundle.matter.withdrawn
    return "" if reason is None else f"taken back: {reason}" if reason else "taken back"


def find_due(gathered: Gathered, now: datetime) -> datetime | None:
    """When the next episode that waits for its date is to be published."""
    zone = gathered.config.show.zone
    dates = (bundle.matter.published_at(zone) for bundle in gathered.bundles if not bundle.matter.draft)
    return min((date for date in dates if date > now), default=None)


def _sort_key(gathered: Gathered, bundle: Bundle) -> tuple[datetime, str]:
    return bundle.matter.published_at(gathered.config.show.zone), bundle.matter.guid


def _cast(gathered: Gathered, bundle: Bundle) -> Casting:
    if bundle.recording is None:
        return Casting(verdicts=())
    pending = gathered.config.consent.pending.value
    _ = gathered.words.gettext
    nouns = {Role.HOST: _("Host"), Role.CO_HOST: _("Co-host"), Role.GUEST: _("Guest")}
    return decide(bundle.recording, Guid(bundle.matter.guid), gathered.people, pending, nouns)


def _why_hidden(gathered: Gathered, bundle: Bundle, now: datetime) -> str:
    date = bundle.matter.published_at(gathered.config.show.zone)
    if bundle.matter.draft:
        return "it is a draft; remove `draft: true` to publish it"
    if date > now:
        return f"it waits for its date, {date:%Y-%m-%d %H:%M} UTC"
    return ""


def _load_cues(file: Path) -> tuple[Cue, ...]:
    return parse_transcript(file.read_bytes(), file)
