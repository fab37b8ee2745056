"""Every voice equally loud: three voices of very different loudness in noise, a mute, an interjection."""

from __future__ import annotations

import math
import re
import subprocess
from array import array
from collections.abc import Sequence
from functools import cache
from itertools import chain, pairwise
from pathlib import Path
from random import Random

import pytest
from call_maker import encode_sound, load_turns, mix_at
from listening import gauge_file
from recording_maker import encode_pcm

from site_builder.audio.encode import EncodeSettings, write_encoded
from site_builder.audio.encoding.hops import HOP, find_energies
from site_builder.audio.encoding.loudness import cut_for_listening
from site_builder.audio.encoding.ramps import plan_gains
from site_builder.audio.encoding.voices import Voices, find_solos
from site_builder.audio.measure import find_peaks
from site_builder.audio.sound import read_sound
from site_builder.model.edits import EditList
from site_builder.model.podcast import Span, Turn

RATE = 16_000
LOUD = {0: 0.36, 1: 0.14, 2: 0.045}
"""Amplitudes some 18 LU apart, as far as a headset is from a phone on the table."""
TURNS = [Turn(speaker=n % 3, start=5.0 * n, end=5.0 * n + 4.6) for n in range(9)]
LENGTH = 45.0
SETTINGS = EncodeSettings(format="mp3", loudness=-16.0, voices=Voices(turns=TURNS, tick=0.5))


@cache
def speak() -> bytes:
    """Words of harmonics with pauses between them, in noise; each turn begins a little after it is said to."""
    dice = Random(5)
    pcm = array("h")
    for n in range(int(LENGTH * RATE)):
        at = n / RATE
        who, into = int(at / 5) % 3, at % 5 - 0.2
        word = into % 0.4
        level = LOUD[who] if 0 <= into < 4.2 and word < 0.28 else 0.0
        shape = math.sin(math.pi * word / 0.28) if level else 0.0
        tone = sum(math.sin(2 * math.pi * (120 + 30 * who) * k * at) / k for k in (1, 2, 3, 5)) if level else 0.0
        pcm.append(max(-32767, min(32767, round(32767 * (level * shape * tone * 0.7 + dice.gauss(0, 0.0006))))))
    return encode_pcm(pcm, sample_rate=RATE, channels=1, bit_rate=64_000)


@pytest.fixture
def part(tmp_path: Path) -> Path:
    """The recording."""
    (tmp_path / "recording-0.aac").write_bytes(speak())
    return tmp_path / "recording-0.aac"


def gauge(file: Path, spans: Sequence[tuple[float, float]]) -> float:
    """LUFS of some spans of a file, by FFmpeg."""
    chosen = "+".join(f"between(t,{start},{end})" for start, end in spans)
    command = ["ffmpeg", "-hide_banner", "-nostats", "-i", str(file)]
    command += ["-af", f"aselect='{chosen}',asetpts=N/SR/TB,ebur128", "-f", "null", "-"]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", run.stderr)[-1])


def gauge_voices(file: Path) -> list[float]:
    """LUFS of each of the three."""
    return [gauge(file, [(t.start + 0.2, t.end) for t in TURNS if t.speaker == who]) for who in range(3)]


def test_three_voices(part: Path, tmp_path: Path) -> None:
    """Some 18 LU apart before, within one after; the whole is as loud as asked for."""
    out = tmp_path / "out.mp3"
    before = gauge_voices(part)
    assert max(before) - min(before) > 15
    write_encoded([part], EditList.keep_all(LENGTH), out, SETTINGS)
    after = gauge_voices(out)
    assert max(after) - min(after) < 1
    found = gauge_file(out)
    assert found.integrated == pytest.approx(-16, abs=0.5)
    assert found.peak <= -1


def find_all_energies(part: Path) -> array[float]:
    """Of a whole recording."""
    frames = read_sound([part], sample_rate=48_000, channels=1)
    return array("f", chain.from_iterable(map(find_energies, cut_for_listening(frames, 48_000))))


CALL = {"ines": -12.0, "joe": -20.0, "angus": -30.0}
"""LUFS of the voices of a talk in noise."""


def test_a_call_in_noise(tmp_path: Path) -> None:
    """Three people, of whom some interrupt others; their turns are known as X tells them, to a second and late."""
    people, length = list(CALL), 80.0
    spoken = [turn for turn in load_turns() if turn["end"] < length]
    sound = mix_at(CALL, length, noise=-60.0)
    part, out = tmp_path / "recording-0.aac", tmp_path / "out.mp3"
    part.write_bytes(encode_sound(sound))
    turns = [
        Turn(
            speaker=people.index(turn["who"]), start=float(math.ceil(turn["start"])), end=float(math.ceil(turn["end"]))
        )
        for turn in spoken
    ]
    settings = EncodeSettings(loudness=-16.0, voices=Voices(turns, tick=1.0))
    write_encoded([part], EditList.keep_all(length), out, settings)
    for file, least, most in ((part, 15, 20), (out, 0, 1)):
        loud = [gauge(file, [(turn["start"], turn["end"]) for turn in spoken if turn["who"] == who]) for who in CALL]
        assert least <= max(loud) - min(loud) <= most
    found = gauge_file(out)
    assert found.integrated == pytest.approx(-16, abs=0.5)
    assert found.peak <= -1


def test_gains_change_in_pauses(part: Path) -> None:
    """Slower than 3 dB in a tenth of a second, and where nobody speaks."""
    curve = plan_gains({0: -4.0, 1: 4.0, 2: 14.0}, find_all_energies(part), Voices(TURNS, 0.5), -16)
    assert {round(gain, 6) for gain in curve} >= {-4.0, 4.0, 14.0}
    for hop, (before, after) in enumerate(pairwise(curve)):
        if before != after:
            assert abs(after - before) / HOP <= 30
            middle = (hop + 0.5) * HOP
            assert min(middle % 5, 5 - middle % 5) < 0.6  # words end 0.6 s before a turn begins, and begin 0.2 s after


def test_what_is_silent_stays_so(part: Path, tmp_path: Path) -> None:
    """A muted turn, a cut one: no gain makes anything of nothing, and later turns keep their gains."""
    edits = EditList.keep_all(LENGTH).with_mutes([Span(start=10, end=15)]).with_cuts([Span(start=20, end=25)])
    out = tmp_path / "out.mp3"
    write_encoded([part], edits, out, SETTINGS)
    (level,) = find_peaks([out], (Span(start=10, end=15),))
    assert level == -math.inf
    moved = [[(5.2, 9.6)], [(20.2, 24.6)], [(30.2, 34.6)]]  # the same voices, five seconds earlier after the cut
    loud = [gauge(out, spans) for spans in moved]
    assert max(loud) - min(loud) < 1


def test_same_input_same_bytes(part: Path, tmp_path: Path) -> None:
    """Nothing depends on when it is made."""
    for name in ("one", "two"):
        write_encoded([part], EditList.keep_all(LENGTH), tmp_path / name, SETTINGS)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_nobody_to_measure(part: Path, tmp_path: Path) -> None:
    """Without turns, or with nobody who speaks long enough, the sound is as it would be without."""
    plain = EncodeSettings(format="mp3", loudness=-16.0)
    write_encoded([part], EditList.keep_all(LENGTH), tmp_path / "plain", plain)
    for name, turns in {"none": [], "short": [Turn(speaker=0, start=0, end=1)]}.items():
        settings = EncodeSettings(format="mp3", loudness=-16.0, voices=Voices(turns=turns, tick=0.5))
        write_encoded([part], EditList.keep_all(LENGTH), tmp_path / name, settings)
        assert (tmp_path / name).read_bytes() == (tmp_path / "plain").read_bytes()


def test_solos() -> None:
    """Only where one speaks, less what may be somebody else's by a tick."""
    turns = [Turn(speaker=0, start=0, end=10), Turn(speaker=1, start=4, end=6), Turn(speaker=1, start=20, end=20.4)]
    solos = find_solos(turns, 1.0)
    assert solos[:2] == [(0, Span(start=1, end=3)), (0, Span(start=7, end=9))]
    ((speaker, short),) = solos[2:]
    assert speaker == 1
    assert [short.start, short.end] == pytest.approx([20.1, 20.3])


def test_an_interjection_moves_no_long_turn() -> None:
    """Two voices at once are as loud as the louder one would be; afterwards the gain is the long one's again."""
    voices = Voices([Turn(speaker=0, start=0, end=20), Turn(speaker=1, start=8, end=9)], 0.5)
    curve = plan_gains({0: 6.0, 1: -6.0}, array("f", [-60.0] * 1000), voices, -20)
    assert curve[0] == 6.0
    assert min(curve) == -6.0
    assert set(curve[round(10.5 / HOP) :]) == {6.0}
