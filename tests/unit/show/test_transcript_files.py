"""Transcripts as people leave them: tolerant of habits, deaf to tricks, clear about what is no transcript."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.errors import InvalidDocument
from site_builder.model.podcast import Cue
from site_builder.show.transcripts.files import parse_json, parse_srt, parse_transcript, parse_vtt


def test_vtt_habits() -> None:
    """Header text, comments, styles, ids, settings, hours left out, tags, entities and shared cues."""
    text = """WEBVTT - made by hand
Kind: captions

STYLE
::cue { color: red }

NOTE
00:01.000 --> 00:02.000 is commented out

intro
00:01.000 --> 00:02.500 align:start position:10%
<v.loud Ada Quill>Fish &amp; <i>chips</i> <00:01.500><c.yellow>now</c></v>
second line

00:00:03.000 --> 00:00:05.000
- <v Ada>Hello?</v>
<v Ben>Yes.

00:09.000 --> 00:08.000
backwards

00:10.000 --> 00:11.000

100:00:00.000 --> 100:00:01.000
too late
"""
    assert parse_vtt(text) == (
        Cue(start=1.0, end=2.5, text="Fish & chips now second line", speaker="Ada Quill"),
        Cue(start=3.0, end=5.0, text="-"),
        Cue(start=3.0, end=5.0, text="Hello?", speaker="Ada"),
        Cue(start=3.0, end=5.0, text="Yes.", speaker="Ben"),
    )


def test_srt_habits() -> None:
    """Carriage returns, a byte order mark, missing blank lines, wrong order, tags; only repeated labels are names."""
    text = (
        "2\r\n00:00:05,000 --> 00:00:06,000\r\nBen: <b>Yes</b>\r\n"
        "3\r\n00:00:07,0 --> 00:00:08,500\r\nNote: once only\r\n"
        "\r\n1\r\n00:00:01,000 --> 00:00:02,000 X1:0\r\n{\\an8}Ben: Hello & good day\r\nyou\r\n"
    )
    assert parse_transcript(b"\xef\xbb\xbf" + text.encode(), Path("t.SRT")) == (
        Cue(start=1.0, end=2.0, text="Hello & good day you", speaker="Ben"),
        Cue(start=5.0, end=6.0, text="Yes", speaker="Ben"),
        Cue(start=7.0, end=8.5, text="Note: once only", speaker="Ben"),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_encodings(encoding: str) -> None:
    """Files from other systems keep their accents."""
    content = "1\n00:00:01,000 --> 00:00:02,000\nÜber café\n".encode(encoding)
    assert parse_transcript(content, Path("t.srt"))[0].text == "Über café"


def test_json_habits() -> None:
    """Both key styles; a missing end is the next start; what is no segment is passed over."""
    segments = [
        {"start": 4, "text": " two ", "speaker": None},
        {"startTime": 1.5, "endTime": 3, "body": "one", "speaker": "Ada"},
        {"startTime": 8.0, "body": "three"},
        {"startTime": "9", "body": "x"},
        {"startTime": True, "body": "x"},
        {"startTime": -1, "body": "x"},
        {"startTime": 1e400, "body": "x"},
        {"startTime": 9},
        "text",
        None,
    ]
    expected = (
        Cue(start=1.5, end=3.0, text="one", speaker="Ada"),
        Cue(start=4.0, end=8.0, text="two"),
        Cue(start=8.0, end=13.0, text="three"),
    )
    assert parse_json(json.dumps({"segments": segments})) == expected
    assert parse_json(json.dumps(segments)) == expected


@pytest.mark.parametrize(
    "text", ["", "null", "{}", '{"segments": {}}', "[" * 100_000, '{"segments": [{"startTime": NaN}]}']
)
def test_json_that_is_none(text: str) -> None:
    """Other JSON holds no cue and does no harm."""
    assert parse_json(text) == ()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("transcript.rtf", b"00:01 hello", "no transcript"),
        ("transcript.vtt", b"WEBVTT\n", "no line"),
        ("transcript.srt", b"\x00\xff\xfe binary", "no line"),
        ("transcript.json", b"{", "no line"),
    ],
)
def test_what_is_no_transcript(name: str, content: bytes, reason: str) -> None:
    """The file is named, and what would be right."""
    with pytest.raises(InvalidDocument, match=rf"transcript\.{name[-3:]}.*{reason}|{reason}"):
        parse_transcript(content, Path(name))


def test_text_is_cleaned() -> None:
    """Control characters and surrogates written as escapes do not come through."""
    (cue,) = parse_json(
        '{"segments": [{"startTime": 0, "endTime": 1, "body": "a\\u0000\\ud800b\\nc", "speaker": "\\u001bD"}]}'
    )
    assert (cue.text, cue.speaker) == ("ab c", "D")


@pytest.mark.parametrize("piece", ["<v ", "<", "{\\", "00:00:01.000 -->", "a: ", "\n ", "&amp;"])
def test_hostile_repetition_is_quick(piece: str) -> None:
    """A megabyte of anything is read in well under a second."""
    text = "00:00:01.000 --> 00:00:02.000\n" + piece * (1_000_000 // len(piece))
    parse_vtt(text)
    parse_srt(text)


@given(st.binary(max_size=300), st.sampled_from(["t.vtt", "t.srt", "t.json"]))
def test_anything_is_cues_or_a_clear_problem(content: bytes, name: str) -> None:
    """No file gives a traceback, and no cue is empty or backwards."""
    try:
        cues = parse_transcript(b"00:01.000 --> 00:02.000\n" + content if name != "t.json" else content, Path(name))
    except InvalidDocument:
        return
    assert all(cue.text and 0 <= cue.start < cue.end for cue in cues)
