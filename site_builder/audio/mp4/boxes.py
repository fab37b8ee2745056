"""Boxes, of which MP4 files consist: a size, a kind, a content (ISO/IEC 14496-12, 4.2)."""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterable, Iterator


def make_box(kind: bytes, *content: bytes) -> bytes:
    """Make a box of a kind and its content."""
    body = b"".join(content)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def split_boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each box with its kind, its own head included.

    Raises:
        ValueError: a box is larger than what it lies in.
    """
    at = 0
    while at + 8 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        if size < 8 or at + size > len(content):
            raise ValueError(f"a box of {size} bytes does not fit its parent")
        yield kind, content[at : at + size]
        at += size


def pack_numbers(numbers: Iterable[int], code: str = "I") -> bytes:
    """Numbers of 32 bits each, or of 64 with the code `Q`, as boxes hold them."""
    packed = array(code, numbers)
    if sys.byteorder == "little":
        packed.byteswap()
    return packed.tobytes()


def unpack_numbers(content: bytes, code: str = "I") -> array[int]:
    """Read numbers that `pack_numbers` wrote."""
    numbers = array(code, content)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers
