"""Peaks are held down slowly; clicks, which last no longer than two hops, are left to a limiter that works at once."""

from __future__ import annotations

from array import array
from random import Random

import pytest

from site_builder.audio.encoding.limiter import find_headroom

LIMIT = -2.0


def draw_peaks() -> array[float]:
    """Syllables of all levels, with silence between some."""
    dice = Random(7)
    syllables = [dice.choice([-90.0, dice.uniform(-40, 0)]) for _ in range(60)]
    return array("f", [level for level in syllables for _ in range(dice.randint(3, 30))])


@pytest.mark.parametrize("gain", [-3.0, 6.0, 20.0])
def test_no_peak_passes_and_nothing_moves_fast(gain: float) -> None:
    """A decibel and a half in each tenth of a second, and as loud as asked for where there is room."""
    peaks = draw_peaks()
    levels = find_headroom(peaks).limit([gain], LIMIT, 0.0)
    curve = list(levels.gains) if len(levels.gains) > 1 else list(levels.gains) * (len(peaks) + 1)
    assert levels.over == []
    assert all(abs(after - before) < 1.6 for before, after in zip(curve, curve[5:], strict=False))
    hops = zip(peaks, curve, curve[1:], strict=False)
    assert all(peak + max(before, after) <= LIMIT + 1e-4 for peak, before, after in hops)
    for edge, reached in enumerate(curve):
        near = range(max(0, edge - 90), min(len(peaks), edge + 90))
        room = min(LIMIT - peaks[hop] + 0.3 * max(hop - edge, edge - hop - 1) for hop in near)
        assert reached == pytest.approx(min(gain, room), abs=1e-4)


def test_a_click_does_not_pull_talk_down() -> None:
    """It is heard for a moment only: talk around it is turned down a little, the rest is done at once."""
    peaks = array("f", [-20.0] * 50 + [-1.0] + [-20.0] * 50)
    levels = find_headroom(peaks).limit([16.0], LIMIT, 0.0)
    assert min(levels.gains) == pytest.approx(LIMIT + 14)
    assert list(levels.over) == [50]


def test_an_overshoot_is_left_to_the_other_limiter() -> None:
    """As much as loudness needs, and no more."""
    peaks = array("f", [-20.0] * 50 + [-1.0] * 20 + [-20.0] * 50)
    levels = find_headroom(peaks).limit([6.0], LIMIT, 3.0)
    assert min(levels.gains) == pytest.approx(LIMIT + 3 + 1)
    assert list(levels.over) == list(range(50, 70))


def test_room_enough_changes_nothing() -> None:
    """A gain that no peak stands against stays one number."""
    levels = find_headroom(array("f", [-20.0] * 100)).limit([6.0], LIMIT, 0.0)
    assert (list(levels.gains), list(levels.over)) == ([6.0], [])
