"""One show of N episodes built by spacecast, and the same episodes by Hugo: how long, how much memory, how many files.

    python benchmarks/site.py 100 1000 10000 [--rounds 3] [--jobs 2] [--hugo plain,equal,drawn,search] [--folder DIR]

Makes all sites in a temporary folder and builds each in turn, in processes of their own: cold, nothing changed, one
note edited, one title changed, one tag changed, a template changed. Prints, as rows of a Markdown table, medians of
wall and CPU seconds, the most memory that all processes of a build had at once, how many files were written, and how
many times as long spacecast took in the same run; then, of several sizes, by how much memory grows with each episode.

Before a cold build the old output is moved aside, not deleted: on ext4 deleting it would slow down what follows.

`--hugo` says what to compare with (`none`: nothing):

    plain   plain pages: no player, nothing to embed, no grouped lists, a shorter feed; what Hugo does at its quickest
    equal   pages with the same content as ours, waveform and lanes calculated by Hugo's templates
    drawn   the same, waveform and lanes already drawn in the front matter; what drawing costs is left out
    search  as `equal`, then Pagefind, as spacecast makes a search index as well

Afterwards it is checked that all really made N pages and N feed items, and that the equal ones are equal to ours.
"""

from __future__ import annotations

import argparse
import compileall
import os
import platform
import re
import shlex
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from itertools import count, islice, pairwise
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support"), str(Path(__file__).parent)]

import hugo_site  # noqa: E402
from big_show import URL, BigEpisode, make_episode, render_index, write_show  # noqa: E402
from equal_sites import find_differences  # noqa: E402
from measuring import Run, run_build  # noqa: E402

RIVALS = ("plain", "equal", "drawn", "search")
_NUMBERS = count()
_MOST_DIFFERENCES = 20


@dataclass(kw_only=True)
class Builder:
    """A site and how to build, change and look at it."""

    name: str
    command: Sequence[str]
    output: Path
    caches: Sequence[Path] = ()
    episode: BigEpisode
    """The one that is edited, as it is now."""
    note: Path
    """Its file."""
    render: Callable[[BigEpisode], str]
    """What is in that file."""
    template: Path
    """The template that all pages are made from."""
    tags: Sequence[str]
    """Those of other episodes: what a tag may be changed to."""
    environment: Mapping[str, str] = field(default_factory=dict)
    is_equal: bool = True
    """Whether its pages are meant to say what those of spacecast say."""
    edits: int = 0
    """How many there were; the same for all builders, so that their sites stay equal."""

    def run(self) -> Run:
        """Builds once."""
        return run_build(self.command, self.output, self.environment)

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
        self._edit(notes=f"{self.episode.notes}\nA sentence more, number {self.edits}.\n")

    def edit_title(self) -> None:
        """Another title for one episode."""
        self._edit(title=f"Renamed {self.edits}")

    def edit_tag(self) -> None:
        """One episode has another tag than before, which other episodes have."""
        self._edit(tags=(*self.episode.tags[:3], self.tags[self.edits % len(self.tags)]))

    def edit_template(self) -> None:
        """Other HTML on all pages."""
        self.edits += 1
        text = re.sub(r'<html( data-n="\d+")?', f'<html data-n="{self.edits}"', self.template.read_text())
        self.template.write_text(text)

    def _edit(self, *, notes: str = "", title: str = "", tags: tuple[str, ...] = ()) -> None:
        now = self.episode
        self.edits += 1
        self.episode = replace(now, notes=notes or now.notes, title=title or now.title, tags=tags or now.tags)
        self.note.write_text(self.render(self.episode))


SCENES: Mapping[str, Callable[[Builder], None]] = {
    "cold": Builder.set_aside,
    "nothing changed": Builder.settle,
    "one note edited": Builder.edit_note,
    "one title changed": Builder.edit_title,
    "one tag changed": Builder.edit_tag,
    "a template changed": Builder.edit_template,
}
Runs = Mapping[tuple[str, str], Sequence[Run]]
"""Those of a scene and a builder."""


def make_builders(folder: Path, episodes: Sequence[BigEpisode], *, jobs: int, rivals: Sequence[str]) -> list[Builder]:
    """All sites, ready to be built; ours is the first."""
    makers = {
        "plain": partial(_make_hugo, name="Hugo, plain pages", theme="plain"),
        "equal": partial(_make_hugo, name="Hugo, equal pages", theme="equal"),
        "drawn": partial(_make_hugo, name="Hugo, equal pages, drawings given", theme="drawn"),
        "search": partial(_make_hugo, name="Hugo, equal pages, Pagefind", theme="equal", search=True),
    }
    return [_make_spacecast(folder, episodes, jobs), *(makers[rival](folder, episodes, jobs) for rival in rivals)]


def _make_spacecast(folder: Path, episodes: Sequence[BigEpisode], jobs: int) -> Builder:
    show, middle = folder / "spacecast", episodes[len(episodes) // 2]
    write_show(show, episodes)
    template = show / "templates/base.html"
    template.write_text((ROOT / "templates/base.html").read_text())
    return Builder(
        name="spacecast",
        command=[sys.executable, "-m", "site_builder", "-C", str(show), "build", "--jobs", str(jobs)],
        output=show / "output",
        caches=[show / ".cache"],
        episode=middle,
        note=show / "content/episodes" / middle.folder / "index.md",
        render=render_index,
        template=template,
        tags=_list_other_tags(episodes, middle),
        environment={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""},  # as where it is installed
    )


def _make_hugo(
    folder: Path,
    episodes: Sequence[BigEpisode],
    jobs: int,
    *,
    name: str,
    theme: hugo_site.Theme,
    search: bool = False,
) -> Builder:
    site, middle = folder / name.replace(", ", "-").replace(" ", "-"), episodes[len(episodes) // 2]
    program = hugo_site.install_hugo(Path(tempfile.gettempdir()) / f"hugo-{hugo_site.VERSION}")
    hugo_site.write_hugo_site(site, episodes, theme)
    command = [str(program), "--source", str(site), "--quiet"]
    return Builder(
        name=name,
        command=_and_then(command, hugo_site.make_search_command(site)) if search else command,
        output=site / "public",
        caches=[site / "resources"],
        episode=middle,
        note=hugo_site.find_note(site, middle),
        render=lambda episode: hugo_site.render_note(theme, episode, recorded=middle),
        template=site / hugo_site.BASE,
        tags=_list_other_tags(episodes, middle),
        environment={"HUGO_CACHEDIR": str(folder / "hugo-cache"), "HUGO_NUMWORKERMULTIPLIER": str(jobs)},
        is_equal=theme != "plain",
    )


def _and_then(first: Sequence[str], second: Sequence[str]) -> list[str]:
    return ["sh", "-c", f"{shlex.join(first)} && {shlex.join(second)}"]


def _list_other_tags(episodes: Sequence[BigEpisode], middle: BigEpisode) -> list[str]:
    return sorted({tag for episode in episodes for tag in episode.tags} - set(middle.tags)) or ["another"]


def measure(builders: Sequence[Builder], rounds: int) -> Runs:
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


def check(builders: Sequence[Builder], episodes: Sequence[BigEpisode]) -> None:
    """All have a page and a feed item for each episode, and those meant to be equal are.

    Raises:
        SystemExit: they are not; says where.
    """
    ours = builders[0].output
    for builder in builders:
        _check_size(builder, episodes)
        if builder.is_equal and builder.output != ours:
            if found := list(islice(find_differences(ours, builder.output, URL), _MOST_DIFFERENCES)):
                raise SystemExit(f"{builder.name} is not equal to spacecast:\n" + "\n".join(found))
            print(f"{builder.name}: equal to spacecast")


def _check_size(builder: Builder, episodes: Sequence[BigEpisode]) -> None:
    pages = sum((builder.output / f"episodes/{episode.slug}/index.html").is_file() for episode in episodes)
    items = (builder.output / "feed.xml").read_bytes().count(b"<item>")
    if not pages == items == len(episodes):
        raise SystemExit(f"{builder.name}: {pages} pages and {items} feed items for {len(episodes)} episodes")
    files = [path for path in builder.output.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    html = sum(path.suffix == ".html" for path in files)
    feed = (builder.output / "feed.xml").stat().st_size / 1e6
    print(f"{builder.name}: {pages} episodes, {html} pages, {len(files)} files, {size:.1f} MB, feed {feed:.1f} MB")


def render_times(episodes: int, builders: Sequence[Builder], runs: Runs) -> Iterator[str]:
    """The rows of a Markdown table of one size."""
    yield f"| {episodes:,} episodes | | wall s | CPU s | MB | written | spacecast takes |"
    yield "|---|---|---|---|---|---|---|"
    for scene in SCENES:
        ours = _median(runs[scene, builders[0].name], "seconds")
        for builder in builders:
            taken = runs[scene, builder.name]
            seconds = _median(taken, "seconds")
            ratio = f"× {ours / seconds:.2f}" if builder is not builders[0] else ""
            yield (
                f"| {scene if builder is builders[0] else ''} | {builder.name} | {seconds:.2f} | "
                f"{_median(taken, 'cpu'):.2f} | {_median(taken, 'megabytes'):,.0f} | "
                f"{_median(taken, 'written'):,.0f} | {ratio} |"
            )


def render_growth(measured: Mapping[int, Runs], names: Sequence[str]) -> Iterator[str]:
    """The rows of a Markdown table of what an episode more takes, from each size to the next."""
    yield "| kB for each episode more | | cold | any build |"
    yield "|---|---|---|---|"
    for (fewer, small), (more, large) in pairwise(sorted(measured.items())):
        for name in names:
            grown = [
                1000 * (_find_most(large, name, scenes) - _find_most(small, name, scenes)) / (more - fewer)
                for scenes in (["cold"], SCENES)
            ]
            yield f"| {fewer:,} to {more:,} | {name} | {grown[0]:.0f} | {grown[1]:.0f} |"


def _find_most(runs: Runs, name: str, scenes: Sequence[str] | Mapping[str, object]) -> float:
    return max(_median(runs[scene, name], "megabytes") for scene in scenes)


def _median(runs: Sequence[Run], name: str) -> float:
    return float(statistics.median(getattr(run, name) for run in runs))


def _describe_machine() -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("jinja2", "markdown", "lxml", "pyyaml", "pydantic"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, Hugo {hugo_site.VERSION}, Pagefind {version('pagefind')}, {libraries}"
    )


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("episodes", type=int, nargs="+", help="how many; several numbers for several shows")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--hugo", type=_read_rivals, default=RIVALS, help=f"some of {','.join(RIVALS)}, or none")
    parser.add_argument("--folder", type=Path, help="where to work; the default is a temporary folder")
    return parser.parse_args()


def _read_rivals(text: str) -> tuple[str, ...]:
    names = () if text == "none" else tuple(text.split(","))
    if unknown := set(names) - set(RIVALS):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))} is none of {', '.join(RIVALS)}, none")
    return names


def measure_size(number: int, options: argparse.Namespace) -> tuple[Sequence[Builder], Runs]:
    """Makes, builds and checks the sites of one size, and shows what they took."""
    episodes = [make_episode(each) for each in range(number)]
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="site-benchmark-") as folder:
        builders = make_builders(Path(folder), episodes, jobs=options.jobs, rivals=options.hugo)
        runs = measure(builders, options.rounds)
        print("", *render_times(number, builders, runs), "", sep="\n", flush=True)
        check(builders, episodes)
    return builders, runs


def main() -> None:
    options = _read_options()
    print(f"{_describe_machine()}; rounds: {options.rounds}, jobs: {options.jobs}")
    compileall.compile_dir(ROOT / "site_builder", quiet=1)  # as installing it does
    measured: dict[int, Runs] = {}
    for number in options.episodes:
        builders, measured[number] = measure_size(number, options)
    if len(measured) > 1:
        print("", *render_growth(measured, [builder.name for builder in builders]), sep="\n")


if __name__ == "__main__":
    main()
