"""Where a published recording comes from and what was done to it; never who asked for it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from site_builder.consent import plan_removals
from site_builder.episodes import Material
from site_builder.model import PublishedAudio, Recording, Span
from site_builder.timecode import format_clock, format_length

REQUESTED = "at the request of somebody heard"
EDITED = "by the host"


def describe_provenance(material: Material, sound: PublishedAudio) -> dict[str, str]:
    """Label to value, in the order in which they are shown. Times are those of the original recording."""
    recording, edits = material.bundle.recording, material.edits
    if recording is None:
        return {}
    trimmed, cut = split_removed(material)
    facts = {
        "Archive made": f"{recording.archive_made_at:%Y-%m-%d}" if recording.archive_made_at else "",
        "Trimmed": ", ".join(_describe_trim(span, recording) for span in trimmed),
        "Cut": _describe_spans(cut, material),
        "Silenced": _describe_spans(edits.muted, material),
        "Lost before it reached us": ", ".join(
            f"{format_length(gap.lost)} at {format_clock(gap.at)}" for gap in recording.gaps
        ),
        "Original": "\n".join(f"sha256 {digest}" for digest in sound.sources),
        "Published file": f"sha256 {sound.enclosure.sha256}",
        "Made with": sound.made_by,
    }
    return {label: value for label, value in facts.items() if value}


def split_removed(material: Material) -> tuple[list[Span], list[Span]]:
    """What was removed at the two ends, and what was removed in between."""
    edits = material.edits
    ends = [span for span in edits.removed if span.start == 0 or span.end == edits.recording]
    return ends, [span for span in edits.removed if span not in ends]


def _describe_trim(span: Span, recording: Recording) -> str:
    silent = any(
        silence.start <= span.start + recording.tick and span.end <= silence.end for silence in recording.silences
    )
    what = "silence" if silent else "sound"
    return f"{format_length(span.duration)} of {what} at the {'start' if span.start == 0 else 'end'}"


def _describe_spans(spans: Iterable[Span], material: Material) -> str:
    recording = material.bundle.recording
    requested = plan_removals(recording, material.casting) if recording else ()
    return ", ".join(
        f"{format_clock(span.start)} to {format_clock(span.end)} {REQUESTED if _touches(span, requested) else EDITED}"
        for span in spans
    )


def _touches(span: Span, others: Sequence[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)
