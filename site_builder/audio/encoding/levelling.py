"""Finds the gains that bring an episode, or each voice in it, to a loudness, with its peaks below a limit.

Sound is gone through once. What gains and limiter make of it is computed from that, but for what only listening tells:
what a limiter that works at once takes, and what coding does. That is heard in a few segments that are kept.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from av.audio.frame import AudioFrame

from site_builder.audio.encoding.limiter import Levels
from site_builder.audio.encoding.loudness import OWN, RELATIVE, Heard, find_first, integrate, listen
from site_builder.audio.encoding.ramps import MOST_GAIN, plan_gains
from site_builder.audio.encoding.segments import Segment, map_segments
from site_builder.audio.encoding.survey import EVERYBODY, Survey, spread, survey_sound
from site_builder.audio.encoding.voices import Voices, find_solos
from site_builder.audio.sound import filter_sound
from site_builder.model.podcast import Span

CEILING = -1.0
"""dBTP that no sample may exceed after normalising (Apple's advice)."""
_OVERSHOOTS = (3.0, 6.0)
"""Decibels of peaks that are cut off: no more than loudness needs."""
_CLOSE = 0.15
"""LU by which the target may be missed."""
_MISSED = 0.4
"""LU by which it is missed if more is cut off."""
_ROUNDS = 6
"""Times that gains are corrected, at most."""
_TRIALS = 6
"""Times that a few segments are encoded to hear what becomes of them, at most."""
_SLOPE = 0.7
"""Decibels heard for a decibel given once peaks are held down; later as found."""
_LEAST_SLOPE = 0.2
_MOST_MORE = 9.0
"""Decibels that a voice gets at most for what limiter and ramps take: more would not help one that ramps hold back."""
_TRIED = 3
"""Segments of those kept that are encoded and decoded to hear what becomes of loudness and peaks."""
_NOTHING = 0.02
"""LU of a correction that has changed nothing: peaks leave no room."""
_UNHEARD = 0.3
"""Decibels more that peaks may have in segments that were not tried, where they had too much in those that were."""
_WHOLE = -2
"""All sound, among voices."""


@dataclass(frozen=True, slots=True)
class Coding:
    """What an encoder makes of loudness and peaks."""

    gain: float
    """Decibels by which it is known to change all sound."""
    margin: float
    """Decibels by which samples stay below the ceiling, for what lies between them and what coding adds to peaks."""
    try_out: Callable[[Iterable[AudioFrame]], Iterable[AudioFrame]]
    """Frames encoded, and decoded again."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """A gain curve before peaks are held down, and how they are."""

    gains: Sequence[float]
    limit: float
    overshoot: float
    missed: float = math.inf
    """LU."""


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
    everything = [(EVERYBODY, Span(start=0, end=duration + 1))]
    solos = find_solos(voices.turns, voices.tick) if voices else everything
    survey = survey_sound(frames, sample_rate, duration, solos, with_energies=bool(voices))
    own = survey.find_own(solos)
    if not own and voices:
        voices, own = None, survey.find_own(everything)
    if not own:
        return Levels()
    plan = _Leveller(survey, own, voices, target, CEILING - coding.margin).plan()
    return _correct(plan, survey, coding)


class _Leveller:
    """Looks for the gain of each voice."""

    def __init__(
        self, survey: Survey, own: Mapping[int, Sequence[int]], voices: Voices | None, target: float, limit: float
    ) -> None:
        self._survey, self._own, self._voices, self._target, self._limit = survey, own, voices, target, limit
        self._lost: dict[int, float] = {}
        self._levels = {who: integrate([survey.moments[number] for number in own[who]]) for who in own}

    def plan(self) -> _Plan:
        """The gains with which all is well, or nearly."""
        plans = []
        for overshoot in _OVERSHOOTS:
            plans.append(self._plan(overshoot))
            if plans[-1].missed < _MISSED:
                return plans[-1]
        return min(plans, key=lambda plan: plan.missed)

    def _plan(self, overshoot: float) -> _Plan:
        """Correct gains until all is well."""
        gains = {who: self._target - level for who, level in self._levels.items()}
        slopes, given, before = dict.fromkeys(gains, _SLOPE), dict.fromkeys(gains, 0.0), dict.fromkeys(gains, 0.0)
        most = {who: gain + _MOST_MORE for who, gain in gains.items()}
        best = _Plan((), self._limit, overshoot)
        for number in range(_ROUNDS):
            plan = replace(best, gains=self._draw(gains))
            levels = _apply(plan, self._survey)
            reached, missing = self._foresee(levels, afresh=number == 0)
            if self._is_close(missing) and number:
                reached, missing = self._foresee(levels, afresh=True)
            missed = max(map(abs, missing.values()))
            best = replace(plan, missed=missed) if missed < best.missed else best
            if self._is_close(missing):
                break
            slopes = {who: _find_slope(slopes[who], given[who], reached[who] - before[who]) for who in gains}
            is_limited = bool(levels.over) or len(levels.gains) > 1
            steps = {who: missing[who] / (slopes[who] if is_limited else 1.0) for who in gains}
            before, given = reached, {who: min(step, most[who] - gains[who]) for who, step in steps.items()}
            gains = {who: gains[who] + given[who] for who in gains}
            if self._is_close(given):
                break
        return best

    @staticmethod
    def _is_close(decibels: Mapping[int, float]) -> bool:
        return all(abs(value) < _CLOSE for value in decibels.values())

    def _draw(self, gains: Mapping[int, float]) -> Sequence[float]:
        """The curve of these gains."""
        if not self._voices:
            return [gains[EVERYBODY]]
        most = {who: max(-MOST_GAIN, min(MOST_GAIN, gain)) for who, gain in gains.items()}
        return plan_gains(most, self._survey.energies, self._voices, self._target)

    def _foresee(self, levels: Levels, *, afresh: bool) -> tuple[dict[int, float], dict[int, float]]:
        """LUFS of each voice, and what is missing of them; what is cut off as last heard, or heard afresh."""
        expected = self._survey.expect(levels.gains)
        if afresh:
            self._lost = self._listen(levels, expected) if levels.over else {}
        reached = {
            who: integrate([expected[number] for number in numbers]) - self._lost.get(who, 0.0)
            for who, numbers in self._own.items()
        }
        whole = integrate(expected) - self._lost.get(_WHOLE, 0.0)
        wanted = median(reached.values()) + self._target - whole
        return reached, {who: wanted - level for who, level in reached.items()}

    def _listen(self, levels: Levels, expected: Sequence[float]) -> dict[int, float]:
        """LU that cutting peaks off takes from each voice, and from the whole, in the segments that are kept."""
        heard: dict[int, float] = {}
        for found in map_segments(lambda segment: listen(segment, levels.change(segment)), self._survey.kept):
            heard.update(enumerate(found.moments, found.first))
        usual = _compare(expected, heard, range(len(expected))) or 0.0
        voices = {who: _compare(expected, heard, self._own[who]) for who in self._own}
        return {_WHOLE: usual} | {who: usual if lost is None else lost for who, lost in voices.items()}


def _apply(plan: _Plan, survey: Survey) -> Levels:
    return survey.headroom.limit(plan.gains, plan.limit, plan.overshoot)


def _choose_tried(survey: Survey, levels: Levels) -> list[Segment]:
    """A few segments in which something counts for loudness: of silence and soft noise coding makes what it likes."""
    expected = survey.expect(levels.gains)
    least = integrate(expected) + RELATIVE
    counting = [
        segment
        for segment in survey.kept
        if max(expected[find_first(segment) : find_first(segment) + OWN], default=least) > least
    ]
    chosen = sorted(spread(len(counting), _TRIED)) if counting else []
    return [counting[number] for number in chosen]


def _correct(plan: _Plan, survey: Survey, coding: Coding) -> Levels:
    """What is planned, corrected by what a decoder gives of a few segments: noise becomes louder, and peaks higher."""
    levels = _apply(plan, survey)
    tried = _choose_tried(survey, levels)
    wanted: float | None = None
    before = math.inf
    for _ in range(_TRIALS if tried else 0):
        planned, coded, peak = _try(levels, tried, coding)
        wanted = planned + coding.gain if wanted is None else wanted
        more, excess = coded - wanted, peak - CEILING
        if excess <= 0 and (abs(more) <= _CLOSE or abs(planned - before) < _NOTHING):
            break
        before = planned
        if abs(more) > _CLOSE:
            more /= 1.0 if len(levels.gains) == 1 else _SLOPE
            plan = replace(plan, gains=[gain - more for gain in plan.gains])
        if excess > 0:
            plan = replace(plan, limit=plan.limit - excess - _UNHEARD)
        levels = _apply(plan, survey)
    return levels


def _try(levels: Levels, tried: Iterable[Segment], coding: Coding) -> tuple[float, float, float]:
    """LUFS as planned and as decoded, and dBTP as decoded."""
    planned, decoded, peak = array("f"), array("f"), -math.inf

    def hear(segment: Segment) -> tuple[Heard, Heard]:
        frames = list(levels.change(segment))
        return listen(segment, frames), listen(segment, coding.try_out(_fade(frames)), true_peak=True)

    for before, after in map_segments(hear, tried):
        planned += before.moments
        decoded += after.moments
        peak = max(peak, after.peak)
    return integrate(planned), integrate(decoded), peak


def _fade(frames: Sequence[AudioFrame]) -> Iterable[AudioFrame]:
    """The same without a bare beginning and end, of which coding makes peaks that the whole has not."""
    end = sum(frame.samples for frame in frames) / frames[0].sample_rate
    return filter_sound(frames, ("afade", "t=in:d=0.5"), ("afade", f"t=out:st={max(0.0, end - 0.1):.3f}:d=0.1"))


def _find_slope(before: float, given: float, heard: float) -> float:
    """Decibels heard for a decibel given."""
    return max(_LEAST_SLOPE, min(1.0, heard / given)) if abs(given) > _CLOSE else before


def _compare(expected: Sequence[float], heard: Mapping[int, float], numbers: Iterable[int]) -> float | None:
    """Decibels that the limiter took of these moments; None where none of them was heard."""
    there = [number for number in numbers if number in heard]
    if not there:
        return None
    return integrate([expected[number] for number in there]) - integrate([heard[number] for number in there])
