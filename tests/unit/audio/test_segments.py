"""Encoded in segments on all cores: joined so that nobody hears it, and the same bytes on any number of cores."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from call_maker import RATE, Sound, encode_sound, make_music, make_room, make_silence, mix_clean
from listening import decode, gauge_file, probe

from site_builder.audio.encode import EncodeSettings, write_encoded
from site_builder.audio.encoding.cores import count_usable, limit_cores
from site_builder.audio.encoding.segments import Grid, map_segments, split_sound
from site_builder.audio.measure import measure
from site_builder.audio.sound import read_sound
from site_builder.model.edits import EditList

SECONDS = 66.0
SEAM = 60.0
MP3 = EncodeSettings()
AAC = EncodeSettings(format="aac")
SOUNDS: dict[str, Callable[[], Sound]] = {
    "speech": lambda: mix_clean()[: round(SECONDS * RATE)],
    "noise": lambda: make_room(SECONDS),
    "music": lambda: make_music(SECONDS),
    "silence": lambda: make_silence(SECONDS),
}


@cache
def record(name: str) -> bytes:
    """A sound as it is recorded."""
    return encode_sound(SOUNDS[name]())


@pytest.fixture
def part(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A recording of the sound named in the parameters."""
    file = tmp_path / "recording-0.aac"
    file.write_bytes(record(request.param))
    return file


def encode_at_once(part: Path, settings: EncodeSettings) -> Path:
    """What FFmpeg makes of it in one go."""
    out = part.with_name("once.mp3" if settings.format == "mp3" else "once.m4a")
    coder = ["libmp3lame", "-compression_level", "5"] if settings.format == "mp3" else ["aac"]
    command = ["ffmpeg", "-v", "error", "-y", "-f", "aac", "-i", str(part), "-ac", str(settings.channels)]
    command += ["-c:a", *coder, "-b:a", str(settings.bitrate), str(out)]
    subprocess.run(command, check=True, capture_output=True)
    return out


def find_noise(out: Path, original: Sound) -> tuple[Sound, Sound]:
    """What coding added, and the decoded samples."""
    heard = np.array(decode(out), dtype=np.float32)[: len(original)]
    return heard - original[: len(heard)], heard


@pytest.mark.parametrize("settings", [MP3, AAC], ids=["mp3", "aac"])
@pytest.mark.parametrize("part", SOUNDS, indirect=True)
def test_seams_are_not_heard(part: Path, settings: EncodeSettings) -> None:
    """Around them there is hardly more noise, and no greater step, than where FFmpeg encodes in one go."""
    out = part.with_name("out.mp3" if settings.format == "mp3" else "out.m4a")
    facts = write_encoded([part], EditList.keep_all(measure(part).duration), out, settings)
    assert len(decode(out)) == facts.samples == measure(part).samples
    frames = read_sound([part], sample_rate=48_000, channels=1)
    pieces = [np.frombuffer(bytes(frame.planes[0]), np.float32)[: frame.samples] for frame in frames]
    original = np.concatenate(pieces) * np.float32(0.95 if settings.format == "mp3" else 1)  # as LAME turns it down
    joined, heard = find_noise(out, original)
    at_once, reference = find_noise(encode_at_once(part, settings), original)
    around = slice(round((SEAM - 0.3) * 48_000), round((SEAM + 0.3) * 48_000))
    more = 2 if settings.format == "mp3" else 4  # FFmpeg's AAC decides otherwise wherever anything before differs
    assert rms(joined[around]) <= more * rms(at_once[around]) + 1e-6
    assert step(heard[around]) <= step(reference[around]) + 6 * rms(at_once[around]) + 1e-6


def rms(samples: Sound) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(np.square(samples))))


def step(samples: Sound) -> float:
    """The greatest step from one sample to the next."""
    return float(np.abs(np.diff(samples)).max())


@pytest.mark.parametrize("part", ["speech"], indirect=True)
@pytest.mark.parametrize(("channels", "bit_rate"), [(1, 32_000), (2, 128_000)])
def test_files_are_whole(part: Path, channels: int, bit_rate: int) -> None:
    """Decoders find nothing to complain about, and the bit rate is constant."""
    settings = EncodeSettings(bitrate=bit_rate, channels=channels)
    facts = write_encoded([part], EditList.keep_all(measure(part).duration), part.with_name("out.mp3"), settings)
    assert len(decode(part.with_name("out.mp3"))) == facts.samples * channels  # fails at any complaint
    assert int(probe(part.with_name("out.mp3"))["streams"][0]["bit_rate"]) == bit_rate


@pytest.mark.parametrize("settings", [MP3, AAC], ids=["mp3", "aac"])
@pytest.mark.parametrize("part", ["speech", "noise"], indirect=True)
def test_loudness_and_peak_after_encoding(part: Path, settings: EncodeSettings) -> None:
    """By FFmpeg's own meter, of the finished file."""
    out = part.with_name("out.mp3" if settings.format == "mp3" else "out.m4a")
    write_encoded([part], EditList.keep_all(measure(part).duration), out, replace(settings, loudness=-16.0))
    found = gauge_file(out)
    assert found.integrated == pytest.approx(-16, abs=0.5)
    assert found.peak <= -1


@pytest.mark.parametrize("noise", [0.0, 0.0003])
def test_loudness_where_little_is_said(noise: float, tmp_path: Path) -> None:
    """What an encoder makes of silence, or of noise that nobody hears, is no measure of the talk between."""
    sound = np.random.default_rng(3).normal(0, noise, 150 * RATE).astype(np.float32)
    sound[64 * RATE : 80 * RATE] += mix_clean()[: 16 * RATE]
    part, out = tmp_path / "recording-0.aac", tmp_path / "out.mp3"
    part.write_bytes(encode_sound(sound))
    write_encoded([part], EditList.keep_all(measure(part).duration), out, replace(MP3, loudness=-16.0))
    assert gauge_file(out).integrated == pytest.approx(-16, abs=0.5)


ENCODE = """
import sys
from pathlib import Path
from site_builder.audio.encode import EncodeSettings, write_encoded
from site_builder.audio.measure import measure
from site_builder.model.edits import EditList
part, out = map(Path, sys.argv[1:])
write_encoded([part], EditList.keep_all(measure(part).duration), out, EncodeSettings(loudness=-16))
"""


KEPT_TO_A_CORE = """
import os
os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
"""
FORK_AND_KILL = """
import os, signal, sys
from site_builder.audio.encoding.segments import Grid, map_segments, split_sound
from site_builder.audio.sound import read_sound
from pathlib import Path
child = os.fork()
if not child:
    frames = read_sound([Path(sys.argv[1])], sample_rate=48_000, channels=1)
    stop = lambda segment: os.kill(os.getpid(), signal.SIGSTOP)
    list(map_segments(stop, split_sound(frames, Grid(48_000, own=5, lead=1))))
os.waitpid(child, os.WUNTRACED)
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
"""


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processes cannot be kept to a core here")
@pytest.mark.parametrize("part", ["speech"], indirect=True)
def test_same_bytes_on_any_number_of_cores(part: Path) -> None:
    """Threads only share the work; a forked process that was killed with all cores in hand takes none away."""
    begins = {"all": "", "one": KEPT_TO_A_CORE, "killed": FORK_AND_KILL}
    for name, begin in begins.items():
        out = part.with_name(name)
        subprocess.run([sys.executable, "-c", begin + ENCODE, str(part), str(out)], check=True, timeout=300)
    assert len({part.with_name(name).read_bytes() for name in begins}) == 1


@pytest.mark.parametrize("part", ["silence"], indirect=True)
def test_one_job_is_one_thread(part: Path) -> None:
    """Also one that was started after the cores were counted; with more jobs there are other threads again."""
    frames = list(read_sound([part], sample_rate=48_000, channels=1))
    for jobs in (1, 2):
        limit_cores(jobs)
        try:
            segments = split_sound(frames, Grid(48_000, own=20, lead=1))
            threads = set(map_segments(lambda _: threading.get_ident(), segments))
        finally:
            limit_cores(count_usable())
        assert (threads == {threading.get_ident()}) is (jobs == 1)
