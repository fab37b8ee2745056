"""Puts an edit list into an MP4, as phones do when somebody trims a recording (ISO/IEC 14496-12, 8.6.6)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

CONTAINERS = (b"moov", b"trak")


def put_edit_list(mp4: bytes, pieces: Sequence[tuple[float, float]], sample_rate: int = 48000) -> bytes:
    """The file with only `pieces` of it to be heard: (start, length) in seconds. Its index must follow its sound."""
    return b"".join(_edited(kind, body, pieces, sample_rate) for kind, body in _boxes(mp4))


def _edited(kind: bytes, body: bytes, pieces: Sequence[tuple[float, float]], sample_rate: int) -> bytes:
    if kind == b"edts":
        return b""
    if kind not in CONTAINERS:
        return _box(kind, body)
    inner = b"".join(_edited(*child, pieces, sample_rate) for child in _boxes(body))
    if kind == b"trak":
        entries = [struct.pack(">IiI", round(length * 1000), round(at * sample_rate), 1 << 16) for at, length in pieces]
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
