"""Keeps peaks below a limit by turning sound down around them, slowly enough not to be heard.

The gain falls before a peak and rises after it. The last decibels of peaks, and clicks, are cut off within a
millisecond, which moves the gain of what is heard around them little. docs/decisions/0053 says more.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from av.audio.frame import AudioFrame

from site_builder.audio.encoding.gains import apply_gains
from site_builder.audio.encoding.hops import SILENT, count_samples
from site_builder.audio.encoding.segments import Segment
from site_builder.audio.sound import filter_sound

_STEP = 1.5 / 5
"""Decibels by which a gain changes in a hop, of which a tenth of a second has five: with what is cut off, below 3."""
_CLICK = 6.0
"""Decibels above what is around it that make a click of what lasts no longer than two hops."""
_FAST = "level=false:latency=true:attack=0.3:release=1"
_EXACT = 0.001
"""Decibels above the limit that are none."""


@dataclass(frozen=True, slots=True)
class Levels:
    """How loud each moment is to be made."""

    gains: Sequence[float] = (0.0,)
    """The curve; see `apply_gains`."""
    limit: float = 0.0
    """dBFS that no sample may pass."""
    over: Sequence[int] = ()
    """Numbers of the hops that would, in order: there a limiter that works at once is needed."""

    def change(self, segment: Segment) -> Iterable[AudioFrame]:
        """Frames of a segment as they are to be heard."""
        frames = apply_gains(segment.frames, self.gains, segment.start) if any(self.gains) else segment.frames
        if not self.needs_limiter(segment):
            return frames
        return filter_sound(frames, ("alimiter", f"limit={10 ** (self.limit / 20):.6f}:{_FAST}"))

    def needs_limiter(self, segment: Segment) -> bool:
        """Whether anything in a segment would be above the limit."""
        hop = count_samples(segment.frames[0].sample_rate)
        samples = sum(frame.samples for frame in segment.frames)
        number = bisect_left(self.over, segment.start // hop)
        return number < len(self.over) and self.over[number] * hop < segment.start + samples


@dataclass(frozen=True, slots=True)
class Headroom:
    """How much sound can be turned up."""

    peaks: Sequence[float]
    """dBFS of each hop."""
    gains: Sequence[float]
    """Decibels at each edge of a hop with which nothing but clicks is above full scale; they change slowly."""

    def limit(self, gains: Sequence[float], limit: float, overshoot: float) -> Levels:
        """The curve lowered around peaks, but for an overshoot, which is left to a limiter that works at once.

        A curve that changes slowly still does.
        """
        wanted = gains if len(gains) > 1 else list(gains) * len(self.gains)
        most = limit + overshoot
        lowered = [min(gain, headroom + most) for gain, headroom in zip(wanted, self.gains, strict=True)]
        highest = map(max, lowered, lowered[1:])
        loud = enumerate(zip(self.peaks, highest, strict=True))
        over = [hop for hop, (peak, gain) in loud if peak + gain > limit + _EXACT]
        return Levels(lowered if min(lowered) < max(lowered) else lowered[:1], limit, over)


def find_headroom(peaks: Sequence[float]) -> Headroom:
    """Find how much sound can be turned up, from the peak of each hop in dBFS."""
    calm = [SILENT, *_soften_clicks(peaks), SILENT]
    most = [-max(before, after) for before, after in pairwise(calm)]
    return Headroom(peaks, _flatten(_flatten(most)[::-1])[::-1])


def _flatten(most: Sequence[float]) -> list[float]:
    """As high as allowed, rising slowly."""
    return list(accumulate(most, lambda before, own: min(own, before + _STEP)))


def _soften_clicks(peaks: Sequence[float]) -> list[float]:
    """Peaks of what lasts longer than two hops; clicks a little above what is around them."""
    if not peaks:
        return []
    beside = [peaks[0], peaks[0], *peaks, peaks[-1], peaks[-1]]
    lows = list(map(min, beside, beside[1:], beside[2:]))
    around = map(max, lows, lows[1:], lows[2:])
    return [min(peak, usual + _CLICK) for peak, usual in zip(peaks, around, strict=True)]
