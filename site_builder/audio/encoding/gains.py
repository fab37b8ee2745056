"""Applies a gain that changes with time to sound."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from av.audio.frame import AudioFrame
from av.filter import Graph

from site_builder.audio.sound import pull_sound

_STEP = 32
"""Samples within which a changing gain stays: a thousandth of a second."""


@dataclass(frozen=True, slots=True)
class Knot:
    """A point of the gain curve; between two points the gain changes evenly."""

    at: float
    """Seconds."""
    gain: float
    """Decibels."""


def apply_gains(frames: Iterable[AudioFrame], knots: Sequence[Knot], position: int) -> Iterator[AudioFrame]:
    """Frames of packed floats, as loud as `knots` say, exact to a thousandth of a second.

    `position` is the number of the first sample.
    """
    graph: _Multiplier | None = None
    for frame in frames:
        graph = graph or _Multiplier(frame)
        yield from graph.multiply(frame, _draw_gain(knots, position, frame.samples, frame.sample_rate))
        position += frame.samples
    if graph:
        yield from graph.finish()


def _draw_gain(knots: Sequence[Knot], position: int, samples: int, rate: int) -> array[float]:
    """The factor of each sample."""
    start, end = position / rate, (position + samples) / rate
    index = bisect_right(knots, start, key=lambda knot: knot.at)
    if index and (index == len(knots) or (knots[index].at >= end and knots[index].gain == knots[index - 1].gain)):
        return array("f", [_factor(knots[index - 1].gain)]) * samples
    drawn = array("f")
    for at in range(position, position + samples, _STEP):
        while index < len(knots) and knots[index].at <= at / rate:
            index += 1
        drawn.extend([_factor(_find_between(knots, index, at / rate))] * min(_STEP, position + samples - at))
    return drawn


def find_gain(knots: Sequence[Knot], at: float) -> float:
    """Decibels at a moment."""
    return _find_between(knots, bisect_right(knots, at, key=lambda knot: knot.at), at)


def _find_between(knots: Sequence[Knot], index: int, at: float) -> float:
    """The same where the next point is known."""
    if index in {0, len(knots)}:
        return knots[max(0, index - 1)].gain
    before, after = knots[index - 1], knots[index]
    return before.gain + (after.gain - before.gain) * (at - before.at) / (after.at - before.at)


def find_highest(knots: Sequence[Knot], start: float, end: float) -> float:
    """Decibels at the highest point from one moment to another."""
    inside = knots[
        bisect_right(knots, start, key=lambda knot: knot.at) : bisect_right(knots, end, key=lambda knot: knot.at)
    ]
    return max(find_gain(knots, start), find_gain(knots, end), *(knot.gain for knot in inside))


def _factor(gain: float) -> float:
    return float(10 ** (gain / 20))


class _Multiplier:
    """Two streams, sound and gain, multiplied."""

    def __init__(self, frame: AudioFrame) -> None:
        self._graph = Graph()
        form = f"sample_fmts=fltp:channel_layouts={frame.layout.name}:sample_rates={frame.sample_rate}"
        rate, layout, base = frame.sample_rate, frame.layout, Fraction(1, frame.sample_rate)
        self._sound = self._graph.add_abuffer(sample_rate=rate, format=frame.format, layout=layout, time_base=base)
        self._gain = self._graph.add_abuffer(sample_rate=rate, format="fltp", layout=layout, time_base=base)
        planar, product = self._graph.add("aformat", form), self._graph.add("amultiply")
        packed = self._graph.add("aformat", form.replace("fltp", "flt"))
        self._sound.link_to(planar)
        planar.link_to(product, 0, 0)
        self._gain.link_to(product, 0, 1)
        product.link_to(packed)
        packed.link_to(self._graph.add("abuffersink"))
        self._graph.configure()
        self._position = 0

    def multiply(self, frame: AudioFrame, factors: array[float]) -> Iterator[AudioFrame]:
        """Multiply a frame by its factors; gives the frames that are finished by now."""
        gain = AudioFrame(format="fltp", layout=frame.layout, samples=frame.samples)
        for plane in gain.planes:
            plane.update(factors.tobytes().ljust(plane.buffer_size, b"\0"))
        gain.sample_rate = frame.sample_rate
        for one, entrance in ((frame, self._sound), (gain, self._gain)):
            one.pts, one.time_base = self._position, Fraction(1, frame.sample_rate)
            entrance.push(one)
        self._position += frame.samples
        return pull_sound(self._graph)

    def finish(self) -> Iterator[AudioFrame]:
        """End the sound; gives the frames that were still on their way."""
        for entrance in (self._sound, self._gain):
            entrance.push(None)
        return pull_sound(self._graph)
