"""Recordings that change, break off, repeat themselves or cannot be decoded: kept whole, or the loss is told."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from edit_list_maker import put_edit_list
from recording_maker import NTP_2026, make_recording, tone_frames, wrap, wrap_timed

from site_builder.audio.decode import Decoder, read_frames
from site_builder.audio.demux import Coding
from site_builder.audio.measure import measure
from site_builder.audio.sound import read_sound
from site_builder.errors import UnusableSource
from site_builder.sources.audio_file import open_audio_file
from site_builder.sources.containers import measure_audio
from site_builder.sources.damage import describe_damage
from site_builder.sources.parts import read_part

HEARD = make_recording(4, turns=[("host", 0, 4)])


def of(rate: int, channels: int) -> bytes:
    """Some 4 s without tags."""
    return make_recording(4, turns=[("host", 0, 4)], sample_rate=rate, channels=channels, tags=False)


CHANGES = {
    "lower rate": ([of(48000, 2), of(44100, 2)], 48000, 2),
    "higher rate": ([of(44100, 2), of(48000, 2), of(48000, 2)], 48000, 2),
    "mono to stereo": ([of(48000, 1), of(48000, 2)], 48000, 2),
    "stereo to mono": ([of(48000, 2), of(48000, 1)], 48000, 2),
    "to and fro": ([of(48000, 2), of(22050, 1)] * 3, 48000, 2),
    "with tags": ([HEARD, make_recording(4, sample_rate=44100, ntp_start=NTP_2026 + 4)], 48000, 2),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_format_that_changes_inside_a_file(change: str, tmp_path: Path) -> None:
    """All of it counts, is decoded to that length and published, at the rate of most of it."""
    pieces, rate, channels = CHANGES[change]
    seconds = sum(read_part(io.BytesIO(piece), "x").part.duration for piece in pieces)
    reading = read_part(io.BytesIO(b"".join(pieces)), "x.aac", folder=tmp_path)
    part, path = reading.part, tmp_path / reading.part.file
    assert (part.sample_rate, part.channels) == (rate, channels)
    assert part.duration == pytest.approx(seconds, abs=1 / rate)
    assert list(describe_damage([reading])) == []
    assert measure(path).samples == part.samples
    heard = sum(frame.samples for frame in read_sound([path], sample_rate=rate, channels=channels))
    assert heard == pytest.approx(part.samples, abs=len(pieces))


REPEATED = make_recording(8, turns=[("host", 0, 8)])
BROKEN = make_recording(8, turns=[("host", 0, 8)])
DAMAGE = {
    "again": (REPEATED * 2, "the clock goes back 8 s at 0:08, so what follows is probably there twice"),
    "again in part": (REPEATED + make_recording(4, ntp_start=NTP_2026 + 3), "goes back 5 s at 0:08"),
    "lost": (BROKEN[:40_000] + bytes(40_000) + BROKEN[40_000:], "s of sound are lost"),
    "cut off": (BROKEN[:-50], "is cut off: it breaks off in the middle of the sound"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_told(kind: str, tmp_path: Path) -> None:
    """In one sentence that names the file."""
    content, sentence = DAMAGE[kind]
    (tmp_path / "talk.aac").write_bytes(content)
    with open_audio_file(tmp_path / "talk.aac") as source:
        source.read(source.find_ids()[0])
        (told,) = source.remarks
    assert told.startswith("talk.aac")
    assert sentence in told


def test_a_sound_recording_is_not_complained_of() -> None:
    """Nor is a single tag with an early clock, nor lost time."""
    early = make_recording(4) + make_recording(1, ntp_start=NTP_2026) + make_recording(8, ntp_start=NTP_2026 + 5)
    gap = make_recording(4) + make_recording(4, ntp_start=NTP_2026 + 40)
    assert [list(describe_damage([read_part(io.BytesIO(content), "x")])) for content in (HEARD, early, gap)] == [[]] * 3


@pytest.mark.parametrize(
    ("pieces", "seconds"),
    [([(0, 4)], 4), ([(5, 5)], 5), ([(0, 3), (6, 3)], 6), ([(1, 2), (4, 2), (8, 1)], 5)],
    ids=["end", "start", "middle", "thrice"],
)
def test_an_edit_list(pieces: list[tuple[float, float]], seconds: float, tmp_path: Path) -> None:
    """What it leaves out is not counted; players hear whole frames, so each edge may take one more."""
    mp4 = wrap(make_recording(10, turns=[("host", 0, 10)], tags=False), "mp4")
    reading = read_part(io.BytesIO(put_edit_list(mp4, pieces)), "x.m4a", folder=tmp_path)
    heard = sum(frame.samples for frame in read_frames(tmp_path / reading.part.file))
    assert reading.part.samples == heard
    assert reading.part.duration == pytest.approx(seconds, abs=0.025 * len(pieces))


UNKNOWN_WAV = b"RIFF\0\0\0\0WAVEfmt " + struct.pack("<IHHIIHH", 16, 0x7777, 1, 8000, 8000, 1, 8)
UNKNOWN_WAV += b"data" + struct.pack("<I", 1000) + bytes(1000)


def test_sound_without_a_decoder(tmp_path: Path) -> None:
    """A format that FFmpeg has only heard of, or not at all, is told in a sentence."""
    (tmp_path / "odd.wav").write_bytes(UNKNOWN_WAV)
    with pytest.raises(UnusableSource, match="holds no audio that can be read"):
        open_audio_file(tmp_path / "odd.wav")
    with pytest.raises(UnusableSource, match=r"odd\.wav holds no audio that can be read"):
        read_part(io.BytesIO(UNKNOWN_WAV), "odd.wav")


def test_a_frame_that_the_decoder_refuses() -> None:
    """Silence of its length, and counted; a channel layout of its own makes the decoder say EPERM, not invalid data."""
    decoder = Decoder(Coding(codec="aac", sample_rate=48000, channels=2, frame_samples=1024, adts=True))
    good = tone_frames((440,))[0]
    refused = good[:7] + bytes([0xE0 | 5 << 1, 0xFF]) + good[9:]
    assert decoder.decode(good).samples == 1024
    frame = decoder.decode(refused)
    assert (frame.samples, decoder.refused) == (1024, 1)
    assert not bytes(frame.planes[0]).strip(b"\0")


def test_a_stream_that_appears_late(tmp_path: Path) -> None:
    """A transport stream whose second half brings another stream is read to its end, by all who read it."""
    plain = wrap(make_recording(30, turns=[("host", 0, 30)], tags=False), "mpegts")
    late = wrap_timed(make_recording(3, turns=[("host", 0, 3)]))
    path = tmp_path / "talk.ts"
    path.write_bytes(plain * 9 + late + plain * 3)  # FFmpeg looks for streams in the first 5 MB and at the end
    found = measure_audio(path)
    assert found
    assert found.samples / found.sample_rate == pytest.approx(12 * 30 + 3, abs=0.1)
    assert measure(path).samples == pytest.approx(found.samples, abs=1024)
    assert sum(frame.samples for frame in read_frames(path)) == pytest.approx(found.samples, abs=1024)
