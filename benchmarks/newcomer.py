"""From README's first line to a feed in an app, on a computer with Python and nothing else: waiting, and typing.

    python benchmarks/newcomer.py [--links FOLDER]    needs the test group, git, and pip's index or a FOLDER of wheels

Everything a person does is done by its own command in an empty home, with a PATH that has Python alone (no git, make
or compiler): installed as pipx does it, an archive taken, built, and sent to GitHub's stand-in on this computer with
`deploy github://`. What Pages would serve is served, and an app's parser (podcastparser, gPodder's) follows the feed
and downloads every episode, byte for byte. What is waited for is measured; what a person types, reads and clicks is
counted, and taken at a slow pace (`PACE`, `READING`, `CLICKING`).
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.request import urlopen

import podcastparser

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support")]

from github_server import TOKEN, GitHubServer  # noqa: E402
from online import RangeServer  # noqa: E402

ARCHIVE = ROOT / "content/archives/demo.zip"
PAGES = "https://you.github.io/show/"
PACE = 2.0
"""Letters a second: somebody who looks for each key."""
READING = 200 / 60
"""Words a second."""
CLICKING = {
    "gets uv, or Python with pipx, and this program's file": 120,
    "makes an account at GitHub, and a token there": 180,
}
"""What is done in a browser, in seconds; estimates."""
READ = ("# spacecast", "## Install: one line", "## Your own show in five minutes, with commands")
"""Parts of README that somebody reads on the way, and the manual's part on GitHub without git."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that is typed and waited for."""

    name: str
    typed: str
    waited: float

    @property
    def typing(self) -> float:
        """Seconds."""
        return len(self.typed) / PACE


class Computer:
    """A home in which nothing is but Python."""

    def __init__(self, home: Path) -> None:
        self.home = home
        tools = home / "bin"
        tools.mkdir(parents=True)
        (tools / "python3").symlink_to(Path(sys.executable).resolve())
        self.environment = {"PATH": str(tools), "HOME": str(home), "LANG": "C.UTF-8"}
        self.environment |= {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_"))}
        self.steps: list[Step] = []

    def do(self, name: str, *command: str, typed: str, told: str = "", **environment: str) -> str:
        """Run a command as it was typed, with `told` on standard input."""
        begin = time.monotonic()
        done = subprocess.run(
            command,
            cwd=self.home,
            env={**self.environment, **environment},
            input=told,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in {0, 1}:
            raise SystemExit(f"{name}: {done.stdout}{done.stderr}")
        self.steps.append(Step(name, typed, time.monotonic() - begin))
        return done.stdout


def make_wheel(into: Path) -> Path:
    """The released file."""
    script = f"from hatchling import build; print(build.build_wheel({str(into)!r}))"
    made = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True)
    return into / made.stdout.split()[-1]


def go_online(computer: Computer, wheel: Path, github: GitHubServer, links: str) -> None:
    """README's steps."""
    place = computer.home / "installed"
    index = ["--no-index", "--find-links", links] if links else []
    program = str(place / "bin/spacecast")
    computer.do("an environment", "python3", "-m", "venv", str(place), typed="")
    install = [str(place / "bin/python"), "-m", "pip", "install", "--quiet", *index, f"{wheel}[publish]"]
    computer.do("install", *install, typed=f'uv tool install "./{wheel.name}[publish]"')
    computer.do("doctor", program, "doctor", typed="spacecast doctor")
    answers = ["--title", "Signals", "--author", "Ada", "--url", PAGES, "--email", "ada@signals.podcast"]
    init = [program, "init", "my-show", "--archive", "archive.zip", *answers, "--no-input"]
    shutil.copy(ARCHIVE, computer.home / "archive.zip")
    computer.do(
        "init", *init, typed=f"spacecast init my-show --archive ~/Downloads/{'x' * 60}.zip" + "".join(answers[1::2])
    )
    computer.do("build", program, "-C", "my-show", "build", typed="spacecast -C my-show build")
    computer.do(
        "ask the guests", program, "-C", "my-show", "people", "--ask", typed="spacecast -C my-show people --ask"
    )
    deploy = ["-C", "my-show", "deploy", "github://you/show"]
    options = {"SPACECAST_TEST_GITHUB": github.url}
    typed = f"spacecast {' '.join(deploy)} y"
    computer.do("deploy", program, *deploy, "--yes", "--token-stdin", typed=typed, told=f"{TOKEN}\n", **options)


def subscribe(site: Path) -> tuple[int, int]:
    """What an app does with the address of a feed: episodes, and bytes of audio; all must be those that are online."""
    with RangeServer(site, base="/show") as server:
        with urlopen(f"{server.url}feed.xml") as feed:
            parsed = podcastparser.parse(f"{PAGES}feed.xml", feed)
        size = 0
        for episode in parsed["episodes"]:
            address = episode["enclosures"][0]["url"]
            with urlopen(address.replace(PAGES, server.url)) as audio:
                content = audio.read()
            online = site / address.removeprefix(PAGES)
            if sha256(content).digest() != sha256(online.read_bytes()).digest():
                raise SystemExit(f"{address}: not what is online")
            size += len(content)
    return len(parsed["episodes"]), size


def count_words() -> int:
    """Of what is read on the way."""
    parts = re.split(r"^(?=#+ )", (ROOT / "README.md").read_text("utf-8"), flags=re.MULTILINE)
    manual = re.split(r"^(?=## )", (ROOT / "docs/publish-github-pages.md").read_text("utf-8"), flags=re.MULTILINE)
    read = [part for part in parts if part.startswith(READ)] + [
        part for part in manual if part.startswith("## Without")
    ]
    assert len(read) == len(READ) + 1, "README has other parts now"
    return sum(len(part.split()) for part in read)


def report(steps: Sequence[Step], words: int) -> str:
    """A table in Markdown."""
    lines = ["| step | waiting s | typing s, at 2 letters a second |", "|---|---|---|"]
    lines += [f"| {step.name} | {step.waited:.1f} | {step.typing:.0f} |" for step in steps]
    waited, typed = sum(step.waited for step in steps), sum(step.typing for step in steps)
    lines.append(f"| **all commands** | **{waited:.0f}** | **{typed:.0f}** |")
    reading = words / READING
    lines += [f"| reads {words:,} words of README and manual, 200 a minute | | {reading:.0f} |"]
    lines += [f"| {what} (estimate) | | {seconds} |" for what, seconds in CLICKING.items()]
    total = waited + typed + reading + sum(CLICKING.values())
    return "\n".join([*lines, f"| **all, in minutes** | | **{total / 60:.1f}** |"])


def main() -> None:
    """Print the table; exit code 1 where it takes more than 15 minutes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--links", default="", metavar="FOLDER", help="install from wheels in this folder")
    links = parser.parse_args().links
    with tempfile.TemporaryDirectory() as scratch, GitHubServer(Path(scratch) / "github") as github:
        computer = Computer(Path(scratch) / "home")
        go_online(computer, make_wheel(Path(scratch)), github, links)
        begin = time.monotonic()
        episodes, size = subscribe(github.clone("you/show", Path(scratch) / "served"))
        computer.steps.append(
            Step(
                f"an app subscribes and downloads {episodes} episodes ({size / 1e6:.1f} MB)",
                PAGES,
                time.monotonic() - begin,
            )
        )
    text = report(computer.steps, count_words())
    sys.stdout.write(text + "\n")
    sys.exit(float(re.findall(r"\*\*([\d.]+)\*\* \|$", text)[-1]) > 15)


if __name__ == "__main__":
    main()
