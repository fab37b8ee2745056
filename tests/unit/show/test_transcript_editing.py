"""Corrections of a WebVTT file: the line changes, every other byte stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from site_builder.errors import InvalidDocument
from site_builder.show.transcripts.editing import Correction, correct_cues, correct_vtt, find_replacements
from site_builder.show.transcripts.files import parse_vtt

FILE = Path("transcript.vtt")
ONE, TWO = "00:01.000 --> 00:02.000\n", "00:03.000 --> 00:04.000\n"
FILES = {
    "plain": (
        "WEBVTT - made by hand\n\nNOTE do not touch\n00:00.000 --> 00:01.000\n\n"
        f"{ONE}Good evening\n\n00:03.000 --> 00:04.000 align:left\n<v Ana>and hello\nto you\n"
    ),
    "numbers": f"WEBVTT\n\n1\n{ONE}<v.loud Ana &amp; Bo>One &lt; two\n\n\n2\n{TWO}<i>three</i>\n",
    "two voices": f"WEBVTT\n\n{ONE}<v Ana>Yes.</v>\n<v Bo>No.</v>\n\n{TWO}Who is it?\n",
    "no blank lines": f"WEBVTT\n\n1\n{ONE}One\n2\n{TWO}Two\n",
    "not in order": f"WEBVTT\n\n{TWO}Later\n\n{ONE}First\n\n00:02.000 --> 00:01.000\nNever\n",
    "comma and spaces": f"\ufeffWEBVTT\n \t\n  00:01,000 --> 00:02,000\n  One  two \n\t\n{TWO}three",
}
TEXTS = ["short", "a <b> & c --> d", "ein sehr langer Satz " * 6, "NOTE this", "灯台", "x\ny"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("name", FILES)
def test_a_line_changes_and_nothing_else(name: str, newline: str) -> None:
    text = FILES[name].replace("\n", newline)
    cues = parse_vtt(text)
    assert len(cues) >= 2
    for number in range(len(cues)):
        for words in TEXTS:
            for speaker in (None, "Kim > <Lee>", *([""] if name != "two voices" else [])):
                wanted = {number: Correction(text=words, speaker=speaker)}
                changed = correct_vtt(text.encode(), wanted, FILE).decode()
                assert parse_vtt(changed) == correct_cues(cues, wanted)
                kept = [line for line in text.split(newline) if "NOTE" in line or "-->" in line]
                assert [line for line in changed.split(newline) if "NOTE d" in line or " --> " in line] == kept
    everything = {number: Correction(text=one.text, speaker=one.speaker) for number, one in enumerate(cues)}
    assert correct_vtt(text.encode(), everything, FILE) == text.encode()


@pytest.mark.parametrize("name", FILES)
def test_a_line_without_words_goes(name: str) -> None:
    text = FILES[name]
    cues = parse_vtt(text)
    for number in range(len(cues)):
        changed = correct_vtt(text.encode(), {number: Correction(text=" ")}, FILE).decode()
        assert parse_vtt(changed) == (*cues[:number], *cues[number + 1 :])


def test_exact_bytes() -> None:
    changed = correct_vtt(FILES["plain"].encode(), {1: Correction(text="and hullo to you", speaker="Bo")}, FILE)
    assert changed.decode() == FILES["plain"].replace("<v Ana>and hello\nto you", "<v Bo>and hullo to you")
    gone = correct_vtt(FILES["numbers"].encode(), {0: Correction(text="")}, FILE)
    assert gone.decode() == "WEBVTT\n\n2\n00:03.000 --> 00:04.000\n<i>three</i>\n"


def test_what_cannot_be_found_is_refused() -> None:
    for number in (-1, 2):
        with pytest.raises(InvalidDocument):
            correct_vtt(FILES["plain"].encode(), {number: Correction(text="x")}, FILE)


def test_replacements() -> None:
    cues = parse_vtt("WEBVTT\n\n00:01.000 --> 00:02.000\nSun  bro, sun Bro's sunbro\n\n00:02.000 --> 00:03.000\nno\n")
    found = find_replacements(cues, "sun bro", "Sumburgh")
    assert found == {0: Correction(text="Sumburgh, Sumburgh's sunbro")}
    assert find_replacements(cues, " ", "x") == {}


def test_three_hours_take_little_time() -> None:
    """3,000 lines: a line is corrected in a second even on a busy computer."""
    lines = [
        f"{at // 60:02}:{at % 60:02}.000 --> {at // 60:02}:{at % 60:02}.900\n<v Ana>line {at}\n" for at in range(3000)
    ]
    text = "WEBVTT\n\n" + "\n".join(lines)
    assert b"<v Ana>corrected" in correct_vtt(text.encode(), {1500: Correction(text="corrected")}, FILE)
