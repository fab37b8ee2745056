"""Reads the frames of one ID3v2.3 or ID3v2.4 tag; what cannot be read is left out, never an error.

mutagen reads such tags too, but an hour holds 3,600 of them and it needs 0.24 s for these, ten times what this does. It
also unpacks compressed frames, which no timed tag has and hostile ones might.

https://id3.org/id3v2.4.0-structure, https://id3.org/id3v2.3.0
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

_UNSYNC, _EXTENDED = 0x80, 0x40
_HEAD = Struct(">4sIBB")  # of a frame: its id, its size as a plain number, two bytes of flags
_CODECS = ("latin-1", "utf-16", "utf-16-be", "utf-8")


def parse_tag_frames(tag: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(frame id, content) of a whole tag, header included; compressed and encrypted frames are left out.

    Sizes that lie are bounded by the tag; a v2.4 size that was written as a plain number is taken as one where only
    that leads to another frame.
    """
    if len(tag) < 10 or tag[:3] != b"ID3" or tag[3] not in {3, 4}:
        return
    version, flags = tag[3], tag[5]
    body = tag[10 : 10 + parse_syncsafe(tag[6:10])]
    if version == 3 and flags & _UNSYNC:
        body = _undo_unsync(body)
    at = _extended_size(body, version) if flags & _EXTENDED else 0
    while at + 10 < len(body) and body[at]:
        name, size, _, frame_flags = _HEAD.unpack_from(body, at)
        if size > 0x7F and version == 4:  # below that both ways to write a number are the same
            size = _frame_size(body, at, size)
        content = body[at + 10 : at + 10 + size]
        at += 10 + size
        plain = _unwrap_v3(content, frame_flags) if version == 3 else _unwrap_v4(content, frame_flags, flags)
        if plain is not None:
            yield name, plain


def parse_text(content: bytes) -> str | None:
    """The (first) string of a text frame such as TIT3; None where its encoding is unknown."""
    if not content or content[0] >= len(_CODECS):
        return None
    return _decode(content[0], content[1:]).partition("\0")[0]


def parse_user_text(content: bytes) -> tuple[str, str] | None:
    """(description, value) of a TXXX frame; None where it is none."""
    if not content or content[0] >= len(_CODECS):
        return None
    encoding, rest = content[0], content[1:]
    width = 2 if encoding in {1, 2} else 1
    end = rest.find(b"\0" * width)
    while width == 2 and end % 2 and end >= 0:
        end = rest.find(b"\0\0", end + 1)
    if end < 0:
        return None
    value = _decode(encoding, rest[end + width :]).partition("\0")[0]
    return _decode(encoding, rest[:end]), value


def _decode(encoding: int, raw: bytes) -> str:
    return raw.decode(_CODECS[encoding], "replace").lstrip("\ufeff")


def parse_syncsafe(raw: bytes) -> int:
    """A number of 7 bits in each of four bytes, the most significant first."""
    first, second, third, fourth = raw
    return (first & 0x7F) << 21 | (second & 0x7F) << 14 | (third & 0x7F) << 7 | fourth & 0x7F


def _undo_unsync(body: bytes) -> bytes:
    return body.replace(b"\xff\x00", b"\xff")


def _extended_size(body: bytes, version: int) -> int:
    """Bytes of the extended header, its own size field included."""
    size = body[:4].rjust(4, b"\0")
    return parse_syncsafe(size) if version == 4 else 4 + int.from_bytes(size, "big")


def _frame_size(body: bytes, at: int, plain: int) -> int:
    """Of a v2.4 frame, whose size as a plain number is known."""
    raw = body[at + 4 : at + 8]
    size = parse_syncsafe(raw)
    if plain == size or (max(raw) < 0x80 and _leads_on(body, at + 10 + size)):
        return size
    return plain if _leads_on(body, at + 10 + plain) else size


def _leads_on(body: bytes, at: int) -> bool:
    """Whether a frame, padding or the end is at `at`."""
    name = body[at : at + 4]
    return at == len(body) or name[:1] == b"\0" or (len(name) == 4 and name.isalnum() and name.isupper())


def _unwrap_v3(content: bytes, flags: int) -> bytes | None:
    if flags & 0xC0:  # compressed, encrypted
        return None
    return content[1:] if flags & 0x20 else content  # group id


def _unwrap_v4(content: bytes, flags: int, tag_flags: int) -> bytes | None:
    if flags & 0x0C:  # compressed, encrypted
        return None
    content = content[1:] if flags & 0x40 else content  # group id
    content = content[4:] if flags & 0x01 else content  # data length indicator
    return _undo_unsync(content) if flags & 0x02 or tag_flags & _UNSYNC else content
