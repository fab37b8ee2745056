"""Chapters in every written form from one list, and a list made from the conversation where the host wrote none. Pure.

All times are published time. The formats agree to the millisecond, as does the audio's own chapter list.

Advice on length and number: https://podcasters.apple.com/support/5482-using-chapters-on-apple-podcasts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby
from math import ceil
from urllib.parse import urlsplit

from site_builder.edits import EditList
from site_builder.model import Chapter, Note, Person, Span, Turn
from site_builder.render.addresses import web_url
from site_builder.render.plain import fit_line
from site_builder.timecode import format_clock, format_fragment, format_timestamp

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
_encode = json.JSONEncoder(ensure_ascii=False).encode


def render_json_chapters(
    chapters: Sequence[Chapter],
    *,
    title: str = "",
    show_title: str = "",
    make_absolute: Callable[[str], str] = str,
) -> bytes:
    """JSON chapters 1.2 (application/json+chapters), one line per chapter.

    `make_absolute` turns the path of a picture into an address. See
    https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/chapters/jsonChapters.md.
    """
    document: dict[str, object] = {"version": "1.2.0"}
    if title:
        document["title"] = fit_line(title)
    if show_title:
        document["podcastName"] = fit_line(show_title)
    head = _encode(document)[:-1]
    rows = ",\n".join(_encode(_describe_json(chapter, make_absolute)) for chapter in chapters)
    return f'{head}, "chapters": [\n{rows}\n]}}\n'.encode()


def render_lines(chapters: Sequence[Chapter]) -> str:
    """`00:00:00 Opening` and so on, a line each: what apps and directories find in a description."""
    return "\n".join(f"{format_timestamp(chapter.start)[:-4]} {fit_line(chapter.title)}" for chapter in chapters)


def render_chapter_list(chapters: Sequence[Chapter], page: str = "") -> str:
    """The same as an HTML list whose times are links to that moment on `page` (or on the page it stands on)."""
    items = (
        f'<li><a href="{escape(page)}#t={format_fragment(chapter.start)}">{format_clock(chapter.start)}</a> '
        f"{escape(fit_line(chapter.title))}</li>"
        for chapter in chapters
    )
    return f"<ul>{''.join(items)}</ul>" if chapters else ""


def render_vtt_chapters(chapters: Sequence[Chapter], duration: float) -> bytes:
    """WebVTT chapters for an HTML `track`; each ends where the next begins, the last at `duration` seconds."""
    cues = (
        f"\n{format_timestamp(chapter.start)} --> {format_timestamp(max(end, chapter.start + 0.001))}\n"
        f"{escape(fit_line(chapter.title), quote=False)}\n"
        for chapter, end in zip(chapters, _find_ends(chapters, duration), strict=True)
    )
    return f"WEBVTT\n{''.join(cues)}".encode()


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


def move_chapters(chapters: Sequence[Chapter], edits: EditList) -> tuple[Chapter, ...]:
    """Chapters in published time. One that is not heard at all is left out; one whose start is removed starts later."""
    moved: dict[float, Chapter] = {}
    for chapter, end in zip(chapters, _find_ends(chapters, edits.recording), strict=True):
        span = Span(start=chapter.start, end=end)
        place = edits.to_published_span(span) if edits.find_audible(span) else None
        if place:
            start = round(place.start, 3)
            moved.setdefault(start, replace(chapter, start=start))
    return tuple(moved.values())


def _find_ends(chapters: Sequence[Chapter], end: float) -> list[float]:
    return [chapter.start for chapter in chapters[1:]] + [end] * bool(chapters)


@dataclass(frozen=True, slots=True)
class _Floor:
    """A time in which one person is the main speaker."""

    speaker: int
    start: float
    length: float


def _describe_json(chapter: Chapter, make_absolute: Callable[[str], str]) -> dict[str, object]:
    entry: dict[str, object] = {"startTime": round(chapter.start, 3), "title": fit_line(chapter.title)}
    if chapter.image:
        entry["img"] = make_absolute(chapter.image)
    if href := web_url(chapter.href):
        entry["url"] = href
    return entry


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
