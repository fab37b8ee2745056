"""Silence at both ends of a recording: where its level readings say so, and a listener agrees."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import cast

from site_builder.engine.digests import JSON
from site_builder.engine.ledger import Facts
from site_builder.engine.target import Target
from site_builder.model.podcast import Recording, Span, Timeline
from site_builder.show.bundles import Bundle
from site_builder.site.audio import key_of

SOUNDINGS = "soundings"
"""Folder in `.cache/` of what was found by listening."""
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


def plan_sounding(bundle: Bundle, sources: Sequence[str]) -> Target | None:
    """Listen whether the dead air of a recording is really quiet; None where there is none to listen to.

    Its facts are `{"dead_air": [[start, end], …]}`, recording time in seconds.
    """
    spans = find_dead_air(bundle.recording) if bundle.recording and bundle.has_recording else ()
    if not spans:
        return None
    inputs: dict[str, JSON] = {"sources": list(sources), "spans": [[span.start, span.end] for span in spans]}
    return Target(
        path=f"{SOUNDINGS}/{key_of(bundle.guid)}.json",
        recipe="sounding/1",
        inputs=inputs,
        make=partial(_make_sounding, bundle.part_files, spans),
        label=f"Listening to {bundle.matter.title}",
        group=key_of(bundle.guid),
        portable=True,
    )


def _make_sounding(parts: Sequence[Path], spans: Sequence[Span], out: Path) -> Facts:
    from site_builder.audio.measure import find_quiet  # noqa: PLC0415 -- decoding is loaded only where it is needed

    facts: Facts = {"dead_air": [[span.start, span.end] for span in find_quiet(parts, spans, QUIET)]}
    out.write_text(json.dumps(facts))
    return facts


def read_sounding(facts: Facts | None) -> tuple[Span, ...]:
    """The dead air that a sounding confirmed."""
    spans = cast("Sequence[tuple[float, float]]", (facts or {}).get("dead_air", ()))
    return tuple(Span(start=start, end=end) for start, end in spans)
