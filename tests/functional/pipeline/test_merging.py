"""Two shows become one: nobody's answer is lost, and nobody agrees by having made another show."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from archive_maker import MadeArchive, MadeSpace
from show_runner import build, copy_show, edit, find_bundle, grep, make_show, read_feed, spacecast


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A show with an episode in which Kit is heard."""
    show = make_show(tmp_path_factory.mktemp("merging") / "other", MadeArchive(spaces=[MadeSpace()]))
    build(show)
    return show


def test_copied_episodes_wait_for_their_people(other: Path, tmp_path: Path) -> None:
    """Held back, with who it is about; published with the answers of the other show, or once they are entered."""
    show = make_show(tmp_path / "show")
    (show / "content/people.yaml").write_text((other / "content/people.yaml").read_text().split("\nkit")[0])
    shutil.copytree(find_bundle(other), show / "content/episodes/copied")
    report = build(show)
    (skipped,) = report["skipped"]
    assert "Not in content/people.yaml" in skipped["reason"]
    assert "spacecast help merging" in skipped["reason"]
    assert read_feed(show) == []
    assert grep(show / "output", "kit_gauges") == []

    second = copy_show(show, tmp_path / "second")
    edit(second / "config.yaml", "https://example.org/show/", "https://signals.radio/show/")
    edit(second / "config.yaml", "podcast@example.org", "host@signals.radio")
    shutil.copy(other / "content/people.yaml", show / "content/people.yaml")
    assert build(show)["episodes"] == 1
    assert spacecast("-C", second, "people", "--ask").code == 0
    assert "pending" in spacecast("-C", second, "people").out
    assert build(second)["episodes"] == 1


def test_taking_in_an_archive_enters_nobody_else(other: Path, tmp_path: Path) -> None:
    """Whoever is in a copied episode has answered elsewhere: they are not entered as if they had not."""
    show = make_show(tmp_path / "show", MadeArchive(spaces=[MadeSpace(id="1zqKVrlvBkDJB", turns=[("host", 2, 9)])]))
    copied = Path(shutil.copytree(find_bundle(other), show / "content/episodes/copied"))
    edit(copied / "index.md", "slug: ", "slug: copied-")
    (show / "content/people.yaml").write_text("")
    report = build(show)
    assert [entry["reason"].count("Not in content/people.yaml") for entry in report["skipped"]] == [1]
    assert "kit" not in (show / "content/people.yaml").read_text().lower()
