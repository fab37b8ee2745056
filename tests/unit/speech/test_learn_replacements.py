"""What is learnt from a correction."""

from __future__ import annotations

import pytest

from site_builder.episodes.transcripts.learn_replacements import learn_replacements
from site_builder.model.podcast import Cue
from site_builder.model.speech import Word


@pytest.mark.parametrize(
    ("heard", "meant", "learnt"),
    [
        ("at sun bro, we", "at Sumburgh, we", {"sun bro": "Sumburgh"}),
        ("a thug horn sounds", "a fog horn sounds", {"thug": "fog"}),
        ("it was the light", "it was a light", {}),
        ("Good Evening all", "good evening, all!", {}),
        ("one two three four five", "quite another sentence stands here now", {}),
        ("nothing changed", "nothing changed", {}),
    ],
)
def test_learnt(heard: str, meant: str, learnt: dict[str, str]) -> None:
    """Names and terms; neither ordinary words, nor capitals and commas, nor sentences written anew."""
    words = [Word(start=at, end=at + 0.5, text=text) for at, text in enumerate(heard.split())]
    half = len(meant) // 2 + meant[len(meant) // 2 :].find(" ")
    cues = [Cue(start=0, end=1, text=meant[:half]), Cue(start=1, end=2, text=meant[half:])]
    assert learn_replacements(words, cues) == learnt


def test_what_was_replaced_is_no_correction() -> None:
    """A replacement of two words is one word with one time."""
    words = [Word(start=0, end=1, text="the"), Word(start=1, end=2, text="Lamp Room,")]
    assert learn_replacements(words, [Cue(start=0, end=2, text="the Lamp Room,")]) == {}
