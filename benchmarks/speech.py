"""Transcripts with names: this tool beside Whisper as it comes (the whole file at once, no names).

    python benchmarks/speech.py [--minutes 3 10]

Takes the two recordings of the demo archive, whose every word is known, as they are and as two calls (each voice with
its own noise and low-pass, dropouts, then Opus; see `CALLS`). Prints how many words are wrong, how many have the right
name for turns that begin at several phases of the tick, and CPU seconds a minute of sound; then the peak memory of
processes that hear so many minutes, the demo's sound again and again.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import av
import numpy as np
from faster_whisper import WhisperModel

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support")]

from word_errors import count_errors, list_plain  # noqa: E402

from site_builder.audio.sound import read_sound  # noqa: E402
from site_builder.model.podcast import Recording, Timeline, Turn  # noqa: E402
from site_builder.model.speech import Word  # noqa: E402
from site_builder.show.bundles import Bundle, find_bundles, load_bundle  # noqa: E402
from site_builder.speech.engine import SAMPLE_RATE, Sound  # noqa: E402
from site_builder.speech.faster_whisper import FasterWhisper  # noqa: E402
from site_builder.speech.models import find_model  # noqa: E402
from site_builder.speech.recognizer import recognize  # noqa: E402

TRUTH = {entry["id"]: entry for entry in json.loads((ROOT / "scripts/demo_truth.json").read_text("utf-8"))}
PHASES = (0.0, 0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class Call:
    """What becomes of sound on its way."""

    noise: float
    """Of the room, in full scale; each voice has one, two or three times as much besides."""
    dropouts: float
    """Share of frames of 20 ms that are lost."""
    bit_rate: int
    cuts: tuple[int, ...]
    """Highest frequency of each voice."""


CALLS = {
    "call": Call(0.0007, 0.002, 24_000, (4000, 5500, 7000)),
    "bad call": Call(0.003, 0.01, 16_000, (3400, 5000, 7000)),
}
NEAR = 0.2
"""Seconds beside a turn in which a word is still of it."""


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, nargs="*", default=[3, 10])
    parser.add_argument("--peak", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--whole", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peak:
        print(measure_peak(options.peak, whole=options.whole))
        return
    with tempfile.TemporaryDirectory() as scratch:
        bundles = list(take_demo(Path(scratch)))
        compare_words(bundles)
    compare_memory(options.minutes)


def take_demo(show: Path) -> Iterator[Bundle]:
    """The demo's recordings, in a show of their own."""
    (show / "content").mkdir()
    (show / "config.yaml").write_bytes((ROOT / "config.yaml").read_bytes())
    extract = ["extract", str(ROOT / "content/archives/demo.zip")]
    subprocess.run(
        [sys.executable, "-m", "site_builder", "-C", show, *extract], check=True, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    for folder in find_bundles(show / "content"):
        bundle = load_bundle(folder)
        if bundle.recording and bundle.recording.id in TRUTH:
            yield bundle


def load_sound(bundle: Bundle) -> Sound:
    """A recording as engines want it."""
    frames = read_sound(bundle.part_files, sample_rate=SAMPLE_RATE, channels=1)
    return np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames]).astype(np.float32)


def degrade(sound: Sound, turns: Sequence[dict[str, Any]], call: Call) -> Sound:
    """The same as it comes out of a call; always the same way."""
    chance = np.random.default_rng(15)
    worse = sound + chance.normal(0, call.noise, len(sound)).astype(np.float32)
    names = sorted({turn["who"] for turn in turns})
    for turn in turns:
        first, last = int(turn["start"] * SAMPLE_RATE), int(turn["end"] * SAMPLE_RATE)
        voice, number = worse[first:last], names.index(turn["who"])
        spectrum = np.fft.rfft(voice + chance.normal(0, call.noise * (number + 1), len(voice)))
        spectrum[np.fft.rfftfreq(len(voice), 1 / SAMPLE_RATE) > call.cuts[number % 3]] = 0
        worse[first:last] = np.fft.irfft(spectrum, len(voice))
    frame = SAMPLE_RATE // 50
    for at in np.flatnonzero(chance.random(len(worse) // frame) < call.dropouts).tolist():
        worse[at * frame : (at + 1) * frame] = 0
    return pass_opus(worse.astype(np.float32), call.bit_rate)


def pass_opus(sound: Sound, bit_rate: int) -> Sound:
    """Encoded and decoded again."""
    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as out:
        stream = out.add_stream("libopus", rate=SAMPLE_RATE, layout="mono")
        stream.bit_rate = bit_rate
        whole = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="flt", layout="mono")
        whole.sample_rate = SAMPLE_RATE
        out.mux(stream.encode(whole))
        out.mux(stream.encode(None))
    file.seek(0)
    resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
    with av.open(file, "r") as source:
        frames = [piece for frame in source.decode(audio=0) for piece in resampler.resample(frame)]
    heard = np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames])
    return np.pad(heard, (0, max(0, len(sound) - len(heard))))[: len(sound)].astype(np.float32)


def place_turns(recording: Recording, truth: Sequence[dict[str, Any]], phase: float) -> Recording:
    """The recording with turns as levels read once a tick tell them, the first reading at `phase` of one."""
    handles = [speaker.handle for speaker in recording.speakers]
    tick = recording.tick

    def read(at: float) -> float:
        return max(0.0, (math.floor(at / tick - phase) + phase) * tick)

    turns = [Turn(speaker=handles.index(t["who"]), start=read(t["start"]), end=read(t["end"]) + tick) for t in truth]
    return replace(recording, turns=tuple(turns), timeline=Timeline.LEVELS)


def compare_words(bundles: Sequence[Bundle]) -> None:
    """Words, names and time of both ways, on both kinds of sound."""
    model = find_model("")
    engine = FasterWhisper(model.folder, 2)
    plain = WhisperModel(str(model.folder), device="cpu", compute_type="int8", cpu_threads=2, local_files_only=True)
    print(f"{engine.name}, {model.name}\n{'':24}{'wrong words':>12}{'right names':>28}{'CPU s/min':>11}")
    for kind in ("clean", *CALLS):
        sounds = []
        for bundle in bundles:
            sound = load_sound(bundle)
            sounds.append(degrade(sound, turns_of(bundle), CALLS[kind]) if kind in CALLS else sound)
        minutes = sum(map(len, sounds)) / SAMPLE_RATE / 60
        names = []
        for phase in PHASES:
            begin = time.process_time()
            heard = [hear(engine, bundle, sound, phase) for bundle, sound in zip(bundles, sounds, strict=True)]
            seconds = time.process_time() - begin
            names.append(share_named(bundles, heard))
        texts = [[word.text for word in words] for words in heard]
        shown = " ".join(f"{name:.1%}" for name in names)
        print(f"{'this tool, ' + kind:24}{share_wrong(bundles, texts):>12.1%}{shown:>28}{seconds / minutes:>11.1f}")
        begin = time.process_time()
        texts = [[one.text for one in plain.transcribe(sound, word_timestamps=True)[0]] for sound in sounds]
        seconds = time.process_time() - begin
        print(f"{'Whisper, ' + kind:24}{share_wrong(bundles, texts):>12.1%}{'none':>28}{seconds / minutes:>11.1f}")


def turns_of(bundle: Bundle) -> list[dict[str, Any]]:
    """What is said in a recording, by whom and when."""
    assert bundle.recording
    return list(TRUTH[bundle.recording.id]["turns"])


def hear(engine: FasterWhisper, bundle: Bundle, sound: Sound, phase: float) -> tuple[Word, ...]:
    """The words of a recording whose levels were read at a phase of the tick."""
    assert bundle.recording
    recording = place_turns(bundle.recording, turns_of(bundle), phase)
    return recognize(np.array_split(sound, 64), recording, engine, language="en")


def share_named(bundles: Sequence[Bundle], heard: Sequence[Sequence[Word]]) -> float:
    """Of the words that lie in a turn, how many have its name."""
    right = told = 0
    for bundle, words in zip(bundles, heard, strict=True):
        assert bundle.recording
        handles = [speaker.handle for speaker in bundle.recording.speakers]
        for word in words:
            middle = (word.start + word.end) / 2
            who = {t["who"] for t in turns_of(bundle) if t["start"] - NEAR <= middle <= t["end"] + NEAR}
            told += bool(who)
            right += word.speaker >= 0 and handles[word.speaker] in who
    return right / told


def share_wrong(bundles: Sequence[Bundle], texts: Sequence[Sequence[str]]) -> float:
    """Word error rate over all recordings."""
    wrong = spoken = 0
    for bundle, heard in zip(bundles, texts, strict=True):
        read = [word for turn in turns_of(bundle) for word in list_plain(turn["text"])]
        wrong += count_errors(read, [word for text in heard for word in list_plain(text)])
        spoken += len(read)
    return wrong / spoken


def compare_memory(minutes: Sequence[float]) -> None:
    """Peak of a process that hears so many minutes, piece by piece and as one array."""
    for length in minutes:
        ways = {"this tool": [], "Whisper": ["--whole"]}
        peaks = {way: ask_peak(length, extra) for way, extra in ways.items()}
        print(f"{length:g} minutes: " + ", ".join(f"{way} {peak} MB" for way, peak in peaks.items()))


def ask_peak(minutes: float, extra: Sequence[str]) -> str:
    """What `measure_peak` says in a process of its own."""
    command = [sys.executable, __file__, "--peak", str(minutes), *extra]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def measure_peak(minutes: float, *, whole: bool) -> int:
    """Megabytes this process holds at most while it hears the demo's sound again and again."""
    with tempfile.TemporaryDirectory() as scratch:
        bundle = next(take_demo(Path(scratch)))
        model = find_model("")
        loops = range(math.ceil(minutes * 60 / (bundle.recording.duration if bundle.recording else 60)))
        if whole:
            plain = WhisperModel(str(model.folder), device="cpu", compute_type="int8", local_files_only=True)
            list(plain.transcribe(np.concatenate([load_sound(bundle) for _ in loops]), word_timestamps=True)[0])
        else:
            frames = (
                frame.to_ndarray().reshape(-1).astype(np.float32)
                for _ in loops
                for frame in read_sound(bundle.part_files, sample_rate=SAMPLE_RATE, channels=1)
            )
            assert bundle.recording
            nobody = replace(bundle.recording, turns=(), timeline=Timeline.NONE)
            recognize(frames, nobody, FasterWhisper(model.folder, 2), language="en")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
