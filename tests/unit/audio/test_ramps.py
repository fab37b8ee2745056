"""Gains change between words, never by more than 3 dB in a tenth of a second, and never lift who is loud already."""

from __future__ import annotations

import math
import zipfile
from array import array
from collections.abc import Callable, Mapping
from functools import cache
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import pytest
from call_maker import RATE, Sound, decode, encode_sound, load_turns, mix_at, mix_voices_at
from numpy.typing import NDArray
from recording_maker import strip_tags

from site_builder.audio.encode import EncodeSettings, write_encoded
from site_builder.audio.encoding.hops import HOP, find_energies
from site_builder.audio.encoding.loudness import cut_for_listening
from site_builder.audio.encoding.ramps import plan_gains
from site_builder.audio.encoding.voices import Voices
from site_builder.audio.measure import measure
from site_builder.audio.sound import read_sound
from site_builder.model.edits import EditList
from site_builder.model.podcast import Turn

Moments = NDArray[np.bool_]
"""Which of them."""
PEOPLE = ["ines", "joe", "angus"]
LENGTH = 101.2
"""Seconds, with three of the talk's interruptions."""
NOISE = -60.0
TARGET = -16.0
AUDIBLE = 25.0
"""Decibels below a voice at which its words end."""
RIVAL = 3.0
"""Decibels by which a voice may be softer than another and still be heard."""
DEMO = Path(__file__).parents[3] / "content" / "archives" / "demo.zip"


@cache
def talk(levels: tuple[float, ...]) -> tuple[dict[str, Sound], bytes]:
    """Each voice by itself, and the recording of all in noise."""
    loudness = dict(zip(PEOPLE, levels, strict=True))
    return mix_voices_at(loudness, LENGTH), encode_sound(mix_at(loudness, LENGTH, NOISE))


def tell_turns(phase: float) -> list[Turn]:
    """As X tells them: once a second who speaks at that moment."""
    spoken = [turn for turn in load_turns() if turn["end"] < LENGTH]
    told = [(turn["who"], *(math.ceil(turn[edge] - phase) + phase for edge in ("start", "end"))) for turn in spoken]
    return [Turn(speaker=PEOPLE.index(who), start=start, end=end) for who, start, end in told if start < end]


def find_hops(sound: Sound) -> Sound:
    """Decibels of each hop."""
    width = round(HOP * RATE)
    count = len(sound) // width
    return np.asarray(10 * np.log10(np.maximum(1e-12, np.mean(sound[: count * width].reshape(count, -1) ** 2, axis=1))))


def find_words(hops: Sound, loudness: float) -> Moments:
    """In which hops somebody says something that noise does not drown; quiet for less than 60 ms is part of it."""
    said = hops > loudness - AUDIBLE
    places = np.flatnonzero(said)
    for before, after in pairwise(places):
        if after - before <= 3:
            said[before:after] = True
    return said & (hops > NOISE)


@pytest.mark.parametrize("phase", [0.0, 0.5])
@pytest.mark.parametrize(
    "levels", [(-12.0, -20.0, -30.0), (-30.0, -12.0, -20.0)], ids=["softest-last", "softest-first"]
)
def test_no_word_is_ramped_and_nobody_is_lifted(levels: tuple[float, ...], phase: float, tmp_path: Path) -> None:
    """Where two speak at once without a pause before it, a few hops cannot be helped; who is loud never gets more."""
    voices, recording = talk(levels)
    (tmp_path / "recording-0.aac").write_bytes(recording)
    frames = read_sound([tmp_path / "recording-0.aac"], sample_rate=48_000, channels=1)
    energies = array("f", chain.from_iterable(map(find_energies, cut_for_listening(frames, 48_000))))
    gains = {number: TARGET - level for number, level in enumerate(levels)}
    hops = {who: find_hops(sound) for who, sound in voices.items()}
    curve = np.array(plan_gains(gains, energies, Voices(tell_turns(phase), 1.0), TARGET))[: len(hops["ines"]) + 1]
    moving = np.abs(np.diff(curve)) > 1e-6
    words = np.any([find_words(hops[who], levels[PEOPLE.index(who)]) for who in PEOPLE], axis=0)
    assert moving.sum() > 100
    assert (moving & words).sum() <= 12  # a quarter of a second in all
    for number, who in enumerate(PEOPLE):
        assert find_lift(curve, number, gains, hops) < 3, who


def find_lift(curve: Sound, number: int, gains: Mapping[int, float], hops: Mapping[str, Sound]) -> float:
    """Decibels by which a voice is too loud at most, where it is heard above the others and no mere breath."""
    own = hops[PEOPLE[number]] + gains[number]
    others = np.max([hops[who] + gains[other] for other, who in enumerate(PEOPLE) if other != number], axis=0)
    heard = (own > others - RIVAL) & (own > TARGET - 15)
    return float(np.max(curve[:-1][heard]) - gains[number])


def test_no_pause_is_not_waited_for_long() -> None:
    """Where a soft voice speaks on and on after a loud one, it is as loud as it is to be within three seconds."""
    energies = array("f", [-12.0] * 500 + [-30.0 - 8 * (hop % 7 == 0) for hop in range(500)])
    turns = [Turn(speaker=0, start=0, end=10), Turn(speaker=1, start=10, end=20)]
    curve = plan_gains({0: -4.0, 1: 14.0}, energies, Voices(turns, 1.0), TARGET)
    assert curve[round(9.98 / HOP)] == -4
    assert curve[round(13.2 / HOP)] == 14


def read_demo() -> tuple[bytes, list[Turn]]:
    """A recording of X whose second speaker is far from the microphone."""
    with zipfile.ZipFile(DEMO) as archive:
        part = max(
            (info for info in archive.infolist() if info.filename.endswith(".ts")), key=lambda one: one.file_size
        )
        sound = decode(strip_tags(archive.read(part)))[: 60 * RATE]
    far = np.arange(len(sound)) // (7 * RATE) % 2 == 1
    turns = [Turn(speaker=n % 2, start=7.0 * n, end=7.0 * n + 7) for n in range(9)]
    return encode_sound(np.where(far, sound * np.float32(0.3), sound)), turns


def read_call() -> tuple[bytes, list[Turn]]:
    """Three voices in noise."""
    return talk((-12.0, -20.0, -30.0))[1], tell_turns(0.0)


@pytest.mark.parametrize("read", [read_call, read_demo])
def test_no_step_in_what_is_heard(read: Callable[[], tuple[bytes, list[Turn]]], tmp_path: Path) -> None:
    """What comes out of the decoder, beside what went in: 3 dB within any tenth of a second, peaks held down included.

    Coding, which adds noise, makes some tenths of it.
    """
    recording, turns = read()
    part, out = tmp_path / "recording-0.aac", tmp_path / "out.mp3"
    part.write_bytes(recording)
    settings = EncodeSettings(bitrate=192_000, loudness=-16.0, voices=Voices(turns, 1.0))
    write_encoded([part], EditList.keep_all(measure(part).duration), out, settings)
    gains, is_heard = find_gains(*(decode_at_48(file) for file in (part, out)))
    steps = np.abs(gains[9:] - gains[:-9])[is_heard[9:] & is_heard[:-9]]
    assert len(steps) > 1000
    assert steps.max() <= 3.3
    assert gains[is_heard].max() - gains[is_heard].min() > 3


def decode_at_48(file: Path) -> Sound:
    """All samples, mono."""
    frames = read_sound([file], sample_rate=48_000, channels=1)
    return np.concatenate([np.frombuffer(bytes(frame.planes[0]), np.float32)[: frame.samples] for frame in frames])


def find_gains(before: Sound, after: Sound) -> tuple[Sound, Moments]:
    """Decibels of each 10 ms, as what came out resembles what went in; and where that can be told."""
    count = min(len(before), len(after)) // 480
    one, other = (sound[: count * 480].reshape(count, 480).astype(float) for sound in (before, after))
    power = (one * one).sum(axis=1)
    return 20 * np.log10(np.maximum(1e-3, (one * other).sum(axis=1) / np.maximum(1e-12, power))), power > 480 * 10**-6.5
