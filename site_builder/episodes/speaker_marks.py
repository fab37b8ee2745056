"""Marks on an episode's page, titled with a name, where somebody begins to speak for long. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil

from site_builder.episodes.chapters import SHORTEST_CHAPTER, shorten
from site_builder.model.podcast import Chapter, Person, Turn

SHORTEST_EPISODE = 600.0
"""Seconds; below it nobody needs to be looked for."""

ONE_PER = 600.0
"""Seconds of episode for each moment, chapters included: six an hour."""

FEWEST = 3
"""Below which a list of names alone is not worth having."""

_STRETCH = 60.0
"""Seconds over which the main speaker is told."""


def mark_speakers(
    turns: Sequence[Turn],
    people: Sequence[Person],
    chapters: Sequence[Chapter],
    duration: float,
    *,
    opening: str = "Opening",
) -> tuple[Chapter, ...]:
    """Where the floor passes to someone who then holds it for two minutes, spread over the whole length.

    The longest stretch without a mark gets the next one, of somebody who holds the floor for long in the midst of it,
    until there are six an hour; none is nearer than two minutes to another or to a chapter.

    Args:
        turns: Who speaks when; `speaker` counts in `people`. Turns of anyone else are passed over.
        people: Everyone who may be named.
        chapters: Those of the episode.
        duration: Seconds of published audio.
        opening: Title of the start where nobody holds the floor then.
    """
    if duration <= SHORTEST_EPISODE:
        return ()
    floors = _find_floors(turns, len(people), duration)
    first = people[floors[0].speaker].name if floors and floors[0].start < SHORTEST_CHAPTER else opening
    marks = list(chapters) or [Chapter(start=0.0, title=shorten(first))]
    names = (Chapter(start=round(floor.start, 3), title=shorten(people[floor.speaker].name)) for floor in floors)
    candidates = list(zip(names, (floor.length for floor in floors), strict=True))
    while len(marks) < ceil(duration / ONE_PER) and (found := _find_next(marks, candidates, duration)):
        marks.append(found)
        marks.sort(key=lambda mark: mark.start)
    return tuple(mark for mark in marks if mark not in chapters) if chapters or len(marks) >= FEWEST else ()


def _find_next(
    marks: Sequence[Chapter], candidates: Sequence[tuple[Chapter, float]], duration: float
) -> Chapter | None:
    """The best candidate in the longest stretch into which any fits: long, and far from both ends."""
    ends = [*(mark.start for mark in marks[1:]), duration]
    titles = [*(mark.title for mark in marks[1:]), ""]
    stretches = sorted(zip(marks, ends, titles, strict=True), key=lambda stretch: stretch[0].start - stretch[1])
    for before, end, after in stretches:
        first, last = before.start + SHORTEST_CHAPTER, end - SHORTEST_CHAPTER
        fitting = {
            name: length * min(name.start - before.start, end - name.start)
            for name, length in candidates
            if first <= name.start <= last and name.title not in {before.title, after}
        }
        if fitting:
            return max(fitting, key=fitting.__getitem__)
    return None


@dataclass(frozen=True, slots=True)
class _Floor:
    """A time in which one person is the main speaker."""

    speaker: int
    start: float
    length: float


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
