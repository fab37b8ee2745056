"""Measures lengths and levels of audio files by counting and decoding, not from headers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from av.audio.frame import AudioFrame
from av.filter import Graph

from site_builder.audio.adts import Run, scan_frames
from site_builder.audio.counting import SampleCount
from site_builder.audio.decode import read_spans
from site_builder.audio.demux import count_samples, demux, holds_adts, open_audio, read_chunks
from site_builder.audio.facts import AudioFacts
from site_builder.audio.sound import make_graph, pull_sound
from site_builder.errors import UnusableSource
from site_builder.model.podcast import Span

SILENT = -math.inf
"""Level of digital silence, in dBFS."""


def measure(path: Path) -> AudioFacts:
    """Facts of any audio file, its length counted from frames.

    Raises:
        UnusableSource: it cannot be read or holds no sound.
    """
    if holds_adts(path):
        return _measure_adts(path)
    with open_audio(path) as (container, stream):
        if "mp4" in container.format.name and stream.duration is not None and stream.time_base:
            samples = round(stream.duration * stream.time_base * stream.sample_rate)
        else:
            packets = demux(container, stream)
            samples = sum(count_samples(packet, stream.sample_rate) for packet in packets if packet.size)
        return AudioFacts(
            codec=stream.codec_context.codec.canonical_name,
            sample_rate=stream.sample_rate,
            channels=stream.channels,
            samples=samples,
            size_bytes=path.stat().st_size,
        )


def _measure_adts(path: Path) -> AudioFacts:
    count = SampleCount()
    for item in scan_frames(read_chunks(path)):
        if isinstance(item, Run):
            count.add_run(item)
    if not count.seconds:
        raise UnusableSource(f"{path}: this recording holds no sound; take the file from the archive again")
    return AudioFacts(
        codec="aac",
        sample_rate=count.sample_rate,
        channels=count.channels,
        samples=count.samples,
        size_bytes=path.stat().st_size,
    )


def find_peaks(parts: Sequence[Path], spans: Sequence[Span]) -> tuple[float | None, ...]:
    """The loudest sample of each span (seconds over all parts), in dBFS; None for a span outside the recording.

    Little more than the spans is decoded; all of them are measured in one pass.

    Raises:
        UnusableSource: a part cannot be read.
    """
    meters = [_Meter(span) for span in spans]
    for at, frame in read_spans(parts, spans):
        for meter in meters:
            meter.add(at, frame)
    return tuple(meter.find_peak() for meter in meters)


def find_quiet(parts: Sequence[Path], spans: Sequence[Span], loudest: float) -> list[Span]:
    """Those of the spans that never peak above `loudest` (dBFS), or lie outside the recording; as `find_peaks`."""
    peaks = zip(spans, find_peaks(parts, spans), strict=True)
    return [span for span, peak in peaks if peak is None or peak <= loudest]


class _Meter:
    """Gathers the peak of one span."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self._is_empty = True
        self._graph: Graph | None = None
        self._found: dict[str, str] = {}

    def add(self, at: float, frame: AudioFrame) -> None:
        """Take in what of a frame lies in the span."""
        rate = frame.sample_rate
        position = round(at * rate)
        start = max(position, round(self._span.start * rate))
        end = min(position + frame.samples, round(self._span.end * rate))
        if start >= end:
            return
        self._is_empty = False
        if not any(bytes(plane).strip(b"\0") for plane in frame.planes):
            return
        if self._graph is None:
            limits = f"start_pts={round(self._span.start * rate)}:end_pts={round(self._span.end * rate)}"
            wanted = "metadata=1:measure_perchannel=none:measure_overall=Peak_level"
            self._graph = make_graph(frame, (("atrim", limits), ("asetnsamples", "n=65536:p=0"), ("astats", wanted)))
        frame.pts, frame.time_base = position, Fraction(1, rate)
        self._graph.push(frame)
        self._pull()

    def find_peak(self) -> float | None:
        """In dBFS; None where nothing lies in the span."""
        if self._graph is not None:
            self._graph.push(None)
            self._pull()
        return None if self._is_empty else float(self._found.get("lavfi.astats.Overall.Peak_level", SILENT))

    def _pull(self) -> None:
        assert self._graph
        for frame in pull_sound(self._graph):
            self._found = frame.metadata or self._found
