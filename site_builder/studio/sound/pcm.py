"""Decodes a recording to plain samples (16 bit, mono, one rate) from any moment on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from site_builder.audio.decode import read_spans
from site_builder.model.podcast import Span

WIDTH = 2
"""Bytes of a sample."""


def read_pcm(parts: Sequence[Path], span: Span, rate: int) -> Iterator[bytes]:
    """The sound of `span` (seconds over all parts), little-endian.

    As many samples as the span is long; silence at the end where the recording is shorter.

    Raises:
        UnusableSource: a part cannot be read.
    """
    first, wanted = round(span.start * rate), round(span.end * rate) - round(span.start * rate)
    given = 0
    frames = read_spans(parts, [span])
    resampler, form = None, None
    position = 0
    for at, frame in frames:
        if (frame.sample_rate, frame.layout.name, frame.format.name) != form:
            form = (frame.sample_rate, frame.layout.name, frame.format.name)
            resampler = AudioResampler(format="s16", layout="mono", rate=rate)
            position = round(at * rate) - first
        assert resampler
        for chunk in _convert(resampler, frame):
            data = chunk[max(0, -position) * WIDTH :] if position < 0 else chunk
            position += len(chunk) // WIDTH
            data = data[: (wanted - given) * WIDTH]
            given += len(data) // WIDTH
            if data:
                yield data
        if given >= wanted:
            frames.close()  # type: ignore[attr-defined]
            return
    while given < wanted:
        count = min(wanted - given, rate)
        given += count
        yield bytes(count * WIDTH)


def _convert(resampler: AudioResampler, frame: AudioFrame) -> Iterator[bytes]:
    frame.pts = None
    for converted in resampler.resample(frame):
        yield bytes(converted.planes[0])[: converted.samples * WIDTH]
