"""Where a published recording comes from and what was edited; never who asked for that, nor when they speak."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from site_builder.consent import plan_removals
from site_builder.engine.digests import digest_file
from site_builder.episodes.source import EpisodeSource
from site_builder.model.podcast import PublishedAudio, Recording, Span
from site_builder.show.layout import TRANSCRIPT
from site_builder.text.languages import ENGLISH, Language
from site_builder.text.timecode import format_clock


def describe_provenance(source: EpisodeSource, audio: PublishedAudio, words: Language = ENGLISH) -> dict[str, str]:
    """Label to value, in the order in which they are shown. Times are those of the original recording."""
    recording, edits = source.bundle.recording, source.edits
    if recording is None:
        return {}
    _ = words.gettext
    facts = {
        _("Archive made"): words.format_date(recording.archive_made_at) if recording.archive_made_at else "",
        _("Trimmed"): words.join(_describe_trim(span, recording, words) for span in edits.trims),
        _("Cut"): _describe_spans(edits.cuts, source, words),
        _("Silenced"): _describe_spans(edits.muted, source, words),
        _("Lost before it reached us"): words.join(
            _("%(lost)s at %(at)s") % {"lost": words.format_length(gap.lost), "at": format_clock(gap.at)}
            for gap in recording.gaps
        ),
        _("Original"): "\n".join(f"sha256 {digest}" for digest in audio.sources),
        _("Published file"): f"sha256 {audio.enclosure.sha256}",
        _("Transcript"): _describe_transcript(source, words),
        _("Made with"): audio.made_by,
    }
    return {label: value for label, value in facts.items() if value}


def _describe_transcript(source: EpisodeSource, words: Language) -> str:
    """What wrote it, where it was a speech engine here, and whether a person corrected it."""
    heard, file = source.heard, source.bundle.transcript
    if heard is None or file is None or file.name != TRANSCRIPT or not heard.transcript_sha256:
        return ""
    is_corrected = digest_file(file) != heard.transcript_sha256
    told = [f"{heard.engine}, {heard.model}", f"sha256 {heard.model_sha256}"]
    return "\n".join([*told, words.gettext("corrected by hand")] if is_corrected else told)


def find_refused(source: EpisodeSource) -> tuple[Span, ...]:
    """Refused speech in published time, where it was muted; what was cut is not there to be heard."""
    recording, edits = source.bundle.recording, source.edits
    removals = plan_removals(recording, source.casting) if recording and source.casting.restricted else ()
    parts = [
        Span(start=max(span.start, muted.start), end=min(span.end, muted.end))
        for span in removals
        for muted in edits.muted
        if span.start < muted.end and muted.start < span.end
    ]
    return tuple(place for part in parts if (place := edits.to_published_span(part)))


def _describe_trim(span: Span, recording: Recording, words: Language) -> str:
    _ = words.gettext
    silent = any(
        silence.start <= span.start + recording.tick and span.end <= silence.end for silence in recording.silences
    )
    if span.start == 0:
        text = _("%(length)s of silence at the start") if silent else _("%(length)s of sound at the start")
    else:
        text = _("%(length)s of silence at the end") if silent else _("%(length)s of sound at the end")
    return text % {"length": words.format_length(span.duration)}


def _describe_spans(spans: Iterable[Span], source: EpisodeSource, words: Language) -> str:
    _ = words.gettext
    recording = source.bundle.recording
    requested = plan_removals(recording, source.casting) if recording else ()
    by_host = _("%(start)s to %(end)s by the host")
    told = [
        by_host % {"start": format_clock(span.start), "end": format_clock(span.end)}
        for span in spans
        if not _touches(span, requested)
    ]
    if any(_touches(span, requested) for span in spans):
        told.append(_("at the request of somebody who took part"))
    return words.join(told)


def _touches(span: Span, others: Sequence[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)
