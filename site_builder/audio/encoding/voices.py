"""Finds where one speaker is heard alone, and how loud each moment is."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from site_builder.audio.encoding.segments import Segment
from site_builder.audio.sound import filter_sound
from site_builder.model.podcast import Span, Turn

LEAST_SPEECH = 3.0
"""Seconds somebody has to speak alone to be measured; who speaks less is as loud as the others are on average."""
HOP = 0.02
"""Seconds of sound whose energy is one number."""
_SILENT = -90.0
"""Decibels that stand for silence and all below."""


@dataclass(frozen=True, slots=True)
class Voices:
    """Who speaks when, and how exactly the edges of turns are known."""

    turns: Sequence[Turn]
    tick: float
    """Seconds by which their edges may be wrong."""


def find_energies(segment: Segment) -> array[float]:
    """Decibels of each `HOP` of what is a segment's own."""
    hop = round(HOP * segment.frames[0].sample_rate)
    wanted = "metadata=1:reset=1:measure_perchannel=none:measure_overall=RMS_level"
    frames = filter_sound(segment.frames, ("asetnsamples", f"n={hop}:p=0"), ("astats", wanted))
    levels = (float(frame.metadata.get("lavfi.astats.Overall.RMS_level", "-inf")) for frame in frames)
    energies = array("f", (max(_SILENT, level) for level in levels))
    return energies[(segment.own - segment.start) // hop :]


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
