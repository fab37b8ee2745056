"""How much louder some speakers of an episode are than others. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from site_builder.audio.encoding.loudness import BLOCK, TENTH, integrate
from site_builder.audio.encoding.voices import LEAST_SPEECH, find_solos
from site_builder.model.podcast import Turn

_STEP = BLOCK * TENTH
_EXACT = 1e-6
_NOTHING = -69.0
"""LUFS of somebody who is not heard."""


def measure_spread(moments: Sequence[int], turns: Sequence[Turn], tick: float) -> float:
    """LU between the loudest speaker and the softest; 0 where fewer than two are heard alone for long enough.

    Args:
        moments: Tenths of LUFS of each 0.4 s in a row.
        turns: Who speaks when, in published time.
        tick: Seconds by which their edges may be wrong.
    """
    heard: dict[int, list[float]] = {}
    for who, span in find_solos(turns, tick):
        inside = moments[ceil(span.start / _STEP - _EXACT) : int(span.end / _STEP + _EXACT)]
        heard.setdefault(who, []).extend(moment / 10 for moment in inside)
    enough = [integrate(own) for own in heard.values() if len(own) * _STEP >= LEAST_SPEECH]
    levels = [level for level in enough if level > _NOTHING]
    return max(levels) - min(levels) if len(levels) > 1 else 0.0
