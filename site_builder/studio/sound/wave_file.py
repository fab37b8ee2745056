"""Serves a recording as a WAV file, decoded on demand, so that a browser can seek in it.

A sample has its place by arithmetic alone, in every browser, whatever the recording is coded with; an AAC stream from
X has neither an index nor, in some browsers, a decoder.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from site_builder.model.podcast import Span
from site_builder.studio.sound.pcm import WIDTH, read_pcm

_HEADER = 44
_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
_LAST = re.compile(r"bytes=-(\d{1,15})")
_LONG = 20 * 3600
"""Seconds above which 24 kHz would not fit into the four bytes of a WAV file's length."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is heard, one after the other: a span of the recording, or silence of its length."""

    span: Span
    is_silent: bool = False


@dataclass(frozen=True, slots=True)
class WaveFile:
    """Pieces of a recording as one WAV file."""

    parts: tuple[Path, ...]
    pieces: tuple[Piece, ...]

    @property
    def rate(self) -> int:
        """Samples a second: enough for speech."""
        return 24_000 if sum(piece.span.duration for piece in self.pieces) < _LONG else 8_000

    @property
    def counts(self) -> tuple[int, ...]:
        """Samples of each piece."""
        return tuple(round(piece.span.end * self.rate) - round(piece.span.start * self.rate) for piece in self.pieces)

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return _HEADER + sum(self.counts) * WIDTH

    def find_range(self, header: str) -> tuple[int, int] | None:
        """First and last byte that a `Range` header asks for; None for the whole.

        Raises:
            ValueError: there is nothing there.
        """
        last = self.size - 1
        if found := _RANGE.fullmatch(header.strip()):
            start, end = int(found[1]), min(int(found[2] or last), last)
        elif found := _LAST.fullmatch(header.strip()):
            start, end = max(0, self.size - int(found[1])), last
        else:
            return None
        if start > end:
            raise ValueError("a range outside the file")
        return start, end

    def read(self, start: int, end: int) -> Iterator[bytes]:
        """Bytes from `start` to `end`, the last one included."""
        left = end - start + 1
        for chunk in self._read_from(start):
            yield chunk[:left]
            left -= len(chunk)
            if left <= 0:
                return

    def _read_from(self, start: int) -> Iterator[bytes]:
        if start < _HEADER:
            yield self._make_header()[start:]
            start = _HEADER
        skipped, odd = divmod(start - _HEADER, WIDTH)
        for piece, count in zip(self.pieces, self.counts, strict=True):
            if skipped >= count:
                skipped -= count
                continue
            for chunk in self._decode(piece, count, skipped):
                yield chunk[odd:]
                odd = 0
            skipped = 0

    def _decode(self, piece: Piece, count: int, skipped: int) -> Iterator[bytes]:
        if piece.is_silent:
            while skipped < count:
                size = min(count - skipped, self.rate)
                yield bytes(size * WIDTH)
                skipped += size
            return
        first = round(piece.span.start * self.rate) + skipped
        yield from read_pcm(self.parts, Span(start=first / self.rate, end=piece.span.end), self.rate)

    def _make_header(self) -> bytes:
        size = self.size - _HEADER
        form = struct.pack("<IHHIIHH", 16, 1, 1, self.rate, self.rate * WIDTH, WIDTH, 8 * WIDTH)
        return b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt " + form + b"data" + struct.pack("<I", size)


def take_around(pieces: Sequence[Piece], moment: float, seconds: float) -> tuple[Piece, ...]:
    """`seconds` of what is published before, and as many after, a moment of the recording."""
    before = _take(
        [
            Piece(Span(start=p.span.start, end=min(p.span.end, moment)), p.is_silent)
            for p in pieces
            if p.span.start < moment
        ],
        seconds,
        from_end=True,
    )
    after = _take(
        [
            Piece(Span(start=max(p.span.start, moment), end=p.span.end), p.is_silent)
            for p in pieces
            if p.span.end > moment
        ],
        seconds,
        from_end=False,
    )
    return (*before, *after)


def _take(pieces: Sequence[Piece], seconds: float, *, from_end: bool) -> list[Piece]:
    taken: list[Piece] = []
    left = seconds
    for piece in reversed(pieces) if from_end else pieces:
        span = piece.span
        if left <= 0:
            break
        length = min(left, span.duration)
        cut = (
            Span(start=span.end - length, end=span.end) if from_end else Span(start=span.start, end=span.start + length)
        )
        taken.append(Piece(cut, piece.is_silent))
        left -= length
    return taken[::-1] if from_end else taken
