"""Where a published recording comes from and what was done to it, for its page. Never who asked for it. Pure."""

from __future__ import annotations

from site_builder.episodes import Material
from site_builder.model import PublishedAudio, Span
from site_builder.timecode import format_clock, format_length


def describe_provenance(material: Material, sound: PublishedAudio) -> dict[str, str]:
    """Label to value, in the order in which they are shown."""
    recording, edits = material.bundle.recording, material.edits
    ends = [span for span in edits.removed if span.start == 0 or span.end == edits.recording]
    cuts = [span for span in edits.removed if span not in ends]
    facts = {
        "Archive made": f"{recording.archive_made_at:%Y-%m-%d}" if recording and recording.archive_made_at else "",
        "Original": "\n".join(f"sha256 {digest}" for digest in sound.sources),
        "Published file": f"sha256 {sound.enclosure.sha256}",
        "Trimmed": _list_lengths(ends),
        "Cut": _list_lengths(cuts),
        "Silenced": ", ".join(map(_describe_span, _in_published(material, edits.muted))),
        "Made with": sound.made_by,
    }
    return {label: value for label, value in facts.items() if value}


def _list_lengths(spans: list[Span]) -> str:
    return ", ".join(f"{format_length(span.duration)} at {format_clock(span.start)}" for span in spans)


def _describe_span(span: Span) -> str:
    return f"{format_clock(span.start)} to {format_clock(span.end)}"


def _in_published(material: Material, spans: tuple[Span, ...]) -> list[Span]:
    moved = (material.edits.to_published_span(span) for span in spans)
    return [span for span in moved if span]
