"""Chapters: one list, every format, and a sensible list from the conversation itself."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from episode_maker import DIRTY_TEXT, HOSTILE_TEXT
from hypothesis import given
from hypothesis import strategies as st

from site_builder.episodes.chapters import make_chapters, move_chapters
from site_builder.episodes.speaker_marks import mark_speakers
from site_builder.model.edits import EditList
from site_builder.model.podcast import Chapter, Note, Person, Role, Span, Turn
from site_builder.render.chapters import render_chapter_list, render_json_chapters, render_lines
from site_builder.text.timecode import parse_timecode

PEOPLE = (Person(name="Ada Quill", role=Role.HOST), Person(name="Ben Ode"), Person(name="Cleo"))
CHAPTERS = (
    Chapter(start=0.0, title="Opening"),
    Chapter(start=305.2504, title=HOSTILE_TEXT, href="https://e.example/?a=1&b=2", image="artwork/x.jpg"),
    Chapter(start=3725.9996, title=DIRTY_TEXT),
)


def test_json_chapters() -> None:
    """Version 1.2.0, start times in seconds to the millisecond, addresses of pictures made absolute."""
    document = json.loads(
        render_json_chapters(
            CHAPTERS, title="T", show_title="S", make_absolute=lambda path: f"https://e.example/{path}"
        )
    )
    assert document["version"] == "1.2.0"
    assert (document["title"], document["podcastName"]) == ("T", "S")
    assert document["chapters"] == [
        {"startTime": 0.0, "title": "Opening"},
        {
            "startTime": 305.25,
            "title": HOSTILE_TEXT,
            "img": "https://e.example/artwork/x.jpg",
            "url": "https://e.example/?a=1&b=2",
        },
        {"startTime": 3726.0, "title": "tab here[31m end"},
    ]


def test_json_chapters_without_any() -> None:
    """An empty list is still a document."""
    assert json.loads(render_json_chapters(())) == {"version": "1.2.0", "chapters": []}


def test_lines_begin_with_a_time() -> None:
    """Full clock times, first at 00:00:00, as directories want them."""
    lines = render_lines(CHAPTERS).split("\n")
    assert lines == ["00:00:00 Opening", f"00:05:05 {HOSTILE_TEXT}", "01:02:06 tab here[31m end"]


def test_list_links_to_moments() -> None:
    """Times are links, titles are text whatever they hold."""
    html = render_chapter_list(CHAPTERS[:2], "https://e.example/a?b&c")
    assert '<li><a href="https://e.example/a?b&amp;c#t=0s">0:00</a> Opening</li>' in html
    assert '#t=5m5s">5:05</a> a &amp; b &lt; c &gt;' in html
    assert "<script" not in html
    assert render_chapter_list(()) == ""


@given(st.lists(st.tuples(st.floats(0, 300_000), st.text(st.characters(codec="utf-8"), min_size=1)), max_size=20))
def test_formats_agree(points: list[tuple[float, str]]) -> None:
    """JSON and lines tell the same times and titles, whatever they are."""
    chapters = tuple(Chapter(start=start, title=f"x{title}") for start, title in sorted(points))
    by_json = json.loads(render_json_chapters(chapters))["chapters"]
    lines = [line.split(" ", 1) for line in render_lines(chapters).split("\n") if line]
    assert [title for _, title in lines] == [entry["title"] for entry in by_json]
    for (time, _), entry in zip(lines, by_json, strict=True):
        assert 0 <= entry["startTime"] - parse_timecode(time) < 1.0005


def talk(*pieces: tuple[int, float]) -> tuple[Turn, ...]:
    """Turns one after the other from `(speaker, seconds)`."""
    turns, at = [], 0.0
    for speaker, seconds in pieces:
        turns.append(Turn(speaker=speaker, start=at, end=at + seconds))
        at += seconds
    return tuple(turns)


def test_short_show_has_no_floors() -> None:
    """In ten minutes or less nobody is looked for; what was shared makes chapters in any length."""
    assert mark_speakers(talk((0, 300), (1, 300)), PEOPLE, (), 600.0) == ()
    notes = [Note(at=at, text=f"Topic {at:.0f}") for at in (130.0, 200.0, 270.0)]
    assert [chapter.start for chapter in make_chapters(notes, 500.0)] == [0.0, 130.0, 270.0]
    assert make_chapters(notes, 95.0) == ()


def test_who_holds_the_floor() -> None:
    """A mark where the floor passes to someone who holds it; short answers do not count. No app gets it."""
    turns = talk((0, 590), (1, 10), (0, 20), (1, 700), (0, 15), (1, 300), (2, 600))
    assert mark_speakers(turns, PEOPLE, (), 2235.0) == (
        Chapter(start=0.0, title="Ada Quill"),
        Chapter(start=620.0, title="Ben Ode"),
        Chapter(start=1635.0, title="Cleo"),
    )
    assert make_chapters((), 2235.0) == ()


def test_what_was_shared_makes_chapters() -> None:
    """Titled by its words, or the site where there are only links; names stand between on the page."""
    link = "https://www.example.org/very/long"
    notes = [
        Note(at=1300.0, text=f"{link}\n", links=(link,)),
        Note(at=400.0, text=f"{link}\nThe gauge report, all 240 pages of it, in one table: {link}", links=(link,)),
    ]
    made = make_chapters(notes, 1800.0)
    assert [(chapter.start, chapter.title, chapter.href) for chapter in made] == [
        (0.0, "Opening", ""),
        (400.0, "The gauge report, all 240 pages of it, in…", link),
        (1300.0, "example.org", link),
    ]
    assert mark_speakers(talk((0, 900), (1, 2700)), PEOPLE, made, 3600.0) == (Chapter(start=900.0, title="Ben Ode"),)


def test_topics_of_seventeen_minutes() -> None:
    """Four topics, four chapters; the first, shared at once, is how the episode begins."""
    notes = [Note(at=at, text=f"Topic {at:.0f}") for at in (20.0, 300.0, 310.0, 500.0, 800.0)]
    made = make_chapters(notes, 1020.0)
    assert [(chapter.start, chapter.title) for chapter in made] == [
        (0.0, "Topic 20"),
        (300.0, "Topic 300"),
        (500.0, "Topic 500"),
        (800.0, "Topic 800"),
    ]


def test_the_whole_length_is_covered() -> None:
    """However long somebody speaks at the beginning, the marks do not end an hour before the end."""
    turns = talk((0, 1900), (1, 1800), *[(number % 3, 240) for number in range(30)])
    marks = mark_speakers(turns, PEOPLE, (), 10_900.0)
    starts = [mark.start for mark in marks] + [10_900.0]
    assert max(after - before for before, after in pairwise(starts)) < 1901
    assert marks[-1].start > 9_000


def test_unknown_speakers_are_not_named() -> None:
    """Turns of people who are not published give no mark and no name."""
    turns = talk((7, 600), (0, 600), (-1, 600), (1, 600))
    titles = {mark.title for mark in mark_speakers(turns, PEOPLE, (), 2400.0)}
    assert titles == {"Opening", "Ada Quill", "Ben Ode"}


def test_no_marks_without_anything_to_tell() -> None:
    """An hour of one voice is one piece."""
    assert mark_speakers(talk((0, 3600)), PEOPLE, (), 3600.0) == ()
    assert mark_speakers((), (), (), 3600.0) == ()


turns_strategy = st.lists(st.tuples(st.integers(-1, 4), st.floats(0.1, 900)), max_size=40)
notes_strategy = st.lists(st.tuples(st.floats(0, 8000), st.text(max_size=80)), max_size=40)


@given(turns_strategy, notes_strategy, st.floats(1, 8000))
def test_advice_is_kept(pieces: list[tuple[int, float]], shared: list[tuple[float, str]], duration: float) -> None:
    """Whatever was said: first at zero, two minutes each, 45 characters, no neighbours alike; six names an hour."""
    notes = [Note(at=at, text=text) for at, text in shared]
    chapters = make_chapters(notes, duration)
    floors = mark_speakers(talk(*pieces), PEOPLE, chapters, duration)
    made = sorted((*chapters, *floors), key=lambda chapter: chapter.start)
    if not made:
        return
    assert made[0].start == 0.0
    starts = [chapter.start for chapter in made] + [duration]
    assert all(after - before >= 120 for before, after in pairwise(starts))
    assert not floors or len(made) <= duration / 600 + 1
    assert all(0 < len(chapter.title) <= 45 for chapter in made)
    assert all(one.title != other.title for one, other in pairwise(made))


def test_nothing_to_write() -> None:
    """Without chapters every function gives its empty form."""
    assert render_lines(()) == ""
    assert move_chapters((), EditList(recording=60)) == ()


@pytest.mark.parametrize(
    ("removed", "muted", "expected"),
    [
        ((), (), [(0, "a"), (100, "b"), (200, "c")]),
        ((Span(start=0, end=50),), (), [(0, "a"), (50, "b"), (150, "c")]),
        ((Span(start=90, end=120),), (), [(0, "a"), (90, "b"), (170, "c")]),
        ((Span(start=90, end=210),), (), [(0, "a"), (90, "c")]),
        ((Span(start=0, end=120),), (), [(0, "b"), (80, "c")]),
        ((), (Span(start=90, end=210),), [(0, "a"), (200, "c")]),
        ((Span(start=90, end=300),), (), [(0, "a")]),
    ],
)
def test_move_chapters(removed: tuple[Span, ...], muted: tuple[Span, ...], expected: list[tuple[float, str]]) -> None:
    """Chapters follow the edits; one that is cut away or silenced whole goes, one that loses its start starts later."""
    chapters = [Chapter(start=start, title=title) for start, title in ((0.0, "a"), (100.0, "b"), (200.0, "c"))]
    moved = move_chapters(chapters, EditList(recording=300, removed=removed, muted=muted))
    assert [(chapter.start, chapter.title) for chapter in moved] == expected
