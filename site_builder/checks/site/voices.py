"""How much louder some speakers of an episode are than others, by what the build has seen of its sound. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from site_builder.model.podcast import Turn

_LEAST_SLICES = 5
_LEAST_SECONDS = 3.0


def estimate_spread(peaks: Sequence[int], duration: float, turns: Sequence[Turn], tick: float) -> float:
    """Decibels between the loudest speaker and the quietest; 0 where fewer than two can be told apart.

    Args:
        peaks: The loudest sample in equal slices of the episode, from 0 to 100.
        duration: Seconds of all slices together.
        turns: Who speaks when, in published time.
        tick: Seconds by which their edges may be wrong.
    """
    if not duration or not peaks:
        return 0.0
    length = duration / len(peaks)
    heard: dict[int, list[int]] = {}
    for number, peak in enumerate(peaks):
        start, end = number * length, (number + 1) * length
        speaking = {turn.speaker for turn in turns if turn.start < end + tick and start - tick < turn.end}
        if len(speaking) == 1 and peak:
            heard.setdefault(speaking.pop(), []).append(peak)
    enough = [values for values in heard.values() if len(values) >= max(_LEAST_SLICES, _LEAST_SECONDS / length)]
    levels = [20 * math.log10(median(values)) for values in enough]
    return max(levels) - min(levels) if len(levels) > 1 else 0.0
