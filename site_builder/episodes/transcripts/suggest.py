"""Proposes chapter marks, tags and passages to share from a transcript; the host decides. Pure.

Nothing is made up: a chapter is called by the question that the host asks there. Titles and summaries put together from
sentences were tried and were of no use three times of four.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from site_builder.consent.ordinary_words import DATED, WORDS
from site_builder.model.podcast import Cue
from site_builder.text.folding import fold
from site_builder.text.plain import shorten

_CHAPTER_LEAST, _CHAPTER_MOST = 300.0, 600.0
"""Seconds from one chapter to the next: a question is waited for from the first on, any turn will do from the last."""
_TITLE = 70
_SHORTEST_TAG = 5
_TAGS = 8
_PASSAGE_LEAST, _PASSAGE_MOST = 15.0, 60.0
_PASSAGES = 3
_PAUSE, _SILENCE = 1.5, 3.0
_SENTENCE = re.compile(r"[^.?!…。？！]+[.?!…。？！]*")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a transcript with what it may be called."""

    start: float
    """Recording time."""
    end: float
    title: str


@dataclass(frozen=True, slots=True)
class Proposals:
    """What the host may take over into front matter."""

    chapters: tuple[Passage, ...] = ()
    tags: tuple[str, ...] = ()
    soundbites: tuple[Passage, ...] = ()


def propose(cues: Sequence[Cue], hosts: frozenset[str]) -> Proposals:
    """Proposals from a transcript in which everybody has a name; `hosts` are those who ask."""
    turns = list(_split_turns(cues))
    asked = [turn for turn in turns if turn[0].speaker in hosts]
    return Proposals(
        chapters=tuple(_propose_chapters(asked)),
        tags=tuple(_propose_tags(cues)),
        soundbites=tuple(_propose_passages([turn for turn in turns if turn[0].speaker not in {"", *hosts}])),
    )


def _split_turns(cues: Sequence[Cue]) -> Iterator[list[Cue]]:
    """Lines of one speaker; a longer silence ends a turn too, for there somebody may be left out."""
    turn: list[Cue] = []
    for cue in cues:
        if turn and (cue.speaker != turn[-1].speaker or cue.start - turn[-1].end > _SILENCE):
            yield turn
            turn = []
        turn.append(cue)
    if turn:
        yield turn


def _propose_chapters(asked: Sequence[Sequence[Cue]]) -> Iterator[Passage]:
    """At turns of the host, five to ten minutes apart; the first is the beginning of the talk."""
    last = -_CHAPTER_MOST
    for turn in asked:
        start, question = turn[0].start, find_question(turn)
        if start - last >= (_CHAPTER_LEAST if question else _CHAPTER_MOST):
            last = start
            yield Passage(start, turn[-1].end, question or _first_sentence(turn))


def find_question(turn: Sequence[Cue]) -> str:
    """The last question in somebody's turn: what comes before leads up to it."""
    questions = [found for found in _sentences(turn) if found.endswith(("?", "？"))]
    question = questions[-1] if questions else ""
    while len(question) > _TITLE and ", " in question:  # engines put commas where sentences end
        question = question.partition(", ")[2]
    return shorten(question, _TITLE)


def _first_sentence(turn: Sequence[Cue]) -> str:
    return shorten(next(iter(_sentences(turn)), ""), _TITLE)


def _sentences(turn: Sequence[Cue]) -> list[str]:
    text = " ".join(cue.text for cue in turn)
    return [found[0].strip() for found in _SENTENCE.finditer(text) if found[0].strip()]


def _propose_tags(cues: Sequence[Cue]) -> Iterator[str]:
    """Words that are said again and again and are no ordinary ones."""
    counts = Counter(word for cue in cues for word in map(fold, _WORD.findall(cue.text)))
    spoken = {fold(word) for cue in cues for word in _WORD.findall(cue.speaker)}
    told = [word for word, count in counts.most_common() if count > 1 and len(word) >= _SHORTEST_TAG]
    yield from [word for word in told if word not in WORDS | DATED | spoken][:_TAGS]


def _propose_passages(turns: Sequence[Sequence[Cue]]) -> list[Passage]:
    """Stretches in which one guest goes on, from the beginning of their turn, in order of time."""
    found = [passage for turn in turns if (passage := _cut_passage(turn))]
    longest = sorted(found, key=lambda passage: (passage.start - passage.end, passage.start))[:_PASSAGES]
    return sorted(longest, key=lambda passage: passage.start)


def _cut_passage(turn: Sequence[Cue]) -> Passage | None:
    """The beginning of a turn, to the end of a line that ends a sentence if there is one."""
    whole = len(turn)
    for number, (before, cue) in enumerate(pairwise(turn), 1):
        if cue.start - before.end > _PAUSE or cue.end - turn[0].start > _PASSAGE_MOST:
            whole = number
            break
    ends = [number for number in range(whole) if turn[number].text.rstrip().endswith((".", "?", "!", "。", "？", "！"))]
    last = turn[ends[-1] if ends else whole - 1]
    if last.end - turn[0].start < _PASSAGE_LEAST or last.end - turn[0].start > _PASSAGE_MOST:
        return None
    return Passage(turn[0].start, last.end, _first_sentence(turn))
