"""The waveform of an episode: one number for each of many equal slices."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Self

from av.audio.frame import AudioFrame

from site_builder.audio.decode import Decoder, container_frames
from site_builder.audio.demux import Batch, read_packets
from site_builder.audio.measure import measure

_LOOKS = 6
"""Frames looked at in a slice of a long recording, which may have hundreds."""
_EVERY = 4
"""One sample in so many is looked at: speech has its energy far below 6 kHz."""
_SAMPLES = {"flt": ("f", 1), "s16": ("h", 1 << 15), "s32": ("i", 1 << 31), "dbl": ("d", 1)}
"""FFmpeg's name of a kind of samples to its code in arrays and what full scale is."""
_SIGNED = slice(3 if sys.byteorder == "little" else 0, None, 4)
"""In floats of 32 bits, those bytes that begin with the sign."""
_SIGNLESS = bytes(range(128)) * 2
"""Each byte without its first bit."""


def make_peaks(path: Path, count: int = 500) -> tuple[int, ...]:
    """The peaks of a file; see `Shape`.

    Raises:
        UnusableSource: the file cannot be read.
    """
    return Shape(measure(path).duration, count).hear(read_packets(path), fallback=path).peaks


class Shape:
    """The loudest sample in each of `count` equal slices of a sound of `duration` seconds.

    Long AAC is sampled, not decoded whole: an hour takes an eighth of a second. For looking at, not for measuring.
    """

    def __init__(self, duration: float, count: int) -> None:
        self.duration = duration
        self.is_heard = False
        """Whether any sound has passed."""
        self.undecodable: list[float] = []
        """Where frames that were looked at could not be decoded, in seconds."""
        self._peaks: list[float | None] = [None] * count

    @property
    def peaks(self) -> tuple[int, ...]:
        """From 0 to 100, the loudest of all; a slice without a frame of its own is as loud as the one before."""
        peaks = list(self._peaks)
        for number in range(1, len(peaks)):
            if peaks[number] is None:
                peaks[number] = peaks[number - 1]
        loudest = max((peak or 0.0 for peak in peaks), default=0.0)
        return tuple(round(100 * (peak or 0.0) / loudest) if loudest else 0 for peak in peaks)

    @property
    def peaks_so_far(self) -> tuple[int, ...]:
        """As `peaks`, with silence where nothing was heard yet."""
        after = max((number + 1 for number, peak in enumerate(self._peaks) if peak is not None), default=0)
        return self.peaks[:after] + (0,) * (len(self._peaks) - after)

    def hear(self, batches: Iterator[Batch], *, fallback: Path) -> Self:
        """Take in all packets; what is no AAC is decoded from the file `fallback`."""
        for _ in self.hear_stepwise(batches, fallback=fallback):
            pass
        return self

    def hear_stepwise(self, batches: Iterator[Batch], *, fallback: Path) -> Iterator[None]:
        """As `hear`, pausing again and again, so that what was heard so far can be looked at."""
        first = next(batches, None)
        if first and first.coding.codec == "aac":
            for _ in self.listen(chain((first,), batches)):
                yield
        elif first:
            time = 0.0
            for frame in container_frames(fallback):
                self._add(time, frame)
                time += frame.samples / frame.sample_rate
                yield

    def listen(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Yield AAC packets unchanged, and measure the level of frames that are evenly spread among them."""
        decoder, number = None, 0
        for batch in batches:
            if decoder is None:
                decoder = Decoder(batch.coding)
                length = batch.coding.frame_samples / batch.coding.sample_rate
                stride = max(2, round(self.duration / length / (_LOOKS * len(self._peaks))))
            after = number + len(batch.packets)
            for look in range(-(-number // stride) * stride, after - 1, stride):
                refused = decoder.refused
                decoder.decode(batch.packets[look - number])
                self._add(look * length, decoder.decode(batch.packets[look + 1 - number]))
                if decoder.refused > refused:
                    self.undecodable.append(look * length)
            number = after
            yield batch

    def _add(self, time: float, frame: AudioFrame) -> None:
        count = len(self._peaks)
        number = min(count - 1, int(time / self.duration * count)) if self.duration else 0
        self._peaks[number] = max(self._peaks[number] or 0.0, _peak(frame))
        self.is_heard = True


def _peak(frame: AudioFrame) -> float:
    """Largest magnitude in the first channel, from 0."""
    kind, full_scale = _SAMPLES.get(frame.format.name.removesuffix("p"), ("", 1))
    if not kind:
        return 0.0
    samples = array(kind)
    samples.frombytes(frame.planes[0])
    looked_at = samples[: frame.samples : _EVERY]
    if kind == "f":
        return _find_largest(bytearray(looked_at))
    highest, lowest = max(looked_at), min(looked_at)
    return float(max(highest, -lowest)) / full_scale


def _find_largest(floats: bytearray) -> float:
    """Largest magnitude: their signs are cleared in bulk, so that one `max` is enough."""
    floats[_SIGNED] = floats[_SIGNED].translate(_SIGNLESS)
    return max(memoryview(floats).cast("f"))
