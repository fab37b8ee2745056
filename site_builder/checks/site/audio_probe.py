"""Measures published audio files by decoding them, once for each sound: other tags around it need no second time."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mutagen
from av.audio.frame import AudioFrame

from site_builder.audio.containers import read_tags
from site_builder.audio.demux import demux, digest_sound, open_audio
from site_builder.audio.encoding.loudness import BLOCK, gauge_loudness
from site_builder.audio.facts import AudioFacts
from site_builder.audio.measure import measure
from site_builder.audio.sound import read_sound
from site_builder.checks.feed.document import Branch, Element
from site_builder.engine.cache import FileDigests, ValueCache, open_values
from site_builder.engine.digests import digest_bytes
from site_builder.engine.serialization import parse_value, render_value
from site_builder.errors import UnusableSource
from site_builder.events import Making, Notify

_KIND = "sounds/3"
"""Of what is kept."""
SILENT = -120.0
"""LUFS that stand for silence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A chapter inside a file."""

    start_ms: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What only decoding tells of a sound."""

    samples: int = 0
    """Per channel, counted."""
    loudness: float = 0.0
    """LUFS."""
    moments: tuple[int, ...] = ()
    """Tenths of LUFS of each 0.4 s in a row."""
    peak: float | None = None
    """dBTP; None for digital silence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A file as it was measured."""

    fault: str = ""
    """Why it cannot be read; all else is then as good as nothing."""
    codec: str = ""
    container: str = ""
    """FFmpeg's names for it."""
    sample_rate: int = 0
    channels: int = 0
    samples: int = 0
    """Per channel, by the file's own account."""
    bitrate: int = 0
    """Bits a second on average."""
    sound: str = ""
    """Digest of all that decoding depends on: files of one sound are decoded once."""
    decoded: Decoded = Decoded()
    index_first: bool = True
    """MP4: whether the index stands before the sound."""
    even: bool = True
    """MP3: whether a player can tell how long it is: constant bit rate, or a header that says it."""
    tags: tuple[str, ...] = ()
    chapters: tuple[Mark, ...] = ()

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.samples / self.sample_rate if self.sample_rate else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """The audio of an episode: what the feed says of it, and what it is."""

    item: Branch
    element: Element
    file: Path
    probe: Probe


def probe_files(files: Sequence[tuple[Path, str]], database: Path, notify: Notify) -> dict[Path, Probe]:
    """Measure audio files; results are kept in `database` by the digest of each file and of its sound.

    Args:
        files: Each with what people call it.
        database: The one of what takes long to make.
        notify: Receives `Making` before a file is measured.
    """
    with open_values(database) as values:
        digests, known, found = FileDigests(values), _load(values), dict[Path, Probe]()
        heard = {one.sound: one.decoded for one in known.values() if not one.fault}
        used = set[str]()
        for file, label in files:
            digest = digests.digest(file)
            if digest not in known:
                notify(Making(file.name, label))
                known[digest] = one = probe(file, heard)
                heard |= {one.sound: one.decoded} if not one.fault else {}
                _keep(values, digest, known[digest])
            found[file] = known[digest]
            used.add(digest)
        digests.save()
        values.drop(_KIND, known.keys() - used)
    return found


def _keep(values: ValueCache, digest: str, measured: Probe) -> None:
    """Save the facts of one file as soon as they are measured: a check that is stopped half-way need not repeat it."""
    text = render_value(Probe, measured)
    values.put(_KIND, {digest: (digest_bytes(text), text)})


def _load(values: ValueCache) -> dict[str, Probe]:
    """What was measured before, as far as it is as it was written."""
    kept = values.load(_KIND)
    return {name: parse_value(Probe, text) for name, (key, text) in kept.items() if key == digest_bytes(text)}


def probe(file: Path, heard: Mapping[str, Decoded]) -> Probe:
    """Read a whole file; decode it where none of this sound was `heard` (by its digest) before."""
    try:
        facts = measure(file)
        sound = digest_sound(file)
        decoded = heard.get(sound) or _decode(file, facts)
        with open_audio(file) as (container, _):
            name, chapters = container.format.name, tuple(_read_chapters(container))
        return Probe(
            codec=facts.codec,
            container=name,
            sample_rate=facts.sample_rate,
            channels=facts.channels,
            samples=facts.samples,
            bitrate=facts.bitrate,
            sound=sound,
            decoded=decoded,
            index_first="mov" not in name or _has_index_first(file),
            even=facts.codec != "mp3" or _tells_length(file),
            tags=tuple(sorted(_read_tags(file))),
            chapters=chapters,
        )
    except UnusableSource as error:
        return Probe(fault=str(error).removeprefix(f"{file}: ").partition(";")[0])


def _decode(file: Path, facts: AudioFacts) -> Decoded:
    counter = _Counter()
    frames = read_sound([file], sample_rate=facts.sample_rate, channels=min(2, facts.channels or 2))
    loudness = gauge_loudness(counter.count(frames))
    return Decoded(
        samples=counter.samples,
        loudness=round(loudness.integrated, 2),
        moments=tuple(round(10 * max(SILENT, moment)) for moment in loudness.moments[::BLOCK]),
        peak=round(loudness.peak, 2) if loudness.peak > -200 else None,
    )


class _Counter:
    """Counts what passes."""

    def __init__(self) -> None:
        self.samples = 0

    def count(self, frames: Iterator[AudioFrame]) -> Iterator[AudioFrame]:
        """The frames, unchanged."""
        for frame in frames:
            self.samples += frame.samples
            yield frame


def _read_chapters(container: Any) -> Iterator[Mark]:
    for chapter in container.chapters():
        yield Mark(
            start_ms=round(chapter["start"] * chapter["time_base"] * 1000),
            title=read_tags(chapter["metadata"]).get("title", ""),
        )


def _has_index_first(file: Path) -> bool:
    """Whether the box `moov` stands before `mdat`."""
    with file.open("rb") as stream:
        while len(head := stream.read(8)) == 8:
            size, kind = struct.unpack(">I4s", head)
            if kind in {b"moov", b"mdat"}:
                return bool(kind == b"moov")
            if size == 1:
                size = struct.unpack(">Q", stream.read(8))[0] - 8
            if size < 8:
                return False
            stream.seek(size - 8, 1)
    return False


def _tells_length(file: Path) -> bool:
    """Whether an MP3 has frames of one size, or a header that tells how many there are."""
    with file.open("rb") as stream:
        head = stream.read(1 << 20)
    if any(mark in head for mark in (b"Xing", b"Info", b"VBRI")):
        return True
    with open_audio(file) as (container, stream_):
        sizes = [packet.size for packet in demux(container, stream_) if packet.size]
    return not sizes or max(sizes[1:-1], default=0) - min(sizes[1:-1], default=0) <= 2


def _read_tags(file: Path) -> Iterator[str]:
    """Names of all tags, without languages and descriptions."""
    try:
        tags = getattr(mutagen.File(file), "tags", None) or {}
    except mutagen.MutagenError:
        return
    for name in {str(name) for name in tags}:
        yield name if name.startswith("----") else name.partition(":")[0]
