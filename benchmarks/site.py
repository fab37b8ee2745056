"""One show of N episodes built by spacecast, and the same episodes by Hugo: how long, how much memory, how many files.

    python benchmarks/site.py 1000 [--rounds 3] [--jobs 2] [--no-hugo] [--folder DIR]

Makes both sites in a temporary folder and builds each in turn, in processes of their own: cold, nothing changed, one
note edited, one title changed, a template changed. Prints medians of wall and CPU seconds, the most memory that all
processes of a build had at once, and how many files were written; the last column is wall time relative to Hugo in the
same run. Before a cold build the old output is moved aside, not deleted: on ext4 deleting it would slow down what
follows. Afterwards it is checked that both really made N pages and N feed items.

The two do not make quite the same: spacecast's pages hold a player with waveform and turns, and it makes a search
index; the Hugo site has neither.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import count
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(Path(__file__).parent)]

import hugo_site  # noqa: E402
from big_show import BigEpisode, make_episode, write_show  # noqa: E402

_NUMBERS = count()


@dataclass(frozen=True, slots=True)
class Run:
    """What one build took."""

    seconds: float
    cpu: float
    megabytes: float
    """The most that all processes of the build had at once, shared pages counted once."""
    written: int


@dataclass(frozen=True, kw_only=True)
class Builder:
    """A site and how to build, change and look at it."""

    name: str
    folder: Path
    command: Sequence[str]
    output: Path
    caches: Sequence[Path] = ()
    note: Path
    """The file of one episode."""
    template: Path
    """The template that all pages are made from."""
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> Run:
        """Builds once."""
        before = _list_files(self.output)
        start = time.perf_counter()
        process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   env={**os.environ, **self.environment})  # fmt: skip
        watch = _MemoryWatch(process.pid)
        said = process.stdout.read() if process.stdout else b""
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{self.name} failed:\n{said.decode()}")
        after = _list_files(self.output)
        return Run(
            seconds=seconds,
            cpu=usage.ru_utime + usage.ru_stime,
            megabytes=max(watch.stop(), usage.ru_maxrss / 1024),
            written=sum(before.get(path) != mark for path, mark in after.items()),
        )

    def set_aside(self) -> None:
        """As if it had never been built."""
        for path in (self.output, *self.caches):
            if path.exists():
                path.rename(path.with_name(f".aside-{path.name}-{next(_NUMBERS)}"))

    def settle(self) -> None:
        """A first build writes down what it published; the one after it is the first to have nothing to do."""
        self.run()

    def edit_note(self) -> None:
        """A sentence more in the notes of one episode."""
        with self.note.open("a") as file:
            file.write(f"\nA sentence more, number {next(_NUMBERS)}.\n")

    def edit_title(self) -> None:
        """Another title for one episode."""
        text = self.note.read_text()
        self.note.write_text(re.sub("^title: .*$", f"title: Renamed {next(_NUMBERS)}", text, flags=re.MULTILINE))

    def edit_template(self) -> None:
        """Other HTML on all pages."""
        text = re.sub(r'<html( data-n="\d+")?', f'<html data-n="{next(_NUMBERS)}"', self.template.read_text())
        self.template.write_text(text)


SCENES: Mapping[str, Callable[[Builder], None]] = {
    "cold": Builder.set_aside,
    "nothing changed": Builder.settle,
    "one note edited": Builder.edit_note,
    "one title changed": Builder.edit_title,
    "a template changed": Builder.edit_template,
}


class _MemoryWatch:
    """Adds up, every 50 ms, what a process and its children have."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._most = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """The most there was, in MB."""
        self._ended.set()
        self._thread.join()
        return self._most

    def _look(self) -> None:
        while not self._ended.wait(0.05):
            self._most = max(self._most, sum(map(_measure_memory, _find_family(self._pid))) / 1024)


def _find_family(pid: int) -> list[int]:
    with suppress(OSError):
        children = [int(word) for file in Path(f"/proc/{pid}/task").glob("*/children") for word in _read(file).split()]
        return [pid, *(member for child in children for member in _find_family(child))]
    return []


def _read(file: Path) -> str:
    with suppress(OSError):
        return file.read_text()
    return ""


def _measure_memory(pid: int) -> float:
    """KB of a process, what it shares with others by its part."""
    found = re.search(r"^Pss:\s+(\d+)", _read(Path(f"/proc/{pid}/smaps_rollup")), re.MULTILINE)
    return float(found[1]) if found else 0.0


def _list_files(folder: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for path, _, names in os.walk(folder):
        for name in names:
            status = os.stat(f"{path}/{name}")  # noqa: PTH116 -- there are many
            found[f"{path}/{name}"] = (status.st_ino, status.st_mtime_ns)
    return found


def make_builders(folder: Path, episodes: Sequence[BigEpisode], *, jobs: int, hugo: bool) -> list[Builder]:
    """Both sites, ready to be built."""
    middle = episodes[len(episodes) // 2]
    builders = [_make_spacecast(folder, "spacecast", "", episodes, middle, jobs)]
    if hugo:
        site = folder / "hugo"
        program = hugo_site.install_hugo(Path(tempfile.gettempdir()) / f"hugo-{hugo_site.VERSION}")
        hugo_site.write_hugo_site(site, episodes)
        builders.append(
            Builder(
                name="Hugo",
                folder=site,
                command=[str(program), "--source", str(site), "--quiet"],
                output=site / "public",
                caches=[site / "resources"],
                note=hugo_site.find_note(site, middle),
                template=site / hugo_site.BASE,
                environment={"HUGO_CACHEDIR": str(folder / "hugo-cache"), "HUGO_NUMWORKERMULTIPLIER": str(jobs)},
            )
        )
    return builders


def _make_spacecast(
    folder: Path, name: str, config: str, episodes: Sequence[BigEpisode], middle: BigEpisode, jobs: int
) -> Builder:
    show = folder / name.replace(", ", "-").replace(" ", "-")
    write_show(show, episodes)
    with (show / "config.yaml").open("a") as file:
        file.write(config)
    template = show / "templates/base.html"
    template.write_text((ROOT / "templates/base.html").read_text())
    return Builder(
        name=name,
        folder=show,
        command=[sys.executable, "-m", "site_builder", "-C", str(show), "build", "--jobs", str(jobs)],
        output=show / "output",
        caches=[show / ".cache"],
        note=show / "content/episodes" / middle.folder / "index.md",
        template=template,
        environment={"PYTHONPATH": str(ROOT)},
    )


def measure(builders: Sequence[Builder], rounds: int) -> dict[tuple[str, str], list[Run]]:
    """Every scene of every builder, in turn, as often as asked."""
    runs: dict[tuple[str, str], list[Run]] = {}
    for number in range(rounds):
        for scene, prepare in SCENES.items():
            for builder in builders:
                prepare(builder)
                os.sync()
                runs.setdefault((scene, builder.name), []).append(builder.run())
            print(f"round {number + 1}: {scene}", file=sys.stderr)
    return runs


def check(builder: Builder, episodes: Sequence[BigEpisode]) -> None:
    """Both have a page and a feed item for each episode."""
    pages = sum((builder.output / f"episodes/{episode.slug}/index.html").is_file() for episode in episodes)
    items = (builder.output / "feed.xml").read_bytes().count(b"<item>")
    if not pages == items == len(episodes):
        raise SystemExit(f"{builder.name}: {pages} pages and {items} feed items for {len(episodes)} episodes")
    files = [path for path in builder.output.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    html = sum(path.suffix == ".html" for path in files)
    feed = (builder.output / "feed.xml").stat().st_size / 1e6
    print(f"{builder.name}: {pages} episodes, {html} pages, {len(files)} files, {size:.1f} MB, feed {feed:.1f} MB")


def _show(builders: Sequence[Builder], runs: Mapping[tuple[str, str], Sequence[Run]]) -> None:
    print(f"\n{'':20}{'':24}{'wall s':>8}{'CPU s':>8}{'MB':>7}{'written':>9}{'× Hugo':>8}")
    for scene in SCENES:
        rival = next((_median(runs[scene, b.name], "seconds") for b in builders if b.name == "Hugo"), None)
        for builder in builders:
            taken = runs[scene, builder.name]
            seconds = _median(taken, "seconds")
            ratio = f"{seconds / rival:8.2f}" if rival else ""
            print(
                f"{scene:20}{builder.name:24}{seconds:8.2f}{_median(taken, 'cpu'):8.2f}"
                f"{_median(taken, 'megabytes'):7.0f}{_median(taken, 'written'):9.0f}{ratio}"
            )


def _median(runs: Sequence[Run], name: str) -> float:
    return float(statistics.median(getattr(run, name) for run in runs))


def _describe_machine() -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("jinja2", "markdown", "lxml", "pyyaml", "pydantic"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, Hugo {hugo_site.VERSION}, {libraries}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("episodes", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--no-hugo", action="store_true")
    parser.add_argument("--only", default="", help="only builders of this name")
    parser.add_argument("--folder", type=Path, help="where to work; the default is a temporary folder")
    options = parser.parse_args()
    episodes = [make_episode(number) for number in range(options.episodes)]
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="site-benchmark-") as folder:
        builders = make_builders(Path(folder), episodes, jobs=options.jobs, hugo=not options.no_hugo)
        builders = [builder for builder in builders if options.only in {"", builder.name}]
        runs = measure(builders, options.rounds)
        print(_describe_machine())
        for builder in builders:
            check(builder, episodes)
        _show(builders, runs)


if __name__ == "__main__":
    main()
