"""When each word of a line is said: kept through corrections, edits and redaction, and written for apps."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.episodes.transcripts.cues import move_cues, reword, time_words
from site_builder.model.edits import EditList
from site_builder.model.podcast import Cue, Span
from site_builder.model.speech import Word
from site_builder.render.transcripts import render_json_transcript
from site_builder.show.transcripts.files import parse_transcript
from site_builder.text.spoken import split_words

SAID = ["The", "sun", "bro", "light", "has", "blinked", "since", "eighteen", "twenty", "one."]
HEARD = [Word(start=10 + at, end=10.4 + at, text=text) for at, text in enumerate(SAID)]
LINE = Cue(start=10.0, end=19.4, text=" ".join(word.text for word in HEARD))


def time_line(text: str) -> dict[str, tuple[float, float]]:
    """The words of the line as somebody corrected it, with their times."""
    (cue,) = time_words([Cue(start=10.0, end=19.4, text=text)], HEARD)
    assert len(cue.times) == len(split_words(text))
    return dict(zip(split_words(text), cue.times, strict=True))


def test_times_survive_a_correction() -> None:
    """A replaced word has the time of what it replaces; one that was put in stands between its neighbours."""
    timed = time_line("The Sumburgh light HAS, as we know, blinked since 1821.")
    assert timed["Sumburgh"] == (11.0, 12.4)
    assert timed["light"] == (13.0, 13.4)
    assert timed["HAS,"] == (14.0, 14.4)
    assert timed["blinked"] == (15.0, 15.4)
    assert 14.4 <= timed["as"][0] < timed["know,"][1] <= 15.0
    assert timed["1821."] == (17.0, 19.4)


def test_a_word_that_was_left_out_and_one_at_either_end() -> None:
    """What is deleted takes its time along; what is put before or after everything has a time within the line."""
    timed = time_line("Well, the sun bro light blinked since eighteen twenty one. Yes.")
    assert timed["blinked"] == (15.0, 15.4)
    assert timed["Well,"][0] >= 10.0
    assert timed["Yes."][1] <= 19.4


def test_a_line_that_was_written_anew_has_no_times() -> None:
    """Guesses are worse than the line's own times."""
    assert (
        time_words([Cue(start=10.0, end=19.4, text="Nothing of this was heard by any engine.")], HEARD)[0].times == ()
    )


@given(st.lists(st.sampled_from(["light", "horn", "fog", "the", "the", "—", "灯台"]), min_size=1, max_size=12))
def test_times_are_in_order_and_within_the_line(words: list[str]) -> None:
    """Whatever the line becomes."""
    timed = time_words([LINE], HEARD)[0]
    cue = reword(timed, " ".join(words))
    assert len(cue.times) == len(split_words(cue.text))
    assert all(10.0 <= start <= end <= 19.4 for start, end in cue.times)
    assert all(before[0] <= after[0] for before, after in pairwise(cue.times))


def test_what_is_cut_from_a_line_takes_only_its_words_along() -> None:
    """The words beside the cut stay where they can be told from it; the rest of the line moves up."""
    (timed,) = time_words([LINE], HEARD)
    edits = EditList.keep_all(60).with_cuts([Span(start=12.9, end=13.5)])
    assert [(cue.text, round(cue.start, 2), round(cue.end, 2)) for cue in move_cues([timed], edits)] == [
        ("The sun bro", 10.0, 12.4),
        ("has blinked since eighteen twenty one.", 13.4, 18.8),
    ]
    muted = EditList.keep_all(60).with_mutes([Span(start=12.3, end=12.9)])
    assert [cue.text for cue in move_cues([timed], muted)] == ["The sun", "has blinked since eighteen twenty one."]


def test_of_a_line_with_somebody_who_refused_nothing_stays() -> None:
    """Times may miss by a word."""
    (timed,) = time_words([LINE], HEARD)
    span = Span(start=12.9, end=13.5)
    assert move_cues([timed], EditList.keep_all(60).with_cuts([span]), refused=[span]) == ()


def test_json_has_a_segment_for_each_word_and_is_read_back() -> None:
    """As the example of the format: the last word of a line ends with a line break. Lines without times stay lines."""
    (timed,) = time_words([LINE], HEARD)
    plain = Cue(start=30.0, end=32.0, text="Not heard by a machine.", speaker="Ben")
    written = render_json_transcript([timed, timed, timed, plain])
    segments = json.loads(written)["segments"]
    assert segments[0] == {"startTime": 10.0, "endTime": 10.4, "body": "The"}
    assert segments[9]["body"] == "one.\n"
    assert segments[-1] == {"speaker": "Ben", "startTime": 30.0, "endTime": 32.0, "body": "Not heard by a machine."}
    one = json.dumps({"version": "1.0.0", "segments": segments[:10] + segments[-1:]}).encode()
    assert parse_transcript(one, Path("t.json"))[0] == timed


@pytest.mark.parametrize("ending", ["", "\n"])
def test_words_from_elsewhere_become_lines(ending: str) -> None:
    """JSON of words alone: lines end at line breaks, or where there are none at sentences; the times stay."""
    words = [f"word{n}{'.' if n % 10 == 9 else ''}" for n in range(30)]
    segments = [
        {"startTime": n, "endTime": n + 0.5, "body": word + (ending if n % 10 == 9 else "")}
        for n, word in enumerate(words)
    ]
    cues = parse_transcript(json.dumps({"segments": segments}).encode(), Path("t.json"))
    assert [cue.text for cue in cues] == [" ".join(words[at : at + 10]) for at in (0, 10, 20)]
    assert cues[1].times[3] == (13.0, 13.5)
