"""From a root with Python alone to GitHub: an archive for the studio, a build, 600 MB of audio, and killed deploys.

What is looked at all the while: memory of all processes together, the token in arguments and environments of processes.
What is looked at in the end: what is served is what was built, byte for byte, and the token is in no file.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import threading
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from archive_maker import START, MadeArchive, MadeSpace, make_files, write_zip
from git_remotes import git
from github_server import TOKEN, Bend, GitHubServer
from online import read_site
from python_root import PythonRoot, make_wheels, may_change_roots
from recording_maker import encode_pcm, make_recording, split_frames
from show_runner import PROJECT, edit, grep
from studio import send_file, wait_for
from studio_runner import RunningStudio, find_family

from site_builder.hosts.manifest import MANIFEST

MOST_MEMORY = 400_000_000
"""Bytes of all processes of a command together."""
PLACE = "you/show"
PAGES = "https://you.github.io/show/"
_EPISODES = 10
_CHANGED = 4
"""Episodes whose audio is another whenever deploys are to be killed; each is a pack, or more than one."""
_RATE, _BIT_RATE = 48000, 512_000
"""As much as fits into a second, for every second of a recording is listened to before it goes online."""
_CIRCLE = 12
"""Seconds of noise, over and over: longer than what compression looks back, so that nothing gets smaller."""
_PACK = 50 << 20
_FEW = 4
"""Of so many kills one lets a pack through, so that there are kills in each."""


@dataclass
class Watch:
    """What is seen of the processes of one command while they run."""

    most: int = 0
    """Bytes of memory of all together; what they share counts once."""
    seen: set[str] = field(default_factory=set)
    """Where the token was: `cmdline`, `environ`."""

    def look(self, pid: int) -> None:
        """At the process and all that came of it."""
        total = 0
        for process in find_family(pid):
            with suppress(OSError):
                total += int(_read(process, "smaps_rollup").partition("\nPss:")[2].split()[0]) * 1024
                self.seen |= {name for name in ("cmdline", "environ") if TOKEN in _read(process, name)}
        self.most = max(self.most, total)


def _read(process: int, name: str) -> str:
    return Path(f"/proc/{process}/{name}").read_bytes().decode(errors="replace")


@contextmanager
def watching(watch: Watch, process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Look at a process until the end of the block, ten times a second."""
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(0.1):
            with suppress(OSError, IndexError, ValueError):
                watch.look(process.pid)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def deploy_from_python_alone(folder: Path, megabytes: int, kills: int) -> tuple[str, list[str]]:
    """All of it; figures in a sentence, and what was wrong."""
    if not may_change_roots():
        return "nothing, for only an administrator of Linux may change roots", []
    folder.mkdir(exist_ok=True)
    root = PythonRoot(folder / "root")
    assert root.find_programs() == {"python3"}, root.find_programs()
    root.install(PROJECT, make_wheels(folder / "wheels"))
    archive = write_large_archive(folder / "twitter-2026-10-18-large.zip", megabytes)
    with GitHubServer(folder / "github") as github:
        return _Journey(root, github, folder).go(archive, kills)


def write_large_archive(path: Path, megabytes: int) -> Path:
    """Ten Spaces with so much sound together, which no compression makes smaller, each another."""
    noise = array("h", random.Random(7).randbytes(4 * _RATE * _CIRCLE))
    circle = split_frames(encode_pcm(noise, bit_rate=_BIT_RATE))[4:-2]
    seconds = megabytes * 1e6 / _EPISODES / (sum(map(len, circle)) / len(circle)) * 1024 / _RATE
    spaces = []
    for number in range(_EPISODES):
        turned = circle[number * 7 :] + circle[: number * 7]
        name = f"1lDxLnrWjw{number:03}"
        media = make_recording(seconds, turns=[("host", 0, seconds)], frames=turned)
        start = START - timedelta(days=number)
        turns = [("host", 0.0, seconds)]
        spaces.append(
            MadeSpace(id=name, start=start, parts=(seconds,), turns=turns, media={f"space-{name}_0.ts": media})
        )
    return write_zip(path, make_files(MadeArchive(spaces=spaces)), stored=True)


class _Journey:
    def __init__(self, root: PythonRoot, github: GitHubServer, folder: Path) -> None:
        self.root, self.github, self.folder = root, github, folder
        self.show = root.home / "show"
        self.show.mkdir()
        self.wrong: list[str] = []
        self.told: list[str] = []
        self.online: dict[str, str] = {}

    def go(self, archive: Path, kills: int) -> tuple[str, list[str]]:
        self._take_in(archive)
        self._run("build", "-C", "show", "build")
        self._run("deploy", *self._deploy(), "--yes", told=TOKEN)
        self._compare()
        hits = self._kill(kills)
        self._run("deploy", *self._deploy(), told=TOKEN)
        size = self._compare()
        shutil.rmtree(self.root.home / "code")  # the code of tests knows the token
        places = (self.root.home, self.root.place / "tmp", self.github.root)
        self.wrong += [f"the token is in {file}" for place in places for file in grep(place, TOKEN)]
        return f"{size / 1e6:.0f} MB of audio online, {hits} deploys killed; {', '.join(self.told)}", self.wrong

    def _deploy(self) -> list[str]:
        return ["-C", "show", "deploy", f"github://{PLACE}", "--token-stdin"]

    def _take_in(self, archive: Path) -> None:
        watch = Watch()
        with self.root.start("-C", "show", "studio", "--no-browser", "--port", 0) as process, watching(watch, process):
            assert process.stdout
            studio = RunningStudio(process, process.stdout.readline().decode().strip(), self.show).enter()
            assert send_file(studio, archive) == 200
            page = wait_for(studio, "Take selected Spaces")
            studio.post("/start/take", *(("space", id_) for id_ in re.findall(r'name="space" value="(\w+)"', page)))
            wait_for(studio, "Where to go from here")
            for name, value in (("url", PAGES), ("email", "ada@signals.podcast")):
                based_on = studio.digest("/show", "config.yaml")
                assert studio.post("/show", (name, value), based_on=based_on, page="/show").status == 200
            process.terminate()
        self._judge("studio", watch)

    def _run(self, name: str, *words: str, told: str = "") -> None:
        watch, began = Watch(), time.monotonic()
        with self.root.start(*words, SPACECAST_TEST_GITHUB=self.github.url) as process, watching(watch, process):
            out, err = process.communicate(f"{told}\n".encode())
        said = (out + err).decode()
        assert process.returncode in {0, 1}, said
        self.wrong += [f"{name} says {word!r}: {said}" for word in (TOKEN, "Traceback") if word in said]
        self._judge(f"{name} {time.monotonic() - began:.0f} s", watch)

    def _judge(self, name: str, watch: Watch) -> None:
        self.told.append(f"{name} {watch.most / 1e6:.0f} MB")
        print(f"           {self.told[-1]}", flush=True)
        self.wrong += [f"{name}: the token is in {place} of a process" for place in sorted(watch.seen)]
        if watch.most > MOST_MEMORY:
            self.wrong.append(f"{name} took {watch.most / 1e6:.0f} MB of memory")

    def _compare(self) -> int:
        """What is served with what was built; bytes of audio."""
        clone = self.github.clone(PLACE, self.folder / "clone")
        served, built = read_site(clone), read_site(self.show / "output")
        if {path: content for path, content in served.items() if path != MANIFEST} != built:
            self.wrong.append("what is served is not what was built")
        self.online = self._read_branch()
        return sum(len(content) for path, content in served.items() if path.startswith("media/"))

    def _read_branch(self) -> dict[str, str]:
        """Path to digest of all that is online, every byte of which must be there."""
        place = self.github.root / f"{PLACE}.git"
        lines = git(place, "ls-tree", "-r", "gh-pages").splitlines()
        listed = {path: digest for digest, path in (line.split(None, 2)[2].split("\t") for line in lines)}
        known = subprocess.run(
            ["git", "-C", place, "cat-file", "--batch-check"],
            input="\n".join(listed.values()),
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        self.wrong += [f"online lacks {line}" for line in known.splitlines() if " blob " not in line]
        return listed

    def _kill(self, kills: int) -> int:
        """Deploys of other audio, killed in every pack and between, which leave the old site or the new; the hits."""
        self._change(0)
        hits = 0
        for number in range(kills):
            pushes = 0

            def kill(method: str, path: str, number: int = number) -> Bend | None:
                nonlocal pushes
                if path.endswith("git-receive-pack") and method == "POST":
                    pushes += 1
                    if pushes > (number % _FEW == 0):
                        process.kill()
                        return Bend(after=random.Random(number).randrange(_PACK))
                return None

            self.github.bend = kill
            with self.root.start(*self._deploy(), SPACECAST_TEST_GITHUB=self.github.url) as process:
                _, err = process.communicate(f"{TOKEN}\n".encode())
            hits += process.returncode < 0
            if TOKEN in err.decode():
                self.wrong.append(f"kill {number + 1}: the token was told")
            if self._read_branch() != self.online:  # it came through, or was killed after its last word
                self._compare()
                self._change(number + 1)
        self.github.bend = lambda method, path: None
        return hits

    def _change(self, number: int) -> None:
        """Some audio files are others: their episodes have other titles, which stand in their tags."""
        for bundle in sorted((self.show / "content/episodes").iterdir())[:_CHANGED]:
            edit(bundle / "index.md", "title: ", f"title: {number} ")
        self.root.run("-C", "show", "build")
