"""Lengths, levels and loudness are those of the decoded sound."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from listening import decode, decode_recording, gauge_file, loudest
from recording_maker import Oddities, make_recording, split_frames, wrap

from site_builder.audio.measure import SILENT, find_peaks, measure
from site_builder.audio.packets import write_copy
from site_builder.errors import UnusableSource
from site_builder.model.edits import EditList
from site_builder.model.podcast import Span

RECORDING = make_recording(6, turns=[("host", 1, 3), ("kit", 4, 6)], participants=["kit"])


@pytest.fixture(params=["aac", "mp4", "mpegts", "mp3", "flac", "wav"])
def recording(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same sound in many containers."""
    path = tmp_path / f"recording-0.{request.param}"
    path.write_bytes(RECORDING if request.param == "aac" else wrap(RECORDING, request.param))
    return path


def test_length_is_what_is_heard(recording: Path) -> None:
    """Counted samples are decoded samples, whatever the header says."""
    facts = measure(recording)
    heard = decode_recording(recording) if recording.suffix == ".aac" else decode(recording)
    assert facts.samples == len(heard) / 2
    assert (facts.sample_rate, facts.channels) == (48000, 2)
    assert facts.size_bytes == recording.stat().st_size


def test_peak_of_a_span(recording: Path) -> None:
    """The peak of exactly the span asked for."""
    heard = decode_recording(recording) if recording.suffix == ".aac" else decode(recording)
    span = Span(start=1.503, end=2.251)
    level = find_peaks([recording], (span,))[0]
    assert level is not None
    part = heard[round(span.start * 48000) * 2 : round(span.end * 48000) * 2]
    assert 10 ** (level / 20) == pytest.approx(max(map(abs, part)), rel=1e-3)


def test_silence_and_sound_are_told_apart(recording: Path) -> None:
    """Where nobody speaks the level is far down; where somebody does it is not; outside there is none."""
    quiet, loud, outside = find_peaks(
        [recording], [Span(start=3.2, end=3.8), Span(start=1.2, end=2.8), Span(start=60, end=70)]
    )
    assert quiet is not None
    assert quiet < -60
    assert loud is not None
    assert loud > -20
    assert outside is None


def test_levels_over_several_parts(tmp_path: Path) -> None:
    """Time runs on from part to part."""
    parts = [tmp_path / "recording-0.aac", tmp_path / "recording-1.aac"]
    for part, turns in zip(parts, ([], [("host", 0.0, 2.0)]), strict=True):
        part.write_bytes(make_recording(2, turns=turns))
    first, second = find_peaks(parts, [Span(start=0.5, end=1.8), Span(start=2.3, end=3.5)])
    assert first is not None
    assert second is not None
    assert first < -60 < -20 < second


def test_muted_span_measures_as_silent(tmp_path: Path) -> None:
    """A mute decodes to digital silence, and the meter says so, also where sound adjoins."""
    (tmp_path / "in.aac").write_bytes(RECORDING)
    write_copy([tmp_path / "in.aac"], EditList.keep_all(6).with_mutes([Span(start=1.5, end=2.5)]), tmp_path / "out.m4a")
    level = find_peaks([tmp_path / "out.m4a"], (Span(start=1.5, end=2.5),))[0]
    assert level == SILENT
    beside = find_peaks([tmp_path / "out.m4a"], (Span(start=1.4, end=2.5),))[0]
    assert beside is not None
    assert beside > -20
    assert loudest(decode(tmp_path / "out.m4a"), 1.5, 2.5) == 0


def test_loudness_is_ffmpegs(tmp_path: Path) -> None:
    """Integrated loudness and true peak as the reference meter of ffmpeg gives them."""
    path = tmp_path / "in.wav"
    path.write_bytes(wrap(RECORDING, "wav"))
    found = gauge_file(path)
    command = ["ffmpeg", "-hide_banner", "-nostats", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    integrated = re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1]
    peak = re.findall(r"Peak:\s+(-?[\d.]+) dBFS", said)[-1]
    assert found.integrated == pytest.approx(float(integrated), abs=0.11)
    assert found.peak == pytest.approx(float(peak), abs=0.11)


def test_broken_frames_keep_their_time(tmp_path: Path) -> None:
    """A frame whose content is garbage counts as a frame, and what follows stays where it was."""
    frames = split_frames(make_recording(4, turns=[("host", 2, 4)], tags=False))
    frames[120] = frames[120][:7] + b"\xaa" * (len(frames[120]) - 7)
    (tmp_path / "in.aac").write_bytes(b"".join(frames))
    level = find_peaks([tmp_path / "in.aac"], (Span(start=2.1, end=3.9),))[0]
    assert measure(tmp_path / "in.aac").samples == round(4 * 48000 / 1024) * 1024
    assert level is not None
    assert level > -20


def test_odd_streams_are_counted_by_whole_frames(tmp_path: Path) -> None:
    """Cut frames and junk are no sound."""
    odd = Oddities(cut_frames=(1.0,), junk={2.0: b"junk"}, truncate=5)
    (tmp_path / "in.aac").write_bytes(make_recording(4, turns=[("host", 0, 4)], odd=odd))
    assert measure(tmp_path / "in.aac").samples == (round(4 * 48000 / 1024) - 2) * 1024


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    """A picture is no recording."""
    (tmp_path / "x.aac").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(UnusableSource, match=r"x\.aac"):
        measure(tmp_path / "x.aac")
