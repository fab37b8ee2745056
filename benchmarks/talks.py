"""A show as hosts have it: 60 different talks of 17 minutes in one archive, to a site, cold.

    python benchmarks/talks.py [--talks 60] [--minutes 17] [--rounds 3]

Makes the archive in a temporary folder (the demo show's speech, begun somewhere else in each talk, real tags between
the frames, a title each), then builds it with one process and with two, covers drawn, from nothing each time. Beside
it what moving the same sound costs with other tools: `unzip` and `ffmpeg -c copy`. Prints wall and CPU seconds, the
most memory and what an hour of sound costs; of several rounds the median by wall time.

What one more hour and one more cover cost is told by what builds differ in: of all talks and of half of them, with the
show's cover for all; of all talks with a cover drawn for each.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support"), str(Path(__file__).parent)]

from audio import replace_sound, unpack  # noqa: E402 -- after the path is set
from measuring import Run, run_build  # noqa: E402

_SUBJECTS = ("Flood gauges", "Night trains", "Open kitchens", "Old radios", "River names", "Small museums")
_ENVIRONMENT = {"PYTHONPATH": str(ROOT)}


def make_archive(archive: Path, talks: int, minutes: float) -> None:
    """An archive of that many recordings, no two alike."""
    from archive_maker import START, MadeArchive, MadeSpace, announce, write_archive  # noqa: PLC0415
    from recording_maker import UNIX_EPOCH_IN_NTP, make_recording, split_frames, strip_tags  # noqa: PLC0415

    length = minutes * 60
    turns = [(("host", "kit")[n % 2], 20.0 * n, 20.0 * n + 18) for n in range(int(length / 20))]
    with zipfile.ZipFile(ROOT / "content" / "archives" / "demo.zip") as demo:
        spoken = max(demo.infolist(), key=lambda member: member.file_size)
        frames = split_frames(strip_tags(demo.read(spoken)))[2:-2]
    spaces, tweets = [], []
    for number in range(talks):
        start, first = START + timedelta(days=number - talks), 97 * number % len(frames)
        began = start.timestamp() + UNIX_EPOCH_IN_NTP
        tagged = make_recording(length, turns=turns, participants=["kit"], ntp_start=began)
        sound = replace_sound(tagged, frames[first:] + frames[:first])
        space = MadeSpace(id=f"1dGxTalk{number:05d}", start=start, parts=(length,), turns=turns)
        spaces.append(replace(space, media={f"space-{space.id}_0.ts": sound}))
        tweets.append(announce(space, f"{_SUBJECTS[number % len(_SUBJECTS)]}, part {number + 1}"))
    write_archive(archive, MadeArchive(spaces=spaces, tweets=tweets))


def _make_apart(folder: Path, talks: int, minutes: float) -> Path:
    """An archive, made by another process: what this one has ever held would count as the peak of those it starts."""
    archive = folder / str(talks) / "twitter-2026-10-18-talks.zip"
    archive.parent.mkdir()
    maker = get_context("spawn").Process(target=make_archive, args=(archive, talks, minutes))
    maker.start()
    maker.join()
    return archive


def build_show(folder: Path, archive: Path, jobs: int, covers: str = "draw") -> Run:
    """From the archive to a site in a new show; with `covers: show` no episode has a cover of its own."""
    show = folder / "show"
    shutil.rmtree(show, ignore_errors=True)
    program = [sys.executable, "-m", "site_builder"]
    run_build([*program, "init", str(show)], show, _ENVIRONMENT)
    config = show / "config.yaml"
    config.write_text(config.read_text("utf-8").replace("show:\n", f"show:\n  episode_covers: {covers}\n", 1), "utf-8")
    shutil.copy(archive, show / "content" / "archives")
    return run_build([*program, "-C", str(show), "build", "--jobs", str(jobs)], show / "output", _ENVIRONMENT)


def copy_sound(folder: Path, archive: Path) -> Run:
    """Unpack everything, and put each recording into a container that apps play."""
    flat = folder / "flat"
    shutil.rmtree(flat, ignore_errors=True)
    script = folder / "copy.sh"
    unzip = " ".join(f"'{word}'" for word in unpack(archive, flat))
    script.write_text(
        f"set -e\nmkdir '{flat}'\n{unzip}\nfor part in '{flat}'/data/spaces_media/*.ts; do\n"
        '  ffmpeg -v quiet -y -i "$part" -c copy "${part%.ts}.m4a"\ndone\n'
    )
    return run_build(["sh", str(script)], flat, _ENVIRONMENT)


def list_rows(folder: Path, archive: Path) -> Iterator[tuple[str, Callable[[], Run]]]:
    """What is measured."""
    yield "spacecast, one process", lambda: build_show(folder, archive, 1)
    yield "spacecast, two processes", lambda: build_show(folder, archive, 2)
    if shutil.which("ffmpeg"):
        yield "unzip, ffmpeg -c copy", lambda: copy_sound(folder, archive)


def measure_more(
    folder: Path, archives: Sequence[Path], talks: int, minutes: float, rounds: int
) -> tuple[float, float]:
    """CPU seconds of one more hour of sound, and of one more drawn cover; `archives` of all talks and of half."""
    whole, half = archives
    kinds = [(whole, "draw"), (whole, "show"), (half, "show")]
    drawn, bare, fewer = (
        median(build_show(folder, archive, 1, covers).cpu for _ in range(rounds)) for archive, covers in kinds
    )
    return (bare - fewer) / ((talks - talks // 2) * minutes / 60), (drawn - bare) / talks


def main() -> None:
    """Make archives, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--talks", type=int, default=60)
    parser.add_argument("--minutes", type=float, default=17)
    parser.add_argument("--rounds", type=int, default=1)
    chosen = parser.parse_args()
    hours = chosen.talks * chosen.minutes / 60
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archives = [_make_apart(folder, count, chosen.minutes) for count in (chosen.talks, chosen.talks // 2)]
        megabytes = archives[0].stat().st_size / 1e6
        print(f"{chosen.talks} talks, {hours:.1f} h, {megabytes:.0f} MB archive, {os.cpu_count()} cores")
        print(f"\n{'':<28}{'wall s':>8}{'CPU s':>8}{'MB':>6}{'written':>9}{'CPU s an hour of sound':>24}")
        for title, measure in list_rows(folder, archives[0]):
            runs = sorted((measure() for _ in range(chosen.rounds)), key=lambda run: run.seconds)
            run = runs[len(runs) // 2]
            figures = f"{run.seconds:>8.1f}{run.cpu:>8.1f}{run.megabytes:>6.0f}{run.written:>9}"
            print(f"{title:<28}{figures}{run.cpu / hours:>24.2f}", flush=True)
        hour, cover = measure_more(folder, archives, chosen.talks, chosen.minutes, chosen.rounds)
        print(f"\nOne more hour of sound: {hour:.2f} CPU s. A drawn cover with its sizes and card: {cover:.3f} CPU s.")


if __name__ == "__main__":
    main()
