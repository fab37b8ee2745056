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

from site_builder.audio.adts import SAMPLES_PER_FRAME, parse_format
from site_builder.audio.containers import open_container, read_tags
from site_builder.audio.counting import SampleCount
from site_builder.audio.demux import demux
from site_builder.sources.x.speaking.hydra_tags import Tick, join_ticks, parse_tag

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
    truncated: bool = False
    """It is damaged from some place on."""


def measure_audio(path: Path) -> ContainerFacts | None:
    """Facts of the file at `path`, read to its end; None where it holds no audio that can be decoded."""
    with _open(path) as container:
        stream = _find_sound(container)
        if container is None or stream is None:
            return None
        count = _Count(stream)
        cut = False
        try:
            _count_samples(container, stream, count)
        except av.error.FFmpegError:  # the end is missing or damaged: what came before counts
            cut = True
        if not count.sound.samples:
            return None
        return ContainerFacts(
            container=_name(container),
            codec=stream.codec_context.codec.canonical_name,
            sample_rate=count.sound.sample_rate,
            channels=count.sound.channels,
            samples=count.sound.samples,
            ticks=join_ticks(list(count.make_ticks())),
            truncated=cut,
        )


def load_audio_tags(path: Path) -> dict[str, str] | None:
    """The file's own tags as they stand (untrusted), keys in lower case; None where no audio of it can be decoded."""
    with _open(path) as container:
        stream = _find_sound(container)
        if container is None or stream is None:
            return None
        tags = read_tags({**stream.metadata, **container.metadata})
        return {key.lower(): value for key, value in tags.items()}


def _find_sound(container: av.container.InputContainer | None) -> av.audio.AudioStream | None:
    """The first audio stream that there is a decoder for: FFmpeg knows formats that it cannot decode."""
    streams = container.streams.audio if container else ()
    return next((stream for stream in streams if stream.codec_context), None)


@contextmanager
def _open(path: Path) -> Iterator[av.container.InputContainer | None]:
    try:
        container = open_container(str(path.absolute()), _OPTIONS)
    except (av.error.FFmpegError, ValueError):
        yield None
        return
    with container:
        yield container


def _name(container: av.container.InputContainer) -> str:
    name = container.format.name
    return _CONTAINERS.get(name) or re.sub(r"[^a-z0-9]", "", name.partition(",")[0]) or "audio"


class _Count:
    """Sound counted so far, and where in the file's own clock it lies: media time is counted, never believed."""

    def __init__(self, stream: av.audio.AudioStream) -> None:
        self.sound = SampleCount()
        self._stream = stream
        self._skip = 0  # samples still to come that the container says are not heard
        self._anchors: list[tuple[Fraction, Fraction]] = []  # file time where a contiguous stretch starts, sound before
        self._tags: list[tuple[Fraction, bytes]] = []

    def add_frame(self, packet: Any) -> None:
        """A packet of AAC-LC, known to hold 1024 samples."""
        form = parse_format(bytes(packet)) if self._stream.codec_context.extradata is None else None
        rate, channels = (form.sample_rate, form.channels or 2) if form else (0, 0)
        self._add(packet, rate, channels, SAMPLES_PER_FRAME - self._unheard(packet))

    def add_decoded(self, packet: Any) -> None:
        """Any other packet: what comes out when it is decoded."""
        with suppress(av.error.FFmpegError):
            for frame in packet.decode():
                self._add(packet, frame.sample_rate, len(frame.layout.channels), frame.samples)

    def add_tag(self, packet: Any) -> None:
        """A timed tag."""
        if (time := _time_of(packet)) is not None and packet.size:
            self._tags.append((time, bytes(packet)))

    def make_ticks(self) -> Iterator[Tick]:
        """The tags, placed where they stand in the sound."""
        starts = [time for time, _ in self._anchors]
        for time, tag in self._tags:
            if starts:
                anchor, before = self._anchors[max(0, bisect_right(starts, time) - 1)]
                yield parse_tag(tag, float(before + max(Fraction(0), time - anchor)))

    def _add(self, packet: Any, sample_rate: int, channels: int, samples: int) -> None:
        context, time = self._stream.codec_context, _time_of(packet)
        if time is not None and (not self._anchors or abs(time - self._expected()) > Fraction(1, 20)):
            self._anchors.append((time, self.sound.seconds))
        if rate := sample_rate or context.sample_rate:
            self.sound.add(rate, channels or context.channels, samples)

    def _expected(self) -> Fraction:
        time, before = self._anchors[-1]
        return time + self.sound.seconds - before

    def _unheard(self, packet: Any) -> int:
        """Samples of a packet that only prepare the decoder, pad the end, or that an edit list leaves out."""
        start, end = _read_skips(packet)
        self._skip += start
        skipped = SAMPLES_PER_FRAME if packet.is_discard else min(self._skip, SAMPLES_PER_FRAME)
        self._skip = max(0, self._skip - skipped)
        return min(SAMPLES_PER_FRAME, skipped + end)


def _count_samples(container: av.container.InputContainer, stream: av.audio.AudioStream, count: _Count) -> None:
    """AAC-LC is counted by packets, for each holds 1024 samples; all else is decoded."""
    by_packets = stream.codec_context.codec.canonical_name == "aac" and stream.profile == "LC"
    timed: list[Any] = [data for data in container.streams.data if data.name == "timed_id3"]
    for packet in demux(container, stream, *timed):
        if packet.stream_index != stream.index:
            count.add_tag(packet)
        elif not by_packets:
            count.add_decoded(packet)
        elif packet.size:
            count.add_frame(packet)


def _time_of(packet: Any) -> Fraction | None:
    return packet.pts * packet.time_base if packet.pts is not None else None


def _read_skips(packet: Any) -> tuple[int, int]:
    """Samples to skip from the packet's start on, and before its end (FFmpeg's AV_PKT_DATA_SKIP_SAMPLES)."""
    if not packet.has_sidedata("skip_samples"):
        return 0, 0
    start, end = struct.unpack("<II", bytes(packet.get_sidedata("skip_samples"))[:8])
    return start, end
