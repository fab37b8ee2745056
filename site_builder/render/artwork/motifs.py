"""Draws the conversation on a cover: lanes of bars, or rings of voices.

Both are the same idea, and the site's icon: every line is a voice, its bars are when it is heard.
Shapes are drawn twice as large as they are shown, and reduced: Pillow's own edges are jagged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import cos, degrees, radians, sin

from PIL import Image, ImageDraw

from site_builder.model.podcast import Turn

LANES = 6
"""Speakers shown; who speaks least is left out."""

_RING = 1 / 15
"""From ring to ring, as a share of the width, as all measures here."""
_ORDER = (2, 0, 3, 1, 4)
"""Tints of rings, from the outermost."""
_SCALE = 2
_PITCH = 0.11
"""From lane to lane, at most."""
_GAP = 0.0087
"""A shorter pause is not seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Speech in a lane, from `start` to `end`, in shares of the episode's length."""

    lane: int
    start: float
    end: float


def find_lanes(turns: Sequence[Turn]) -> list[int]:
    """The speakers who speak most, in the order in which they are first heard."""
    spoken: dict[int, float] = {}
    for turn in sorted(turns, key=lambda turn: (turn.start, turn.speaker)):
        spoken[turn.speaker] = spoken.get(turn.speaker, 0.0) + max(0.0, turn.duration)
    most = sorted(spoken, key=lambda speaker: -spoken[speaker])[:LANES]
    return [speaker for speaker in spoken if speaker in most]


def make_bars(turns: Sequence[Turn], duration: float, gap: float) -> list[Bar]:
    """Bars for `find_lanes`; pauses shorter than `gap`, a share of the length, are closed."""
    bars: list[Bar] = []
    for lane, speaker in enumerate(find_lanes(turns)):
        own = sorted((turn.start, turn.end) for turn in turns if turn.speaker == speaker)
        last: Bar | None = None
        for start, end in ((max(0.0, a / duration), min(1.0, b / duration)) for a, b in own):
            if end <= start:
                continue
            if last and start - last.end < gap:
                last = Bar(lane=lane, start=last.start, end=max(last.end, end))
                bars[-1] = last
            else:
                last = Bar(lane=lane, start=start, end=end)
                bars.append(last)
    return bars


def paint_lanes(
    picture: Image.Image, box: tuple[int, int, int, int], turns: Sequence[Turn], duration: float, colours: Sequence[str]
) -> None:
    """Who speaks when, across `box`: a lane per speaker, time from left to right."""
    left, top, right, bottom = box
    width, lanes = right - left, len(find_lanes(turns))
    shades = _rank_lanes(turns)
    pitch = min((bottom - top) / lanes, _PITCH * width)
    thick = pitch * 0.62
    bars = make_bars(turns, duration, _GAP + thick / width)
    for lane in range(lanes):
        y = bottom - pitch * (lanes - 1 - lane) - thick
        strip = Image.new("L", (width * _SCALE, round(thick) * _SCALE))
        draw = ImageDraw.Draw(strip)
        for bar in bars:
            if bar.lane == lane:
                _draw_bar(draw, bar.start * width, bar.end * width, thick)
        picture.paste(colours[shades[lane] % len(colours)], (left, round(y)), strip.reduce(_SCALE))


def _rank_lanes(turns: Sequence[Turn]) -> list[int]:
    """For each lane, how many others speak more."""
    lanes = find_lanes(turns)
    spoken = [sum(turn.duration for turn in turns if turn.speaker == speaker) for speaker in lanes]
    order = sorted(range(len(lanes)), key=lambda lane: -spoken[lane])
    return [order.index(lane) for lane in range(len(lanes))]


def _draw_bar(draw: ImageDraw.ImageDraw, start: float, end: float, thick: float) -> None:
    end = max(end, start + thick)
    draw.rounded_rectangle(
        (start * _SCALE, 0, end * _SCALE - 1, round(thick) * _SCALE - 1), radius=thick * _SCALE / 2, fill=255
    )


def paint_rings(picture: Image.Image, box: tuple[int, int, int, int], seed: str, colours: Sequence[str]) -> None:
    """Rings that fill `box` up to its upper edge, broken into arcs as the digest of `seed` says."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    numbers = _Numbers(seed)
    below = max(0.0, width * 0.5 - height * 0.4)
    centre = (width * (0.56 + 0.26 * numbers.next()), height + below)
    pitch = _RING * width
    outermost = height + below - pitch / 2
    for ring in range(int(outermost / pitch) + 1):
        radius = outermost - ring * pitch
        if radius + pitch * 0.25 <= below:
            break
        colour = colours[_ORDER[ring % len(_ORDER)]]
        for arc in _make_arcs(numbers, radius, pitch):
            if drawn := _draw_arc((width, height), centre, radius, arc, pitch * 0.56):
                mask, (x, y) = drawn
                picture.paste(colour, (left + x, top + y), mask)


def _make_arcs(numbers: _Numbers, radius: float, pitch: float) -> list[tuple[float, float]]:
    """Degrees from and to, clockwise from the right, over the upper half and a little more."""
    if radius < pitch:
        return [(0.0, 360.0)]
    arcs, at, one = [], 165.0 - 20 * numbers.next(), degrees(pitch / radius)
    while at < 375:
        length = one * (0.3 + 7 * numbers.next() ** 2)
        arcs.append((at, at + length))
        at += length + one * (1.0 + 1.1 * numbers.next())
    return arcs


def _draw_arc(
    size: tuple[int, int], centre: tuple[float, float], radius: float, arc: tuple[float, float], thick: float
) -> tuple[Image.Image, tuple[int, int]] | None:
    """An arc with round ends and smooth edges: the part of an area of `size` that it touches, and where it lies."""
    start, end = arc
    steps = [start, end, *(quarter for quarter in range(0, 721, 90) if start < quarter < end)]
    points = [(centre[0] + radius * cos(radians(step)), centre[1] + radius * sin(radians(step))) for step in steps]
    reach = thick / 2 + 2
    left, top = (max(0, int(min(values) - reach)) for values in zip(*points, strict=True))
    right, bottom = (
        min(most, int(max(values) + reach) + 1) for most, values in zip(size, zip(*points, strict=True), strict=True)
    )
    if left >= right or top >= bottom:
        return None
    large = Image.new("L", ((right - left) * _SCALE, (bottom - top) * _SCALE))
    draw = ImageDraw.Draw(large)
    x, y, r, t = ((centre[0] - left) * _SCALE, (centre[1] - top) * _SCALE, radius * _SCALE, thick * _SCALE)
    draw.arc((x - r - t / 2, y - r - t / 2, x + r + t / 2, y + r + t / 2), start, end, fill=255, width=round(t))
    for angle in (radians(start), radians(end)):
        draw.circle((x + r * cos(angle), y + r * sin(angle)), t / 2, fill=255)
    return large.reduce(_SCALE), (left, top)


class _Numbers:
    """An endless row of numbers from 0 to 1 that depends on a text alone."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._count = 0

    def next(self) -> float:
        """The next number."""
        self._count += 1
        return int.from_bytes(sha256(b"%d %s" % (self._count, self._seed)).digest()[:4]) / 2**32
