"""Copies a recording without loss: its own packets in a new file, left out or silenced where it is edited.

An AAC packet sounds in its own frame of 1024 samples and, overlapping, in the next one (ISO/IEC 14496-3, 4.6.11). So a
packet is copied only where both are heard: the one before a removed or muted span is silenced as well, and nothing of
the span is left in the file. All other packets are the recording's, bit for bit.
docs/decisions/0021 says why.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from site_builder.audio.demux import Batch, Coding, count_samples, demux, open_audio, read_packets
from site_builder.audio.facts import AudioFacts
from site_builder.audio.mp4.file import write_mp4
from site_builder.audio.mux import open_mp3
from site_builder.errors import SpacecastError, UnusableSource
from site_builder.model.edits import EditList

_FRAME = 1024
_SILENT_BLOCKS = {1: bytes.fromhex("00000007"), 2: bytes.fromhex("21000000001c")}
"""A channel element without one spectral line, then the end mark (ISO/IEC 14496-3, 4.4.2.1): mono, stereo."""
Watch = Callable[[Iterable[Batch]], Iterator[Batch]]
"""Passes packets on."""
_REMEDY = "set `audio.format: mp3` (or `aac`) to encode it anew"


class CannotCopy(SpacecastError):
    """The recording, or what is asked of it, needs an encoded mode."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Frames that share a fate: from `start` up to `end`."""

    start: int
    end: int
    silent: bool


def write_copy(parts: Sequence[Path], edits: EditList, out: Path, watch: Watch = iter) -> AudioFacts:
    """Join the parts of a recording into one file without decoding: AAC as MP4 (`.m4a`), MP3 as MP3.

    The file holds sound and nothing else: no tags, no times, no encoder name; `tags.write_tagged` adds those that are
    meant. Decoding it without edits gives the samples of the decoded recording. Edits are snapped to frames, as
    `edits.snap(frame_samples, sample_rate)` says, which is the list to map times with. `watch` sees the packets of AAC.

    Raises:
        UnusableSource: a part cannot be read, or the edits leave nothing of the recording.
        CannotCopy: parts or edits that only an encoded mode can handle.
    """
    coding = find_coding(parts)
    if coding.codec != "aac":
        samples = _copy_mp3(parts, edits, out)
    else:
        samples = write_mp4(watch(read_copied(parts, edits)), parts[0], out)
    if not samples:
        raise UnusableSource(f"{parts[0]}: nothing of it is left to publish; look at the trim and cut spans")
    return AudioFacts(
        codec=coding.codec,
        sample_rate=coding.sample_rate,
        channels=coding.channels,
        samples=samples,
        size_bytes=out.stat().st_size,
    )


def write_silenced(parts: Sequence[Path], edits: EditList, out: Path) -> None:
    """Write a recording as MP4 (`.m4a`) with silence wherever the edits leave something out; its clock stays.

    Only packets that `write_copy` would put into a file are in it: to copy either with the edits gives the same.

    Raises:
        UnusableSource: as `write_copy`.
        CannotCopy: it has no packets that can be left out one by one.
    """
    coding = find_coding(parts)
    if coding.codec != "aac":
        raise CannotCopy(f"{parts[0]}: frames of {coding} share their bits, so none can be silenced; {_REMEDY}")
    silenced = _edit(_keep_clock(_join(parts, coding, edits)), _plan_silences(edits, coding))
    if not write_mp4(silenced, parts[0], out):
        raise UnusableSource(f"{parts[0]}: this recording holds no sound; take the file from the archive again")


def _plan_silences(edits: EditList, coding: Coding) -> list[_Stretch]:
    """Every frame, silent where `_plan_stretches` leaves it out or silences it."""
    stretches, position = [], 0
    for heard in (stretch for stretch in _plan_stretches(edits, coding) if not stretch.silent):
        stretches += [_Stretch(position, heard.start, silent=True), heard]
        position = heard.end
    return [
        stretch for stretch in [*stretches, _Stretch(position, sys.maxsize, silent=True)] if stretch.start < stretch.end
    ]


def _keep_clock(batches: Iterable[Batch]) -> Iterator[Batch]:
    """Batches in which no packet but the last is short: others would move what follows."""
    is_short = False
    for batch in batches:
        if is_short:
            raise CannotCopy(f"a part ends within a frame of {batch.coding}, and more follows; {_REMEDY}")
        is_short = batch.missing > 0
        yield batch


def read_copied(parts: Sequence[Path], edits: EditList) -> Iterator[Batch]:
    """The packets that `write_copy` puts into a file, in order.

    Raises:
        UnusableSource, CannotCopy: as `write_copy`.
    """
    coding = find_coding(parts)
    if coding.codec != "aac":
        return read_packets(parts[0])
    return _edit(_join(parts, coding, edits), _plan_stretches(edits, coding))


def find_coding(parts: Sequence[Path]) -> Coding:
    """How the packets of a recording are coded, where they can be copied.

    Raises:
        UnusableSource: a part cannot be read, or there is no packet in any.
        CannotCopy: the sound is neither AAC-LC nor MP3.
    """
    for part in parts:
        for batch in read_packets(part):
            if batch.coding.codec == "mp3" or (batch.coding.codec == "aac" and batch.coding.frame_samples == _FRAME):
                return batch.coding
            raise CannotCopy(f"{part}: its sound is {batch.coding}, which not every podcast app plays; {_REMEDY}")
    raise UnusableSource(f"{parts[0]}: this recording holds no sound; take the file from the archive again")


def _plan_stretches(edits: EditList, coding: Coding) -> list[_Stretch]:
    """What becomes of each frame, by the overlap rule above; frames in no stretch are left out."""
    edits = edits.snap(coding.frame_samples, coding.sample_rate)
    stretches = []
    for piece in edits.pieces:
        to_end = piece.end == edits.recording
        start = round(piece.start * coding.sample_rate / coding.frame_samples)
        end = sys.maxsize if to_end else round(piece.end * coding.sample_rate / coding.frame_samples)
        silent_from = start if piece.muted else end if to_end else end - 1
        stretches += [_Stretch(start, silent_from, silent=False), _Stretch(silent_from, end, silent=True)]
    return [stretch for stretch in stretches if stretch.start < stretch.end]


def _join(parts: Sequence[Path], coding: Coding, edits: EditList) -> Iterator[Batch]:
    """Batches of all parts, less those that only prepare the decoder of a part after the first."""
    for number, part in enumerate(parts):
        for batch in read_packets(part):
            if batch.coding != coding:
                raise CannotCopy(
                    f"{part}: the sound changes from {coding} to {batch.coding}, and a file holds one; {_REMEDY}"
                )
            if batch.unheard:
                raise CannotCopy(f"{part}: an edit list inside it leaves out some of its sound; {_REMEDY}")
            if batch.lead % coding.frame_samples and not edits.is_identity:
                raise CannotCopy(
                    f"{part}: the sound does not begin with a frame, so it cannot be cut as it is; {_REMEDY}"
                )
            if number == 0 or batch.lead < coding.frame_samples:
                yield batch


def _edit(batches: Iterable[Batch], stretches: Sequence[_Stretch]) -> Iterator[Batch]:
    """Only the frames that lie in a stretch, silent where it says so."""
    position = None
    for batch in batches:
        if position is None:
            position = -(batch.lead // batch.coding.frame_samples)
        after = position + len(batch.packets)
        for stretch in stretches:
            # What prepares the decoder belongs to the first frame.
            start = position if stretch.start == 0 and position < 0 else max(stretch.start, position)
            end = min(stretch.end, after)
            if start == position and end == after and not stretch.silent:
                yield batch
            elif start < end:
                packets = batch.packets[start - position : end - position]
                yield replace(batch, packets=[_silence(batch)] * len(packets) if stretch.silent else packets)
        position = after


def _silence(batch: Batch) -> bytes:
    """A packet of silence that fits between those of the batch."""
    block = _SILENT_BLOCKS.get(batch.coding.channels)
    if block is None:
        raise CannotCopy(f"a recording of {batch.coding} cannot be cut or muted as it is; {_REMEDY}")
    if not batch.coding.adts:
        return block
    size = 7 + len(block)
    header = bytearray(batch.packets[0][:7])
    header[1] |= 1  # no checksum
    header[3:6] = header[3] & 0xFC | size >> 11, size >> 3 & 0xFF, (size & 7) << 5 | header[5] & 0x1F
    return bytes(header) + block


def _copy_mp3(parts: Sequence[Path], edits: EditList, out: Path) -> int:
    """Copy MP3 frames with a fresh Info header; returns the number of samples.

    An MP3 frame keeps part of its bits in the frames before it, so frames cannot be left out.
    """
    if not edits.is_identity or len(parts) != 1:
        raise CannotCopy(f"{parts[0]}: an MP3 recording cannot be cut, muted or joined without loss; {_REMEDY}")
    with open_audio(parts[0]) as (source, stream), open_mp3(out) as container:
        copy = container.add_stream_from_template(stream)
        samples = 0
        for packet in demux(source, stream):
            if packet.size:
                samples += count_samples(packet, stream.sample_rate)
                packet.stream = copy
                container.mux_one(packet)
    return samples
