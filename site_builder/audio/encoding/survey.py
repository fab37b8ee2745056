"""One pass over sound: loudness, energies and peaks that gains are planned with, and some of it to be kept."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise, starmap
from math import log10

from av.audio.frame import AudioFrame

from site_builder.audio.encoding.hops import HOP, find_energies, find_peaks
from site_builder.audio.encoding.limiter import Headroom, find_headroom
from site_builder.audio.encoding.loudness import (
    BLOCK,
    OWN,
    TENTH,
    Heard,
    cut_for_listening,
    find_moments,
    integrate,
    listen,
)
from site_builder.audio.encoding.segments import Segment, map_segments
from site_builder.audio.encoding.voices import LEAST_SPEECH
from site_builder.model.podcast import Span

EVERYBODY = -1
"""The one voice where all are measured together."""
_SILENCE = -69.0
"""LUFS below which there is nothing to normalise."""
_KEPT = 10
"""Segments that are kept at most, evenly spread; of two channels half as many."""
_KEPT_SECONDS = 20.0
"""Of each voice; for those of whom less is in these segments, that with most of them is kept as well."""
_HOPS = round(TENTH / HOP)
"""In a tenth of a second."""

Solos = Sequence[tuple[int, Span]]
"""Who is heard alone, and where."""


@dataclass
class Survey:
    """What one pass over the sound has found."""

    moments: array[float] = field(default_factory=lambda: array("f"))
    """LUFS, as `Heard`."""
    energies: array[float] = field(default_factory=lambda: array("f"))
    """Decibels of each hop, if asked for."""
    peaks: array[float] = field(default_factory=lambda: array("f"))
    """dBFS of each hop."""
    kept: list[Segment] = field(default_factory=list)

    @cached_property
    def headroom(self) -> Headroom:
        """How much the sound can be turned up."""
        return find_headroom(self.peaks)

    @cached_property
    def _powers(self) -> Sequence[float]:
        """What each hop has to do with the loudness of the moments it is in; peaks tell it well enough."""
        return [10 ** (level / 10) for level in self.energies or self.peaks]

    def expect(self, gains: Sequence[float]) -> list[float]:
        """LUFS of each moment with a gain curve."""
        if len(gains) == 1:
            return [level + gains[0] for level in self.moments]
        heard = [
            power * 10 ** ((before + after) / 20)
            for power, (before, after) in zip(self._powers, pairwise(gains), strict=True)
        ]
        pairs = zip(_add_up(self._powers), _add_up(heard), strict=True)
        changes = list(starmap(_find_change, pairs))
        changes += [gains[-1]] * (len(self.moments) - len(changes))
        return [level + change for level, change in zip(self.moments, changes, strict=False)]

    def find_own(self, solos: Solos) -> dict[int, list[int]]:
        """Numbers of the moments of each voice that is heard long enough."""
        own: dict[int, list[int]] = {}
        for who, span in solos:
            own.setdefault(who, []).extend(find_moments(span, len(self.moments)))
        least = LEAST_SPEECH / TENTH
        return {
            who: numbers
            for who, numbers in own.items()
            if (who == EVERYBODY or len(numbers) >= least)
            and integrate([self.moments[number] for number in numbers]) > _SILENCE
        }


def _add_up(powers: Sequence[float]) -> list[float]:
    """What is in each moment."""
    tenths = [sum(powers[at : at + _HOPS]) for at in range(0, len(powers) - _HOPS + 1, _HOPS)]
    return [sum(tenths[at : at + BLOCK]) for at in range(len(tenths) - BLOCK + 1)]


def _find_change(before: float, after: float) -> float:
    return 10 * log10(after / before)


def survey_sound(
    frames: Iterable[AudioFrame], sample_rate: int, duration: float, solos: Solos, *, with_energies: bool
) -> Survey:
    """Go through edited sound once."""
    wanted: set[int] | None = None
    survey = Survey()

    def segments() -> Iterator[Segment]:
        nonlocal wanted
        for number, segment in enumerate(cut_for_listening(frames, sample_rate)):
            if wanted is None:
                wanted = _choose_kept(duration, solos, _KEPT // len(segment.frames[0].layout.channels))
            if number in wanted:
                survey.kept.append(segment)
            yield segment

    def hear(segment: Segment) -> tuple[Heard, array[float], array[float]]:
        energies = find_energies(segment) if with_energies else array("f")
        return listen(segment, segment.frames), energies, find_peaks(segment)

    for heard, energies, peaks in map_segments(hear, segments()):
        survey.moments += heard.moments
        survey.energies += energies
        survey.peaks += peaks
    return survey


def _choose_kept(duration: float, solos: Solos, most: int) -> set[int]:
    """Numbers of segments."""
    length = OWN * TENTH
    count = int(duration / length) + 1
    kept = spread(count, most)
    heard: dict[int, dict[int, float]] = {}
    for who, span in solos:
        for number in range(int(span.start / length), min(count, int(span.end / length) + 1)):
            seconds = min(span.end, (number + 1) * length) - max(span.start, number * length)
            of_voice = heard.setdefault(who, {})
            of_voice[number] = of_voice.get(number, 0.0) + seconds
    lacking = [found for found in heard.values() if sum(found.get(number, 0.0) for number in kept) < _KEPT_SECONDS]
    return kept | {max(found, key=lambda number: found[number]) for found in lacking[:most]}


def spread(count: int, most: int) -> set[int]:
    """Numbers below `count`, at most so many, evenly spread."""
    return {number * count // most for number in range(most)}
