"""The gain of each voice over time: it changes in the pauses between speakers, and never faster than `_SLOPE`.

Which pause it is where one speaker follows another is found by energy, since the edges of turns are known to a tick
only. A pause may be too short for the step. Then the rest is done in the pauses next to it, between words of the
softer voice, whose gain is the higher one: that voice is too soft for a moment, and nobody is ever too loud.
docs/decisions/0050-ramps-in-pauses.md says more.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise

from site_builder.audio.encoding.gains import Knot
from site_builder.audio.encoding.voices import HOP, Voices, split_by_speakers

MOST_GAIN = 24.0
"""Decibels up or down: more would be noise."""
_SLOPE = 28.0
"""Decibels a second: under 3 in a tenth."""
_EVEN = 0.05
"""Decibels between two gains that need no change."""
_REACH = 1.5
"""Seconds beside a pause within which a ramp ends, also where nothing is quiet there."""
_LOUDEST_PAUSE = 0.25
"""Share of the decibels from what is quietest nearby up to the softer voice, below which there is a pause."""
_QUIETEST = 40.0
"""Decibels below a voice at which it is as quiet as can be."""
_FAR = 6.0
"""Seconds beside a pause in which a ramp that was held up goes on in the pauses between words."""
_WRONG = 0.2
"""Seconds of a voice with the gain of the other that are as bad as a change without a pause."""
_LOUDER = 6.0
"""Decibels above its loudness that speech has at times."""
_SOFTER = 0.25
"""What a decibel too soft tells, where one too loud tells 1."""
_SHORTEST_PAUSE = 3
"""Hops: shorter ones are within words."""


@dataclass(frozen=True, slots=True)
class _Hold:
    """A stretch with one gain, in hops; ends are as far off as the turns' are."""

    gain: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Change:
    """Where a gain follows another: in a pause from `start` to `end`, and in other hops where that is too short."""

    start: int
    end: int
    movable: frozenset[int]
    """Hops in which the gain may change."""


def plan_gains(gains: Mapping[int, float], energies: array[float], voices: Voices, target: float) -> list[Knot]:
    """Plan the gain curve that brings every speaker to `target` LUFS.

    Where several speak at once, the gain is that of the loudest of them.

    Args:
        gains: Decibels, by speaker; who is not there gets the mean of the others.
        energies: Decibels of each `HOP`.
        voices: Who speaks when.
        target: LUFS.
    """
    usual = sum(gains.values()) / len(gains)
    holds: list[_Hold] = []
    for who, span in split_by_speakers(voices.turns):
        if not who:
            continue
        gain = min(gains.get(speaker, usual) for speaker in who)
        start, end = round(span.start / HOP), round(span.end / HOP)
        if holds and abs(holds[-1].gain - gain) < _EVEN:
            holds[-1] = _Hold(holds[-1].gain, holds[-1].start, end)
        else:
            holds.append(_Hold(gain, start, end))
    changes = list(_find_changes(holds, energies, round(voices.tick / HOP), target))
    return list(_draw(_limit(holds, changes, len(energies))))


def _find_changes(holds: Sequence[_Hold], energies: array[float], tick: int, target: float) -> Iterator[_Change]:
    """One for each two that follow each other."""
    last = 0
    for before, after in pairwise(holds):
        earliest = max(last, before.end - min(tick, (before.end - before.start) // 2))
        latest = min(len(energies), after.start + min(tick, (after.end - after.start) // 2))
        change = _find_change(energies, range(earliest, max(earliest, latest)), before.gain, after.gain, target)
        last = change.end
        yield change


def _find_change(energies: array[float], window: range, before: float, after: float, target: float) -> _Change:
    reach, needed = round(_REACH / HOP), round(abs(after - before) / _SLOPE / HOP + 0.5)
    near = range(max(0, window.start - reach), min(len(energies), window.stop + reach))
    limit = _find_limit([energies[hop] for hop in near], target - max(before, after))
    pause = _choose_pause(energies, window, limit, (before - target, after - target), needed)
    beside = _find_beside(pause, len(energies), is_falling=after < before)
    quiet = {hop for hop in beside if energies[hop] <= limit}
    if len(pause) >= needed:
        return _Change(pause.start, pause.stop, frozenset(quiet.union(_find_quietest(energies, pause, needed))))
    quiet.update(pause)
    near = beside[-reach:] if after < before else beside[:reach]
    if (
        sum(hop in quiet for hop in (*near, *pause)) < needed
    ):  # hardly a pause, as in music, or where both speak at once
        quiet.update(sorted(near, key=lambda hop: energies[hop])[: needed - len(pause)])
    return _Change(pause.start, pause.stop, frozenset(quiet))


def _find_beside(pause: range, count: int, *, is_falling: bool) -> range:
    """Hops of the softer voice that are near: a gain falls before a pause has ended, and rises once it has begun."""
    far = round(_FAR / HOP)
    if is_falling:
        return range(max(0, pause.start - far), pause.start)
    return range(pause.stop, min(count, pause.stop + far))


def _find_limit(energies: Sequence[float], softer: float) -> float:
    """Decibels below which nobody speaks; `softer` is the loudness of the softer of two voices."""
    floor = sorted(energies)[len(energies) // 10] if energies else softer
    floor = max(floor, softer - _QUIETEST)
    return floor + max(0.0, softer - floor) * _LOUDEST_PAUSE


def _find_pauses(energies: array[float], window: range, limit: float) -> Iterator[range]:
    """Runs of hops below the limit; one at an edge of the window goes on beyond it."""
    for is_quiet, run in groupby(window, key=lambda hop: energies[hop] <= limit):
        if is_quiet:
            hops = list(run)
            yield range(hops[0], hops[-1] + 1)


def _choose_pause(
    energies: array[float], window: range, limit: float, offsets: tuple[float, float], needed: int
) -> range:
    """The pause with which what is said before and after comes nearest to the target, long enough if possible.

    One of no length where two speak at once. `offsets` are the gains before and after, less the target.
    """
    left, right = (
        [0.0, *accumulate(_judge(energies[hop] + offset) if energies[hop] > limit else 0.0 for hop in window)]
        for offset in offsets
    )
    middle, missing = window.start + window.stop, abs(offsets[0] - offsets[1]) * _WRONG / HOP

    def judge(pause: range) -> tuple[float, int]:
        off = left[pause.start - window.start] + right[-1] - right[pause.stop - window.start]
        return off + missing * max(0.0, 1 - len(pause) / needed), abs(pause.start + pause.stop - middle)

    pauses = (run for run in _find_pauses(energies, window, limit) if len(run) >= _SHORTEST_PAUSE)
    return min((*pauses, *(range(hop, hop) for hop in (*window, window.stop))), key=judge)


def _judge(decibels: float) -> float:
    """How much a hop tells that is so much louder than the target: speech is around it, and ends of words are soft."""
    return max(0.0, decibels - _LOUDER, -decibels * _SOFTER)


def _find_quietest(energies: array[float], pause: range, width: int) -> range:
    """The quietest stretch of that length; the middle one of equals."""
    sums = [0.0, *accumulate(energies[hop] for hop in pause)]
    middle = (len(pause) - width) / 2
    starts = range(len(pause) - width + 1)
    first = min(starts, key=lambda start: (round(sums[start + width] - sums[start], 3), abs(start - middle)))
    return range(pause.start + first, pause.start + first + width)


def _limit(holds: Sequence[_Hold], changes: Sequence[_Change], count: int) -> list[float]:
    """Decibels at each edge of a hop: as high as no hold forbids, and as slow as may be."""
    edges = [0, *(change.start for change in changes), count]
    wanted: list[float] = []
    for number, hold in enumerate(holds):
        wanted += [hold.gain] * (edges[number + 1] - len(wanted) + 1)
        if number < len(changes):
            pause = changes[number]
            wanted += [max(hold.gain, holds[number + 1].gain)] * (pause.end - len(wanted))
    steps = [0.0] * count
    for change in changes:
        for hop in change.movable:
            steps[hop] = _SLOPE * HOP
    for hop in range(count):
        wanted[hop + 1] = min(wanted[hop + 1], wanted[hop] + steps[hop])
    for hop in range(count - 1, -1, -1):
        wanted[hop] = min(wanted[hop], wanted[hop + 1] + steps[hop])
    return wanted


def _draw(gains: Sequence[float]) -> Iterator[Knot]:
    """The points at which a curve bends."""
    yield Knot(0.0, gains[0])
    for hop in range(1, len(gains) - 1):
        if abs(gains[hop + 1] - 2 * gains[hop] + gains[hop - 1]) > 1e-9:
            yield Knot(hop * HOP, gains[hop])
