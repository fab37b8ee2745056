"""Killed at any moment, and then built: the same bytes as a build that nobody disturbed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from interruptions import change_much, kill_within
from show_runner import build, copy_show, edit, find_bundle, make_show, read_show, read_tree, spacecast

ROUNDS = 2


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
    show = change_much(copy_show(pair, tmp_path / "show"))
    clean = copy_show(show, tmp_path / "clean")
    build(clean)
    hits = [kill_within(moment, "-C", show, "build") for moment in moments(seed)]
    report = build(show)
    assert report["warnings"] == []
    assert read_show(show) == read_show(clean), f"seed {seed}, killed at {moments(seed)}, {hits}"


def test_refused_after_it_had_read(pair: Path, tmp_path: Path) -> None:
    """A build that keeps what it read, and is refused before it makes anything, forgets nothing of what was made."""
    show = copy_show(pair, tmp_path / "show")
    build(show, "--published")
    clean = copy_show(show, tmp_path / "clean")
    for each in (show, clean):
        edit(find_bundle(each, "2026-10-09") / "index.md", "\nslug:", "\nmute:\n  - 0:03-0:04\nslug:")
    build(clean)
    index = find_bundle(show, "2026-10-16") / "index.md"
    whole = index.read_text()
    edit(index, "\nslug:", "\ndraft: true\nslug:")  # which a promised episode cannot be
    build_state = (show / ".cache/state.db").read_bytes()
    assert spacecast("-C", show, "build").code == 2
    assert (show / ".cache/state.db").read_bytes() != build_state
    index.write_text(whole)
    assert build(show)["warnings"] == []
    assert read_show(show) == read_show(clean)
