"""The shape of an episode for drawing: one number for each of many equal slices."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from av.audio.frame import AudioFrame

from site_builder.audio.decode import Decoder, container_frames
from site_builder.audio.demux import Batch, read_packets
from site_builder.audio.measure import measure

_LOOKS = 6
"""Frames looked at in a slice of a long recording, which may have hundreds."""
_EVERY = 4
"""One sample in so many is looked at: speech has its energy far below 6 kHz."""


def make_peaks(path: Path, count: int = 500) -> tuple[int, ...]:
    """The loudest sample in each of `count` equal slices of a file, as 0 to 100 with 100 the loudest of all.

    Where a short file has fewer frames than slices, a slice is as loud as the one before.
    Long AAC is sampled, not decoded whole: an hour takes a quarter of a second. For looking at, not for measuring.

    Raises:
        UnusableSource: the file cannot be read.
    """
    return make_peaks_of(read_packets(path), measure(path).duration, count, fallback=path)


def make_peaks_of(batches: Iterator[Batch], duration: float, count: int, *, fallback: Path) -> tuple[int, ...]:
    """The same of packets that are at hand; what is no AAC is decoded from the file `fallback`."""
    peaks: list[float | None] = [None] * count
    for time, frame in _sampled_frames(batches, duration, count, fallback):
        number = min(count - 1, int(time / duration * count))
        peaks[number] = max(peaks[number] or 0.0, _peak(frame))
    for number in range(1, count):
        if peaks[number] is None:
            peaks[number] = peaks[number - 1]
    loudest = max((peak or 0.0 for peak in peaks), default=0.0)
    return tuple(round(100 * (peak or 0.0) / loudest) if loudest else 0 for peak in peaks)


def _sampled_frames(
    batches: Iterator[Batch], duration: float, count: int, fallback: Path
) -> Iterator[tuple[float, AudioFrame]]:
    """Frames with their times, evenly spread."""
    first = next(batches, None)
    if first is None:
        return
    if first.coding.codec != "aac":
        time = 0.0
        for frame in container_frames(fallback):
            yield time, frame
            time += frame.samples / frame.sample_rate
        return
    decoder = Decoder(first.coding)
    length = first.coding.frame_samples / first.coding.sample_rate
    stride = max(2, round(duration / length / (_LOOKS * count)))
    number = 0
    for batch in chain((first,), batches):
        after = number + len(batch.packets)
        for look in range(-(-number // stride) * stride, after - 1, stride):
            decoder.decode(batch.packets[look - number])
            yield look * length, decoder.decode(batch.packets[look + 1 - number])
        number = after


def _peak(frame: AudioFrame) -> float:
    """Largest magnitude in the first channel, from 0."""
    kind, full_scale = {"flt": ("f", 1), "s16": ("h", 1 << 15), "s32": ("i", 1 << 31), "dbl": ("d", 1)}.get(
        frame.format.name.removesuffix("p"), ("", 1)
    )
    if not kind:
        return 0.0
    samples = memoryview(bytes(frame.planes[0])).cast(kind)[: frame.samples : _EVERY]  # type: ignore[call-overload]
    highest, lowest = max(samples), min(samples)
    return float(max(highest, -lowest)) / full_scale
