"""Decompresses bodies that servers send, piece by piece. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from site_builder.net.failures import Refused, Unanswered

_PIECE = 1 << 18
_PLAIN = {"", "identity"}
_ZIPPED = {"gzip", "x-gzip", "deflate"}


def is_plain(coding: str) -> bool:
    """Whether a `Content-Encoding` says that the bytes are the file's own."""
    return coding.strip().lower() in _PLAIN


def decode(pieces: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """The body that a `Content-Encoding` made of, piece by piece.

    Raises:
        Refused: the coding is none that every server knows (RFC 9110 has gzip and deflate).
        Unanswered: the bytes are damaged or end too early.
    """
    names = [name for word in coding.lower().split(",") if not is_plain(name := word.strip())]
    if len(names) > 1 or not set(names) <= _ZIPPED:
        raise Refused(f"the server sends it compressed in a way that was not asked for ({coding[:60]})")
    return unzip(pieces) if names else iter(pieces)


def unzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Gzip (members one after another) and zlib; see `decode`."""
    inflater, begun = None, False
    for piece in pieces:
        data = piece
        while data:
            inflater = inflater or _make_inflater(data, first=not begun)
            begun = True
            try:
                inflated = inflater.decompress(data, _PIECE)
            except zlib.error as error:
                raise Unanswered(f"the compressed answer is damaged ({error})") from None
            if inflated:
                yield inflated
            data = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
            if inflater.eof:
                inflater = None
                data = b"" if not data.strip(b"\0") else data  # gzip may be padded
    if inflater is not None:
        raise Unanswered("the compressed answer breaks off")


def _make_inflater(data: bytes, *, first: bool) -> zlib._Decompress:
    """For gzip or zlib by their first byte, else for bare deflate, which some servers mean by that name."""
    headed = data[:1] in {b"\x1f", b"\x78"} or not first
    return zlib.decompressobj(wbits=47 if headed else -15)
