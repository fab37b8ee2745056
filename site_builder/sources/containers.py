"""What FFmpeg (through PyAV) says of audio files that are not plain ADTS: exact length, tags, timed tags."""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.audio
import av.container
import av.error

from site_builder.sources.x.hydra_tags import Tick, join_ticks, parse_tag

_CONTAINERS = {"aac": "adts", "mov,mp4,m4a,3gp,3g2,mj2": "mp4", "matroska,webm": "matroska"}
_READABLE = "aac,mp3,mov,mp4,m4a,mpegts,ogg,flac,wav,w64,aiff,caf,matroska,webm,asf,amr"
_OPTIONS = {"format_whitelist": _READABLE, "protocol_whitelist": "file"}
"""A playlist or script would make FFmpeg open files it names, so only formats that hold their own audio are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerFacts:
    """What is known of a file's first audio stream once it has been read through."""

    container: str
    """As `Part.container` names it."""
    codec: str
    sample_rate: int
    channels: int
    samples: int
    """Decoded samples per channel, the encoder's padding left out where the file tells it."""
    ticks: tuple[Tick, ...] = ()


def measure_audio(path: Path) -> ContainerFacts | None:
    """Facts of the file at `path`, read to its end; None where it holds no audio."""
    with _open(path) as container:
        if container is None or not container.streams.audio:
            return None
        stream = container.streams.audio[0]
        codec = stream.codec_context
        count = _Count(Fraction(1, codec.sample_rate or 1))
        with suppress(av.error.FFmpegError):  # the end is missing or damaged: what came before counts
            _count_samples(container, stream, count)
        if not count.samples or not codec.sample_rate:
            return None
        return ContainerFacts(
            container=_name(container),
            codec=codec.codec.canonical_name,
            sample_rate=codec.sample_rate,
            channels=codec.channels,
            samples=count.samples,
            ticks=join_ticks(list(count.make_ticks())),
        )


def load_audio_tags(path: Path) -> dict[str, str] | None:
    """The file's own tags as they stand (untrusted), keys in lower case; None where it holds no audio."""
    with _open(path) as container:
        if container is None or not container.streams.audio:
            return None
        tags = {**container.streams.audio[0].metadata, **container.metadata}
        return {key.lower(): value for key, value in tags.items()}


@contextmanager
def _open(path: Path) -> Iterator[av.container.InputContainer | None]:
    try:
        container = av.open(str(path.absolute()), "r", options=_OPTIONS, metadata_errors="replace")
    except (av.error.FFmpegError, ValueError):
        yield None
        return
    with container:
        yield container


def _name(container: av.container.InputContainer) -> str:
    name = container.format.name
    return _CONTAINERS.get(name) or re.sub(r"[^a-z0-9]", "", name.partition(",")[0]) or "audio"


class _Count:
    """Samples counted so far, and where in the file's own clock they lie: media time is counted, never believed."""

    def __init__(self, sample_length: Fraction) -> None:
        self.samples = 0
        self._sample_length = sample_length
        self._anchors: list[tuple[Fraction, int]] = []  # file time at which a contiguous stretch starts, samples before
        self._tags: list[tuple[Fraction, bytes]] = []

    def add_audio(self, time: Fraction | None, samples: int) -> None:
        if time is not None and (not self._anchors or abs(time - self._expected()) > Fraction(1, 20)):
            self._anchors.append((time, self.samples))
        self.samples += samples

    def add_tag(self, time: Fraction | None, tag: bytes) -> None:
        if time is not None:
            self._tags.append((time, tag))

    def make_ticks(self) -> Iterator[Tick]:
        starts = [time for time, _ in self._anchors]
        for time, tag in self._tags:
            if starts:
                anchor, before = self._anchors[max(0, bisect_right(starts, time) - 1)]
                at = before * self._sample_length + max(Fraction(0), time - anchor)
                yield parse_tag(tag, float(at))

    def _expected(self) -> Fraction:
        time, before = self._anchors[-1]
        return time + (self.samples - before) * self._sample_length


def _count_samples(container: av.container.InputContainer, stream: av.audio.AudioStream, count: _Count) -> None:
    """AAC-LC is counted by packets, for each holds 1024 samples; all else is decoded."""
    by_packets = stream.codec_context.codec.canonical_name == "aac" and stream.profile == "LC"
    timed: list[Any] = [data for data in container.streams.data if data.name == "timed_id3"]
    for packet in container.demux([stream, *timed]):
        time = packet.pts * packet.time_base if packet.pts is not None else None
        if packet.stream_index != stream.index:
            if packet.size:
                count.add_tag(time, bytes(packet))
        elif not by_packets:
            count.add_audio(time, _decoded_samples(packet))
        elif packet.size:
            count.add_audio(time, max(0, 1024 - _skipped(packet)))


def _decoded_samples(packet: Any) -> int:
    try:
        return sum(frame.samples for frame in packet.decode())
    except av.error.InvalidDataError:
        return 0


def _skipped(packet: Any) -> int:
    """Samples at the packet's ends that are the encoder's padding (FFmpeg's AV_PKT_DATA_SKIP_SAMPLES)."""
    if not packet.has_sidedata("skip_samples"):
        return 0
    start, end = struct.unpack("<II", bytes(packet.get_sidedata("skip_samples"))[:8])
    return int(start + end)
