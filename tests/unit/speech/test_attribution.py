"""Whose word it is: turns that are a tick off, voices, pauses; and turns nested in others."""

from __future__ import annotations

import pytest

from site_builder.model.podcast import Turn
from site_builder.model.speech import Word
from site_builder.speech.attribution import NOBODY, Evidence, attribute


def say(*texts: str, start: float = 0.0, each: float = 0.4) -> list[Word]:
    """Words one after the other without a pause."""
    return [Word(start=start + n * each, end=start + (n + 1) * each, text=text) for n, text in enumerate(texts)]


def turns(*pieces: tuple[int, float, float]) -> tuple[Turn, ...]:
    return tuple(Turn(speaker=speaker, start=start, end=end) for speaker, start, end in pieces)


@pytest.mark.parametrize("off", [-0.9, -0.5, 0.0, 0.5, 0.9])
def test_a_turn_that_begins_off_moves_to_the_sentence(off: float) -> None:
    """The edge of a turn may be a tick off: the change goes to where a sentence ends."""
    said = "and this is what we saw there. Then it went away and it never came back."
    words = say(*said.split())
    found = attribute(words, turns((0, 0, 2.8 + off), (1, 2.8 + off, 6)), 1.0)
    assert [word.speaker for word in found] == [0] * 7 + [1] * 9


def test_a_short_turn_inside_another_moves_no_long_one() -> None:
    """“Yes.” of another person within a long speech is theirs, and all around it stays where it was."""
    words = [*say("We", "went", "out", "at", "night."), *say("Yes.", start=2.5), *say("It", "rained.", start=3.4)]
    found = attribute(words, turns((0, 0, 6), (1, 2.4, 3.0)), 0.3, _voices(words, {5: 1}))
    assert [word.speaker for word in found] == [0, 0, 0, 0, 0, 1, 0, 0]


def test_voices_decide_where_time_cannot() -> None:
    """Both may speak by their turns; the voice tells them apart."""
    words = say("a", "b", "c.", "d", "e")
    found = attribute(words, turns((0, 0, 2), (1, 0, 2)), 1.0, _voices(words, {3: 1, 4: 1}))
    assert [word.speaker for word in found] == [0, 0, 0, 1, 1]


def _voices(words: list[Word], others: dict[int, int]) -> list[Evidence]:
    """Voices 0 and 1, of which 0 fits every word but those in `others`."""
    return [
        Evidence({speaker: -40.0 if others.get(at, 0) == speaker else -48.0 for speaker in (0, 1)}, 30)
        for at in range(len(words))
    ]


def test_speech_of_nobody_on_the_list_has_no_name() -> None:
    """Far from every turn a word is nobody's."""
    found = attribute(say("hello", start=50), turns((0, 0, 10)), 1.0)
    assert [word.speaker for word in found] == [NOBODY]


def test_overlaps_are_marked() -> None:
    """Where another certainly speaks as well, the word says so."""
    found = attribute(say("a", "b", start=5), turns((0, 0, 10), (1, 2, 9)), 1.0)
    assert [(word.is_overlapped, word.is_unsure) for word in found] == [(True, True)] * 2
    alone = attribute(say("a", "b", start=5), turns((0, 0, 10)), 1.0)
    assert not any(word.is_overlapped for word in alone)
