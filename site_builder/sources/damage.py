"""Says what is wrong with a recording's files: cut ends, lost sound, sound that is there twice. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from site_builder.sources.x.speaking.hydra_tags import PartReading
from site_builder.text.timecode import format_clock

_LEAST_LOST = 0.1
"""Seconds; cut frames where chunks were joined are usual and short."""
_LEAST_BACK = 2.0
"""Seconds by which the clock must go back; it wavers by less."""


def describe_damage(parts: Sequence[PartReading]) -> Iterator[str]:
    """A sentence for everything a host should know, each naming the file."""
    for part in parts:
        origin = part.part.origin
        if part.lost >= _LEAST_LOST:
            yield f"{origin}: about {part.lost:.1f} s of sound are lost: bytes in it are neither sound nor tags"
        if part.truncated:
            yield f"{origin} is cut off: it breaks off in the middle of the sound; it is used up to there"
    for at, seconds in find_repeats(parts):
        yield (
            f"{parts[0].part.origin}: the clock goes back {seconds:.0f} s at {format_clock(at)}, so what follows is "
            f"probably there twice; listen, and take one of the two out with `cut: {format_clock(at)}-"
            f"{format_clock(at + seconds)}`"
        )


def find_repeats(parts: Sequence[PartReading]) -> tuple[tuple[float, float], ...]:
    """(recording time, seconds) wherever the wall clock goes back for good: the same moments come again.

    One tag with an early clock is none: the three before and the three after must agree.
    """
    timed: list[tuple[float, float]] = []
    offset = 0.0
    for reading in parts:
        timed += [(offset + tick.at, tick.ntp - offset - tick.at) for tick in reading.ticks if tick.ntp is not None]
        offset += reading.part.duration
    found = []
    for n in range(1, len(timed)):
        if timed[n - 1][1] - timed[n][1] > _LEAST_BACK:
            before = median(clock for _, clock in timed[max(0, n - 3) : n])
            after = median(clock for _, clock in timed[n : n + 3])
            if before - after > _LEAST_BACK:
                found.append((timed[n][0], before - after))
    return tuple(found)
