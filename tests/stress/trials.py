"""Kills, full disks, read-only folders and input errors: `make stress`, or `python tests/stress/trials.py --kills 20`.

What is tried: builds, deploys and transcribing that are killed at work (hits are counted, not kills); builds and
imports on disks of many sizes, nearly all too small; builds with each folder read-only; builds while reading, writing,
creating, moving or syncing files fails with EIO from some call on (a C compiler is needed); a studio that is killed
while it saves, takes pictures in and publishes; an archive of 20 GB dropped into it (it needs that room on the disk).
Whatever happens is told in a sentence, and the next command gives the bytes of a clean build. At last the install
line, the studio and a deploy of 600 MB to GitHub in a root with Python alone (an administrator, pip's index and git
are needed), killed twenty times: the old site is whole each time, memory bounded, and the token nowhere to be seen.

Disks and read-only folders are mounts where this user may mount, else limits and permissions.

The whole run takes about an hour on two cores that do other things as well.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent / "support"), str(HERE)]

from archive_maker import write_archive  # noqa: E402 -- after the path is set
from disks import break_disk, fill_disk_while_building, fill_disk_while_importing, write_nowhere  # noqa: E402
from github_deploys import deploy_from_python_alone  # noqa: E402
from kills import kill_builds, kill_deploys  # noqa: E402
from show_runner import build, make_show, make_two_spaces  # noqa: E402
from studio import drop_large_archive, kill_studio  # noqa: E402
from transcribing import kill_transcribing  # noqa: E402

Trial = Callable[[], tuple[str, list[str]]]


def list_studio_trials(show: Path, folder: Path, kills: int, gigabytes: int) -> Iterator[tuple[str, Trial]]:
    """The same, for the studio."""

    def try_kills() -> tuple[str, list[str]]:
        hits, wrong = kill_studio(show, folder, kills)
        return f"{hits} kills of a studio that saves and publishes", wrong

    def try_large() -> tuple[str, list[str]]:
        most, wrong = drop_large_archive(folder, gigabytes)
        return f"an archive of {gigabytes} GB took {most / 1e6:.0f} MB of memory", wrong

    yield from {"studio": try_kills, "large": try_large}.items()


def list_speech_trials(folder: Path, kills: int) -> Iterator[tuple[str, Trial]]:
    """The same, for words."""

    def try_kills() -> tuple[str, list[str]]:
        all_kills, wrong = kill_transcribing(folder, kills)
        return f"{kills} of {all_kills} kills hit transcribing at work", wrong

    yield "words", try_kills


def list_github_trials(folder: Path, kills: int, megabytes: int) -> Iterator[tuple[str, Trial]]:
    """From a root with Python alone to GitHub."""
    yield "github", lambda: deploy_from_python_alone(folder, megabytes, kills)


def list_trials(show: Path, folder: Path, *, kills: int, deploys: int, levels: int) -> Iterator[tuple[str, Trial]]:
    """Name, and what to do for it: says what was tried, and what was wrong."""

    def try_kills() -> tuple[str, list[str]]:
        all_kills, wrong = kill_builds(show, folder, kills)
        return f"{kills} of {all_kills} kills hit a build at work", wrong

    def try_deploys() -> tuple[str, list[str]]:
        hits, wrong = kill_deploys(deploys)
        return f"{hits} kills hit a deploy at work", wrong

    def try_full_disks() -> tuple[str, list[str]]:
        command = "ffmpeg -v error -f lavfi -i sine=440:duration=6 -ac 1 -b:a 64k".split()  # noqa: SIM905
        subprocess.run([*command, folder / "tone.mp3"], check=True)
        wrong = fill_disk_while_building(show, folder, levels)
        wrong += fill_disk_while_importing((folder / "tone.mp3").read_bytes(), folder, levels)
        return f"{levels} sizes of a disk for build, {levels} for import", wrong

    def try_read_only() -> tuple[str, list[str]]:
        tried, wrong = write_nowhere(show, folder)
        return f"{tried} folders read-only", wrong

    def try_errors() -> tuple[str, list[str]]:
        if not shutil.which("cc"):
            return "nothing, for there is no C compiler", []
        tried, wrong = break_disk(show, folder, max(levels // 2, 1))
        return f"{tried} builds with input and output errors", wrong

    yield from {"kills": try_kills, "deploys": try_deploys, "full": try_full_disks}.items()
    yield from {"read-only": try_read_only, "eio": try_errors}.items()


def main() -> None:
    """Try, print, and fail where something was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200, help="Kills that hit a build.")
    parser.add_argument("--deploys", type=int, default=50, help="Kills that hit a deploy, at least.")
    parser.add_argument("--levels", type=int, default=20, help="Sizes of a disk.")
    parser.add_argument("--only", nargs="*", help="kills, deploys, full, read-only, eio, studio, large, words, github")
    parser.add_argument("--studios", type=int, default=50, help="Kills of a studio.")
    parser.add_argument("--hearings", type=int, default=30, help="Kills that hit transcribing.")
    parser.add_argument("--gigabytes", type=int, default=20, help="Of the archive that is dropped into the studio.")
    parser.add_argument("--megabytes", type=int, default=600, help="Of audio that goes to GitHub.")
    parser.add_argument("--pushes", type=int, default=20, help="Deploys to GitHub that are killed.")
    chosen = parser.parse_args()
    root, failed = Path(tempfile.mkdtemp(prefix="stress-")), False
    show = make_show(root / "show", write_archive(root / "two.zip", make_two_spaces()))
    build(show)
    numbers = {name: getattr(chosen, name) for name in ("kills", "deploys", "levels")}
    trials = [
        *list_trials(show, root / "tried", **numbers),
        *list_studio_trials(show, root / "tried", chosen.studios, chosen.gigabytes),
        *list_speech_trials(root / "tried", chosen.hearings),
        *list_github_trials(root / "tried", chosen.pushes, chosen.megabytes),
    ]
    for name, attempt in trials:
        if chosen.only and name not in chosen.only:
            continue
        (root / "tried").mkdir()
        began = time.monotonic()
        tried, wrong = attempt()
        print(f"{name:10} {tried}: {len(wrong)} findings, {time.monotonic() - began:.0f} s", flush=True)
        print("".join(f"    {finding}\n" for finding in wrong), end="", flush=True)
        shutil.rmtree(root / "tried")
        failed |= bool(wrong)
    shutil.rmtree(root)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
