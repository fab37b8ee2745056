"""Applies a gain that changes with time to sound.

A gain curve is the decibels at each edge of a `HOP`, between which they change evenly; a single number is for all time.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import exp, gcd, log

from av.audio.frame import AudioFrame
from av.filter import Graph

from site_builder.audio.encoding.hops import count_samples
from site_builder.audio.sound import filter_sound, pull_sound

_STEPS = 336
"""Has a divisor in common with the samples of a hop at 48 kHz, and one at 44.1: a thousandth of a second, for which a
changing gain stays."""
_FACTOR = log(10) / 20
"""Of decibels, to their exponent."""


def apply_gains(frames: Iterable[AudioFrame], gains: Sequence[float], position: int) -> Iterator[AudioFrame]:
    """Frames of packed floats, as loud as a curve says, exact to a thousandth of a second.

    `position` is the number of the first sample.
    """
    if len(gains) == 1:
        yield from filter_sound(frames, ("volume", f"{gains[0]:.3f}dB:precision=float"))
        return
    graph: _Multiplier | None = None
    for frame in frames:
        graph = graph or _Multiplier(frame)
        yield from graph.multiply(frame, _draw(gains, position, frame.samples, frame.sample_rate))
        position += frame.samples
    if graph:
        yield from graph.finish()


def _draw(gains: Sequence[float], position: int, samples: int, rate: int) -> array[float]:
    """The factor of each sample."""
    hop = count_samples(rate)
    first = min(position // hop, len(gains) - 1)
    edges = gains[first : (position + samples - 1) // hop + 2]
    if min(edges) == max(edges):
        return array("f", [exp(edges[0] * _FACTOR)]) * samples
    step = gcd(hop, _STEPS)
    factors = array("f")
    for before, after in pairwise(edges):
        factors.extend(_climb(before, after, hop // step))
    drawn = array("f", bytes(4 * step * len(factors)))
    for offset in range(step):
        drawn[offset::step] = factors
    begin = position - first * hop
    drawn = drawn[begin : begin + samples]
    return drawn + array("f", [exp(edges[-1] * _FACTOR)]) * (samples - len(drawn))


def _climb(before: float, after: float, count: int) -> list[float]:
    """So many factors from one gain to another, each that of the middle of its time."""
    if before == after:
        return [exp(before * _FACTOR)] * count
    rise = (after - before) / count * _FACTOR
    start = before * _FACTOR + rise / 2
    return [exp(start + rise * number) for number in range(count)]


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
