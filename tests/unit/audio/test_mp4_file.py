"""MP4 files written in bulk have the bytes that FFmpeg's muxer gives the same packets."""

from __future__ import annotations

import io
import struct
from array import array
from pathlib import Path

import av
import pytest
from recording_maker import encode_pcm, encode_tones, make_recording, split_frames, wrap

from site_builder.audio.demux import Batch, read_packets
from site_builder.audio.mp4 import file
from site_builder.audio.mp4.file import write_mp4
from site_builder.audio.mux import open_mp4

FRAME = 1024


def mux_one_by_one(part: Path, out: Path) -> None:
    """What FFmpeg makes of a recording's packets."""
    batches = list(read_packets(part))
    first, last = batches[0], batches[-1]
    payloads = [payload for batch in batches for payload in batch.packets]
    source = io.BytesIO(b"".join(first.packets[:8])) if first.coding.adts else str(part)
    rate, form = first.coding.sample_rate, "aac" if first.coding.adts else None
    with (
        av.open(source, "r", format=form) as template,
        open_mp4(out, sample_rate=rate, hides_start=first.lead > 0) as container,
    ):
        stream = container.add_stream_from_template(template.streams.audio[0])
        for number, payload in enumerate(payloads):
            packet = av.Packet(payload)
            packet.stream = stream
            packet.pts = packet.dts = number * FRAME - first.lead
            packet.duration = FRAME - (last.missing if number == len(payloads) - 1 else 0)
            container.mux_one(packet)


def require_equal(part: Path, tmp_path: Path) -> None:
    samples = write_mp4(read_packets(part), part, tmp_path / "ours.m4a")
    mux_one_by_one(part, tmp_path / "theirs.m4a")
    assert (tmp_path / "ours.m4a").read_bytes() == (tmp_path / "theirs.m4a").read_bytes()
    with av.open(str(tmp_path / "ours.m4a")) as container:
        assert sum(packet.duration or 0 for packet in container.demux() if packet.size) >= samples > 0


@pytest.mark.parametrize("frames", [1, 2, 7, 8, 9, 10, 200])
def test_streams_of_any_length(frames: int, tmp_path: Path) -> None:
    """Shorter than what FFmpeg is shown, as long, longer."""
    adts = encode_tones((440,), frames * FRAME / 48000)
    (tmp_path / "sound.aac").write_bytes(b"".join(split_frames(adts)[:frames]))
    require_equal(tmp_path / "sound.aac", tmp_path)


@pytest.mark.parametrize("rate", [8000, 44100])
@pytest.mark.parametrize("channels", [1, 2])
def test_many_chunks(rate: int, channels: int, tmp_path: Path) -> None:
    """Several megabytes: frames of many sizes, in chunks that hold more or fewer of them."""
    noise = array("h", ((n * n * 7919 >> (n >> 15 & 7)) % 60000 - 30000 for n in range(1 << 17)))
    once = split_frames(encode_pcm(noise, sample_rate=rate, channels=channels, bit_rate=96_000))
    (tmp_path / "sound.aac").write_bytes(b"".join(once * (4_000_000 // sum(map(len, once)))))
    require_equal(tmp_path / "sound.aac", tmp_path)


def test_priming_and_padding(tmp_path: Path) -> None:
    """A recording that hides its first packets, and the end of its last one, keeps its edit list."""
    (tmp_path / "sound.m4a").write_bytes(wrap(make_recording(3), "mp4"))
    require_equal(tmp_path / "sound.m4a", tmp_path)


def test_checksums_in_the_headers(tmp_path: Path) -> None:
    """Headers with a checksum are two bytes longer; nothing of them is left."""
    frames = []
    for frame in split_frames(encode_tones((440,), 0.5)):
        size = len(frame) + 2
        head = bytearray(frame[:7])
        head[1] &= 0xFE
        head[3:6] = head[3] & 0xFC | size >> 11, size >> 3 & 0xFF, (size & 7) << 5 | head[5] & 0x1F
        frames.append(bytes(head) + b"\0\0" + frame[7:])
    (tmp_path / "sound.aac").write_bytes(b"".join(frames))
    require_equal(tmp_path / "sound.aac", tmp_path)


def test_more_than_four_gigabytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes and offsets of 64 bits, tried with a limit within reach; all frames are where the tables say."""
    monkeypatch.setattr(file, "_LARGE", 1 << 16)
    part, out = tmp_path / "sound.aac", tmp_path / "large.m4a"
    part.write_bytes(b"".join(split_frames(encode_tones((440,), 2)) * 120))
    write_mp4(read_packets(part), part, out)
    assert list_boxes_of_large(out) == [b"ftyp", b"moov", b"mdat"]
    assert b"co64" in out.read_bytes()
    with av.open(str(out)) as container:
        copied = [bytes(packet) for packet in container.demux() if packet.size]
    assert copied == [packet[7:] for batch in read_packets(part) for packet in batch.packets]


def list_boxes_of_large(path: Path) -> list[bytes]:
    """Kinds of the top-level boxes, one of which names its size in 64 bits."""
    content, at, kinds = path.read_bytes(), 0, []
    while at < len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        kinds.append(kind)
        at += size if size != 1 else struct.unpack_from(">Q", content, at + 8)[0]
    assert at == len(content)
    return kinds


def test_a_day_of_silence(tmp_path: Path) -> None:
    """Longer than a 32-bit number of samples: lengths are 64 bits, as FFmpeg writes them."""
    sample = split_frames(encode_tones((), 1))[2]
    part, out = tmp_path / "sound.aac", tmp_path / "long.m4a"
    part.write_bytes(sample * 64)
    (batch,) = read_packets(part)
    rows = 70_000
    batches = (Batch(coding=batch.coding, packets=batch.packets) for _ in range(rows))
    assert write_mp4(batches, part, out) == rows * 64 * FRAME > 1 << 32
    with av.open(str(out)) as container:
        assert container.streams.audio[0].duration == rows * 64 * FRAME
    assert struct.pack(">Q", rows * 64 * FRAME) in out.read_bytes()[:2000]


def test_nothing_at_all(tmp_path: Path) -> None:
    """No packets, no file."""
    assert write_mp4(iter(()), tmp_path / "none", tmp_path / "out.m4a") == 0
    assert not (tmp_path / "out.m4a").exists()
