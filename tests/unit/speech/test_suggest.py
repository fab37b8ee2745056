"""Proposals from a transcript: the host's questions as chapters, words as tags, a guest's long turns to share."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.episodes.transcripts.suggest import Passage, find_question, propose
from site_builder.model.podcast import Cue

ANSWER = "The mercury bath carries the lens."


def talk() -> Iterator[Cue]:
    """Half an hour: Mara asks every four minutes, Davy answers for 40 seconds."""
    for number in range(8):
        start = 5.0 + number * 240
        asked = "Why is that?" if number % 2 else "And so on."
        yield Cue(start=start, end=start + 4, text=f"Well, number {number}. {asked}", speaker="Mara")
        for line in range(number + 1):
            begin = start + 5 + line * 8
            yield Cue(start=begin, end=begin + 8, text=ANSWER, speaker="Davy")


def test_what_is_proposed() -> None:
    proposals = propose(list(talk()), frozenset({"Mara"}))
    assert [(entry.start, entry.title) for entry in proposals.chapters] == [
        (5.0, "Well, number 0."),
        (725.0, "Why is that?"),
        (1205.0, "Why is that?"),
        (1685.0, "Why is that?"),
    ]
    assert "mercury" in proposals.tags
    assert not {"davy", "the", "that"} & set(proposals.tags)
    assert proposals.soundbites == (
        Passage(1210.0, 1258.0, ANSWER),
        Passage(1450.0, 1506.0, ANSWER),
        Passage(1690.0, 1746.0, ANSWER),
    )


def test_a_question_without_what_leads_up_to_it() -> None:
    """Engines write commas where sentences end: only the last clauses stay, whole."""
    text = "I'm Mara, tonight, why no view of them blink alike, Davy, you restore lenses, why don't they?"
    turn = [Cue(start=0, end=5, text=text[:50]), Cue(start=5, end=9, text=text[50:])]
    assert find_question(turn).endswith("Davy, you restore lenses, why don't they?")
    assert find_question([Cue(start=0, end=1, text="So it is.")]) == ""


def test_nothing_from_nothing() -> None:
    proposals = propose([], frozenset())
    assert (proposals.chapters, proposals.tags, proposals.soundbites) == ((), (), ())
