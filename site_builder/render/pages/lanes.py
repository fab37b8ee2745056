"""Draws who speaks when as SVG: one lane per speaker, and the waveform above.

One path per lane, whatever the length, so that five people over three hours are six nodes. Horizontal units are
thousandths of the published duration; the template stretches them over the width of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, pairwise
from operator import attrgetter

from site_builder.model.podcast import Person, Turn
from site_builder.text.timecode import format_clock

WIDTH = 2000
"""Units across a lane: a unit of a three-hour episode is 5.4 s."""
STRIP_WIDTH = 160
"""Bins across the small strip beside an episode in lists."""
BARS = 250
"""Bars of the waveform."""
_LEFTS = tuple(f"M{x} " for x in range(BARS))
_BARS = tuple(f"{50 - height // 2}v{height}" for height in (2, 2, *range(2, 97)))
"""How each bar of the waveform begins, and how a bar of each height, 0 to 96, ends."""
BREATH = 1.6
"""Seconds one speaker may pause without the turn being shown as two."""

Runs = list[tuple[int, float, float]]
"""Turns as a listener perceives them: (index of the person, start, end), by start."""


def join_turns(turns: Iterable[Turn]) -> Runs:
    """Turns with the short pauses inside one person's speech closed, in order of their start."""
    runs: Runs = []
    latest: dict[int, int] = {}
    for turn in sorted(turns, key=attrgetter("start", "speaker")):
        speaker, start, end = turn.speaker, turn.start, turn.end
        known = latest.get(speaker)
        if known is not None and start - runs[known][2] <= BREATH:
            _, begun, until = runs[known]
            runs[known] = (speaker, begun, max(until, end))
        else:
            latest[speaker] = len(runs)
            runs.append((speaker, start, end))
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
    talk: list[float] = [0] * len(people)
    own: list[Runs] = [[] for _ in people]
    for run in runs:
        person, start, end = run
        talk[person] += min(end, duration) - start
        own[person].append(run)
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
                "path": draw_lane(own[index], duration),
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
    return "".join([left + _BARS[round(96 * level / loudest)] for left, level in zip(_LEFTS, levels, strict=False)])


def fold_peaks(peaks: Sequence[float], bins: int) -> list[float]:
    """The mean level in each of `bins` equal stretches."""
    parts = (peaks[first:last] for first, last in _find_edges(len(peaks), bins)) if peaks else ()
    return [sum(part) / len(part) for part in parts if part]


@lru_cache(maxsize=64)
def _find_edges(count: int, bins: int) -> tuple[tuple[int, int], ...]:
    """First and last (not included) of `count` levels in each stretch."""
    edges = [round(index * count / bins) for index in range(bins + 1)]
    return tuple((min(a, count - 1), max(b, a + 1)) for a, b in pairwise(edges))


def describe_strip(turns: Sequence[Turn], people: int, duration: float) -> list[dict[str, object]]:
    """The conversation at a glance: for each person a path of the moments in which they speak most."""
    if duration <= 0 or not turns:
        return []
    return [{"person": person, "path": path} for person, path in _draw_strip(turns, people, duration)]


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
    return "".join([f"M{left} 0h{right - left}v1h-{right - left}z" for left, right in spans])


def _draw_strip(turns: Sequence[Turn], people: int, duration: float) -> Iterator[tuple[int, str]]:
    """Person and path."""
    spans: list[list[tuple[int, int]]] = [[] for _ in range(people)]
    at = 0
    for owner, bins in groupby(_find_owners(turns, people, duration)):
        start, at = at, at + len(list(bins))
        if owner is not None:
            spans[owner].append((start, at))
    return ((person, _draw_bars(own)) for person, own in enumerate(spans) if own)


def _find_owners(turns: Sequence[Turn], people: int, duration: float) -> list[int | None]:
    """Who speaks most in each bin of the strip; None where nobody does."""
    if not people:
        return []
    shares = [[0.0] * people for _ in range(STRIP_WIDTH)]
    size = duration / STRIP_WIDTH
    edges = [index * size for index in range(STRIP_WIDTH + 1)]
    for turn in turns:
        speaker, start, end = turn.speaker, turn.start, turn.end
        if speaker >= people:
            continue
        for index in range(int(start / size), min(STRIP_WIDTH, int(end / size) + 1)):
            left, right = edges[index], edges[index + 1]
            overlap = (right if right < end else end) - (left if left > start else start)  # noqa: FURB136 -- inner loop
            if overlap > 0:
                shares[index][speaker] += overlap
    return [share.index(most) if (most := max(share)) > 0 else None for share in shares]
