"""Measures loudness as ITU-R BS.1770-5 and EBU R 128 define it, of whole sound or of many moments."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from av.audio.frame import AudioFrame

from site_builder.audio.encoding.segments import Grid, Segment, split_sound
from site_builder.audio.measure import SILENT
from site_builder.audio.sound import filter_sound
from site_builder.model.podcast import Span

_NOTHING = -70.0
"""LUFS up to which a moment does not count, and of what has no other."""
RELATIVE = -10.0
"""LU below the mean of the others from which a moment does not count either."""
TENTH = 0.1
"""Seconds from one moment to the next."""
BLOCK = 4
"""Tenths of a second that a moment's loudness is measured over."""
_EXACT = 1e-6
"""Tenths of a second that are none: seconds are not exact."""
OWN = 300
"""Tenths of a second that are measured at a time."""
LEAD = 10
"""Tenths of a second that filters hear before."""


@dataclass(frozen=True, slots=True)
class Loudness:
    """How loud some sound is."""

    integrated: float
    """LUFS, gated; -70 or less for silence."""
    peak: float
    """dBTP, estimated by oversampling."""
    moments: array[float]
    """LUFS of the 0.4 s up to each tenth of a second, from the first that is whole."""


def gauge_loudness(frames: Iterable[AudioFrame]) -> Loudness:
    """Loudness of decoded frames, with their true peak."""
    last, moments = dict[str, str](), array("f")
    for frame in filter_sound(frames, ("ebur128", "metadata=1:peak=true:framelog=quiet")):
        if told := frame.metadata:
            moments.append(float(told["lavfi.r128.M"]))
            last = told
    return Loudness(float(last.get("lavfi.r128.I", _NOTHING)), _find_peak(last, "true"), moments[BLOCK - 1 :])


def _find_peak(told: dict[str, str], kind: str) -> float:
    peak = float(told.get(f"lavfi.r128.{kind}_peak", 0))
    return 20 * math.log10(peak) if peak > 0 else SILENT


@dataclass(frozen=True, slots=True)
class Heard:
    """What a segment sounds like."""

    moments: array[float]
    """LUFS of the 0.4 s up to each tenth of a second; the first of all sound is that after 0.4 s."""
    peak: float
    """dBFS of the loudest sample; dBTP where asked for."""
    first: int
    """Number of the first moment among those of the whole."""


def cut_for_listening(frames: Iterable[AudioFrame], sample_rate: int) -> Iterator[Segment]:
    """Segments for `listen`."""
    return split_sound(frames, Grid(round(sample_rate * TENTH), own=OWN, lead=LEAD))


def listen(segment: Segment, frames: Iterable[AudioFrame], *, true_peak: bool = False) -> Heard:
    """Measure a segment, of which `frames` were made."""
    moments, last, kind = array("f"), dict[str, str](), "true" if true_peak else "sample"
    for frame in filter_sound(frames, ("ebur128", f"metadata=1:peak={kind}:framelog=quiet")):
        if told := frame.metadata:
            moments.append(float(told["lavfi.r128.M"]))
            last = told
    known = LEAD if segment.start < segment.own else BLOCK - 1
    return Heard(moments[known:], _find_peak(last, kind), find_first(segment))


def find_first(segment: Segment) -> int:
    """Number of the first moment of a segment among those of the whole."""
    tenths = segment.own // round(segment.frames[0].sample_rate * TENTH)
    return max(0, tenths - BLOCK + 1)


def integrate(moments: Sequence[float]) -> float:
    """LUFS of all moments that count (BS.1770-5, annex 1)."""
    energies = [10 ** (level / 10) for level in moments if level > _NOTHING]
    if not energies:
        return _NOTHING
    least = sum(energies) / len(energies) * 10 ** (RELATIVE / 10)
    counting = [energy for energy in energies if energy > least]
    return 10 * math.log10(sum(counting) / len(counting))


def find_moments(span: Span, count: int) -> range:
    """Numbers of those of `count` moments that are of a span of the sound alone."""
    first = math.ceil(span.start / TENTH - _EXACT)
    return range(first, min(count, int(span.end / TENTH + _EXACT) - BLOCK + 1))
