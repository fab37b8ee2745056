"""Plans the check, by decoding, whether spans that level readings call silent are really quiet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import cast

from site_builder.engine.digests import JSON
from site_builder.engine.ledger import Facts
from site_builder.engine.target import Target
from site_builder.episodes.dead_air import QUIET, find_dead_air
from site_builder.model.podcast import Span
from site_builder.show.bundles import Bundle
from site_builder.site.audio import make_cache_name

SOUNDINGS = "soundings"
"""Folder in `.cache/` of what was found by listening."""


def plan_dead_air(bundle: Bundle, sources: Sequence[str]) -> Target | None:
    """Listen whether the dead air of a recording is really quiet; None where there is none to listen to.

    Its facts are `{"dead_air": [[start, end], …]}`, recording time in seconds.
    """
    spans = find_dead_air(bundle.recording) if bundle.recording and bundle.has_recording else ()
    if not spans:
        return None
    inputs: dict[str, JSON] = {"sources": list(sources), "spans": [[span.start, span.end] for span in spans]}
    return Target(
        path=f"{SOUNDINGS}/{make_cache_name(bundle.guid)}.json",
        recipe="sounding/1",
        inputs=inputs,
        make=partial(_make_sounding, bundle.part_files, spans),
        label=f"Listening to {bundle.matter.title}",
        group=make_cache_name(bundle.guid),
        portable=True,
    )


def _make_sounding(parts: Sequence[Path], spans: Sequence[Span], out: Path) -> Facts:
    from site_builder.audio.measure import find_quiet  # noqa: PLC0415 -- decoding is loaded only where it is needed

    facts: Facts = {"dead_air": [[span.start, span.end] for span in find_quiet(parts, spans, QUIET)]}
    out.write_text(json.dumps(facts))
    return facts


def read_dead_air(facts: Facts | None) -> tuple[Span, ...]:
    """The dead air that a sounding confirmed."""
    spans = cast("Sequence[tuple[float, float]]", (facts or {}).get("dead_air", ()))
    return tuple(Span(start=start, end=end) for start, end in spans)
