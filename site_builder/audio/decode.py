"""Decodes recordings to frames, each with its time in the recording.

Every AAC packet of a bare stream gives exactly its frame's samples, whatever it holds, so that time counted here is the
time counted everywhere else.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import av
import av.error
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame

from site_builder.audio.demux import Coding, demux, open_audio, read_packets
from site_builder.model.podcast import Span


def read_frames(part: Path) -> Iterator[AudioFrame]:
    """All decoded frames of one part, in order.

    Raises:
        UnusableSource: the part cannot be read.
    """
    decoders = Decoders()
    for batch in read_packets(part):
        if not batch.coding.adts:
            yield from container_frames(part)
            return
        decode = decoders.of(batch.coding).decode
        for payload in batch.packets:
            yield decode(payload)


def read_spans(parts: Iterable[Path], spans: Sequence[Span]) -> Iterator[tuple[float, AudioFrame]]:
    """Decoded frames that `spans` (seconds over all parts) touch, each with the time of its first sample.

    Of AAC little else is decoded: one packet before each span, because its end overlaps the span's beginning.

    Raises:
        UnusableSource: a part cannot be read.
    """
    start = 0.0
    for part in parts:
        coding = next((batch.coding for batch in read_packets(part)), None)
        if coding and coding.codec == "aac":
            start = yield from _aac_spans(part, start, spans)
        elif coding:
            start = yield from _other_spans(part, start, spans)


Timed = Generator[tuple[float, AudioFrame], None, float]
"""Frames with their times; returns the time at which the part ends."""


def _aac_spans(part: Path, start: float, spans: Sequence[Span]) -> Timed:
    decoders, started = Decoders(), False
    for batch in read_packets(part):
        decoder = decoders.of(batch.coding)
        length = batch.coding.frame_samples / batch.coding.sample_rate
        if not started:
            start -= batch.lead / batch.coding.sample_rate
            started = True
        end = start + len(batch.packets) * length
        if _touch(spans, start, end + length):
            for number, payload in enumerate(batch.packets):
                at = start + number * length
                if _touch(spans, at, at + 2 * length):
                    frame = decoder.decode(payload)
                    if _touch(spans, at, at + length):
                        yield at, frame
        start = end - batch.missing / batch.coding.sample_rate
    return start


def _other_spans(part: Path, start: float, spans: Sequence[Span]) -> Timed:
    for frame in container_frames(part):
        end = start + frame.samples / frame.sample_rate
        if _touch(spans, start, end):
            yield start, frame
        start = end
    return start


def _touch(spans: Sequence[Span], start: float, end: float) -> bool:
    return any(span.start < end and start < span.end for span in spans)


def container_frames(part: Path) -> Iterator[AudioFrame]:
    """Frames as FFmpeg gives them, preparation and padding that the container names left out."""
    with open_audio(part) as (container, stream):
        for packet in demux(container, stream):
            with suppress(av.error.FFmpegError):  # what cannot be decoded is left out
                yield from packet.decode()


class Decoder:
    """One frame for each AAC packet; silence for one that cannot be decoded.

    Each frame overlaps the one before: after a leap in the stream the first frame is not to be trusted.
    """

    def __init__(self, coding: Coding) -> None:
        context = av.CodecContext.create("aac", "r")
        assert isinstance(context, AudioCodecContext)
        if coding.setup:
            context.extradata = coding.setup
        self._context = context
        self._silence = _make_silence(coding)
        self.refused = 0
        """Packets that could not be decoded."""

    def decode(self, payload: bytes) -> AudioFrame:
        """The frame that this packet completes."""
        try:
            frames = self._context.decode(av.Packet(payload))
        except av.error.FFmpegError:  # not only invalid data: the decoder says EPERM, ENOSYS and others of odd frames
            frames = []
            self.refused += 1
        return frames[0] if frames else self._silence


class Decoders:
    """The decoder for each coding of a stream whose coding may change."""

    def __init__(self) -> None:
        self._known: dict[Coding, Decoder] = {}

    def of(self, coding: Coding) -> Decoder:
        """The one that has decoded packets of this coding before, else a new one."""
        if coding not in self._known:
            self._known[coding] = Decoder(coding)
        return self._known[coding]


def _make_silence(coding: Coding) -> AudioFrame:
    layout = {1: "mono", 2: "stereo"}.get(coding.channels, f"{coding.channels or 2}c")
    frame = AudioFrame(format="fltp", layout=layout, samples=coding.frame_samples)
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    frame.sample_rate = coding.sample_rate
    return frame
