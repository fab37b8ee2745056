"""A build that has nothing to do loads next to nothing. Modules are listed, not timed: time depends on the machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from big_show import make_episode, write_show
from show_runner import PROJECT, build, spacecast

OURS = {
    *("__init__", "__main__", "cli", "cli.arguments", "cli.publishing", "cli.failures", "cli.main", "cli.summary"),
    *("cli.options", "cli.options.group", "cli.options.examples", "cli.options.verbosity"),
    *("cli.setup", "cli.setup.commands", "cli.setup.help", "cli.studio"),
    *("build", "build.options", "build.pipeline", "build.up_to_date", "build.report", "build.timings"),
    *("engine", "engine.digests", "engine.snapshot", "engine.stamps", "engine.processes", "engine.processes.forking"),
    "engine.platform",
    *("show", "show.layout", "text", "text.timecode", "errors", "events"),
}
"""Modules of this package that answer "has anything changed?"; whoever adds one adds it to every unchanged build."""
THEIRS = {"click"}
"""Libraries beyond Python's own."""
SLOW = {"asyncio", "concurrent", "email", "ssl", "http", "multiprocessing", "sqlite3", "unittest", "xml", "zoneinfo"}
"""Of Python's own, those that take milliseconds to load."""

FOR_OTHERS = {"pygments", "segno", "http.client", "ssl", "PIL.Image", "av", "encodings.idna", "ruamel"}
"""What a note that was edited has no need of, though others do: code between fences, a page that is not made again."""


def list_modules(*arguments: str) -> set[str]:
    """All that `python -m site_builder …` has imported when it ends; site-packages' start-up files aside."""
    script = (
        "import sys, json, runpy, atexit\n"
        "before = set(sys.modules)\n"
        "atexit.register(lambda: print(json.dumps(sorted(set(sys.modules) - before)), file=sys.stderr))\n"
        f"sys.argv = {['spacecast', *arguments]!r}\n"
        "runpy.run_module('site_builder', run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A show of three episodes, built until nothing is left to do."""
    folder = tmp_path_factory.mktemp("quick") / "show"
    write_show(folder, [make_episode(number) for number in range(3)])
    build(folder, SOURCE_DATE_EPOCH=None)
    build(folder, SOURCE_DATE_EPOCH=None)
    return folder


@pytest.mark.parametrize("arguments", [["--help"], ["build", "--help"], ["build"]], ids=" ".join)
def test_only_what_is_needed_is_imported(show: Path, arguments: list[str]) -> None:
    """Each import costs every single run."""
    modules = list_modules("-C", str(show), *arguments)
    ours = {name.split(".", 1)[1] if "." in name else "__init__" for name in modules if name.startswith("site_builder")}
    others = {name.split(".")[0] for name in modules} - {"site_builder"}
    assert ours <= OURS
    assert others - sys.stdlib_module_names <= THEIRS
    assert not others & SLOW


def test_an_unchanged_show_is_neither_parsed_nor_rendered(show: Path) -> None:
    """What would fail if it were read is not read: the quick answer compares stats and digests only."""
    assert build(show, SOURCE_DATE_EPOCH=None)["made"] == []
    modules = list_modules("-C", str(show), "build", "--json")
    assert not {"yaml", "jinja2", "markdown", "lxml", "pydantic", "site_builder.show.load"} & modules


def test_one_edit_makes_only_what_can_differ(show: Path) -> None:
    """A sentence more in one episode's notes: its page, the feed, what lists and searches show of it."""
    index = show / "content/episodes" / make_episode(1).folder / "index.md"
    index.write_text(index.read_text() + "\nOne sentence more.\n")
    made = build(show, SOURCE_DATE_EPOCH=None)["made"]
    assert {path for path in made if not path.startswith("pagefind/")} == {"episodes/episode-1/index.html", "feed.xml"}


def test_an_edited_note_loads_nothing_that_only_others_need(show: Path) -> None:
    """Most of the time that an edit takes goes into loading modules."""
    index = show / "content/episodes" / make_episode(2).folder / "index.md"
    index.write_text(index.read_text() + "\nAnother sentence.\n")
    modules = list_modules("-C", str(show), "build", "--json")
    assert "site_builder.render.notes" in modules
    assert not FOR_OTHERS & modules


def test_a_new_title_reaches_lists_and_neighbours_only(show: Path) -> None:
    """No page that does not show it is made again."""
    index = show / "content/episodes" / make_episode(0).folder / "index.md"
    index.write_text(index.read_text().replace("title: ", "title: Really, ", 1))
    made = build(show, SOURCE_DATE_EPOCH=None)["made"]
    assert "episodes/episode-1/index.html" in made
    assert "episodes/episode-2/index.html" not in made
    assert {"index.html", "archive/index.html", "feed.xml"} <= set(made)
    assert not any(path.startswith(("assets/", "subscribe/")) for path in made)


def test_timings_are_shown(show: Path) -> None:
    """By stage, on standard error; also where there was nothing to do."""
    build(show, SOURCE_DATE_EPOCH=None)
    quick = spacecast("-C", show, "build", "--timings", SOURCE_DATE_EPOCH=None)
    assert "looking for changes" in quick.err
    (show / "config.yaml").touch()
    (show / "content/episodes" / make_episode(2).folder / "index.md").touch()
    long = spacecast("-C", show, "build", "--timings", SOURCE_DATE_EPOCH=None)
    for stage in ("looking for changes", "reading content", "search index", "making pages", "together"):
        assert stage in long.err
