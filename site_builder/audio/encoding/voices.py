"""Finds where one speaker is heard alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from site_builder.model.podcast import Span, Turn

LEAST_SPEECH = 3.0
"""Seconds somebody has to speak alone to be measured; who speaks less is as loud as the others are on average."""


@dataclass(frozen=True, slots=True)
class Voices:
    """Who speaks when, and how exactly the edges of turns are known."""

    turns: Sequence[Turn]
    tick: float
    """Seconds by which their edges may be wrong."""


def find_solos(turns: Sequence[Turn], tick: float) -> list[tuple[int, Span]]:
    """Spans in which one speaker talks and nobody else, by speaker and in order."""
    solos = []
    for who, span in split_by_speakers(turns):
        margin = min(tick, span.duration / 4)
        if len(who) == 1 and span.duration > 2 * margin:
            solos.append((next(iter(who)), Span(start=span.start + margin, end=span.end - margin)))
    return solos


def split_by_speakers(turns: Sequence[Turn]) -> Iterator[tuple[frozenset[int], Span]]:
    """Stretches in which the same people speak, nobody included."""
    changes: dict[float, list[tuple[int, int]]] = {}
    for turn in turns:
        if turn.start < turn.end:
            changes.setdefault(turn.start, []).append((turn.speaker, 1))
            changes.setdefault(turn.end, []).append((turn.speaker, -1))
    speaking: dict[int, int] = {}
    for start, end in pairwise(sorted(changes)):
        for speaker, step in changes[start]:
            speaking[speaker] = speaking.get(speaker, 0) + step
        yield frozenset(speaker for speaker, count in speaking.items() if count), Span(start=start, end=end)
