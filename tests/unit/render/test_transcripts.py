"""Transcripts: written for apps, named by the turns, moved through edits; read back by us and by others."""

from __future__ import annotations

import json
import string
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import srt
import webvtt
from episode_maker import HOSTILE_TEXT, make_full_episode
from hypothesis import given
from hypothesis import strategies as st

from site_builder.episodes.transcripts.cues import label_speakers, move_cues, name_cues
from site_builder.model.edits import EditList
from site_builder.model.podcast import Cue, Person, Span, Speaker, Turn
from site_builder.render.transcripts import render_json_transcript, render_srt, render_vtt
from site_builder.show.transcripts.files import parse_transcript

CUES = (
    *make_full_episode().cues,
    Cue(start=3700.0, end=3705.5, text=HOSTILE_TEXT, speaker="A & <B>"),
    Cue(start=3706.0, end=3709.0, text="nobody knows who"),
)
PEOPLE = (Person(name="Ada"), Person(name="Ben"))

words = st.text(st.sampled_from(string.ascii_letters + string.digits + "&<>'\"-.,;/éß🌊ש{}"), min_size=1, max_size=20)
texts = st.lists(words, min_size=1, max_size=40).map(" ".join)
names = st.sampled_from(["", "Ada Quill", "Ben & Co", "<Cleo>"])


@st.composite
def cue_lists(draw: st.DrawFn) -> list[Cue]:
    """Cues in order, times on whole milliseconds."""
    cues, at = [], 0
    for text, name, pause, length in draw(
        st.lists(st.tuples(texts, names, st.integers(0, 99_999), st.integers(1, 99_999)), min_size=1, max_size=8)
    ):
        start, at = at + pause, at + pause + length
        cues.append(Cue(start=start / 1000, end=at / 1000, text=text, speaker=name))
    return cues


@given(cue_lists())
def test_vtt_and_json_come_back(cues: list[Cue]) -> None:
    """What is written as WebVTT or JSON is read as it was: times, words and names."""
    assert parse_transcript(render_vtt(cues), Path("t.vtt")) == tuple(cues)
    assert parse_transcript(render_json_transcript(cues), Path("t.json")) == tuple(cues)


@given(cue_lists())
def test_other_programs_read_every_format(cues: list[Cue]) -> None:
    """webvtt-py and srt find the same times and all words; lines are as short as advised."""
    read = webvtt.from_string(render_vtt(cues).decode()).captions
    assert [(cue.start_in_seconds, bool(cue.voice)) for cue in read] == [
        (int(cue.start), bool(cue.speaker)) for cue in cues
    ]
    subtitles = list(srt.parse(render_srt(cues).decode()))
    assert subtitles[0].start.total_seconds() == cues[0].start
    assert subtitles[-1].end.total_seconds() == cues[-1].end
    assert all(one.end <= other.start for one, other in pairwise(subtitles))
    for subtitle in subtitles:
        lines = subtitle.content.split("\n")
        assert len(lines) <= 2
        assert all(len(line) <= 32 for line in lines)
    unnamed = srt.parse(render_srt([replace(cue, speaker="") for cue in cues]).decode())
    assert [word for part in unnamed for word in part.content.split()] == [
        word for cue in cues for word in cue.text.split()
    ]


def test_vtt() -> None:
    """A voice on each cue, markup escaped, long lines wrapped."""
    text = render_vtt(CUES).decode()
    assert text.startswith("WEBVTT\n\n00:00:00.500 --> 00:00:04.000\n<v Ada Quill>Welcome to River Hours.\n\n")
    assert "<v A &amp; &lt;B&gt;>a &amp; b &lt; c &gt; d" in text
    assert "]]&gt; &lt;script&gt;" in text
    assert "\n01:01:46.000 --> 01:01:49.000\nnobody knows who\n" in text
    long = render_vtt([Cue(start=0, end=9, text="word " * 60)]).decode()
    assert max(map(len, long.split("\n"))) <= 65
    assert "\n\nword" not in long


def test_srt() -> None:
    """Numbers, comma decimals, a name where the speaker changes, and no other."""
    cues = [
        Cue(start=0.5, end=4.0, text="Welcome.", speaker="Ada"),
        Cue(
            start=4.2,
            end=10.0,
            text="This is long enough for more than two lines of thirty-two characters.",
            speaker="Ada",
        ),
        Cue(start=11.0, end=12.0, text="Yes: indeed.", speaker="Ben"),
    ]
    assert render_srt(cues).decode().split("\n\n") == [
        "1\n00:00:00,500 --> 00:00:04,000\nAda: Welcome.",
        "2\n00:00:04,200 --> 00:00:09,062\nThis is long enough for more\nthan two lines of thirty-two",
        "3\n00:00:09,062 --> 00:00:10,000\ncharacters.",
        "4\n00:00:11,000 --> 00:00:12,000\nBen: Yes: indeed.\n",
    ]


def test_srt_names_come_back() -> None:
    """Who says what is read as it was written, strangers between friends included."""
    speakers = ["", "Ada", "Ada", "", "", "Ben", "Ada", "Ben", ""]
    cues = tuple(Cue(start=n, end=n + 0.5, text="1 > 2 & so on", speaker=name) for n, name in enumerate(speakers))
    assert parse_transcript(render_srt(cues), Path("t.srt")) == cues


def test_json() -> None:
    """Version and segments as the namespace documents them; no speaker where none is known."""
    document = json.loads(render_json_transcript(CUES))
    assert document["version"] == "1.0.0"
    assert document["segments"][0] == {
        "speaker": "Ada Quill",
        "startTime": 0.5,
        "endTime": 4.0,
        "body": "Welcome to River Hours.",
    }
    assert document["segments"][-1] == {"startTime": 3706.0, "endTime": 3709.0, "body": "nobody knows who"}


def test_names_by_the_turns() -> None:
    """Whoever speaks most during a cue gets it; silence, strangers and names already there stay as they are."""
    turns = (
        Turn(speaker=0, start=0, end=10),
        Turn(speaker=1, start=10, end=20),
        Turn(speaker=5, start=30, end=40),
    )
    cues = [
        Cue(start=1, end=2, text="a"),
        Cue(start=8, end=11, text="b"),
        Cue(start=9, end=14, text="c"),
        Cue(start=21, end=25, text="d"),
        Cue(start=30, end=35, text="e"),
        Cue(start=11, end=12, text="f", speaker="Own"),
    ]
    assert [cue.speaker for cue in name_cues(cues, turns[::-1], PEOPLE)] == ["Ada", "Ada", "Ben", "", "", "Own"]


def test_without_turns_nobody_is_guessed() -> None:
    """Names come from turns alone: a cue without one is not given its neighbour's."""
    cues = tuple(Cue(start=n, end=n + 1, text="x", speaker=name) for n, name in enumerate(["", "Ada", ""]))
    assert name_cues(cues, (), PEOPLE) == cues


turn_lists = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 300), st.integers(1, 60)), min_size=1, max_size=12)


@given(turn_lists, st.integers(0, 300), st.integers(1, 60))
def test_naming_agrees_with_counting(pieces: list[tuple[int, int, int]], start: int, length: int) -> None:
    """The quick way finds someone who speaks no less than anybody else, second by second."""
    turns = [Turn(speaker=who, start=at, end=at + long) for who, at, long in pieces]
    (cue,) = name_cues([Cue(start=start, end=start + length, text="x")], turns, PEOPLE)
    seconds = range(start, start + length)
    heard = [
        sum(turn.speaker == who and turn.start <= s < turn.end for turn in turns for s in seconds) for who in range(3)
    ]
    assert cue.speaker in {("Ada", "Ben", "")[who] for who in range(3) if heard[who] == max(heard)} | (
        {""} if not any(heard) else set()
    )


CLOCK = [Cue(start=start, end=start + 4.0, text=str(start)) for start in (0.0, 5.0, 10.0, 15.0)]


@pytest.mark.parametrize(
    ("removed", "muted", "expected"),
    [
        ((), (), [(0, 4, "0.0"), (5, 9, "5.0"), (10, 14, "10.0"), (15, 19, "15.0")]),
        (((5, 9),), (), [(0, 4, "0.0"), (6, 10, "10.0"), (11, 15, "15.0")]),
        (((4, 7),), (), [(0, 4, "0.0"), (7, 11, "10.0"), (12, 16, "15.0")]),
        ((), ((13.9, 16),), [(0, 4, "0.0"), (5, 9, "5.0")]),
        (((0, 5),), ((9, 10),), [(0, 4, "5.0"), (5, 9, "10.0"), (10, 14, "15.0")]),
    ],
)
def test_move_cues(
    removed: tuple[tuple[float, float], ...],
    muted: tuple[tuple[float, float], ...],
    expected: list[tuple[float, float, str]],
) -> None:
    """Cues follow the edits; what is removed or muted, be it in part, is not quoted."""
    spans = [tuple(Span(start=start, end=end) for start, end in given) for given in (removed, muted)]
    edits = EditList(recording=20, removed=spans[0], muted=spans[1])
    assert [(cue.start, cue.end, cue.text) for cue in move_cues(CLOCK, edits)] == expected


def test_what_is_mostly_lost_is_not_quoted() -> None:
    """Not in a silence either: a word may fall between two readings of level."""
    cues = (Cue(start=10, end=10.8, text="refused"), Cue(start=8, end=10.2, text="heard"))
    silent = (Span(start=9.5, end=12),)
    edits = EditList(recording=20, muted=(Span(start=10, end=14),))
    assert [cue.text for cue in move_cues(cues, edits, silences=silent)] == ["heard"]


def test_lost_silence_loses_no_words() -> None:
    """A cue that reaches into a silence which was cut stays, shorter; beyond the silence it goes."""
    edits = EditList(recording=20, removed=(Span(start=0, end=2), Span(start=16, end=18)))
    kept = move_cues(CLOCK, edits, silences=(Span(start=0, end=2.5), Span(start=16.5, end=18)))
    assert [(cue.start, cue.end, cue.text) for cue in kept] == [(0, 2, "0.0"), (3, 7, "5.0"), (8, 12, "10.0")]


def test_cues_have_the_names_that_are_published() -> None:
    """As `Guest 1` or renamed; a name of two is nobody's; who refused is left out; names from elsewhere stay."""
    names = ("Ada", "@ben", "BEN  B", "Kim", "Cleo", "Nora", "")
    cues = [Cue(start=at, end=at + 1.0, text=name, speaker=name) for at, name in enumerate(names)]
    speakers = (
        Speaker(name="Ada", handle="ada"),
        Speaker(name="Ben B", handle="ben"),
        Speaker(name="Kim", handle="kim_one"),
        Speaker(name="Kim", handle="kim_two"),
        Speaker(name="Cleo", handle="cleo"),
    )
    labelled = label_speakers(cues, speakers, ["Ada L.", "Guest 1", "Kim", "Guest 2", None])
    assert [(cue.text, cue.speaker) for cue in labelled] == [
        ("Ada", "Ada L."),
        ("@ben", "Guest 1"),
        ("BEN  B", "Guest 1"),
        ("Kim", ""),
        ("Nora", "Nora"),
        ("", ""),
    ]
