"""Finds ADTS frames (AAC) and ID3v2 tags in a stream of bytes. Pure.

Recordings joined from chunks hold cut frames and junk, and their headers are no guide to their length, so the length is
counted here, frame by frame, and every part of the program that must agree on it asks this module.

A frame or tag is believed when a header, a tag or the end of the stream follows where it says it ends. When none
does, the bytes it claims are searched for the next header: found, the item was cut there (a cut frame is junk, a cut
tag keeps what it has); not found, the item is whole and junk follows it. A false header would have to match the 28
fixed bits of the stream's own header, so chance does not make one.

ADTS: ISO/IEC 14496-3, 1.A.3. ID3v2: https://id3.org/id3v2.4.0-structure. That the latter stands between the former is
how HTTP Live Streaming times metadata: RFC 8216, 3.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from struct import Struct

SAMPLES_PER_FRAME = 1024
"""Per channel (ISO/IEC 14496-3, 4.5.2.1.1). With implicit SBR a decoder doubles both these and the sample rate."""
LONGEST_TAG = 1 << 22
"""Bytes. A tag that claims more is no tag; a cover picture fits, memory stays bounded."""

_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_HEADER = Struct(">IHB")  # the 7 bytes of an ADTS header: fixed part and top of the length, length, block count
_FIXED = 0xFFFFFFF0  # all of the first 4 bytes that is the same in every frame
_LONGEST_HEADER = 9  # bytes, with a checksum
_LOOK_AHEAD = 1 << 15  # more than the three longest frames that one decision may need
_CANDIDATE = re.compile(rb"\xff[\xf0\xf1\xf8\xf9]|ID3")


@dataclass(frozen=True, slots=True)
class AdtsFormat:
    """What the fixed part of an ADTS header says."""

    sample_rate: int
    channels: int
    """0 where only the first frame itself tells."""
    object_type: int
    """MPEG-4 audio object type: 2 is AAC-LC."""


@dataclass(frozen=True, slots=True)
class Run:
    """Whole frames of one format, back to back."""

    format: AdtsFormat
    ends: Sequence[int]
    """Where in `content` each frame ends."""
    content: bytes

    @property
    def frames(self) -> int:
        """How many there are."""
        return len(self.ends)


@dataclass(frozen=True, slots=True)
class Tag:
    """An ID3v2 tag with its header; the audio after it begins when the tag is due."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Junk:
    """Bytes that are neither."""

    size_bytes: int
    cut: bool = False
    """The stream ends inside a frame or tag that begins here."""


Item = Run | Tag | Junk


def is_adts(start: bytes) -> bool:
    """Whether a stream that starts with these bytes (64 KiB are plenty) is ADTS: more audio than junk, tags apart."""
    if is_container(start):
        return False
    frames = audio = junk = 0
    for item in scan_frames([start]):
        match item:
            case Run():
                frames, audio = frames + item.frames, audio + len(item.content)
            case Junk(cut=False):
                junk += item.size_bytes
    return audio > junk and (frames > 1 or not junk)


def is_container(start: bytes) -> bool:
    """Whether a file that starts with these bytes is a container: frames that lie whole inside it mean nothing."""
    signatures = rb"....ftyp|RIFF....WAVE|RF64|OggS|fLaC|\x1aE\xdf\xa3|FORM|caff|\x30\x26\xb2\x75"
    packets = (188, 0), (192, 4), (204, 0)  # MPEG-TS: a sync byte at the start of each packet
    return bool(re.match(signatures, start, re.DOTALL)) or any(
        len(start) > 4 * size and set(start[first::size][:50]) == {0x47} for size, first in packets
    )


def scan_frames(chunks: Iterable[bytes]) -> Iterator[Item]:
    """Everything in the stream in order: the sizes of all items add up to the sizes of all chunks.

    Files joined from several recordings change their sample rate or channels on the way; each run has one format. A run
    ends at a tag, at junk, where the format changes and about where a chunk ends. Memory: one chunk, or one tag where
    that is longer.
    """
    scanner = _Scanner()
    for chunk in chunks:
        if chunk:
            yield from scanner.feed(chunk)
    yield from scanner.finish()


def parse_format(frame: bytes) -> AdtsFormat | None:
    """The format that a frame's header names; None where it has no header."""
    return _parse_format(int.from_bytes(frame[:4], "big") & _FIXED) if len(frame) >= 4 else None


@lru_cache(maxsize=64)
def _parse_format(head: int) -> AdtsFormat | None:
    """Format in the first 4 bytes of a header, as one number; None where they are no header."""
    rate = head >> 10 & 15
    if head >> 20 != 0xFFF or head >> 17 & 3 or rate >= len(_RATES):
        return None
    channels = (0, 1, 2, 3, 4, 5, 6, 8)[head >> 6 & 7]
    return AdtsFormat(_RATES[rate], channels, (head >> 14 & 3) + 1)


class _Lengths(dict[bytes, int]):
    """Header to the length of its frame, 0 where it is none of the row: an hour has 170,000, of which hundreds differ.

    Where the encoder tells in each how full its buffer is, they nearly all differ.
    """

    _MOST = 1 << 14

    def __init__(self, fixed: int) -> None:
        self.fixed = fixed
        """What all headers of the row begin with."""

    def __missing__(self, header: bytes) -> int:
        if len(self) == self._MOST:
            self.clear()
        head, rest, blocks = _HEADER.unpack(header)
        length = (head & 3) << 11 | rest >> 5
        self[header] = length if head & _FIXED == self.fixed and length >= 8 and not blocks & 3 else 0
        return self[header]


class _Scanner:
    """Holds the bytes that are not decided yet."""

    def __init__(self) -> None:
        self._bytes = b""
        self._ended = False
        self._fixed = 0  # the stream's fixed header, once known
        self._rate = 0
        self._lengths = _Lengths(0)
        self._need = 0  # bytes to have before the next decision

    def feed(self, chunk: bytes) -> Iterator[Item]:
        self._bytes += chunk
        if len(self._bytes) >= self._need:
            yield from self._decide()

    def finish(self) -> Iterator[Item]:
        self._ended = True
        yield from self._decide()

    def _decide(self) -> Iterator[Item]:
        """Items as far as the bytes at hand allow; the rest is kept."""
        at = 0
        self._need = 0
        while at < (len(self._bytes) if self._ended else len(self._bytes) - _LOOK_AHEAD):
            item, end = self._item_at(at)
            if item is None:
                break
            yield item
            at = end
        self._bytes = self._bytes[at:]
        self._need = max(self._need - at, _LOOK_AHEAD)

    def _item_at(self, at: int) -> tuple[Item | None, int]:
        """What begins at `at` and where it ends; None where more bytes are needed to tell."""
        if size := self._tag_size(at):
            return self._tag(at, at + size)
        if self._is_frame(at):
            return self._run(at)
        end = self._find_next(at + 1, len(self._bytes))
        if end is None:
            end = len(self._bytes) if self._ended else len(self._bytes) - _LOOK_AHEAD
        return Junk(end - at, cut=self._ended and end == len(self._bytes) and self._is_start(at)), end

    def _tag(self, at: int, end: int) -> tuple[Item | None, int]:
        if not self._ended and end + _LOOK_AHEAD > len(self._bytes):
            self._need = end + _LOOK_AHEAD + 1
            return None, at
        if not self._follows(end):
            cut = self._find_next(at + 10, min(end, len(self._bytes)))
            if cut is None and end > len(self._bytes):
                return Junk(len(self._bytes) - at, cut=True), len(self._bytes)
            end = cut or end
        return Tag(self._bytes[at:end]), end

    def _run(self, at: int) -> tuple[Item, int]:
        """The run at `at`, or the junk that its first frame turns out to be."""
        head = int.from_bytes(self._bytes[at : at + 4], "big")
        ends = self._jump(at, head & _FIXED)
        end = at + ends[-1]
        if end > len(self._bytes) or not self._follows(end):
            last = at + ends[-2] if len(ends) > 1 else at
            cut = self._find_next(last + 1, min(end, len(self._bytes)))
            if cut is not None or end > len(self._bytes):
                end = last
                ends.pop()
            if not ends:
                stop = len(self._bytes) if cut is None else cut
                return Junk(stop - at, cut=cut is None), stop
        found = _parse_format(head & _FIXED)
        assert found is not None
        self._fixed, self._rate = head & _FIXED, found.sample_rate
        return Run(found, ends, self._bytes[at:end]), end

    def _jump(self, start: int, fixed: int) -> list[int]:
        """Where each frame of the row that begins at `start` ends, counted from there; the last perhaps too late."""
        if fixed != self._lengths.fixed:
            self._lengths = _Lengths(fixed)
        buffer, lengths = self._bytes, self._lengths
        stop = len(buffer) - (_HEADER.size - 1 if self._ended else _LOOK_AHEAD)
        ends, at = [], start
        while at < stop and (length := lengths[buffer[at : at + 7]]):
            at += length
            ends.append(at - start)
        return ends

    def _follows(self, at: int) -> bool:
        """Whether something begins at `at`, the end of the stream included."""
        return (self._ended and at == len(self._bytes)) or bool(self._tag_size(at)) or self._is_frame(at)

    def _find_next(self, start: int, stop: int) -> int | None:
        """The first place from `start` before `stop` where a frame or tag begins."""
        limit = stop if self._ended else min(stop, len(self._bytes) - _LOOK_AHEAD)
        for candidate in _CANDIDATE.finditer(self._bytes, start, min(limit + 2, len(self._bytes))):
            at = candidate.start()
            if at >= limit:
                break
            if self._tag_size(at) or self._is_frame(at):
                return at
        return None

    def _is_frame(self, at: int) -> bool:
        """Whether a frame begins at `at`: its header is like those before, or new and confirmed by what follows."""
        head, length = self._header(at)
        if not length or (self._fixed and head == self._fixed):
            return length > 0
        end = at + length
        if self._header(end)[0] == head:
            return True
        ends = self._tag_size(end) > 0 or (self._ended and end == len(self._bytes))
        return ends and self._may_stand_alone(head, length)

    def _may_stand_alone(self, head: int, length: int) -> bool:
        """Whether a tag or the end of the stream is enough to confirm a new header.

        Chance puts one header in many before a tag, and a lossy frame holds any bytes: one of another sample rate, or
        longer than frames may be (6144 bits a channel: ISO/IEC 14496-3, 4.5.1.1), is no frame.
        """
        found = _parse_format(head)
        if found is None or length > _LONGEST_HEADER + 768 * (found.channels or 8):
            return False
        return not self._rate or found.sample_rate == self._rate

    def _header(self, at: int) -> tuple[int, int]:
        """Fixed part of the header at `at` and the length of its frame; zeros where there is no header.

        Frames of more than one raw data block are none: no encoder in use writes them and FFmpeg does not decode them.
        """
        if at + _HEADER.size > len(self._bytes):
            return 0, 0
        head, rest, blocks = _HEADER.unpack_from(self._bytes, at)
        found = _parse_format(head & _FIXED)
        length = (head & 3) << 11 | rest >> 5
        if found is None or blocks & 3 or length < 8:
            return 0, 0
        return head & _FIXED, length

    def _tag_size(self, at: int) -> int:
        """Size in bytes of the tag at `at` by its own header, 0 where there is none."""
        head = self._bytes[at : at + 10]
        if head[:3] != b"ID3" or len(head) < 10 or not 2 <= head[3] <= 4 or head[4] == 0xFF or head[5] & 15:
            return 0
        if max(head[6:]) > 0x7F:
            return 0
        size = 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]) + (10 if head[5] & 0x10 else 0)
        return size if size <= LONGEST_TAG else 0

    def _is_start(self, at: int) -> bool:
        """Whether the bytes at `at` look like the beginning of a frame or tag that the stream's end cuts."""
        rest = self._bytes[at : at + 10]
        return (
            bool(re.match(rb"\xff(?:[\xf0\xf1\xf8\xf9]|\Z)|ID3|I?D?\Z", rest)) and len(self._bytes) - at < _LOOK_AHEAD
        )
