"""Killed at any moment, and then built: the same bytes as a build that nobody disturbed."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path

import pytest
from show_runner import build, copy_show, edit, find_bundle, make_show, read_show, read_tree, spacecast, start_spacecast

ROUNDS = 2


def kill_within(seconds: float, *arguments: object) -> bool:
    """Start a command and kill it (as `kill -9` does) after a while; whether it was still at work."""
    with start_spacecast(*arguments) as process:
        time.sleep(seconds)
        process.kill()
        process.communicate()
    return process.returncode == -9


def moments(seed: int) -> list[float]:
    """When to kill, in seconds after the start: most of the work happens between 0.3 and 1.3 s."""
    chance = random.Random(seed)
    return [chance.uniform(0.25, 1.4) for _ in range(ROUNDS)]


@pytest.mark.parametrize("seed", [1, 2])
def test_first_build_killed(pair: Path, two_spaces: Path, tmp_path: Path, seed: int) -> None:
    """Extraction and first build, killed several times over."""
    show = make_show(tmp_path / "show", two_spaces)
    hits = [kill_within(moment, "-C", show, "build", "--jobs", "2") for moment in moments(seed)]
    build(show)
    assert read_show(show) == read_show(pair), f"seed {seed}, killed at {moments(seed)}, {hits}"
    assert not [path for path in read_tree(show) if "/.part-" in path or "/.new-" in path]


@pytest.mark.parametrize("seed", [3])
def test_extract_killed(pair: Path, two_spaces: Path, tmp_path: Path, seed: int) -> None:
    """`extract`, killed: what is there is whole, and the next one ends as if nothing had happened."""
    show = make_show(tmp_path / "show")
    for moment in moments(seed):
        kill_within(moment, "-C", show, "extract", two_spaces)
        for folder in (show / "content/episodes").iterdir():
            if not folder.name.startswith("."):
                names = {file.name for file in folder.iterdir()}
                assert names == {"index.md", "space.json", "recording-0.aac"}
    assert spacecast("-C", show, "extract", two_spaces).code == 0
    build(show)
    assert read_show(show) == read_show(pair), f"seed {seed}"


@pytest.mark.parametrize("seed", [4, 5])
def test_rebuild_killed(pair: Path, tmp_path: Path, seed: int) -> None:
    """A build that changes and removes much, killed: edits, a refusal, a withdrawal."""
    clean = _change(copy_show(pair, tmp_path / "clean"))
    build(clean)
    show = _change(copy_show(pair, tmp_path / "show"))
    hits = [kill_within(moment, "-C", show, "build") for moment in moments(seed)]
    report = build(show)
    assert report["warnings"] == []
    assert read_show(show) == read_show(clean), f"seed {seed}, killed at {moments(seed)}, {hits}"


def _change(show: Path) -> Path:
    edit(find_bundle(show, "2026-10-09") / "index.md", "\nslug:", "\nmute:\n  - 0:03-0:04\nslug:")
    edit(find_bundle(show, "2026-10-16") / "index.md", "title: Signals", "title: Sygnals")
    shutil.rmtree(show / "output/people")
    assert spacecast("-C", show, "consent", "kit", "refused").code == 0
    return show
