"""Finds where one speaker is heard alone, and how loud each moment is."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum, log10
from operator import mul

from site_builder.audio.encoding.segments import Segment
from site_builder.audio.sound import filter_sound
from site_builder.model.podcast import Span, Turn

LEAST_SPEECH = 3.0
"""Seconds somebody has to speak alone to be measured; who speaks less is as loud as the others are on average."""
HOP = 0.02
"""Seconds of sound whose energy is one number."""
_HOPS = 10
"""As many as are looked at together."""
_SPARSE = 5
"""A fifth of the samples tells energy to half a decibel; odd, so that both channels are seen."""
_SILENT = -90.0
"""Decibels that stand for silence and all below."""


@dataclass(frozen=True, slots=True)
class Voices:
    """Who speaks when, and how exactly the edges of turns are known."""

    turns: Sequence[Turn]
    tick: float
    """Seconds by which their edges may be wrong."""


def find_energies(segment: Segment) -> array[float]:
    """Decibels of each `HOP` of what is a segment's own, by every `_SPARSE`th sample."""
    hop = round(HOP * segment.frames[0].sample_rate)
    width, energies = len(segment.frames[0].layout.channels), array("f")
    for frame in filter_sound(segment.frames, ("asetnsamples", f"n={hop * _HOPS}:p=0")):
        samples = memoryview(frame.planes[0]).cast("f")[: frame.samples * width]
        for start in range(0, len(samples), hop * width):
            energies.append(_find_decibels(samples[start : start + hop * width : _SPARSE].tolist()))
    return energies[(segment.own - segment.start) // hop :]


def _find_decibels(samples: Sequence[float]) -> float:
    power = fsum(map(mul, samples, samples)) / len(samples)  # exact, and so the same with every Python
    return max(_SILENT, 10 * log10(power)) if power else _SILENT


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
