"""Who says each word: what is kept of voices, turns by time, and voices that are learnt from short turns."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.model.podcast import Span, Turn
from site_builder.model.speech import Word
from site_builder.speech.attribution import TurnIndex
from site_builder.speech.diarizer import Diarizer, find_alone
from site_builder.speech.engine import SAMPLE_RATE, Sound
from site_builder.speech.segments import Piece

TIMES = st.floats(0, 50, allow_nan=False)
TURNS = st.lists(st.builds(lambda who, start, length: Turn(speaker=who, start=start, end=start + length),
                           st.integers(0, 3), TIMES, TIMES))  # fmt: skip


@given(TURNS, TIMES, TIMES)
def test_turns_near_a_time_are_all_found(turns: list[Turn], start: float, length: float) -> None:
    """However long a turn is, and however many are inside it."""
    near = TurnIndex(turns).find_near(start, start + length)
    touching = [turn for turn in turns if turn.start <= start + length and turn.end >= start]
    assert all(turn in near for turn in touching)
    assert all(before.start <= after.start for before, after in pairwise(near))


@given(TURNS, st.floats(0, 2))
def test_alone_is_where_nobody_else_may_speak(turns: list[Turn], tick: float) -> None:
    """Of each turn a part at most, a tick within its edges."""
    for speaker, span in find_alone(turns, tick):
        middle = (span.start + span.end) / 2
        assert any(t.speaker == speaker and t.start + tick <= middle <= t.end - tick for t in turns)


def test_a_turn_with_another_in_it_is_alone_before_and_after() -> None:
    """The part before the other."""
    turns = [Turn(speaker=0, start=0, end=20), Turn(speaker=1, start=12, end=13)]
    assert list(find_alone(turns, 1.0)) == [(0, Span(start=1.0, end=11.0))]


def speak(voice: int, seconds: float) -> Sound:
    """Noise through the throat of one of two people: what is loud in it is not the same."""
    noise = np.random.default_rng(voice).normal(0, 0.1, round(seconds * SAMPLE_RATE))
    return np.convolve(noise, [[1, 0.9, 0.8], [1, -0.9, 0.8]][voice], mode="same").astype(np.float32)


@pytest.mark.parametrize("length", [4.0, 1.5], ids=["alone", "never alone for longer than a tick"])
def test_a_voice_moves_a_word_that_time_gives_to_another(length: float) -> None:
    """Turns are told late; the voice tells whose the sentence at the edge is."""
    speakers = [number % 2 for number in range(12)]
    sound = np.concatenate([speak(voice, length) for voice in speakers])
    turns = [
        Turn(speaker=voice, start=number * length + 0.3, end=(number + 1) * length + 0.3)
        for number, voice in enumerate(speakers)
    ]
    words = [
        Word(start=at, end=at + 0.4, text="word." if (at + 0.5) % length < 0.3 else "word")
        for at in np.arange(0.05, 12 * length, 0.5).tolist()
    ]
    with Diarizer(turns, 1.0) as diarizer:
        diarizer.add(Piece(0.0, sound), words)
        named = diarizer.finish()
    assert [word.speaker for word in named] == [speakers[int(word.start // length)] for word in words]


def test_of_long_speech_only_so_much_is_kept() -> None:
    """Eight minutes of one voice and a minute of another: two minutes of features at most of either."""
    turns = [Turn(speaker=0, start=0, end=504), Turn(speaker=1, start=504, end=560)]
    sounds = {voice: speak(voice, 28) for voice in (0, 1)}
    with Diarizer(turns, 1.0) as diarizer:
        for start in range(0, 560, 28):
            word = Word(start=start, end=start + 0.3, text="word")
            diarizer.add(Piece(start, sounds[int(start >= 504)]), [word])
        kept = {speaker: sum(map(len, parts)) for speaker, parts in diarizer._voices.items()}
        named = diarizer.finish()
    assert 5500 < kept[0] < 12_000
    assert 5000 < kept[1] < 6000
    assert [word.speaker for word in named][:18] == [0] * 18


def test_without_turns_nobody_is_named() -> None:
    """And nothing is kept of what is heard."""
    with Diarizer((), 1.0) as diarizer:
        diarizer.add(Piece(0.0, speak(0, 2)), [Word(start=0, end=1, text="hello")])
        assert [word.speaker for word in diarizer.finish()] == [-1]
