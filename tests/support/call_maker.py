"""Talks whose every word is known, as recordings of X: of good sound or as they come out of a call, with real tags.

    archive = write_call(tmp_path / "x.zip", [CallSpace(sound=mix_call(), turns=load_turns())])

The talk is that of tests/speech (`scripts/make_call.py`): 23 turns of three voices, four of which begin before the
one before has ended, and one of a second inside a long one. Also sounds in which nobody says a word.
"""

from __future__ import annotations

import io
import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from archive_maker import OWNER_HANDLE, OWNER_ID, START, MadeArchive, MadeSpace, write_archive
from numpy.typing import NDArray
from recording_maker import SAMPLES_PER_FRAME, UNIX_EPOCH_IN_NTP, encode_pcm, make_tag, split_frames

from site_builder.audio.encoding.loudness import gauge_loudness

RATE = 16_000
ADTS_RATE = 48_000
SPEECH = Path(__file__).parent.parent / "speech"
TAIL = 1.5
"""Seconds after the last word."""
NEAR = 0.2
"""Seconds beside a turn in which a word is still of it."""
HOST = "ines"

Sound = NDArray[np.float32]
Turn = Mapping[str, Any]
"""`who`, `start`, `end`, `text`, and where it lies in the file (`at`)."""


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one voice on its way to a call."""

    noise: float
    """Of the room, in full scale."""
    highest: int
    """Hertz."""
    bit_rate: int
    """Of Opus."""
    dropouts: float
    """Share of frames of 20 ms that are lost."""


Lines = tuple[tuple[str, Line], ...]
"""By whose voice."""
LINES: Lines = (
    ("angus", Line(0.00105, 7500, 32_000, 0.001)),
    ("ines", Line(0.0007, 6750, 24_000, 0.001)),
    ("joe", Line(0.00035, 6000, 12_000, 0.001)),
)
"""Half as bad as `WORSE_LINES`: with them Whisper alone, given the whole file as it comes out of AAC, gets 8.4 words in
a hundred wrong in the mean of four seeds (7.6 to 9.0). The voice that is most like a person's has the worst."""
WORSE_LINES: Lines = (
    ("angus", Line(0.0021, 7000, 32_000, 0.002)),
    ("ines", Line(0.0014, 5500, 24_000, 0.002)),
    ("joe", Line(0.0007, 4000, 12_000, 0.002)),
)
SEED = 15


@cache
def load_turns() -> tuple[Turn, ...]:
    """Who says what, and when."""
    return tuple(json.loads((SPEECH / "call.json").read_text("utf-8")))


def decode(file: Path | bytes) -> Sound:
    """Any sound, mono at 16 kHz."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    with av.open(io.BytesIO(file) if isinstance(file, bytes) else str(file), "r") as source:
        frames = [piece for frame in source.decode(audio=0) for piece in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames]).astype(np.float32)


@cache
def _split_voices() -> dict[str, Sound]:
    """Each voice by itself, where it speaks."""
    said, turns = decode(SPEECH / "call.opus"), load_turns()
    length = round((max(turn["end"] for turn in turns) + TAIL) * RATE)
    voices = {turn["who"]: np.zeros(length, dtype=np.float32) for turn in turns}
    for turn in turns:
        first, count = round(turn["at"] * RATE), round((turn["end"] - turn["start"]) * RATE)
        place, part = round(turn["start"] * RATE), said[first : first + count]
        voices[turn["who"]][place : place + len(part)] += part
    return voices


def mix_clean() -> Sound:
    """The talk as it is."""
    return _mix(_split_voices().values())


def _mix(voices: Iterable[Sound]) -> Sound:
    return np.asarray(np.sum(list(voices), axis=0), dtype=np.float32)


def mix_at(loudness: Mapping[str, float], seconds: float, noise: float) -> Sound:
    """The beginning of the talk with each voice at a loudness in LUFS, in noise of some dBFS; peaks are cut off."""
    chance, mixed = np.random.default_rng(18), _mix(mix_voices_at(loudness, seconds).values())
    return np.clip(mixed + chance.normal(0, 10 ** (noise / 20), len(mixed)), -1, 1).astype(np.float32)


def mix_voices_at(loudness: Mapping[str, float], seconds: float) -> dict[str, Sound]:
    """Each voice of the beginning of the talk by itself, at a loudness in LUFS; peaks are cut off."""
    return {who: _bring_to(who, loudness[who], seconds) for who in _split_voices()}


@cache
def _bring_to(who: str, loudness: float, seconds: float) -> Sound:
    voice = _split_voices()[who][: round(seconds * RATE)]
    for _ in range(3):
        loud = voice * 10 ** ((loudness - _gauge(voice)) / 20)
        voice = np.clip(loud, -1, 1)
        if np.abs(loud).max() <= 1:  # else what is cut off makes it softer
            break
    return voice.astype(np.float32)


def _gauge(sound: Sound) -> float:
    frame = av.AudioFrame.from_ndarray(sound.astype(np.float32).reshape(1, -1), format="flt", layout="mono")
    frame.sample_rate = RATE
    return gauge_loudness([frame]).integrated


def load_classic() -> tuple[Sound, str]:
    """The beginning of a novel read aloud, and its text."""
    return decode(SPEECH / "classic.opus"), (SPEECH / "classic.txt").read_text("utf-8")


@cache
def mix_call(lines: Lines = LINES, seed: int = SEED) -> Sound:
    """The same as it comes out of a call: each voice with its own noise, low-pass, dropouts and Opus."""
    chance, voices = np.random.default_rng(seed), _split_voices()
    return _mix(_pass_opus(_degrade(voices[who], line, chance), line.bit_rate) for who, line in lines)


def mix_worse_call() -> Sound:
    """A call of worse lines."""
    return mix_call(WORSE_LINES)


def _degrade(sound: Sound, line: Line, chance: np.random.Generator) -> Sound:
    spectrum = np.fft.rfft(sound + chance.normal(0, line.noise, len(sound)))
    spectrum[np.fft.rfftfreq(len(sound), 1 / RATE) > line.highest] = 0
    worse = np.fft.irfft(spectrum, len(sound)).astype(np.float32)
    frame = RATE // 50
    for at in np.flatnonzero(chance.random(len(worse) // frame) < line.dropouts).tolist():
        worse[at * frame : (at + 1) * frame] = 0
    return worse


def _pass_opus(sound: Sound, bit_rate: int) -> Sound:
    """Encoded and decoded again."""
    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as out:
        stream = out.add_stream("libopus", rate=RATE, layout="mono")
        stream.bit_rate = bit_rate
        frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate = RATE
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    heard = decode(file.getvalue())
    return np.pad(heard, (0, max(0, len(sound) - len(heard))))[: len(sound)]


# ------------------------------------------------------------------------------------------------------- without speech


def make_silence(seconds: float) -> Sound:
    """Nothing at all."""
    return np.zeros(round(seconds * RATE), dtype=np.float32)


def make_room(seconds: float) -> Sound:
    """A room in which nobody speaks: rumble, hiss, the hum of the mains, something put down now and then."""
    chance, count = np.random.default_rng(7), round(seconds * RATE)
    rumble = np.cumsum(chance.normal(0, 1, count))
    rumble -= np.convolve(rumble, np.ones(RATE // 4) / (RATE // 4), mode="same")
    at = np.arange(count) / RATE
    sound = 0.01 * rumble / rumble.std() + chance.normal(0, 0.004, count) + 0.004 * np.sin(2 * np.pi * 50 * at)
    for first in chance.integers(0, count - RATE, round(seconds / 4)).tolist():
        sound[first : first + RATE // 20] += chance.normal(0, 0.1, RATE // 20) * np.exp(-np.arange(RATE // 20) / 150)
    return np.asarray(sound, dtype=np.float32)


def make_music(seconds: float) -> Sound:
    """A plucked tune over chords and a drum."""
    chance, count = np.random.default_rng(3), round(seconds * RATE)
    sound = np.zeros(count + 2 * RATE)
    scale = [220 * 2 ** (step / 12) for step in (0, 2, 4, 7, 9, 12, 14, 16)]
    for beat in range(int(seconds * 2)):
        first = beat * RATE // 2
        notes = [chance.choice(scale), *([scale[0] / 2, scale[2] / 2, scale[3] / 2] if beat % 4 == 0 else [])]
        for note in notes:
            at = np.arange(RATE * 3 // 2) / RATE
            tone = sum(np.sin(2 * np.pi * note * part * at) / part**1.5 for part in range(1, 7))
            sound[first : first + len(at)] += 0.08 * tone * np.exp(-3 * at)
        sound[first : first + RATE // 10] += chance.normal(0, 0.05, RATE // 10) * np.exp(-np.arange(RATE // 10) / 200)
    return np.asarray(sound[:count], dtype=np.float32)


# ----------------------------------------------------------------------------------------------------------- recordings


@dataclass(kw_only=True)
class CallSpace:
    """A Space to be made of a sound."""

    sound: Sound
    turns: Sequence[Turn] = ()
    """Who speaks when; nobody: the levels are 0 all the time."""
    phase: float = 0.0
    """At which part of a tick levels are read, from 0 to 1."""
    tick: float = 1.0
    seconds: float = 0.0
    """Length of the recording, the sound again and again; 0: as long as the sound."""
    id: str = "1cAlLoFtHrEe1"
    people: Mapping[str, str] = field(default_factory=lambda: {"joe": "88120044", "angus": "77120031"})
    """X user id of the guests by handle."""


def handle_of(who: str) -> str:
    """What somebody of the talk is called on X: the host owns the archive."""
    return OWNER_HANDLE if who == HOST else who


def write_call(path: Path, spaces: Sequence[CallSpace]) -> Path:
    """An archive with these Spaces."""
    return write_archive(path, MadeArchive(spaces=[make_call_space(space) for space in spaces], private=False))


def make_call_space(space: CallSpace) -> MadeSpace:
    """The Space as archives are made of."""
    seconds = space.seconds or len(space.sound) / RATE
    turns = [("host" if turn["who"] == HOST else turn["who"], turn["start"], turn["end"]) for turn in space.turns]
    return MadeSpace(
        id=space.id,
        parts=(seconds,),
        turns=turns,
        participants=tuple(space.people),
        ids={"host": OWNER_ID, **space.people},
        media={f"space-{space.id}_0.ts": make_call_recording(space)},
    )


def make_call_recording(space: CallSpace) -> bytes:
    """AAC with a tag a tick that says who speaks at that moment."""
    frames = split_frames(encode_sound(space.sound))
    frame = SAMPLES_PER_FRAME / ADTS_RATE
    loop = len(frames) * frame
    out, due, begin = bytearray(), space.phase * space.tick, START.timestamp() + UNIX_EPOCH_IN_NTP
    slots = [HOST, *space.people]
    for number in range(round((space.seconds or loop) / frame)):
        at = number * frame
        if at >= due - 1e-9:
            speaking = {turn["who"] for turn in space.turns if turn["start"] <= at % loop < turn["end"]}
            levels = [50 if who in speaking else 0 for who in slots]
            out += make_tag(begin + at, levels, tuple(space.people), media_time=at)
            due += space.tick
        out += frames[number % len(frames)]
    return bytes(out)


def encode_sound(sound: Sound) -> bytes:
    """The sound as AAC at 48 kHz, as X records, without tags."""
    return _encode(sound.tobytes())


@cache
def _encode(samples: bytes) -> bytes:
    """The sound as AAC at 48 kHz, as X records."""
    sound = np.frombuffer(samples, dtype=np.float32)
    frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="flt", layout="mono")
    frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
    resampler = av.AudioResampler(format="s16", layout="mono", rate=ADTS_RATE)
    pieces = [piece.to_ndarray().reshape(-1) for piece in (*resampler.resample(frame), *resampler.resample(None))]
    pcm = array("h", np.concatenate(pieces).astype(np.int16).tobytes())
    return encode_pcm(pcm, channels=1, bit_rate=64_000)


# -------------------------------------------------------------------------------------------------------------- figures


def share_named(words: Sequence[Any], handles: Sequence[str], turns: Sequence[Turn]) -> tuple[int, int]:
    """Of the words that lie in a turn, how many have its name, and how many there are."""
    right = told = 0
    for word in words:
        who = {handle_of(turn["who"]) for turn in turns if is_in(word, turn)}
        told += bool(who)
        right += word.speaker >= 0 and handles[word.speaker] in who
    return right, told


def is_in(word: Any, turn: Turn) -> bool:
    """Whether a word may be of a turn, by its middle."""
    middle: float = (word.start + word.end) / 2
    return bool(turn["start"] - NEAR <= middle <= turn["end"] + NEAR)


def find_nested(turns: Sequence[Turn]) -> tuple[Turn, Turn]:
    """The long turn that has a short one inside, and the short one."""
    return next(
        (long, short)
        for long in turns
        for short in turns
        if long["start"] < short["start"] and short["end"] < long["end"] and long is not short
    )
