"""One file of a recording: copied, measured and read for its tags in a single pass, whatever it calls itself.

Nothing is taken from its name or from what its headers promise: the content tells the container, the frames the length.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from site_builder.audio.adts import (
    LONGEST_TAG,
    Junk,
    Run,
    Tag,
    is_adts,
    is_container,
    scan_frames,
)
from site_builder.audio.counting import SampleCount
from site_builder.errors import UnusableSource
from site_builder.model.podcast import Part
from site_builder.sources.id3 import parse_syncsafe
from site_builder.sources.x.speaking.hydra_tags import PartReading, Tick, find_start, join_ticks, parse_tag

CHUNK = 1 << 18
"""Bytes read at a time: more would not stay in the processor's cache while they are unpacked, hashed and counted."""
_EXTENSIONS = {"mpegts": "ts", "mp4": "m4a", "matroska": "mka"}
_ADTS_HEAD = 1 << 16  # bytes that tell ADTS from anything else


class Readable(Protocol):
    """Bytes from somewhere: a file, a zip member."""

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes, fewer where it suits the stream, none at the end."""


def read_part(stream: Readable, origin: str, *, index: int = 0, folder: Path | None = None) -> PartReading:
    """All there is to know of one file of a recording.

    Args:
        stream: Read once from where it stands to its end; need not be seekable. Memory stays at a few MiB.
        origin: What the source calls the file.
        index: Number of the part, for its name: `recording-0.aac`, the extension by content.
        folder: An existing folder to copy the file to, byte for byte, under that name.

    Raises:
        UnusableSource: The file is empty, damaged, or no audio. Nothing is left in `folder` then.
    """
    intake = _Intake(stream, origin)
    head = intake.read_head()
    if not head:
        raise UnusableSource(f"{origin} is empty; get the file again from where it came from")
    is_plain = is_adts(head)
    if folder is None and is_plain:
        return _read_adts(intake, intake.chunks(), index)
    with _place_for_copy(folder, index) as copy:
        intake.copy_to = copy.file
        reading = _read_adts(intake, intake.chunks(), index) if is_plain else _read_container(intake, copy, index)
        copy.name = reading.part.file
    return reading


@dataclass
class _Copy:
    file: BinaryIO
    path: Path
    name: str = ""
    """Set when all went well."""


@contextmanager
def _place_for_copy(folder: Path | None, index: int) -> Iterator[_Copy]:
    """Where the bytes go while they are read; in `folder` they get their name when all went well, else they vanish."""
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="recording-") as temporary:
            path = Path(temporary, "part")
            with path.open("wb") as file:
                yield _Copy(file, path)
        return
    path = folder / f".recording-{index}.incoming"
    try:
        with path.open("wb") as file:
            copy = _Copy(file, path)
            yield copy
        os.replace(path, folder / copy.name)  # noqa: PTH105
    finally:
        path.unlink(missing_ok=True)


class _Intake:
    """The stream as chunks, each of which is hashed, counted and copied as it passes."""

    copy_to: BinaryIO | None = None

    def __init__(self, stream: Readable, origin: str) -> None:
        self.origin = origin
        self.size_bytes = 0
        self._stream = stream
        self._sha256 = hashlib.sha256()
        self._head: list[bytes] = []

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()

    def read_head(self) -> bytes:
        """The first bytes, enough to tell what this is: a leading tag (with its cover picture) and 64 KiB more."""
        size, head = _ADTS_HEAD, b""
        while len(head) < size and (chunk := self._read(size - len(head))):
            head += chunk
            if head[:3] == b"ID3" and len(head) >= 10:
                size = _ADTS_HEAD + min(parse_syncsafe(head[6:10]), LONGEST_TAG)
        self._head = [head] * bool(head)
        return head

    def chunks(self) -> Iterator[bytes]:
        """All of the stream, the head included."""
        while chunk := self._head.pop() if self._head else self._read(CHUNK):
            self._sha256.update(chunk)
            self.size_bytes += len(chunk)
            if self.copy_to:
                self.copy_to.write(chunk)
            yield chunk

    def _read(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except Exception as error:  # zip members fail in many ways: OSError, EOFError, zlib.error, BadZipFile
            raise UnusableSource(
                f"{self.origin} cannot be read to its end ({error}); get the file again from where it came from"
            ) from error


def is_audio_start(head: bytes) -> bool:
    """Whether a file that starts with these bytes (64 KiB) is likely audio: a guess, for names that do not tell."""
    return is_container(head) or head[:3] == b"ID3" or is_adts(head)


class _AdtsCount:
    """What has been seen of an ADTS stream so far."""

    def __init__(self) -> None:
        self.frames = SampleCount()
        self.ticks: list[Tick] = []
        self.cut = False
        self._audio_bytes = 0
        self._junk_bytes = 0

    def add(self, items: Iterable[Run | Tag | Junk]) -> None:
        for item in items:
            match item:
                case Run():
                    self.frames.add_run(item)
                    self._audio_bytes += len(item.content)
                case Tag():
                    self.ticks.append(parse_tag(item.content, self.frames.position))
                case Junk():
                    self._junk_bytes += item.size_bytes
                    self.cut = self.cut or item.cut

    @property
    def lost(self) -> float:
        """Seconds of sound that the bytes which are none would hold."""
        return float(self.frames.seconds) * self._junk_bytes / self._audio_bytes if self._audio_bytes else 0.0


def _read_adts(intake: _Intake, chunks: Iterable[bytes], index: int) -> PartReading:
    seen = _AdtsCount()
    seen.add(scan_frames(chunks))
    if not seen.frames.seconds:
        raise _no_audio(intake.origin)
    ticks = join_ticks(seen.ticks)
    part = Part(
        file=f"recording-{index}.aac",
        origin=intake.origin,
        sha256=intake.sha256,
        size_bytes=intake.size_bytes,
        container="adts",
        codec="aac",
        sample_rate=seen.frames.sample_rate,
        channels=seen.frames.channels,
        samples=seen.frames.samples,
        started_at=find_start(ticks),
    )
    return PartReading(part=part, ticks=ticks, lost=seen.lost, truncated=seen.cut)


def _read_container(intake: _Intake, copy: _Copy, index: int) -> PartReading:
    from site_builder.sources.containers import measure_audio  # FFmpeg, which ADTS does without  # noqa: PLC0415

    for _ in intake.chunks():
        pass
    copy.file.flush()
    found = measure_audio(copy.path)
    if found is None:
        raise _no_audio(intake.origin)
    if found.container == "adts":  # behind more junk than the head holds
        with copy.path.open("rb") as file:
            return _read_adts(intake, iter(lambda: file.read(CHUNK), b""), index)
    part = Part(
        file=f"recording-{index}.{_EXTENSIONS.get(found.container, found.container)}",
        origin=intake.origin,
        sha256=intake.sha256,
        size_bytes=intake.size_bytes,
        container=found.container,
        codec=found.codec,
        sample_rate=found.sample_rate,
        channels=found.channels,
        samples=found.samples,
        started_at=find_start(found.ticks),
    )
    return PartReading(part=part, ticks=found.ticks, truncated=found.truncated)


def _no_audio(origin: str) -> UnusableSource:
    return UnusableSource(
        f"{origin} holds no audio that can be read; play it in a media player to see whether it is whole, "
        "and convert it to .m4a if it is"
    )
