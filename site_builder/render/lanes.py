"""The conversation as a picture: one lane per speaker and the waveform above, as SVG paths and the turns behind them.

One path per lane, whatever the length, so that five people over three hours are six nodes. Horizontal units are
thousandths of the published duration; the template stretches them over the width of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from site_builder.model import Person, Turn
from site_builder.timecode import format_clock

WIDTH = 2000
"""Units across a lane: a unit of a three-hour episode is 5.4 s."""
STRIP_WIDTH = 160
"""Bins across the small strip beside an episode in lists."""
BARS = 250
"""Bars of the waveform."""
BREATH = 1.6
"""Seconds one speaker may pause without the turn being shown as two."""

Runs = list[tuple[int, float, float]]
"""Turns as a listener perceives them: (index of the person, start, end), by start."""


def join_turns(turns: Iterable[Turn], *, breath: float = BREATH) -> Runs:
    """Turns with the short pauses inside one person's speech closed, in order of their start."""
    runs: Runs = []
    latest: dict[int, int] = {}
    for turn in sorted(turns, key=lambda turn: (turn.start, turn.speaker)):
        known = latest.get(turn.speaker)
        if known is not None and turn.start - runs[known][2] <= breath:
            person, start, end = runs[known]
            runs[known] = (person, start, max(end, turn.end))
        else:
            latest[turn.speaker] = len(runs)
            runs.append((turn.speaker, turn.start, turn.end))
    return runs


def describe_lanes(
    people: Sequence[Person], turns: Sequence[Turn], duration: float, peaks: Sequence[float] = ()
) -> dict[str, object] | None:
    """What the template draws: `wave`, `lanes`, `ticks` and `turns`; None where nothing is known of who speaks when.

    `peaks` are levels at equal distances, at any scale.
    """
    runs = [run for run in join_turns(turns) if run[0] < len(people) and run[1] < duration]
    if duration <= 0 or not runs:
        return None
    talk = [sum(min(end, duration) - start for who, start, end in runs if who == index) for index in range(len(people))]
    whole = sum(talk)
    return {
        "width": WIDTH,
        "bars": BARS,
        "wave": draw_wave(peaks),
        "ticks": describe_ticks(duration),
        "lanes": [
            {
                "person": index,
                "name": person.name,
                "role": str(person.role),
                "length": round(talk[index], 1),
                "share": round(100 * talk[index] / whole),
                "path": draw_lane([run for run in runs if run[0] == index], duration),
            }
            for index, person in enumerate(people)
            if talk[index] > 0
        ],
        "turns": [[who, round(start, 1), round(min(end, duration), 1)] for who, start, end in runs],
    }


def draw_lane(runs: Runs, duration: float) -> str:
    """An SVG path of bars between y=0 and y=1, one per run; bars that would touch are one."""
    spans: list[tuple[int, int]] = []
    for _, start, end in runs:
        left = min(WIDTH - 1, int(start / duration * WIDTH))
        right = min(WIDTH, max(left + 2, round(end / duration * WIDTH)))
        if spans and left <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(right, spans[-1][1]))
        else:
            spans.append((left, right))
    return _draw_bars(spans)


def draw_wave(peaks: Sequence[float]) -> str:
    """An SVG path of bars around y=50 in a box `BARS` wide and 100 high; empty without peaks."""
    levels = fold_peaks(peaks, BARS)
    loudest = max(levels, default=0.0)
    if loudest <= 0:
        return ""
    heights = (max(2, round(96 * level / loudest)) for level in levels)
    return "".join(f"M{x} {50 - height // 2}v{height}" for x, height in enumerate(heights))


def fold_peaks(peaks: Sequence[float], bins: int) -> list[float]:
    """The mean level in each of `bins` equal stretches."""
    if not peaks:
        return []
    edges = [round(index * len(peaks) / bins) for index in range(bins + 1)]
    return [
        sum(part) / len(part) for a, b in pairwise(edges) if (part := peaks[min(a, len(peaks) - 1) : max(b, a + 1)])
    ]


def describe_strip(turns: Sequence[Turn], people: int, duration: float) -> list[dict[str, object]]:
    """The conversation at a glance: for each person a path of the moments in which they speak most."""
    if duration <= 0 or not turns:
        return []
    return [{"person": person, "path": path} for person, path in _draw_strip(tuple(turns), people, duration)]


def describe_ticks(duration: float) -> list[dict[str, object]]:
    """Round times for the scale under the waveform, about six of them: `label` and `at` in WIDTH units."""
    steps = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
    step = next((step for step in steps if duration / step <= 7), 28800)
    return [
        {"label": format_clock(at), "at": round(at / duration * WIDTH)}
        for at in range(0, int(duration) + 1, step)
        if at <= duration * 0.97
    ]


def _draw_bars(spans: Iterable[tuple[int, int]]) -> str:
    return "".join(f"M{left} 0h{right - left}v1h-{right - left}z" for left, right in spans)


@lru_cache(maxsize=2048)
def _draw_strip(turns: tuple[Turn, ...], people: int, duration: float) -> tuple[tuple[int, str], ...]:
    """Person and path. Remembered, because an episode stands in several lists."""
    owners = _find_owners(turns, people, duration)
    return tuple((person, _draw_bars(spans)) for person in range(people) if (spans := _find_spans(owners, person)))


def _find_owners(turns: Sequence[Turn], people: int, duration: float) -> list[int | None]:
    """Who speaks most in each bin of the strip; None where nobody does."""
    shares = [[0.0] * people for _ in range(STRIP_WIDTH)]
    size = duration / STRIP_WIDTH
    for turn in turns:
        if turn.speaker >= people:
            continue
        for index in range(int(turn.start / size), min(STRIP_WIDTH, int(turn.end / size) + 1)):
            overlap = min(turn.end, (index + 1) * size) - max(turn.start, index * size)
            shares[index][turn.speaker] += max(0.0, overlap)
    return [share.index(max(share)) if share and max(share) > 0 else None for share in shares]


def _find_spans(owners: Sequence[int | None], person: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for index, owner in enumerate(owners):
        if owner != person:
            continue
        if spans and spans[-1][1] == index:
            spans[-1] = (spans[-1][0], index + 1)
        else:
            spans.append((index, index + 1))
    return spans
