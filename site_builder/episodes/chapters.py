"""Chapters of an episode: made from the conversation where the host wrote none, and moved to published time. Pure.

Advice on length and number: https://podcasters.apple.com/support/5482-using-chapters-on-apple-podcasts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import ceil
from urllib.parse import urlsplit

from site_builder.model.edits import EditList
from site_builder.model.podcast import Chapter, Note, Person, Span, Turn
from site_builder.render.feed.limits import fit_line

SHORTEST_EPISODE = 600.0
"""Seconds; below it chapters are no help."""

SHORTEST_CHAPTER = 120.0
"""Seconds."""

ONE_PER = 600.0
"""Seconds of episode for each chapter: six an hour."""

FEWEST = 3
"""Chapters below which a list is not worth having (and Apple ignores it in a description)."""

LONGEST_TITLE = 45
"""Characters of a title made here."""

_STRETCH = 60.0
"""Seconds over which the main speaker is told."""

_LINK = re.compile(r"https?://\S+")


def make_chapters(
    turns: Sequence[Turn],
    notes: Sequence[Note],
    duration: float,
    people: Sequence[Person],
    *,
    opening: str = "Opening",
) -> tuple[Chapter, ...]:
    """Chapters from the conversation itself; none where it is short or gives fewer than three.

    A chapter begins where something was shared (titled by its first words, or its link's site) and where the floor
    passes to someone who then holds it for two minutes (titled by name). What was shared goes first, then longer
    speeches before shorter ones, until there are six an hour; none is shorter than two minutes.

    Args:
        turns: Who speaks when; `speaker` counts in `people`. Turns of anyone else are passed over.
        notes: What was shared, in published time here.
        duration: Seconds of published audio.
        people: Everyone who may be named.
        opening: Title of the first chapter where nobody holds the floor at the start.
    """
    if duration <= SHORTEST_EPISODE:
        return ()
    floors = _find_floors(turns, len(people), duration)
    first = people[floors[0].speaker].name if floors and floors[0].start < SHORTEST_CHAPTER else opening
    chosen = [Chapter(start=0.0, title=_shorten(first))]
    for chapter in (*_make_topics(notes), *_make_floors(floors, people)):
        if len(chosen) < ceil(duration / ONE_PER) and _fits(chapter, chosen, duration):
            chosen.append(chapter)
    chosen.sort(key=lambda chapter: chapter.start)
    distinct = tuple(next(same) for _, same in groupby(chosen, key=lambda chapter: chapter.title))
    return distinct if len(distinct) >= FEWEST else ()


def move_chapters(chapters: Sequence[Chapter], edits: EditList, refused: Sequence[Span] = ()) -> tuple[Chapter, ...]:
    """Chapters in published time; see `find_chapter_places`."""
    moved: dict[float, Chapter] = {}
    for chapter, place in zip(chapters, find_chapter_places(chapters, edits, refused), strict=True):
        if place is not None:
            moved.setdefault(round(place, 3), replace(chapter, start=round(place, 3)))
    return tuple(moved.values())


def find_chapter_places(
    chapters: Sequence[Chapter], edits: EditList, refused: Sequence[Span] = ()
) -> Iterator[float | None]:
    """For each chapter the published time at which it begins; None for one that goes, as it is not heard at all.

    One whose start is removed begins where it goes on. One that begins in speech that was refused (`refused`, recording
    time) begins after it, or goes where half of it is not heard: then its title is about what was taken out.
    """
    for chapter, end in zip(chapters, _find_ends(chapters, edits.recording), strict=True):
        span = Span(start=chapter.start, end=end)
        heard = edits.find_audible(span)
        is_refused = any(other.start <= chapter.start < other.end for other in refused)
        if not heard or (is_refused and sum(part.duration for part in heard) < span.duration / 2):
            yield None
            continue
        place = edits.to_published_span(heard[0] if is_refused else span)
        yield place.start if place else None


@dataclass(frozen=True, slots=True)
class _Floor:
    """A time in which one person is the main speaker."""

    speaker: int
    start: float
    length: float


def _fits(chapter: Chapter, chosen: Sequence[Chapter], duration: float) -> bool:
    fits = all(abs(chapter.start - other.start) >= SHORTEST_CHAPTER for other in chosen)
    return bool(chapter.title) and fits and chapter.start <= duration - SHORTEST_CHAPTER


def _make_topics(notes: Sequence[Note]) -> list[Chapter]:
    return [
        Chapter(start=round(note.at, 3), title=_title_of(note), href=next(filter(_LINK.fullmatch, note.links), ""))
        for note in sorted(notes, key=lambda note: note.at)
        if note.at > 0
    ]


def _title_of(note: Note) -> str:
    """The first line of a note that says something without its links, else the site it links to."""
    lines = (fit_line(_LINK.sub("", line)).strip(" :–—-") for line in note.text.splitlines())
    words = next((line for line in lines if any(map(str.isalnum, line))), "")
    site = urlsplit(note.links[0]).hostname or "" if note.links else ""
    return _shorten(words or site.removeprefix("www."))


def _shorten(text: str) -> str:
    return fit_line(text, LONGEST_TITLE)


def _make_floors(floors: Sequence[_Floor], people: Sequence[Person]) -> list[Chapter]:
    longest_first = sorted(floors, key=lambda floor: (-floor.length, floor.start))
    return [Chapter(start=round(floor.start, 3), title=_shorten(people[floor.speaker].name)) for floor in longest_first]


def _find_floors(turns: Sequence[Turn], people: int, duration: float) -> list[_Floor]:
    """Who holds the floor when, in order: runs of minutes with one main speaker, of two minutes at least."""
    known = [turn for turn in turns if 0 <= turn.speaker < people]
    main = _find_main_speakers(known, duration)
    floors: list[_Floor] = []
    for speaker, run in groupby(range(len(main)), key=main.__getitem__):
        minutes = list(run)
        length = len(minutes) * _STRETCH
        if speaker is not None and length >= SHORTEST_CHAPTER:
            begin, end = minutes[0] * _STRETCH, (minutes[-1] + 1) * _STRETCH
            start = min(
                turn.start for turn in known if turn.speaker == speaker and begin < turn.end and turn.start < end
            )
            floors.append(_Floor(speaker, max(start, begin - _STRETCH), length))
    return [
        floor
        for before, floor in zip([None, *floors], floors, strict=False)
        if not before or before.speaker != floor.speaker
    ]


def _find_main_speakers(turns: Sequence[Turn], duration: float) -> list[int | None]:
    """For each minute who speaks most of it; None where nobody speaks."""
    spoken: list[dict[int, float]] = [{} for _ in range(ceil(duration / _STRETCH))]
    for turn in turns:
        for minute in range(max(0, int(turn.start // _STRETCH)), min(len(spoken), ceil(turn.end / _STRETCH))):
            begin = minute * _STRETCH
            heard = min(turn.end, begin + _STRETCH) - max(turn.start, begin)
            spoken[minute][turn.speaker] = spoken[minute].get(turn.speaker, 0.0) + heard
    return [max(said, key=lambda speaker: (said[speaker], -speaker)) if said else None for said in spoken]


def _find_ends(chapters: Sequence[Chapter], end: float) -> list[float]:
    return [chapter.start for chapter in chapters[1:]] + [end] * bool(chapters)
