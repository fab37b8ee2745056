"""Words as lines of a transcript, and what is heard as what is meant."""

from __future__ import annotations

from dataclasses import replace

from site_builder.episodes.transcripts.transcribe import apply_replacements
from site_builder.model.speech import Word
from site_builder.speech.lines import LONGEST, make_lines


def say(text: str, *, start: float = 0.0, speaker: int = 0) -> list[Word]:
    return [
        Word(start=start + n * 0.3, end=start + n * 0.3 + 0.25, text=word, speaker=speaker)
        for n, word in enumerate(text.split())
    ]


def test_lines_break_at_speakers_pauses_and_sentences() -> None:
    """One person a line, named; a pause ends it, and the end of a sentence when there is enough."""
    words = [*say("It was the best of times, it was it."), *say("Was it?", start=4, speaker=1), *say("Yes.", start=9)]
    lines = make_lines(words, ["Ada", "Ben"])
    assert [(line.speaker, line.text) for line in lines] == [
        ("Ada", "It was the best of times, it was it."),
        ("Ben", "Was it?"),
        ("Ada", "Yes."),
    ]
    assert make_lines([replace(words[0], speaker=-1)], ["Ada"])[0].speaker == ""


def test_lines_are_never_longer_than_two_of_subtitles() -> None:
    words = say("word " * 300)
    lines = make_lines(words, ["Ada"])
    assert max(len(line.text) for line in lines) <= LONGEST
    assert " ".join(line.text for line in lines).split() == [word.text for word in words]
    assert make_lines(say("灯 台"), ["Ada"], "ja")[0].text == "灯台"


def test_what_is_heard_becomes_what_is_meant() -> None:
    """Whatever its case and the punctuation around it; the times of all its words hold."""
    words = say("The horn of Sun Bro, and sun bro's keeper. Sunday")
    found = apply_replacements(words, {"sun bro": "Sumburgh"})
    assert " ".join(word.text for word in found) == "The horn of Sumburgh, and sun bro's keeper. Sunday"
    assert found[3].start == words[3].start
    assert found[3].end == words[4].end
    assert apply_replacements(words, {}) == tuple(words)
