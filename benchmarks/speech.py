"""Transcripts with names: what `spacecast transcribe` does, beside Whisper as it comes (the whole file, no names).

    python benchmarks/speech.py [--minutes 3 10 180] [--practice ARCHIVE]

Each figure is that of the real command on an archive of X, in a process of its own: wrong words and right names of
talks whose every word is known (tests/support/call_maker.py, the demo, a read classic), CPU, time and memory for so
many minutes, sounds in which nobody speaks, the same bytes again, and no network. `!` marks what misses its bar.
Whisper hears the same sound, as it comes out of AAC, with the same model. Takes about ten minutes, and 25 with 180
minutes of sound.

`--practice` takes an archive with a `.truth.json` beside it (who speaks when), in which voices speak.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support"), str(Path(__file__).parent)]

from call_maker import (  # noqa: E402 -- after the path is set
    RATE,
    CallSpace,
    Sound,
    Turn,
    decode,
    encode_sound,
    find_nested,
    handle_of,
    is_in,
    load_classic,
    load_turns,
    make_music,
    make_room,
    make_silence,
    mix_call,
    mix_clean,
    mix_worse_call,
    share_named,
    write_call,
)
from measuring import Run, run_build  # noqa: E402
from word_errors import count_errors, list_plain  # noqa: E402

from site_builder.show.bundles import find_bundles, load_bundle  # noqa: E402
from site_builder.show.transcripts.words import load_recognition  # noqa: E402
from site_builder.speech.models import find_model  # noqa: E402

DEMO = ROOT / "content/archives/demo.zip"
PHASES = (0.0, 0.25, 0.5, 0.75)
SPACECAST = (sys.executable, "-m", "site_builder")
OFFLINE = """import socket, sys
def refuse(*_, **__): raise AssertionError("a socket")
socket.socket.connect = socket.socket.connect_ex = socket.socket.bind = socket.getaddrinfo = refuse
from site_builder.cli.main import main
main(sys.argv[1:])
"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, nargs="*", default=[3, 10])
    parser.add_argument("--practice", type=Path)
    parser.add_argument("--whole", type=Path, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.whole:
        hear_whole(*options.whole)
        return
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(Path(scratch))
        for compare in (compare_words, compare_names, compare_silence, compare_bytes):
            compare(bench)
        if options.practice:
            compare_practice(bench, options.practice)
        bench.tell("wrong words, another language", "1 clip", "not claimed")
        compare_lengths(bench, options.minutes)


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one recording."""

    words: tuple[Any, ...]
    handles: tuple[str, ...]
    """Of the recording's speakers."""
    files: tuple[bytes, bytes]
    """words.json and transcript.vtt."""

    @property
    def texts(self) -> list[str]:
        """The words as they are written."""
        return [word.text for word in self.words]


class Bench:
    """Shows in a scratch folder, and the lines of the table."""

    def __init__(self, scratch: Path) -> None:
        """Nothing is printed yet but what hears."""
        self._scratch, self._count = scratch, 0
        print(f"{find_model('').name}\n\n{'':46}{'bar':>12}{'spacecast':>14}{'Whisper':>12}")

    def tell(self, what: str, bar: str, ours: str, theirs: str = "", *, met: bool = True) -> None:
        """Print a line."""
        print(f"{what:46}{bar:>12}{'' if met else '! ':>2}{ours:>12}{theirs:>12}", flush=True)

    def place(self, name: str) -> Path:
        """A path that nothing has."""
        self._count += 1
        return self._scratch / f"{self._count}-{name}"

    def make_show(self, archive: Path) -> Path:
        """A show with the recordings of an archive."""
        show = self.place("show")
        init = ["init", str(show), "--title", "Words", "--url", "https://words.example.net/"]
        for command in (init, ["-C", str(show), "extract", str(archive)]):
            subprocess.run([*SPACECAST, *command], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        return show

    def transcribe(self, show: Path, *arguments: str, code: str = "") -> Run:
        """Hear all of a show, offline where `code` blocks sockets."""
        program = [sys.executable, "-c", code] if code else list(SPACECAST)
        return run_build([*program, "-C", str(show), "transcribe", *arguments], show, {"PYTHONPATH": str(ROOT)})

    def hear(self, space: CallSpace, *arguments: str, code: str = "") -> tuple[Heard, Run]:
        """The words of one Space that is made for it."""
        show = self.make_show(write_call(self.place("archive.zip"), [space]))
        run = self.transcribe(show, *arguments, code=code)
        (heard,) = read_heard(show).values()
        shutil.rmtree(show)
        return heard, run

    def hear_whole(self, sound: Sound) -> tuple[list[str], Run]:
        """What Whisper makes of a sound at once."""
        file, out = self.place("sound.wav"), self.place("texts.json")
        with wave.open(str(file), "wb") as wav:
            wav.setparams((1, 2, RATE, 0, "NONE", ""))
            wav.writeframes((np.clip(sound, -1, 1) * 32767).astype(np.int16).tobytes())
        run = run_build([sys.executable, __file__, "--whole", str(file), str(out)], self._scratch, {})
        return json.loads(out.read_text("utf-8")), run


def hear_whole(file: Path, out: Path) -> None:
    """Whisper by itself, as its library is called by most."""
    from faster_whisper import WhisperModel  # noqa: PLC0415 -- only here

    model = WhisperModel(str(find_model("").folder), device="cpu", compute_type="int8", cpu_threads=2)
    segments, _ = model.transcribe(str(file), word_timestamps=True)
    out.write_text(json.dumps([segment.text for segment in segments]), "utf-8")


def read_heard(show: Path) -> dict[str, Heard]:
    """What was heard in a show, by the id of each recording."""
    found = {}
    for folder in find_bundles(show / "content"):
        bundle, recognition = load_bundle(folder), load_recognition(folder)
        if bundle.recording and recognition:
            handles = tuple(speaker.handle for speaker in bundle.recording.speakers)
            files = [folder / name for name in ("words.json", "transcript.vtt")]
            written = tuple(file.read_bytes() if file.is_file() else b"" for file in files)
            found[bundle.recording.id] = Heard(recognition.words, handles, (written[0], written[1]))
    return found


def share_wrong(texts: Sequence[str], read: str) -> float:
    """Word error rate."""
    words = list_plain(read)
    return count_errors(words, [word for text in texts for word in list_plain(text)]) / len(words)


def join_texts(turns: Sequence[Mapping[str, Any]]) -> str:
    """All that is said, in order of its beginning."""
    return " ".join(turn["text"] for turn in turns)


def compare_words(bench: Bench) -> None:
    """How many words are wrong."""
    said = join_texts(load_turns())
    talks = [
        ("clean", mix_clean(), load_turns(), said, 0.07),
        ("call", mix_call(), load_turns(), said, 0.10),
        ("call of worse lines", mix_worse_call(), load_turns(), said, 1.0),
    ]
    for name, sound, turns, read, bar in [*talks, *find_classic()]:
        heard, _ = bench.hear(CallSpace(sound=sound, turns=turns), code=OFFLINE)
        texts, _ = bench.hear_whole(decode(encode_sound(sound)))
        wrong, limit = share_wrong(heard.texts, read), f"≤ {bar:.0%}" if bar < 1 else "none"
        bench.tell(f"wrong words, {name}", limit, f"{wrong:.1%}", f"{share_wrong(texts, read):.1%}", met=wrong <= bar)
    compare_demo(bench)
    bench.tell("sockets opened meanwhile", "0", "0")


def find_classic() -> Iterator[tuple[str, Sound, Sequence[Turn], str, float]]:
    """A classic read aloud, also by a person where the package is installed that holds that."""
    sound, text = load_classic()
    yield "classic", sound, [{"who": "ines", "start": 0.0, "end": len(sound) / RATE}], text, 0.02
    try:
        file = Path(str(distribution("moonshine-voice").locate_file("moonshine_voice/assets/two_cities.wav")))
    except PackageNotFoundError:
        return
    sound = decode(file)
    yield "classic by a person", sound, [{"who": "ines", "start": 0.0, "end": len(sound) / RATE}], text, 0.02


def compare_demo(bench: Bench) -> None:
    """The same of the demo's two recordings, as they are."""
    show = bench.make_show(DEMO)
    bench.transcribe(show)
    truth = {entry["id"]: entry["turns"] for entry in json.loads((ROOT / "scripts/demo_truth.json").read_text("utf-8"))}
    heard = read_heard(show)
    wrong = share_wrong(
        [text for name in heard for text in heard[name].texts], " ".join(join_texts(truth[name]) for name in heard)
    )
    bench.tell("wrong words, demo", "≤ 7%", f"{wrong:.1%}", met=wrong <= 0.07)


def compare_names(bench: Bench) -> None:
    """How many words have the right name, and how many of a long turn with a short one inside."""
    long, short = find_nested(load_turns())
    for phase in PHASES:
        heard, _ = bench.hear(CallSpace(sound=mix_call(), turns=load_turns(), phase=phase))
        right, told = share_named(heard.words, heard.handles, load_turns())
        around = [word for word in heard.words if is_in(word, long) and not is_in(word, short)]
        moved = sum(heard.handles[word.speaker] != handle_of(long["who"]) for word in around)
        share = right / told
        bench.tell(
            f"right names, call, tick read at {phase:g} s", "≥ 98.5%", f"{share:.1%}", "none", met=share >= 0.985
        )
        bench.tell("  words moved around a turn of 1 s in a long one", "0", str(moved), met=not moved)


def compare_practice(bench: Bench, archive: Path) -> None:
    """Right names in an archive of which is known who speaks when."""
    show = bench.make_show(archive)
    bench.transcribe(show)
    truth = json.loads(archive.with_name(f"{archive.stem}.truth.json").read_text("utf-8"))
    heard = read_heard(show)
    for number, entry in enumerate((entry for entry in truth if entry["id"] in heard), 1):
        found = heard[entry["id"]]
        right, told = share_named(found.words, found.handles, entry["turns"])
        bench.tell(
            f"right names, practice Space {number} ({told} words)", "≥ 99%", f"{right / told:.1%}", "none",
            met=right / told >= 0.99,
        )  # fmt: skip


def compare_silence(bench: Bench) -> None:
    """60 s of each in which nobody says a word."""
    for name, make in {"silence": make_silence, "music": make_music, "a room": make_room}.items():
        sound = make(60)
        heard, _ = bench.hear(CallSpace(sound=sound))
        texts, _ = bench.hear_whole(sound)
        invented = sum(len(list_plain(text)) for text in texts)
        bench.tell(f"words heard in 60 s of {name}", "0", str(len(heard.words)), str(invented), met=not heard.words)


def compare_bytes(bench: Bench) -> None:
    """The same files with one thread and with two, and after kill -9."""
    space = CallSpace(sound=mix_call(), turns=load_turns())
    one, _ = bench.hear(space, "--jobs", "1")
    two, _ = bench.hear(space, "--jobs", "2")
    bench.tell(
        "1 and 2 threads", "same bytes", "same" if one.files == two.files else "other", met=one.files == two.files
    )
    show = bench.make_show(write_call(bench.place("archive.zip"), [space]))
    pieces = kill_midway(show)
    bench.transcribe(show)
    (again,) = read_heard(show).values()
    same = again.files == two.files
    bench.tell(f"after kill -9 ({pieces} pieces done)", "same bytes", "same" if same else "other", met=same)


def kill_midway(show: Path) -> int:
    """Begin to hear a show, and kill the process once it has noted two pieces; how many there are."""
    process = subprocess.Popen([*SPACECAST, "-C", show, "transcribe"], cwd=ROOT, stderr=subprocess.DEVNULL)
    notes, deadline = show / ".cache/transcripts", time.monotonic() + 120
    while (count := count_lines(notes)) < 2 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return count


def count_lines(notes: Path) -> int:
    """Pieces that are noted."""
    return sum(file.read_bytes().count(b"\n") for file in notes.glob("*.jsonl"))


def compare_lengths(bench: Bench, minutes: Sequence[float]) -> None:
    """CPU, time and memory for so many minutes of the call, again and again; of hours only what is ours."""
    before: float | None = None
    for length in minutes:
        space = CallSpace(sound=mix_call(), turns=load_turns(), seconds=length * 60)
        _, run = bench.hear(space)
        whole = bench.hear_whole(np.resize(mix_call(), round(length * 60 * RATE)))[1] if length <= 30 else None
        pairs = [
            ("CPU seconds a minute", "≤ 5", run.cpu / length, whole and whole.cpu / length, 5.0),
            ("megabytes", "≤ 400", run.megabytes, whole and whole.megabytes, 400.0),
        ]
        for what, bar, ours, theirs, most in pairs:
            bench.tell(
                f"{what}, {length:g} minutes", bar, f"{ours:.1f}", f"{theirs:.1f}" if theirs else "", met=ours <= most
            )
        quickness = length * 60 / run.seconds
        bench.tell("  times as quick as the talk, by the clock", "≥ 15", f"{quickness:.1f}", met=quickness >= 15)
        if before is not None:
            more = run.megabytes - before
            bench.tell("  megabytes more than for less", "≤ 30", f"{more:.1f}", met=more <= 30)
        before = run.megabytes


if __name__ == "__main__":
    main()
