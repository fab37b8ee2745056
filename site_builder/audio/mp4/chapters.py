"""Chapters in MP4, in both forms players read: Nero's `chpl` list and a QuickTime chapter track.

The file is not muxed again: the index (`moov`) gets two more boxes, what it points at is moved along, and the titles
are added at the end. Box layout: ISO/IEC 14496-12 and the QuickTime File Format Specification
(https://developer.apple.com/documentation/quicktime-file-format). `chpl` is documented by usage alone; FFmpeg, mutagen
and players agree on it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import BinaryIO

from site_builder.audio.mp4.boxes import make_box, pack_numbers, split_boxes, unpack_numbers
from site_builder.model.podcast import Chapter

MOST_CHAPTERS = 255
"""`chpl` counts in one byte."""
_LONGEST_TITLE = 127
"""Bytes of a title in `chpl`: the length is one byte, which some players take as signed."""
_MILLISECONDS = 1000
_MATRIX = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_SELF = struct.pack(">II", 0, 1)


def add_chapters(moov: bytes, size_bytes: int, chapters: Sequence[Chapter], duration: float) -> tuple[bytes, bytes]:
    """The index of an MP4 with chapters, and the box of their titles, which goes to the end of the file.

    Args:
        moov: Of one audio track, which follows, as `packets.write_copy` writes it.
        size_bytes: Of the whole file, without chapters.
        chapters: In order; times in seconds, exact to a millisecond. Those beyond `MOST_CHAPTERS` are left out.
        duration: Seconds; where the last chapter ends.
    """
    chapters = chapters[:MOST_CHAPTERS]
    grown = _with_chapters(moov, chapters, duration, shift=0, titles_at=0)
    shift = len(grown) - len(moov)
    grown = _with_chapters(moov, chapters, duration, shift=shift, titles_at=size_bytes + shift + 8)
    return grown, make_box(b"mdat", *map(_title_sample, chapters))


def read_index(file: BinaryIO) -> tuple[bytes, bytes]:
    """Everything before `moov`, and `moov`; the file is left right after it.

    Raises:
        ValueError: it is no MP4 file whose index precedes its sound.
    """
    head = b""
    while len(start := file.read(8)) == 8:
        size, kind = struct.unpack(">I4s", start)
        if size < 8 or kind == b"mdat":
            break
        box = start + file.read(size - 8)
        if kind == b"moov":
            return head, box
        head += box
    raise ValueError("not an MP4 file with its index in front")


def _with_chapters(moov: bytes, chapters: Sequence[Chapter], duration: float, *, shift: int, titles_at: int) -> bytes:
    """The index with chapters, all else in the file lying `shift` bytes later and the titles at `titles_at`."""
    out = []
    for kind, box in split_boxes(moov[8:]):
        if kind == b"mvhd":
            out.append(box[:-4] + struct.pack(">I", 3))  # next_track_ID
            timescale = struct.unpack(">I", box[20:24])[0]
        elif kind == b"trak":
            out.append(
                make_box(b"trak", _moved(box[8:], shift) + make_box(b"tref", make_box(b"chap", struct.pack(">I", 2))))
            )
            out.append(_chapter_track(chapters, duration, timescale, titles_at))
        elif kind == b"udta":
            out.append(make_box(b"udta", box[8:] + _nero_list(chapters)))
        else:
            out.append(box)
    if not any(box[4:8] == b"udta" for box in out):
        out.append(make_box(b"udta", _nero_list(chapters)))
    return make_box(b"moov", *out)


def _moved(content: bytes, shift: int) -> bytes:
    """The content of a box with all chunk offsets below it raised by `shift`."""
    out = []
    for kind, box in split_boxes(content):
        if kind in {b"mdia", b"minf", b"stbl"}:
            out.append(make_box(kind, _moved(box[8:], shift)))
        elif kind in {b"stco", b"co64"}:
            code = "I" if kind == b"stco" else "Q"
            offsets = pack_numbers((offset + shift for offset in unpack_numbers(box[16:], code)), code)
            out.append(make_box(kind, box[8:16], offsets))
        else:
            out.append(box)
    return b"".join(out)


def _nero_list(chapters: Sequence[Chapter]) -> bytes:
    """`chpl`: starts in units of 100 ns, titles of limited length."""
    entries = []
    for chapter in chapters:
        title = chapter.title.encode()[:_LONGEST_TITLE].decode(errors="ignore").encode()
        entries.append(struct.pack(">QB", _ms(chapter.start) * 10_000, len(title)) + title)
    return make_box(b"chpl", struct.pack(">IIB", 1 << 24, 0, len(entries)), *entries)


def _chapter_track(chapters: Sequence[Chapter], duration: float, timescale: int, titles_at: int) -> bytes:
    """A text track, never shown by itself, whose samples are the titles; one chunk holds them all."""
    starts = [_ms(chapter.start) for chapter in chapters]
    lengths = [max(1, end - start) for start, end in zip(starts, [*starts[1:], _ms(duration)], strict=True)]
    total = round(duration * timescale)
    wait = round(starts[0] * timescale / _MILLISECONDS)
    edits = [struct.pack(">IiI", wait, -1, 0x10000)] if wait else []
    edits.append(struct.pack(">IiI", total - wait, 0, 0x10000))
    header = struct.pack(">IIIIII8xHHHH", 2, 0, 0, 2, 0, total, 0, 0, 0, 0) + _MATRIX + struct.pack(">II", 0, 0)
    return make_box(
        b"trak",
        make_box(b"tkhd", header),
        make_box(b"edts", make_box(b"elst", struct.pack(">II", 0, len(edits)), *edits)),
        make_box(
            b"mdia",
            make_box(b"mdhd", struct.pack(">IIIIIHH", 0, 0, 0, _MILLISECONDS, sum(lengths), 0x55C4, 0)),
            make_box(b"hdlr", struct.pack(">II4s12x", 0, 0, b"text"), b"\0"),
            make_box(
                b"minf",
                _TEXT_HEADER,
                make_box(b"dinf", make_box(b"dref", _SELF, make_box(b"url ", struct.pack(">I", 1)))),
                _sample_table(chapters, lengths, titles_at),
            ),
        ),
    )


def _sample_table(chapters: Sequence[Chapter], lengths: Sequence[int], titles_at: int) -> bytes:
    sizes = [len(_title_sample(chapter)) for chapter in chapters]
    count = len(chapters)
    return make_box(
        b"stbl",
        make_box(b"stsd", _SELF, _TEXT_ENTRY),
        make_box(b"stts", struct.pack(">II", 0, count), *(struct.pack(">II", 1, length) for length in lengths)),
        make_box(b"stsc", struct.pack(">IIIII", 0, 1, 1, count, 1)),
        make_box(b"stsz", struct.pack(f">III{count}I", 0, 0, count, *sizes)),
        make_box(b"co64", _SELF, struct.pack(">Q", titles_at)),
    )


def _title_sample(chapter: Chapter) -> bytes:
    """A text sample: length, UTF-8 text, and the box that says it is UTF-8."""
    title = chapter.title.encode()[: (1 << 16) - 1].decode(errors="ignore").encode()
    return struct.pack(">H", len(title)) + title + make_box(b"encd", struct.pack(">I", 0x100))


def _ms(seconds: float) -> int:
    return round(seconds * _MILLISECONDS)


_TEXT_HEADER = make_box(
    b"gmhd",
    make_box(b"gmin", struct.pack(">IHHHHHH", 0, 0x40, 0x8000, 0x8000, 0x8000, 0, 0)),
    make_box(b"text", _MATRIX),
)
"""Media header of a track that is neither sound nor picture."""
_TEXT_ENTRY = make_box(b"text", bytes(6), struct.pack(">H", 1), bytes(43), b"\0")
"""Sample description: text of no particular look, data reference 1."""
