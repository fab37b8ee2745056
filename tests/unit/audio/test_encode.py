"""Encoded modes: exact in time, clean, at the loudness asked for."""

from __future__ import annotations

import math
import subprocess
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from listening import decode, gauge_file, list_boxes, loudest, probe
from recording_maker import encode_tones, make_recording

from site_builder.audio.encode import EncodeSettings, write_encoded
from site_builder.audio.measure import find_peaks, measure
from site_builder.errors import UnusableSource
from site_builder.model.edits import EditList
from site_builder.model.podcast import Span

RECORDING = make_recording(6, turns=[("host", 0, 2), ("kit", 2, 4), ("host", 4, 6)], participants=["kit"])
LENGTH = round(6 * 48000 / 1024) * 1024 / 48000
MP3 = EncodeSettings()
AAC = EncodeSettings(format="aac", bitrate=96_000, channels=2)


@pytest.fixture
def part(tmp_path: Path) -> Path:
    """A recording with tags between its frames."""
    (tmp_path / "recording-0.aac").write_bytes(RECORDING)
    return tmp_path / "recording-0.aac"


@pytest.mark.parametrize("settings", [MP3, AAC], ids=["mp3", "aac"])
def test_length_is_exact(settings: EncodeSettings, part: Path) -> None:
    """The file decodes to exactly the samples promised, in the form asked for, with no tag in it."""
    out = part.with_name("out")
    facts = write_encoded([part], EditList.keep_all(LENGTH), out, settings)
    assert facts.samples == round(LENGTH * 48000)
    assert len(decode(out)) == facts.samples * settings.channels
    assert measure(out) == facts
    found = probe(out)
    assert found["streams"][0]["codec_name"] == settings.format
    assert int(found["streams"][0]["bit_rate"]) == pytest.approx(settings.bitrate, rel=0.2)
    assert not [word for word in (b"kit", b"Lavc", b"HydraAudio") if word in out.read_bytes()]
    if settings.format == "aac":
        assert list_boxes(out).index(b"moov") < list_boxes(out).index(b"mdat")


@pytest.mark.parametrize("settings", [MP3, AAC], ids=["mp3", "aac"])
def test_edits_are_exact_to_the_sample(settings: EncodeSettings, part: Path) -> None:
    """Cuts and mutes at any time: the length is that of the edit list, and muted spans are digital silence."""
    edits = EditList.keep_all(LENGTH).with_cuts([Span(start=0.5003, end=1.2507)]).with_mutes([Span(start=2, end=4)])
    facts = write_encoded([part], edits, part.with_name("out"), settings)
    assert facts.duration == pytest.approx(edits.duration, abs=1 / 48000)
    muted = edits.to_published_span(Span(start=2, end=4))
    assert muted
    level = find_peaks([part.with_name("out")], (muted,))[0]
    assert level == -math.inf
    samples = decode(part.with_name("out"))
    assert loudest(samples, 0.6, 1.0, channels=settings.channels) > 0.05


def test_cuts_do_not_click(part: Path) -> None:
    """At the seam of a cut the sound fades: no step is larger than the tone itself makes."""
    edits = EditList.keep_all(LENGTH).with_cuts([Span(start=0.5, end=0.9003)])
    write_encoded([part], edits, part.with_name("out"), EncodeSettings(bitrate=128_000))
    samples = decode(part.with_name("out"))
    steps = [abs(after - before) for before, after in pairwise(samples)]
    assert max(steps[int(0.45 * 48000) : int(0.55 * 48000)]) <= 1.2 * max(steps[int(0.2 * 48000) : int(0.4 * 48000)])


def test_mono_is_the_mean_of_the_channels(part: Path) -> None:
    """Mixing down neither clips nor adds 3 dB."""
    write_encoded([part], EditList.keep_all(LENGTH), part.with_name("out"), AAC)
    write_encoded(
        [part], EditList.keep_all(LENGTH), part.with_name("mono"), EncodeSettings(format="aac", bitrate=96_000)
    )
    heard = [decode(part.with_name(name)) for name in ("out", "mono")]
    stereo, mono = (math.hypot(*samples) / math.sqrt(len(samples)) for samples in heard)
    assert mono == pytest.approx(stereo, rel=0.035)


@pytest.mark.parametrize("target", [-16.0, -23.0])
@pytest.mark.parametrize("settings", [MP3, AAC], ids=["mp3", "aac"])
def test_loudness_is_met(settings: EncodeSettings, target: float, part: Path) -> None:
    """Within half a unit of the target, below the ceiling."""
    write_encoded([part], EditList.keep_all(LENGTH), part.with_name("out"), replace(settings, loudness=target))
    found = gauge_file(part.with_name("out"))
    assert found.integrated == pytest.approx(target, abs=0.5)
    assert found.peak <= -1


def test_limiter_works_where_peaks_are_high(tmp_path: Path) -> None:
    """Quiet talk with single loud peaks still reaches the target, and the peaks stay below the ceiling."""
    quiet, loud = (make_recording(seconds, turns=[("host", 0, 9)], tags=False) for seconds in (2, 0.2))
    (tmp_path / "quiet.wav").write_bytes(_quieter(quiet, 0.05))
    (tmp_path / "loud.aac").write_bytes(loud)
    parts = [tmp_path / "quiet.wav", tmp_path / "loud.aac", tmp_path / "quiet.wav"]
    write_encoded(parts, EditList.keep_all(10), tmp_path / "out.mp3", EncodeSettings(bitrate=128_000, loudness=-16))
    found = gauge_file(tmp_path / "out.mp3")
    assert found.integrated == pytest.approx(-16, abs=0.5)
    assert found.peak <= -1


def _quieter(adts: bytes, gain: float) -> bytes:
    command = ["ffmpeg", "-v", "error", "-f", "aac", "-i", "-", "-af", f"volume={gain}", "-f", "wav", "-"]
    return subprocess.run(command, input=adts, check=True, capture_output=True).stdout


def test_silence_stays_silence(tmp_path: Path) -> None:
    """A silent recording is not blown up to the target."""
    (tmp_path / "in.aac").write_bytes(make_recording(2))
    write_encoded([tmp_path / "in.aac"], EditList.keep_all(2), tmp_path / "o", EncodeSettings(loudness=-16))
    assert loudest(decode(tmp_path / "o"), 0.1, 1.8, channels=1) < 0.001


def test_parts_of_different_kinds_join(tmp_path: Path) -> None:
    """What cannot be copied into one file can be encoded into one; other rates become 44.1 kHz."""
    parts = [tmp_path / "0.aac", tmp_path / "1.aac"]
    parts[0].write_bytes(encode_tones((440,), 1, sample_rate=32000, channels=1))
    parts[1].write_bytes(encode_tones((440,), 1, sample_rate=48000, channels=2))
    facts = write_encoded(parts, EditList.keep_all(10), tmp_path / "out.mp3", MP3)
    assert facts.sample_rate == 44100
    assert facts.duration == pytest.approx(sum(measure(part).duration for part in parts), abs=0.002)
    assert loudest(decode(tmp_path / "out.mp3"), 1.2, 1.8, rate=44100, channels=1) > 0.05


@pytest.mark.parametrize("settings", [MP3, AAC], ids=["mp3", "aac"])
def test_same_input_same_bytes(settings: EncodeSettings, part: Path) -> None:
    """Two runs give one file."""
    outs = [part.with_name("one"), part.with_name("two")]
    for out in outs:
        write_encoded([part], EditList.keep_all(LENGTH), out, settings)
    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_nothing_left(part: Path) -> None:
    """Edits that remove everything are an error that names the recording."""
    with pytest.raises(UnusableSource, match=r"recording-0.aac: nothing of it is left"):
        write_encoded([part], EditList.keep_all(LENGTH).with_cuts([Span(start=0, end=60)]), part.with_name("out"), MP3)
