"""Reads coded packets and decoded samples of a recording's parts with FFmpeg.

Bare AAC streams (ADTS, MPEG-TS) go through `frames`, so that lengths agree with what was counted when the recording was
read. Everything else is FFmpeg's. Recordings are untrusted: only plain audio containers are opened, never playlists,
which could name other files or addresses.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, overload

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream

from site_builder.audio.adts import SAMPLES_PER_FRAME, Run, is_adts, scan_frames
from site_builder.audio.containers import open_container
from site_builder.errors import UnusableSource

_CONTAINERS = "aac,mp3,mov,mp4,m4a,3gp,3g2,mj2,mpegts,ogg,flac,wav,w64,aiff,caf,matroska,webm,asf"
_CHUNK = 1 << 20
_BATCH = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """How the packets of a stream are coded. Only packets of equal coding can follow each other in one file."""

    codec: str
    """FFmpeg's name."""
    sample_rate: int
    channels: int
    frame_samples: int
    """Samples per channel in one packet; 0 where packets differ."""
    adts: bool = False
    """Packets are ADTS frames, header included."""
    setup: bytes = b""
    """Decoder configuration outside the packets (AAC: AudioSpecificConfig, ISO/IEC 14496-3, 1.6.2.1)."""

    def __str__(self) -> str:
        channels = {1: "mono", 2: "stereo"}.get(self.channels, f"{self.channels} channels")
        return f"{self.codec}, {self.sample_rate} Hz, {channels}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some packets in a row."""

    coding: Coding
    packets: Sequence[bytes]
    lead: int = 0
    """Samples by which the batch begins before the recording does: they only prepare the decoder (MP4 edit list)."""
    missing: int = 0
    """Samples by which the last packet is shorter than a frame."""
    unheard: bool = False
    """An edit list inside the container leaves some of the packets out, though sound came before."""


class Frames(Sequence[bytes]):
    """The frames of an ADTS stream that lie in a row, each cut out where somebody asks for it."""

    def __init__(self, run: Run) -> None:
        self._content = run.content
        self._ends = run.ends

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> list[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | list[bytes]:
        if isinstance(place, slice):
            return self._split(0)[place]
        number = place if place >= 0 else range(len(self))[place]
        return self._content[self._ends[number - 1] if number else 0 : self._ends[number]]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._split(0))

    def strip(self) -> list[bytes]:
        """All without their headers, which are two bytes longer where there is a checksum."""
        return self._split(7 if self._content[1] & 1 else 9)

    def _split(self, left_out: int) -> list[bytes]:
        """All without so many bytes at the start."""
        content = self._content
        return [content[start + left_out : end] for start, end in pairwise((0, *self._ends))]


@contextmanager
def open_audio(path: Path) -> Iterator[tuple[InputContainer, AudioStream]]:
    """A recording and its first audio stream.

    Raises:
        UnusableSource: missing, empty, not audio, or damaged beyond reading.
    """
    options = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "file"}
    try:
        with open_container(f"file:{path}", options) as container:
            if not container.streams.audio:
                raise _unusable(path, "it holds no sound")
            yield container, container.streams.audio[0]
    except (av.error.FFmpegError, OSError) as error:
        raise _unusable(path, getattr(error, "strerror", None) or str(error)) from error


def demux(container: InputContainer, *streams: Stream) -> Iterator[Any]:
    """Packets of these streams, and at the end an empty one for each decoder.

    In an MPEG transport stream FFmpeg may find further streams on the way, which PyAV knows nothing of: behind the
    empty packets of those it knows it looks for theirs, and fails.
    """
    with suppress(IndexError):
        yield from container.demux(streams)


def holds_adts(path: Path) -> bool:
    """Whether a file is a bare ADTS stream.

    Raises:
        UnusableSource: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return is_adts(file.read(1 << 16))
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from error


def read_packets(path: Path) -> Iterator[Batch]:
    """All audio packets of one part, in order. Memory: about a megabyte.

    Raises:
        UnusableSource: the part cannot be read.
    """
    if holds_adts(path):
        yield from _adts_batches(read_chunks(path))
        return
    with open_audio(path) as (container, stream):
        if stream.codec_context.name == "aac" and not stream.codec_context.extradata:
            yield from _adts_batches(bytes(packet) for packet in demux(container, stream) if packet.size)
        else:
            yield from _container_batches(container, stream)


def digest_sound(path: Path) -> str:
    """SHA-256 of all that decoding a file depends on: its packets with their times, and how they are coded.

    Files that differ in tags, chapters or pictures alone have the same; nothing is decoded.

    Raises:
        UnusableSource: it cannot be read.
    """
    with open_audio(path) as (container, stream):
        context = stream.codec_context
        coding = (container.format.name, context.codec.canonical_name, context.sample_rate, context.channels)
        digest = sha256(f"{coding} {stream.time_base} ".encode() + (context.extradata or b""))
        for packet in demux(container, stream):
            side = [(str(each.data_type), bytes(each)) for each in packet.iter_sidedata()]
            times = (packet.pts, packet.dts, packet.duration, packet.is_discard, packet.is_corrupt)
            digest.update(f"{packet.size} {times} {side}".encode())
            digest.update(bytes(packet))
    return digest.hexdigest()


def count_samples(packet: av.Packet[AudioStream], sample_rate: int) -> int:
    """Samples per channel a listener hears of a packet: its duration less what its container says to skip."""
    assert packet.time_base
    skipped = 0
    for side in packet.iter_sidedata():
        if side.data_type == "skip_samples":
            skipped = sum(struct.unpack("<II", bytes(side)[:8]))
    return max(0, round((packet.duration or 0) * packet.time_base * sample_rate) - skipped)


def read_chunks(path: Path) -> Iterator[bytes]:
    """A file's bytes, a megabyte at a time.

    Raises:
        UnusableSource: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from error


def _adts_batches(chunks: Iterator[bytes]) -> Iterator[Batch]:
    """The frames of an ADTS stream, run by run."""
    coding = None
    for item in scan_frames(chunks):
        if not isinstance(item, Run):
            continue
        form = item.format
        if coding is None or (coding.sample_rate, coding.channels) != (form.sample_rate, form.channels):
            coding = Coding(
                codec="aac",
                sample_rate=form.sample_rate,
                channels=form.channels,
                frame_samples=SAMPLES_PER_FRAME,
                adts=True,
            )
        yield Batch(coding=coding, packets=Frames(item))


def _container_batches(container: InputContainer, stream: AudioStream) -> Iterator[Batch]:
    """Packets as a container holds them; a batch ends after a packet that begins early or is short."""
    context = stream.codec_context
    coding = Coding(
        codec=context.codec.canonical_name,
        sample_rate=context.sample_rate,
        channels=context.channels,
        frame_samples=context.frame_size or 0,
        setup=context.extradata or b"",
    )
    assert stream.time_base
    per_tick = stream.time_base * context.sample_rate
    whole = round(coding.frame_samples / per_tick)
    packets: list[bytes] = []
    for packet in demux(container, stream):
        if not packet.size:
            continue
        pts, duration = packet.pts or 0, packet.duration or whole
        early, short = pts < 0, coding.frame_samples and duration < whole
        unheard = packet.is_discard and not early
        if packets and (early or short or unheard or len(packets) == _BATCH):
            yield Batch(coding=coding, packets=packets)
            packets = []
        packets.append(bytes(packet))
        if unheard:
            yield Batch(coding=coding, packets=packets, unheard=True)
            packets = []
        elif early or short:
            missing = coding.frame_samples - round(duration * per_tick) if short else 0
            yield Batch(coding=coding, packets=packets, lead=round(-min(pts, 0) * per_tick), missing=missing)
            packets = []
    if packets:
        yield Batch(coding=coding, packets=packets)


def _unusable(path: Path, reason: str) -> UnusableSource:
    return UnusableSource(
        f"{path}: this recording cannot be read ({reason.rstrip('.')}); "
        "take the file from the archive again, or build without this episode: `draft: true`, or `withdrawn: true` "
        "once it has been published"
    )
