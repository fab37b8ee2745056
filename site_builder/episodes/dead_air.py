"""Finds silence at both ends of a recording by its level readings."""

from __future__ import annotations

from site_builder.model.podcast import Recording, Span, Timeline

SHORTEST = 5.0
"""Seconds; shorter silence at an end is left alone."""
LEFT = 1.0
"""Seconds of it that stay."""
QUIET = -45.0
"""dBFS: dead air never peaks above this, hum and breath included."""


def find_dead_air(recording: Recording) -> tuple[Span, ...]:
    """Silence at the start and the end of a recording by its level readings, less the second that stays.

    A level reading is one tick apart from the next, so a span ends one tick before the first reading that is not zero.
    """
    if recording.timeline is not Timeline.LEVELS:
        return ()
    ends = []
    for span in recording.silences:
        if span.start <= recording.tick and span.end < recording.duration:
            ends.append(Span(start=0.0, end=span.end - LEFT))
        elif span.end >= recording.duration - recording.tick and span.start > 0:
            ends.append(Span(start=span.start + LEFT, end=recording.duration))
    return tuple(span for span in ends if span.duration > SHORTEST - LEFT)
