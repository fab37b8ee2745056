"""Puts an edit list into an MP4, as phones do when somebody trims a recording (ISO/IEC 14496-12, 8.6.6)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

CONTAINERS = (b"moov", b"trak")


def put_edit_list(mp4: bytes, pieces: Sequence[tuple[float, float]], sample_rate: int = 48000) -> bytes:
    """The file with only `pieces` of it to be heard: (start, length) in seconds. Its index must follow its sound."""
    rates = _find_timescale(mp4), sample_rate
    return b"".join(_edited(kind, body, pieces, rates) for kind, body in _boxes(mp4))


def _find_timescale(mp4: bytes) -> int:
    """Units of a second in which edit lists give lengths (the movie's; FFmpeg 9 takes more than FFmpeg 8)."""
    moov = dict(_boxes(mp4))[b"moov"]
    timescale: int = struct.unpack_from(">I", dict(_boxes(moov))[b"mvhd"], 12)[0]
    return timescale


def _edited(kind: bytes, body: bytes, pieces: Sequence[tuple[float, float]], rates: tuple[int, int]) -> bytes:
    if kind == b"edts":
        return b""
    if kind not in CONTAINERS:
        return _box(kind, body)
    inner = b"".join(_edited(*child, pieces, rates) for child in _boxes(body))
    if kind == b"trak":
        movie, media = rates
        entries = [struct.pack(">IiI", round(length * movie), round(at * media), 1 << 16) for at, length in pieces]
        elst = struct.pack(">II", 0, len(entries)) + b"".join(entries)
        inner += _box(b"edts", _box(b"elst", elst))
    return _box(kind, inner)


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        yield kind, content[at + 8 : at + size]
        at += size


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body
