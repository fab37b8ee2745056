"""The leak check: whoever must stay hidden is in no file of the site, and refused speech decodes to silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from site_builder.consent import plan_removals
from site_builder.leaks import SOUND, check_silence, describe_secrets, find_leaks
from site_builder.model import Guid, Span
from site_builder.people import People
from site_builder.studio import Take
from site_builder.timecode import format_clock


def find_exposed(output: Path, people: People, takes: Sequence[Take], strangers: Sequence[str]) -> tuple[str, ...]:
    """A sentence for each file that shows or sounds what it must not; nothing is searched where nobody is hidden.

    `strangers` are files below `output` that the show does not ask for: sound among them may be that of an episode
    from before somebody refused, which no text tells.
    """
    castings = {Guid(take.bundle.matter.guid): take.material.casting for take in takes}
    places = {Guid(take.bundle.matter.guid): (f"episodes/{take.material.slug}/", *take.paths) for take in takes}
    secrets = describe_secrets(people, castings, places)
    unknown = [path for path in strangers if secrets and Path(path).suffix.lower() in SOUND]
    return (
        *map(str, find_leaks(output, secrets)),
        *(f"{path}: nothing in the show asks for it; delete it: somebody hidden may be heard" for path in unknown),
        *(sentence for take in takes for sentence in _find_audible(output, take)),
    )


def _find_audible(output: Path, take: Take) -> Iterator[str]:
    """Spans of refused speech that can still be heard."""
    spans = _find_refused(take)
    for path in take.paths if spans else ():
        for span in check_silence(output / path, spans) if (output / path).is_file() else ():
            yield (
                f"{path}: sound is left from {format_clock(span.start)} to {format_clock(span.end)}, "
                "where somebody who refused speaks"
            )


def _find_refused(take: Take) -> tuple[Span, ...]:
    """Refused speech in published time, where it was muted; what was cut is not there to be heard."""
    recording, edits = take.bundle.recording, take.material.edits
    removals = plan_removals(recording, take.material.casting) if recording else ()
    parts = [
        Span(start=max(span.start, muted.start), end=min(span.end, muted.end))
        for span in removals
        for muted in edits.muted
        if span.start < muted.end and muted.start < span.end
    ]
    return tuple(place for part in parts if (place := edits.to_published_span(part)))
