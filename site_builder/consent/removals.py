"""Which spans of a recording go where somebody refused, and why that may not be known. Pure.

For them the strictest reading holds: every level above zero counts, by the list before and by the one after, with its
ticks on both sides; nobody else's speech at the same time is spared.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

from site_builder.model.podcast import Recording, Span, Timeline

LEAST_AUDIBLE = 0.25
"""Seconds that must be left to be heard of an episode."""


def find_removals(recording: Recording, refused: Collection[int]) -> tuple[Span, ...]:
    """What has to go from the sound, in recording time, sorted and disjoint.

    A level is read once a tick and holds until the next: speech may begin up to a tick before its first level does, but
    ends within the last. One tick more on both sides is for safety. Where no level was read anybody may speak: that
    goes as well.

    Args:
        recording: What is recorded.
        refused: Those to be taken out, as numbers in `speakers` and, after these, in `on_stage`.
    """
    if not refused:
        return ()
    tick, end = recording.tick, recording.duration or math.inf
    spoken = (turn for turn in (*recording.turns, *recording.may_speak) if turn.speaker in refused)
    spans = [(turn.start - tick, turn.end) for turn in spoken]
    spans += [(span.start, span.end) for span in recording.unknown]
    return merge_spans(Span(start=max(0.0, start - tick), end=min(stop + tick, end)) for start, stop in spans)


def is_placed(recording: Recording, number: int) -> bool:
    """Whether it is known exactly when somebody may be heard. `number` counts as `refused` of `find_removals` does."""
    if recording.timeline is not Timeline.LEVELS:
        return False
    return any(turn.speaker == number for turn in (*recording.may_speak, *recording.turns))


def merge_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time as sorted spans that neither overlap nor touch; empty ones are left out."""
    return tuple(Span(start=start, end=end) for start, end in merge((span.start, span.end) for span in spans))


def merge(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """As `merge_spans`, of pairs."""
    merged: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
