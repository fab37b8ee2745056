"""The gain of each voice over time: it changes in pauses, and by less than 3 dB in a tenth of a second.

Which pause it is where one speaker follows another is found by energy, since the edges of turns are known to a tick
only. A pause may be too short for the step. Then the rest is done in the pauses next to it, between words of the
softer voice, whose gain is the higher one: that voice is too soft for a moment, and nobody is ever too loud.
docs/decisions/0050-ramps-in-pauses.md says more.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from math import ceil, log10
from operator import sub

from site_builder.audio.encoding.hops import HOP
from site_builder.audio.encoding.voices import Voices, split_by_speakers

MOST_GAIN = 24.0
"""Decibels up or down: more would be noise."""
_STEP = 2.9
"""Decibels that a gain changes by within a tenth of a second, at most."""
_TENTH = 5
"""Hops."""
_EVEN = 0.05
"""Decibels between two gains that need no change."""
_REACH = 1.5
"""Seconds beside a pause within which a ramp ends, also where nothing is quiet there."""
_LOUDEST_PAUSE = 0.15
"""Share of the decibels from what is quietest nearby up to the softer voice, below which there is a pause."""
_QUIETEST = 40.0
"""Decibels below a voice at which it is as quiet as can be."""
_FAR = 3.0
"""Seconds beside a pause in which a ramp that was held up goes on in the pauses between words."""
_WRONG = 0.2
"""Seconds of a voice with the gain of the other that are as bad as a change without a pause."""
_LOUDER = 6.0
"""Decibels above its loudness that speech has at times."""
_SOFTER = 0.25
"""What a decibel too soft tells, where one too loud tells 1."""
_SHORTEST_PAUSE = 3
"""Hops that a pause between two speakers has at least."""
_BETWEEN_WORDS = 3
"""Hops that a pause between two words of one speaker has at least: before some consonants it is quiet for less."""
_EDGE = 1
"""Hops at its beginning and end that may be of the words."""
_SHOUT = 10.0
"""Decibels above the target that a fifth of a second hardly ever has, unless it is with the gain of another speaker."""
_SYLLABLE = 10
"""Hops of a syllable, over which that is seen."""


@dataclass(frozen=True, slots=True)
class _Hold:
    """A stretch with one gain, in hops; ends are as far off as the turns' are."""

    gain: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Change:
    """Where a gain follows another: in a pause from `start` to `end`."""

    start: int
    end: int
    movable: range
    """Hops of the pause in which the gain may change."""


def plan_gains(gains: Mapping[int, float], energies: array[float], voices: Voices, target: float) -> list[float]:
    """Plan the gain at each edge of a hop that brings every speaker to `target` LUFS.

    Where several speak at once, the gain is that of the loudest of them.

    Args:
        gains: Decibels, by speaker; who is not there gets the mean of the others.
        energies: Decibels of each `HOP`.
        voices: Who speaks when.
        target: LUFS.
    """
    holds = list(_find_holds(gains, voices))
    tick = round(voices.tick / HOP)
    changes = list(_find_changes(holds, energies, tick, target))
    wanted = _hold_back(_want(holds, changes, len(energies)), energies, holds, tick, target)
    quiet = _find_quiet(energies, target - max(hold.gain for hold in holds))
    for change in changes:
        quiet.difference_update(range(change.start, change.end))
    for change in changes:
        quiet.update(change.movable)
    steps = _allow_steps(quiet, len(energies))
    further = _find_further(wanted, energies, steps)
    return _limit(wanted, _allow_steps(quiet | further, len(energies)) if further else steps)


def _find_holds(gains: Mapping[int, float], voices: Voices) -> Iterator[_Hold]:
    """Stretches of one gain, which follow each other."""
    usual = sum(gains.values()) / len(gains)
    last: _Hold | None = None
    for who, span in split_by_speakers(voices.turns):
        if not who:
            continue
        gain = min(gains.get(speaker, usual) for speaker in who)
        start, end = round(span.start / HOP), round(span.end / HOP)
        if last and abs(last.gain - gain) < _EVEN:
            last = _Hold(last.gain, last.start, end)
            continue
        if last:
            yield last
        last = _Hold(gain, start, end)
    if last:
        yield last


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
    reach, needed = round(_REACH / HOP), _count_hops(before, after)
    near = range(max(0, window.start - reach), min(len(energies), window.stop + reach))
    limit = _find_limit([energies[hop] for hop in near], target - max(before, after))
    pause = _choose_pause(energies, window, limit, (before - target, after - target), needed)
    movable = _find_quietest(energies, pause, needed) if len(pause) >= needed else pause
    return _Change(pause.start, pause.stop, movable)


def _count_hops(before: float, after: float) -> int:
    """How long it takes from one gain to another."""
    return ceil(abs(after - before) / _STEP) * _TENTH


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


def _want(holds: Sequence[_Hold], changes: Sequence[_Change], count: int) -> list[float]:
    """Decibels at each edge of a hop, as if gains could change at once."""
    edges = [0, *(change.start for change in changes), count]
    wanted: list[float] = []
    for number, hold in enumerate(holds):
        wanted += [hold.gain] * (edges[number + 1] - len(wanted) + 1)
        if number < len(changes):
            pause = changes[number]
            wanted += [max(hold.gain, holds[number + 1].gain)] * (pause.end - len(wanted))
    return wanted


def _hold_back(
    wanted: Sequence[float], energies: array[float], holds: Sequence[_Hold], tick: int, target: float
) -> list[float]:
    """The same, lower where it would lift a voice that is too loud to be the one it is for: tags may come late."""
    held, number = list(wanted), 0
    for hop, level in _find_shouts(wanted, energies, target + _SHOUT):
        while number < len(holds) and holds[number].end + 2 * tick < hop:
            number += 1
        around = {wanted[hop + _SYLLABLE // 2]}
        for hold in holds[number:]:
            if hold.start - 2 * tick > hop + _SYLLABLE:
                break
            around.add(hold.gain)
        fitting = [gain for gain in around if level + gain <= target + _SHOUT]
        gain = max(fitting, default=min(around))
        for edge in range(hop, hop + _SYLLABLE + 1):
            held[edge] = min(held[edge], gain)
    return held


def _find_shouts(wanted: Sequence[float], energies: array[float], most: float) -> Iterator[tuple[int, float]]:
    """Syllables louder than that, by their first hop, with their decibels before any gain."""
    powers = [0.0, *accumulate(10 ** (level / 10) for level in energies)]
    sums = map(sub, powers[_SYLLABLE:], powers)
    levels = [10 * log10(max(1e-9, power / _SYLLABLE)) for power in sums]
    for hop, (level, gain) in enumerate(zip(levels, wanted[_SYLLABLE // 2 :], strict=False)):
        if level + gain > most:
            yield hop, level


def _find_quiet(energies: array[float], softest: float) -> set[int]:
    """Hops of all pauses between words."""
    quiet: set[int] = set()
    block, reach = round(_REACH / HOP), 2 * round(_REACH / HOP)
    limits: list[float] = []
    for start in range(0, len(energies), block):
        near = energies[max(0, start - reach) : start + block + reach]
        limits += [_find_limit(near, softest)] * min(block, len(energies) - start)
    for is_quiet, run in groupby(range(len(energies)), key=lambda hop: energies[hop] <= limits[hop]):
        hops = list(run)
        if is_quiet and len(hops) >= _BETWEEN_WORDS:
            quiet.update(hops[_EDGE:-_EDGE])
    return quiet


def _allow_steps(movable: Collection[int], count: int) -> list[float]:
    """Decibels by which a gain may change in each hop: `_STEP` in any `_TENTH`, which a short pause has to itself."""
    steps = [0.0] * count
    for is_movable, run in groupby(range(count), key=lambda hop: hop in movable):
        if not is_movable:
            continue
        hops = list(run)
        width = (len(hops) - 1) % _TENTH + 1
        for number, hop in enumerate(hops):
            if number % _TENTH < width:
                just_before = sum(steps[max(0, hop - _TENTH + 1) : hop])
                steps[hop] = max(0.0, min(_STEP / width, _STEP - just_before))
    return steps


def _find_further(wanted: Sequence[float], energies: array[float], steps: Sequence[float]) -> set[int]:
    """The quietest hops beside steps for which there are not enough pauses, as in music or where both speak at once.

    A gain falls before a step down, and rises after one up.
    """
    further: set[int] = set()
    far, allowed = round(_FAR / HOP), [0.0, *accumulate(steps)]
    for hop, (before, after) in enumerate(pairwise(wanted)):
        if before == after:
            continue
        beside = range(max(0, hop - far), hop + 1) if after < before else range(hop, min(len(steps), hop + far))
        missing = abs(after - before) - (allowed[beside.stop] - allowed[beside.start])
        if missing > 0:
            still = [other for other in beside if not steps[other]]
            further.update(sorted(still, key=lambda other: energies[other])[: _count_hops(0, missing)])
    return further


def _limit(wanted: Sequence[float], steps: Sequence[float]) -> list[float]:
    """Decibels at each edge of a hop: as high as is wanted and as steps allow."""
    limited = list(wanted)
    for hop, step in enumerate(steps):
        limited[hop + 1] = min(limited[hop + 1], limited[hop] + step)
    for hop in range(len(steps) - 1, -1, -1):
        limited[hop] = min(limited[hop], limited[hop + 1] + steps[hop])
    return limited
