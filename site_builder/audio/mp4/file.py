"""An MP4 of AAC packets, written in bulk.

FFmpeg describes the sound: it writes a file of a few of the packets that is as long as the whole. The tables that say
where each packet lies are made here, since a call for each of the 170,000 packets of an hour takes as long as all else
that a copy needs. The result has the bytes that FFmpeg's muxer would give it. Tables: ISO/IEC 14496-12, 8.6 and 8.7.
"""

from __future__ import annotations

import io
import re
import shutil
import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import accumulate, chain
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

import av
from av.audio.stream import AudioStream

from site_builder.audio.demux import Batch, Frames, open_audio
from site_builder.audio.mp4.boxes import make_box, pack_numbers, split_boxes, unpack_numbers
from site_builder.audio.mux import open_mp4

_FRAME = 1024
_SHOWN = 8
"""Packets at the start that FFmpeg sees: it takes the decoder's configuration from them."""
_LONGEST_GAP = 1 << 28
"""Samples between two packets of the small file."""
_CHUNK = 1 << 20
"""Bytes below which packets in a row are one chunk; FFmpeg's number."""
_IN_MEMORY = 1 << 25
"""Bytes of sound, of an hour say, that are kept in memory until the index is known, which precedes them."""
_LARGE = 1 << 32
"""Bytes from which sizes and offsets take 64 bits."""
_DECODER = re.compile(rb"\x04\x80{3}.\x40\x15...", re.DOTALL)
"""Before both bit rates: DecoderConfigDescriptor, its length, kinds and buffer (ISO/IEC 14496-1, 7.2.6.6)."""
_TABLES = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
"""Where they lie."""


def write_mp4(batches: Iterable[Batch], part: Path, out: Path) -> int:
    """Write AAC packets as MP4, the index in front; returns the number of samples, 0 where there is no packet.

    Args:
        batches: All of one coding, that of `part`. The `lead` of the first is hidden by an edit list.
        part: A recording, or a part of one.
        out: Any name.
    """
    batches = iter(batches)
    first = next(batches, None)
    if first is None:
        return 0
    with SpooledTemporaryFile(_IN_MEMORY, dir=str(out.parent)) as sound:
        sizes, last = _gather(chain((first,), batches), sound)
        shown = min(len(first.packets), _SHOWN)
        small = _mux_few(part, first, last, len(sizes), out)
        replaced = sum(sizes[:shown])
        sizes[:shown] = _read_sizes(small, shown)
        with out.open("wb") as file:
            file.write(_make_head(small, sizes, last))
            file.write(_find(small, b"mdat")[: sum(sizes[:shown])])
            sound.seek(replaced)
            shutil.copyfileobj(sound, file, 1 << 18)
    return len(sizes) * _FRAME - last.missing - first.lead


def _gather(batches: Iterable[Batch], sound: IO[bytes]) -> tuple[array[int], Batch]:
    """Write the packets one after the other; returns their sizes, and the last batch."""
    sizes = array("I")
    for batch in batches:
        packets = _strip(batch.packets) if batch.coding.adts else batch.packets
        sizes.extend(map(len, packets))
        sound.write(b"".join(packets))
    return sizes, batch


def _strip(packets: Sequence[bytes]) -> list[bytes]:
    """ADTS frames of one format without their headers."""
    if isinstance(packets, Frames):
        return packets.strip()
    size = 7 if packets[0][1] & 1 else 9
    return [packet[size:] for packet in packets]


def _mux_few(part: Path, first: Batch, last: Batch, frames: int, out: Path) -> bytes:
    """An MP4 of the first packets, the last one and few between, each at its time."""
    payloads = dict(enumerate(first.packets[:_SHOWN]))
    for number in (*range(len(payloads), frames - 1, _LONGEST_GAP // _FRAME), frames - 1):
        payloads.setdefault(number, last.packets[-1])
    rate = first.coding.sample_rate
    with (
        _template(part, first) as template,
        open_mp4(out, sample_rate=rate, hides_start=first.lead > 0) as container,
    ):
        stream = container.add_stream_from_template(template)
        container.start_encoding()
        assert stream.time_base == Fraction(1, rate)  # which packets that name none are taken to be in
        for number, payload in payloads.items():
            packet = av.Packet(payload)
            packet.stream = stream
            packet.pts = packet.dts = number * _FRAME - first.lead
            packet.duration = _FRAME - (last.missing if number == frames - 1 else 0)
            container.mux_one(packet)
    return out.read_bytes()


@contextmanager
def _template(part: Path, first: Batch) -> Iterator[AudioStream]:
    """A stream coded like the recording's."""
    if not first.coding.adts:
        with open_audio(part) as (_, stream):
            yield stream
        return
    sample = io.BytesIO(b"".join(first.packets[:_SHOWN]))
    with av.open(sample, "r", format="aac") as container:
        yield container.streams.audio[0]


def _find(file: bytes, *kinds: bytes) -> bytes:
    """The content of the box that lies below others, kind by kind."""
    for kind in kinds:
        file = dict(split_boxes(file))[kind][8:]
    return file


def _read_sizes(small: bytes, count: int) -> array[int]:
    """Sizes of the first packets; one number stands for all where they are equal."""
    table = _find(small, *_TABLES, b"stsz")
    (common,) = struct.unpack_from(">I", table, 4)
    return array("I", [common] * count) if common else unpack_numbers(table[12:])[:count]


def _make_sizes(sizes: array[int]) -> bytes:
    if sizes[1:] == sizes[:-1]:
        return make_box(b"stsz", struct.pack(">III", 0, sizes[0], len(sizes)))
    return make_box(b"stsz", struct.pack(">III", 0, 0, len(sizes)), pack_numbers(sizes))


def _with_bit_rate(entry: bytes, average: int) -> bytes:
    """The description of the sound with the bits per second that it has at most, by FFmpeg's guess, and on average."""
    found = _DECODER.search(entry)
    assert found
    at = found.end()
    (most,) = struct.unpack_from(">I", entry, at)
    return entry[:at] + struct.pack(">II", max(most, average), average) + entry[at + 8 :]


def _make_head(small: bytes, sizes: array[int], last: Batch) -> bytes:
    """All that precedes the sound: of the small file, with the tables of the whole."""
    bit_rate = sum(sizes) * 8 * last.coding.sample_rate // (len(sizes) * _FRAME - last.missing)
    boxes = dict(split_boxes(small))
    places = array("Q", accumulate(sizes, initial=0))
    is_large = places[-1] + 8 >= _LARGE
    mdat = struct.pack(">I4sQ", 1, b"mdat", places[-1] + 16) if is_large else _begin(b"mdat", places[-1])
    free = b"" if is_large else boxes[b"free"]
    chunks = list(_split_chunks(places))
    entry = make_box(b"stsd", _with_bit_rate(_find(small, *_TABLES, b"stsd"), bit_rate))
    tables = {b"stsd": entry, **_make_tables(sizes, last.missing, chunks)}
    moov = b""
    for _ in range(2):  # where the chunks lie depends on how much the tables take
        start = len(boxes[b"ftyp"]) + len(moov) + len(free) + len(mdat)
        tables[b"stco"] = _make_offsets([start + places[chunk] for chunk in chunks])
        moov = _with_tables(boxes[b"moov"], tables)
    return boxes[b"ftyp"] + moov + free + mdat


def _begin(kind: bytes, size: int) -> bytes:
    return struct.pack(">I4s", size + 8, kind)


def _split_chunks(places: array[int]) -> Iterator[int]:
    """The number of the first packet of each chunk."""
    first, count = 0, len(places) - 1
    while first < count:
        yield first
        first = max(first + 1, bisect_left(places, places[first] + _CHUNK) - 1)


def _make_tables(sizes: array[int], missing: int, chunks: Sequence[int]) -> dict[bytes, bytes]:
    """All but the places of the chunks."""
    count = len(sizes)
    runs = [(count, _FRAME)] if not missing else [(count - 1, _FRAME), (1, _FRAME - missing)]
    in_chunk = [end - start for start, end in zip(chunks, [*chunks[1:], count], strict=True)]
    kinds = [(n + 1, held, 1) for n, held in enumerate(in_chunk) if n == 0 or held != in_chunk[n - 1]]
    return {
        b"stts": _make_table(b"stts", [run for run in runs if run[0]]),
        b"stsc": _make_table(b"stsc", kinds),
        b"stsz": _make_sizes(sizes),
        b"sbgp": make_box(b"sbgp", struct.pack(">I4sIII", 0, b"roll", 1, count, 1)),
    }


def _make_offsets(offsets: Sequence[int]) -> bytes:
    is_large = offsets[-1] >= _LARGE
    head = struct.pack(">II", 0, len(offsets))
    return make_box(b"co64" if is_large else b"stco", head, pack_numbers(offsets, "Q" if is_large else "I"))


def _make_table(kind: bytes, rows: Sequence[Sequence[int]]) -> bytes:
    return make_box(kind, struct.pack(">II", 0, len(rows)), pack_numbers(number for row in rows for number in row))


def _with_tables(box: bytes, tables: dict[bytes, bytes]) -> bytes:
    """A box with other tables anywhere below it."""
    kind = box[4:8]
    if kind not in _TABLES:
        return tables.get(kind, box)
    return make_box(kind, *(_with_tables(inner, tables) for _, inner in split_boxes(box[8:])))
