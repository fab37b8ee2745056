"""Energy and peak of each fiftieth of a second of sound."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import hypot, log10, sqrt

from site_builder.audio.encoding.segments import Segment
from site_builder.audio.sound import filter_sound

HOP = 0.02
"""Seconds of sound whose energy, and whose peak, is one number."""
SILENT = -90.0
"""Decibels that stand for silence and all below."""
_PEAK_OF_EACH = "metadata=1:reset=1:measure_perchannel=none:measure_overall=Peak_level"
_HOPS = 10
"""As many as are looked at together."""
_SPARSE = 5
"""A fifth of the samples tells energy to half a decibel; odd, so that both channels are seen."""


def find_energies(segment: Segment) -> array[float]:
    """Decibels of each `HOP` of what is a segment's own, by every `_SPARSE`th sample."""
    hop = count_samples(segment.frames[0].sample_rate)
    width, energies = len(segment.frames[0].layout.channels), array("f")
    for frame in filter_sound(segment.frames, ("asetnsamples", f"n={hop * _HOPS}:p=0")):
        samples = memoryview(frame.planes[0]).cast("f")[: frame.samples * width]
        for start in range(0, len(samples), hop * width):
            energies.append(_find_decibels(samples[start : start + hop * width : _SPARSE].tolist()))
    return energies[(segment.own - segment.start) // hop :]


def _find_decibels(samples: Sequence[float]) -> float:
    root = hypot(*samples)  # as exact as can be, and so the same with every Python
    return max(SILENT, 20 * log10(root / sqrt(len(samples)))) if root else SILENT


def find_peaks(segment: Segment) -> array[float]:
    """Decibels of the loudest sample in each `HOP` of what is a segment's own, in any channel."""
    hop, peaks = count_samples(segment.frames[0].sample_rate), array("f")
    for frame in filter_sound(segment.frames, ("asetnsamples", f"n={hop}:p=0"), ("astats", _PEAK_OF_EACH)):
        peaks.append(max(SILENT, float(frame.metadata["lavfi.astats.Overall.Peak_level"])))
    return peaks[(segment.own - segment.start) // hop :]


def count_samples(sample_rate: int) -> int:
    """Samples of a `HOP`."""
    return round(HOP * sample_rate)
