"""Finds the gains that bring an episode, or each voice in it, to a loudness, with a limiter for peaks.

Sound is gone through once. The limiter takes some loudness away again, how much only listening tells: that is done over
a few segments of the sound that are kept, and gains are corrected until voices and whole are as loud as asked for.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from av.audio.frame import AudioFrame

from site_builder.audio.encoding.gains import Knot, apply_gains, find_gain, find_highest
from site_builder.audio.encoding.loudness import (
    BLOCK,
    OWN,
    RELATIVE,
    TENTH,
    Heard,
    cut_for_listening,
    find_first,
    find_moments,
    integrate,
    listen,
)
from site_builder.audio.encoding.ramps import MOST_GAIN, plan_gains
from site_builder.audio.encoding.segments import Segment, map_segments
from site_builder.audio.encoding.voices import LEAST_SPEECH, Voices, find_energies, find_solos
from site_builder.audio.sound import filter_sound
from site_builder.model.podcast import Span

CEILING = -1.0
"""dBTP that no sample may exceed after normalising (Apple's advice)."""
_LIMITER = "level=false:latency=true:attack=5:release=50"
_CLOSE = 0.15
"""LU by which the target may be missed."""
_ROUNDS = 4
"""Times that gains are corrected, at most."""
_SLOPE = 0.7
"""Decibels heard for a decibel given once the limiter works; later as found."""
_LEAST_SLOPE = 0.2
_MOST_MORE = 6.0
"""Decibels that a voice gets at most for what limiter and ramps take: more would not help one that ramps hold back."""
_SILENCE = -69.0
"""LUFS below which there is nothing to normalise."""
_KEPT = 10
"""Segments that are kept at most, evenly spread; of two channels half as many."""
_KEPT_SECONDS = 20.0
"""Of each voice; for those of whom less is in these segments, that with most of them is kept as well."""
_TRIED = 3
"""Of these, as many as are encoded and decoded to hear what becomes of loudness and peaks."""
_EVERYBODY = -1
"""The one voice where all are measured together."""


@dataclass(frozen=True, slots=True)
class Levels:
    """How loud each moment is to be made."""

    knots: Sequence[Knot] = ()
    limit: float | None = None
    """dBFS that a limiter lets no sample pass; None where none would."""

    def change(self, segment: Segment) -> Iterable[AudioFrame]:
        """Frames of a segment as they are to be heard."""
        limiter = [] if self.limit is None else [("alimiter", f"limit={10 ** (self.limit / 20):.6f}:{_LIMITER}")]
        if len(self.knots) == 1:
            return filter_sound(segment.frames, ("volume", f"{self.knots[0].gain:.3f}dB:precision=float"), *limiter)
        frames = apply_gains(segment.frames, self.knots, segment.start) if self.knots else segment.frames
        return filter_sound(frames, *limiter) if limiter else frames


@dataclass(frozen=True, slots=True)
class Coding:
    """What an encoder makes of loudness and peaks."""

    gain: float
    """Decibels by which it is known to change all sound."""
    margin: float
    """Decibels by which samples stay below the ceiling, for what lies between them and what coding adds to peaks."""
    try_out: Callable[[Iterable[AudioFrame]], Iterable[AudioFrame]]
    """Frames encoded, and decoded again."""


@dataclass(slots=True)
class _Survey:
    """What one pass over the sound has found."""

    moments: array[float] = field(default_factory=lambda: array("f"))
    """LUFS, as `Heard`."""
    energies: array[float] = field(default_factory=lambda: array("f"))
    peaks: list[float] = field(default_factory=list)
    """dBFS, of each segment."""
    kept: list[Segment] = field(default_factory=list)


def plan_levels(
    frames: Iterable[AudioFrame],
    sample_rate: int,
    duration: float,
    target: float,
    voices: Voices | None,
    coding: Coding,
) -> Levels:
    """Plan what brings sound to `target` LUFS, and each of its voices to the same loudness where `voices` are given."""
    target -= coding.gain
    everything = [(_EVERYBODY, Span(start=0, end=duration + OWN))]
    solos = find_solos(voices.turns, voices.tick) if voices else everything
    survey = _survey(frames, sample_rate, duration, solos, with_energies=bool(voices))
    own = _find_own(survey.moments, solos)
    if not own and voices:
        voices, own = None, _find_own(survey.moments, everything)
    if not own:
        return Levels()
    levels = _Leveller(survey, own, voices, target, CEILING - coding.margin).plan()
    return _correct(levels, _choose_tried(survey, levels), coding)


def _survey(
    frames: Iterable[AudioFrame],
    sample_rate: int,
    duration: float,
    solos: Sequence[tuple[int, Span]],
    *,
    with_energies: bool,
) -> _Survey:
    wanted: set[int] | None = None
    survey = _Survey()

    def segments() -> Iterator[Segment]:
        nonlocal wanted
        for number, segment in enumerate(cut_for_listening(frames, sample_rate)):
            if wanted is None:
                wanted = _choose_kept(duration, solos, _KEPT // len(segment.frames[0].layout.channels))
            if number in wanted:
                survey.kept.append(segment)
            yield segment

    def hear(segment: Segment) -> tuple[Heard, array[float]]:
        return listen(segment, segment.frames), find_energies(segment) if with_energies else array("f")

    for heard, energies in map_segments(hear, segments()):
        survey.moments += heard.moments
        survey.energies += energies
        survey.peaks.append(heard.peak)
    return survey


def _choose_kept(duration: float, solos: Sequence[tuple[int, Span]], most: int) -> set[int]:
    """Numbers of segments."""
    length = OWN * TENTH
    count = int(duration / length) + 1
    kept = _spread(count, most)
    heard: dict[int, dict[int, float]] = {}
    for who, span in solos:
        for number in range(int(span.start / length), min(count, int(span.end / length) + 1)):
            seconds = min(span.end, (number + 1) * length) - max(span.start, number * length)
            of_voice = heard.setdefault(who, {})
            of_voice[number] = of_voice.get(number, 0.0) + seconds
    lacking = [found for found in heard.values() if sum(found.get(number, 0.0) for number in kept) < _KEPT_SECONDS]
    return kept | {max(found, key=lambda number: found[number]) for found in lacking[:most]}


def _spread(count: int, most: int) -> set[int]:
    """Numbers below `count`, at most so many, evenly spread."""
    return {number * count // most for number in range(most)}


def _find_own(moments: array[float], solos: Sequence[tuple[int, Span]]) -> dict[int, list[int]]:
    """Numbers of the moments of each voice that is heard long enough."""
    own: dict[int, list[int]] = {}
    for who, span in solos:
        own.setdefault(who, []).extend(find_moments(span, len(moments)))
    least = LEAST_SPEECH / TENTH
    return {
        who: numbers
        for who, numbers in own.items()
        if (who == _EVERYBODY or len(numbers) >= least)
        and integrate([moments[number] for number in numbers]) > _SILENCE
    }


class _Leveller:
    """Looks for the gain of each voice."""

    def __init__(
        self, survey: _Survey, own: Mapping[int, Sequence[int]], voices: Voices | None, target: float, limit: float
    ) -> None:
        self._survey, self._own, self._voices, self._target, self._limit = survey, own, voices, target, limit
        self._levels = {who: integrate([survey.moments[number] for number in own[who]]) for who in own}

    def plan(self) -> Levels:
        """Correct gains until all is well."""
        gains = {who: self._target - level for who, level in self._levels.items()}
        slopes, given, before = dict.fromkeys(gains, _SLOPE), dict.fromkeys(gains, 0.0), dict.fromkeys(gains, 0.0)
        levels = self._draw(gains)
        for _ in range(_ROUNDS):
            reached, whole = self._listen(levels)
            slopes = {who: _find_slope(slopes[who], given[who], reached[who] - before[who]) for who in gains}
            wanted = median(reached.values()) + self._target - whole
            missing = {who: wanted - reached[who] for who in gains}
            if all(abs(decibels) < _CLOSE for decibels in missing.values()):
                break
            given = {who: missing[who] / (slopes[who] if levels.limit is not None else 1.0) for who in gains}
            before, most = reached, {who: self._target - level + _MOST_MORE for who, level in self._levels.items()}
            gains = {who: min(gains[who] + given[who], most[who]) for who in gains}
            levels = self._draw(gains)
        return levels

    def _draw(self, gains: Mapping[int, float]) -> Levels:
        """The curve of these gains."""
        if self._voices:
            most = {who: max(-MOST_GAIN, min(MOST_GAIN, gain)) for who, gain in gains.items()}
            knots = plan_gains(most, self._survey.energies, self._voices, self._target)
        else:
            knots = [Knot(0.0, gains[_EVERYBODY])]
        length = OWN * TENTH
        peaks = (
            peak + find_highest(knots, number * length, (number + 1) * length)
            for number, peak in enumerate(self._survey.peaks)
        )
        return Levels(knots, self._limit if max(peaks, default=0.0) > self._limit else None)

    def _listen(self, levels: Levels) -> tuple[dict[int, float], float]:
        """LUFS of each voice and of the whole, with what was found over the segments that are kept."""
        expected = _expect(self._survey.moments, levels)
        whole = integrate(expected)
        clean = {who: integrate([expected[number] for number in self._own[who]]) for who in self._own}
        if levels.limit is None:
            return clean, whole
        heard: dict[int, float] = {}
        for found in map_segments(lambda segment: listen(segment, levels.change(segment)), self._survey.kept):
            heard.update(enumerate(found.moments, found.first))
        lost = _compare(expected, heard, range(len(expected)))
        usual = lost or 0.0
        voices = {who: _compare(expected, heard, self._own[who]) for who in self._own}
        return {who: clean[who] - (usual if found is None else found) for who, found in voices.items()}, whole - usual


def _expect(moments: Sequence[float], levels: Levels) -> list[float]:
    """LUFS of each moment, but for what a limiter takes."""
    return [level + find_gain(levels.knots, (number + BLOCK / 2) * TENTH) for number, level in enumerate(moments)]


def _choose_tried(survey: _Survey, levels: Levels) -> list[Segment]:
    """A few segments in which something counts for loudness: of silence and soft noise coding makes what it likes."""
    expected = _expect(survey.moments, levels)
    least = integrate(expected) + RELATIVE
    counting = [
        segment
        for segment in survey.kept
        if max(expected[find_first(segment) : find_first(segment) + OWN], default=least) > least
    ]
    return [counting[number] for number in sorted(_spread(len(counting), _TRIED))] if counting else []


def _correct(levels: Levels, tried: Sequence[Segment], coding: Coding) -> Levels:
    """The same, corrected by what a decoder gives of a few segments: noise becomes louder, and peaks higher."""
    wanted: float | None = None
    for _ in range(_ROUNDS if tried else 0):
        planned, coded, peak = _try(levels, tried, coding)
        wanted = planned + coding.gain if wanted is None else wanted
        more, excess = coded - wanted, peak - CEILING
        if abs(more) <= _CLOSE and excess <= 0:
            break
        if abs(more) > _CLOSE:
            more /= 1.0 if levels.limit is None else _SLOPE
            levels = replace(levels, knots=[Knot(knot.at, knot.gain - more) for knot in levels.knots])
        if excess > 0:
            limit = CEILING - coding.margin if levels.limit is None else levels.limit - excess
            levels = replace(levels, limit=limit)
    return levels


def _try(levels: Levels, tried: Iterable[Segment], coding: Coding) -> tuple[float, float, float]:
    """LUFS as planned and as decoded, and dBTP as decoded."""
    planned, decoded, peak = array("f"), array("f"), -math.inf

    def hear(segment: Segment) -> tuple[Heard, Heard]:
        frames = list(levels.change(segment))
        return listen(segment, frames), listen(segment, coding.try_out(frames), true_peak=True)

    for before, after in map_segments(hear, tried):
        planned += before.moments
        decoded += after.moments
        peak = max(peak, after.peak)
    return integrate(planned), integrate(decoded), peak


def _find_slope(before: float, given: float, heard: float) -> float:
    """Decibels heard for a decibel given."""
    return max(_LEAST_SLOPE, min(1.0, heard / given)) if abs(given) > _CLOSE else before


def _compare(expected: Sequence[float], heard: Mapping[int, float], numbers: Iterable[int]) -> float | None:
    """Decibels that the limiter took of these moments; None where none of them was heard."""
    there = [number for number in numbers if number in heard]
    if not there:
        return None
    return integrate([expected[number] for number in there]) - integrate([heard[number] for number in there])
