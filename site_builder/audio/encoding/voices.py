"""Every voice equally loud: one gain for each speaker, changed in the pauses between them.

How loud somebody is is measured over what they say alone. A gain changes where it is quietest near a change of
speakers, and never faster than `_SLOPE`, so that no word jumps. Times are published time; the edges of turns are known
to a tick.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from av.audio.frame import AudioFrame
from av.filter import Graph

from site_builder.audio.encoding.loudness import TENTH, Heard, choose_moments, cut_for_listening, integrate, listen
from site_builder.audio.encoding.segments import Segment, map_segments
from site_builder.audio.sound import filter_sound, pull_sound
from site_builder.model.podcast import Span, Turn

LEAST_SPEECH = 3.0
"""Seconds somebody has to speak alone to be measured; who speaks less is as loud as the others are on average."""
_MOST_GAIN = 24.0
"""Decibels up or down: more would be noise."""
_SLOPE = 25.0
"""Decibels a second: under 3 in a tenth."""
_HOP = 0.02
"""Seconds of sound whose energy is one number."""
_STEP = 32
"""Samples within which a changing gain stays: a thousandth of a second."""
_SILENT = -90.0
"""Decibels that stand for silence and all below."""
_NOTHING = -69.0
"""LUFS of somebody who is on the list and not to be heard."""
_EVEN = 0.05
"""Decibels between two gains that need no change."""


@dataclass(frozen=True, slots=True)
class Knot:
    """A point of the gain curve; between two points the gain changes evenly."""

    at: float
    """Seconds."""
    gain: float
    """Decibels."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Loudness of each speaker and of each moment, from one pass over the sound."""

    loudness: Mapping[int, float]
    """LUFS by speaker; only of those who speak long enough alone."""
    energies: array[float]
    """Decibels of each `_HOP` in a row."""


def measure_voices(frames: Iterable[AudioFrame], sample_rate: int, turns: Sequence[Turn], tick: float) -> Measured:
    """Listen to each speaker where nobody else speaks, and to how loud each moment is.

    Args:
        frames: The sound, as packed floats.
        sample_rate: Of the frames.
        turns: Who speaks when.
        tick: Seconds by which the edges of turns may be wrong.
    """
    moments, energies = array("f"), array("f")
    for heard, levels in map_segments(_hear, cut_for_listening(frames, sample_rate)):
        moments += heard.moments
        energies += levels
    alone: dict[int, array[float]] = {}
    for speaker, solo in find_solos(turns, tick):
        alone.setdefault(speaker, array("f")).extend(choose_moments(moments, solo))
    enough = {speaker: integrate(own) for speaker, own in alone.items() if len(own) >= LEAST_SPEECH / TENTH}
    return Measured({speaker: level for speaker, level in enough.items() if level > _NOTHING}, energies)


def _hear(segment: Segment) -> tuple[Heard, array[float]]:
    """How loud a segment is, and each `_HOP` of it."""
    hop = round(_HOP * segment.frames[0].sample_rate)
    wanted = "metadata=1:reset=1:measure_perchannel=none:measure_overall=RMS_level"
    frames = filter_sound(segment.frames, ("asetnsamples", f"n={hop}:p=0"), ("astats", wanted))
    levels = (float(frame.metadata.get("lavfi.astats.Overall.RMS_level", "-inf")) for frame in frames)
    energies = array("f", (max(_SILENT, level) for level in levels))
    return listen(segment, segment.frames), energies[(segment.own - segment.start) // hop :]


def find_solos(turns: Sequence[Turn], tick: float) -> list[tuple[int, Span]]:
    """Spans in which one speaker talks and nobody else, by speaker and in order."""
    solos = []
    for who, span in _split_by_speakers(turns):
        margin = min(tick, span.duration / 4)
        if len(who) == 1 and span.duration > 2 * margin:
            solos.append((next(iter(who)), Span(start=span.start + margin, end=span.end - margin)))
    return solos


def _split_by_speakers(turns: Sequence[Turn]) -> Iterator[tuple[frozenset[int], Span]]:
    """Stretches in which the same people speak, nobody included."""
    changes: dict[float, list[tuple[int, int]]] = {}
    for turn in turns:
        if turn.start < turn.end:
            changes.setdefault(turn.start, []).append((turn.speaker, 1))
            changes.setdefault(turn.end, []).append((turn.speaker, -1))
    speaking: dict[int, int] = {}
    for start, end in pairwise(sorted(changes)):
        for speaker, step in changes[start]:
            speaking[speaker] = speaking.get(speaker, 0) + step
        yield frozenset(speaker for speaker, count in speaking.items() if count), Span(start=start, end=end)


def plan_gains(measured: Measured, turns: Sequence[Turn], tick: float, target: float) -> list[Knot]:
    """Plan the gain curve that brings every speaker to `target` LUFS; empty where nobody could be measured.

    Where several speak at once, the gain is that of the loudest of them.
    """
    gains = {who: max(-_MOST_GAIN, min(_MOST_GAIN, target - level)) for who, level in measured.loudness.items()}
    if not gains:
        return []
    usual = sum(gains.values()) / len(gains)
    holds: list[tuple[float, Span]] = []
    for who, span in _split_by_speakers(turns):
        if not who:
            continue
        gain = min(gains.get(speaker, usual) for speaker in who)
        if holds and abs(holds[-1][0] - gain) < _EVEN:
            holds[-1] = (holds[-1][0], Span(start=holds[-1][1].start, end=span.end))
        else:
            holds.append((gain, span))
    return list(_join(holds, measured.energies, tick))


def _join(holds: Sequence[tuple[float, Span]], energies: array[float], tick: float) -> Iterator[Knot]:
    """Knots that lead from one gain to the next, each change in the quietest place that is near."""
    last = 0.0
    yield Knot(0.0, holds[0][0])
    for (before, left), (after, right) in pairwise(holds):
        takes = max(_HOP, abs(after - before) / _SLOPE)
        earliest = max(left.end - min(tick, left.duration / 2), last)
        latest = right.start + min(tick, right.duration / 2)
        start = max(last, _find_quietest(energies, earliest, latest, takes))
        last = start + takes
        yield Knot(start, before)
        yield Knot(last, after)


def _find_quietest(energies: array[float], earliest: float, latest: float, takes: float) -> float:
    """When the quietest stretch of that length begins."""
    width = max(1, round(takes / _HOP))
    first, last = round(earliest / _HOP), min(round(latest / _HOP), len(energies)) - width
    if last <= first:
        return max(0.0, (earliest + latest - takes) / 2)
    sums = [sum(energies[at : at + width]) for at in range(first, last + 1)]
    return (first + sums.index(min(sums))) * _HOP


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
        drawn.extend([_factor(_find_gain(knots, at / rate))] * min(_STEP, position + samples - at))
    return drawn


def _find_gain(knots: Sequence[Knot], at: float) -> float:
    index = bisect_right(knots, at, key=lambda knot: knot.at)
    if index in {0, len(knots)}:
        return knots[max(0, index - 1)].gain
    before, after = knots[index - 1], knots[index]
    return before.gain + (after.gain - before.gain) * (at - before.at) / (after.at - before.at)


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
