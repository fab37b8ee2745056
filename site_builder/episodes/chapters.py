"""Chapters of an episode: made from the conversation where the host wrote none, and moved to published time. Pure.

Advice on length and number: https://podcasters.apple.com/support/5482-using-chapters-on-apple-podcasts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from urllib.parse import urlsplit

from site_builder.model.edits import EditList
from site_builder.model.podcast import Chapter, Note, Span
from site_builder.render.feed.limits import fit_line

SHORTEST_CHAPTER = 120.0
"""Seconds."""

FEWEST = 2
"""Chapters below which a list is not worth having."""

LONGEST_TITLE = 45
"""Characters of a title made here."""

_LINK = re.compile(r"https?://\S+")


def make_chapters(notes: Sequence[Note], duration: float, *, opening: str = "Opening") -> tuple[Chapter, ...]:
    """Chapters from what was shared in the conversation; none where nothing was.

    Each begins where something was shared, titled by its first words or its link's site; none is shorter than two
    minutes.
    Who speaks when makes none: apps that want such chapters hear them themselves; see `floors`.

    Args:
        notes: What was shared, in published time here.
        duration: Seconds of published audio.
        opening: Title of what comes before the first of them.
    """
    topics = _make_topics(notes)
    early = next((topic for topic in topics if topic.title and topic.start < SHORTEST_CHAPTER), None)
    chosen = [replace(early, start=0.0) if early else Chapter(start=0.0, title=shorten(opening))]
    for topic in topics:
        if topic.title and _fits(topic, chosen[-1], duration):
            chosen.append(topic)
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


def _fits(chapter: Chapter, before: Chapter, duration: float) -> bool:
    return before.start + SHORTEST_CHAPTER <= chapter.start <= duration - SHORTEST_CHAPTER


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
    return shorten(words or site.removeprefix("www."))


def shorten(text: str) -> str:
    """A title that lists have room for."""
    return fit_line(text, LONGEST_TITLE)


def _find_ends(chapters: Sequence[Chapter], end: float) -> list[float]:
    return [chapter.start for chapter in chapters[1:]] + [end] * bool(chapters)
