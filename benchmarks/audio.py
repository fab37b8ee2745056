"""From an archive with an hour of conversation to a finished episode: this tool beside what people do today.

    python benchmarks/audio.py [--minutes 60] [--audio-only] [--skip-loudness] [--voices-only [--jobs 1]]

Makes an archive in a temporary folder (the demo show's speech, real tags between the frames), then runs, each in
processes of its own: `build` in copy mode, its audio part alone, `ffmpeg -c copy`, the usual route (`unzip`, then
`ffmpeg -i space.ts out.mp3`), and normalising to -16 LUFS by this tool and by ffmpeg's two-pass loudnorm; at last, the
voices of a call in noise, at -12, -20 and -30 LUFS, are made equally loud. Prints wall and CPU seconds and peak memory;
the last column is wall time relative to this tool's row of the same group.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support")]

COPY_ALONE = """
import sys
from pathlib import Path
from site_builder.audio.measure import measure
from site_builder.audio.packets import write_copy
from site_builder.audio.facts import AudioTags
from site_builder.audio.tags import write_tagged
from site_builder.model.edits import EditList
from site_builder.model.podcast import Chapter
part, out = map(Path, sys.argv[1:])
edits = EditList.keep_all(measure(part).duration)
write_copy([part], edits, out.with_suffix(".cache"))
chapters = tuple(Chapter(start=60.0 * n, title=f"Chapter {n}") for n in range(8))
write_tagged(out.with_suffix(".cache"), out, AudioTags(title="An hour", chapters=chapters))
"""
ENCODE_ALONE = """
import sys
from pathlib import Path
from site_builder.audio.encode import EncodeSettings, write_encoded
from site_builder.audio.measure import measure
from site_builder.model.edits import EditList
part, out = map(Path, sys.argv[1:])
write_encoded([part], EditList.keep_all(measure(part).duration), out, EncodeSettings(loudness=-16))
"""
VOICES_ALONE = """
import json, sys
from pathlib import Path
from site_builder.audio.encode import EncodeSettings, write_encoded
from site_builder.audio.encoding.cores import count_usable, limit_cores
from site_builder.audio.encoding.voices import Voices
from site_builder.audio.measure import measure
from site_builder.model.edits import EditList
from site_builder.model.podcast import Turn
part, told, out = map(Path, sys.argv[1:4])
limit_cores(int(sys.argv[4]) or count_usable())
voices = Voices([Turn(**turn) for turn in json.loads(told.read_text())["told"]], tick=1.0)
edits = EditList.keep_all(measure(part).duration)
write_encoded([part], edits, out, EncodeSettings(loudness=-16, voices=voices))
"""
VOICES_OF = """
import json, sys
from pathlib import Path
from site_builder.audio.decode import read_frames
from site_builder.audio.encoding.loudness import find_moments, gauge_loudness, integrate
from site_builder.model.podcast import Span
out, told = map(Path, sys.argv[1:])
found = gauge_loudness(read_frames(out))
heard = {}
for turn in json.loads(told.read_text())["true"]:
    span = Span(start=turn["start"], end=turn["end"])
    heard.setdefault(turn["speaker"], []).extend(find_moments(span, len(found.moments)))
voices = ", ".join(f"{integrate([found.moments[at] for at in heard[who]]):.1f}" for who in sorted(heard))
print(f"{found.integrated:.1f} LUFS, {found.peak:.1f} dBTP, voices {voices}")
"""
CALL = {"ines": -12.0, "joe": -20.0, "angus": -30.0}
"""LUFS of each voice."""
CALL_SECONDS = 101.2
"""Of the talk, which is repeated."""
LOUDNESS_OF = """
import sys
from pathlib import Path
from site_builder.audio.decode import read_frames
from site_builder.audio.encoding.loudness import gauge_loudness
found = gauge_loudness(read_frames(Path(sys.argv[1])))
print(f"{found.integrated:.1f} LUFS, {found.peak:.1f} dBTP")
"""


@dataclass
class Cost:
    """What a row took."""

    wall: float = 0.0
    cpu: float = 0.0
    peak_mb: float = 0.0
    output: str = ""
    errors: str = ""


def run(*commands: Sequence[str | Path], cwd: Path) -> Cost:
    """Run commands one after the other and add up what they cost; children they wait for are counted."""
    cost = Cost()
    for command in commands:
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
            begin = time.perf_counter()
            words = [str(word) for word in command]
            process = subprocess.Popen(words, cwd=cwd, stdout=output, stderr=errors, env=environment())
            _, status, usage = os.wait4(process.pid, 0)
            cost.wall += time.perf_counter() - begin
            process.returncode = os.waitstatus_to_exitcode(status)
            cost.cpu += usage.ru_utime + usage.ru_stime
            cost.peak_mb = max(cost.peak_mb, usage.ru_maxrss / 1024)
            for stream in (output, errors):
                stream.seek(0)
            cost.output, cost.errors = output.read(), errors.read()
            if process.returncode:
                sys.exit(f"{command[0]} failed with {process.returncode}:\n{cost.output}\n{cost.errors}")
    return cost


def environment() -> dict[str, str]:
    """As it is, with the package to be found."""
    return os.environ | {"PYTHONPATH": str(ROOT)}


def make_archive(archive: Path, minutes: float) -> None:
    """An archive with one recording of that length: the demo show's speech over and over, with a tag each second."""
    from archive_maker import MadeArchive, MadeSpace, write_archive  # noqa: PLC0415
    from recording_maker import make_recording, split_frames, strip_tags  # noqa: PLC0415

    length = minutes * 60
    turns = [(("host", "kit")[n % 2], 20.0 * n, 20.0 * n + 18) for n in range(int(length / 20))]
    space = MadeSpace(parts=(length,), turns=turns)
    tagged = make_recording(length, turns=turns, participants=space.participants)
    with zipfile.ZipFile(ROOT / "content" / "archives" / "demo.zip") as demo:
        spoken = max(demo.infolist(), key=lambda member: member.file_size)
        frames = split_frames(strip_tags(demo.read(spoken)))[2:-2]
    media = {f"space-{space.id}_0.ts": replace_sound(tagged, frames)}
    write_archive(archive, MadeArchive(spaces=[replace(space, media=media)]))


def replace_sound(tagged: bytes, frames: Sequence[bytes]) -> bytes:
    """The same recording with other frames, in a circle, between the tags."""
    pieces: list[bytes] = []
    number = at = 0
    while at < len(tagged):
        if tagged[at : at + 3] == b"ID3":
            size = 10 + sum(tagged[at + 6 + n] << shift for n, shift in enumerate((21, 14, 7, 0)))
            pieces.append(tagged[at : at + size])
        else:
            size = (tagged[at + 3] & 3) << 11 | tagged[at + 4] << 3 | tagged[at + 5] >> 5
            pieces.append(frames[number % len(frames)])
            number += 1
        at += size
    return b"".join(pieces)


def unpack(archive: Path, into: Path) -> list[str | Path]:
    """The command that unpacks an archive."""
    if shutil.which("unzip"):
        return ["unzip", "-q", "-o", archive, "-d", into]
    return [sys.executable, "-m", "zipfile", "-e", archive, into]


def find_recording(folder: Path) -> Path:
    """The recording in an unpacked archive."""
    return next(folder.rglob("*_0.ts"))


def compare_routes(folder: Path, archive: Path, *, whole_build: bool) -> dict[str, Cost]:
    """From the zip to an episode, each way."""
    python, show, flat = sys.executable, folder / "show", folder / "flat"
    rows = {}
    if whole_build:
        run([python, "-m", "compileall", "-q", ROOT / "site_builder"], cwd=folder)  # as installing it does
        run([python, "-m", "site_builder", "init", show], cwd=folder)
        shutil.copy(archive, show / "content" / "archives")
        rows["spacecast build (zip to site)"] = run([python, "-m", "site_builder", "build", "-C", show], cwd=folder)
    unzip = unpack(archive, flat)
    run(unzip, cwd=folder)
    part = find_recording(flat)
    shutil.copy(part, folder / "space.ts")
    shutil.rmtree(flat)
    rows["spacecast, the audio alone"] = run([python, "-c", COPY_ALONE, "space.ts", "copy.m4a"], cwd=folder)
    quiet: list[str | Path] = ["ffmpeg", "-v", "quiet", "-y", "-i", part]
    rows["unzip, ffmpeg -c copy"] = run(unzip, [*quiet, "-c", "copy", "ffmpeg.m4a"], cwd=folder)
    rows["unzip, ffmpeg to mp3"] = run(unzip, [*quiet, "usual.mp3"], cwd=folder)
    return rows


def compare_loudness(folder: Path) -> dict[str, Cost]:
    """To -16 LUFS, 64 kbit/s mono, each way."""
    python, base = sys.executable, "loudnorm=I=-16:TP=-1:LRA=11"
    ours = run([python, "-c", ENCODE_ALONE, "space.ts", "ours.mp3"], cwd=folder)
    source = ["ffmpeg", "-hide_banner", "-nostats", "-y", "-f", "aac", "-i", "space.ts", "-ac", "1"]
    first = run([*source, "-af", f"{base}:print_format=json", "-f", "null", "-"], cwd=folder)
    said = json.loads(first.errors[first.errors.rindex("{") : first.errors.rindex("}") + 1])
    names = {"I": "input_i", "TP": "input_tp", "LRA": "input_lra", "thresh": "input_thresh"}
    measured = ":".join(f"measured_{name}={said[key]}" for name, key in names.items())
    second = [*source, "-af", f"{base}:{measured}:linear=true", "-ar", "48000", "-b:a", "64k", "theirs.mp3"]
    theirs = run(second, cwd=folder)
    theirs.wall, theirs.cpu = theirs.wall + first.wall, theirs.cpu + first.cpu
    theirs.peak_mb = max(theirs.peak_mb, first.peak_mb)
    rows = {"spacecast to -16 LUFS, mp3": ours, "ffmpeg two-pass loudnorm, mp3": theirs}
    for cost, file in zip(rows.values(), ("ours.mp3", "theirs.mp3"), strict=True):
        cost.output = run([python, "-c", LOUDNESS_OF, file], cwd=folder).output.strip()
    return rows


def make_call(recording: Path, told: Path, minutes: float) -> None:
    """A call of that length, with who speaks when as X tells it, to a second and late, and as it is."""
    from call_maker import CallSpace, encode_sound, load_turns, make_call_recording, mix_at  # noqa: PLC0415
    from recording_maker import split_frames  # noqa: PLC0415

    sound = mix_at(CALL, CALL_SECONDS, noise=-60.0)
    recording.write_bytes(make_call_recording(CallSpace(sound=sound, seconds=minutes * 60)))
    loop = len(split_frames(encode_sound(sound))) * 1024 / 48_000
    spoken = [turn for turn in load_turns() if turn["end"] < CALL_SECONDS]
    people = list(CALL)
    turns: dict[str, list[dict[str, float]]] = {"true": [], "told": []}
    for begin in (number * loop for number in range(int(minutes * 60 / loop))):
        for turn in spoken:
            edges = [begin + turn[edge] for edge in ("start", "end")]
            for kind, (start, end) in (("true", edges), ("told", map(math.ceil, edges))):
                turns[kind].append({"speaker": people.index(turn["who"]), "start": start, "end": end})
    turns["told"] = [turn for turn in turns["told"] if turn["start"] < turn["end"]]
    told.write_text(json.dumps(turns))


def compare_voices(folder: Path, minutes: float, jobs: int) -> dict[str, Cost]:
    """Every voice equally loud, in MP3."""
    python, part, told = sys.executable, folder / "call.aac", folder / "call.json"
    in_a_process(make_call, part, told, minutes)
    ours = run([python, "-c", VOICES_ALONE, part, told, "call.mp3", str(jobs)], cwd=folder)
    ours.output = run([python, "-c", VOICES_OF, "call.mp3", told], cwd=folder).output.strip()
    return {"spacecast, voices to -16 LUFS, mp3": ours}


def in_a_process(function: Callable[..., None], *arguments: object) -> None:
    """Call it in a process of its own: what this one has ever held would count as the peak of those it starts."""
    maker = multiprocessing.get_context("spawn").Process(target=function, args=arguments)
    maker.start()
    maker.join()


def show_rows(title: str, rows: dict[str, Cost], notes: bool = False) -> None:
    """Print one group; ratios are to its first row."""
    own = next(iter(rows.values())).wall
    print(f"\n{title:<34}{'wall s':>8}{'CPU s':>8}{'peak MB':>9}{'ratio':>8}")
    for name, cost in rows.items():
        note = f"  {cost.output}" if notes else ""
        print(f"{name:<34}{cost.wall:>8.2f}{cost.cpu:>8.2f}{cost.peak_mb:>9.0f}{cost.wall / own:>7.1f}x{note}")


def main() -> None:
    """Run the comparisons that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=60, help="length of the recording (default: 60)")
    parser.add_argument("--audio-only", action="store_true", help="leave out the build of a whole site")
    parser.add_argument("--skip-loudness", action="store_true", help="leave out the slow loudnorm comparison")
    parser.add_argument("--voices-only", action="store_true", help="nothing but the call whose voices are evened out")
    parser.add_argument("--jobs", type=int, default=0, help="cores for that call (default: all)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archive = folder / "twitter-2026-10-18-hour.zip"
        if chosen.voices_only:
            show_rows("voices", compare_voices(folder, chosen.minutes, chosen.jobs), notes=True)
            return
        in_a_process(make_archive, archive, chosen.minutes)
        print(f"{chosen.minutes:g} minutes, {archive.stat().st_size / 1e6:.0f} MB archive, {os.cpu_count()} cores")
        show_rows("from archive to episode", compare_routes(folder, archive, whole_build=not chosen.audio_only))
        if not chosen.skip_loudness:
            show_rows("loudness", compare_loudness(folder), notes=True)
            show_rows("voices", compare_voices(folder, chosen.minutes, chosen.jobs), notes=True)


if __name__ == "__main__":
    main()
