"""The demo show, built: whatever any of its files names is there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from crawler import find_dead_links
from show_runner import PROJECT, build, edit

URL = "https://example.org/lamp-room/"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo show as it is in the repository, built afresh."""
    show = tmp_path_factory.mktemp("demo") / "show"
    try:
        command = ["git", "ls-files", "-z", "--", "config.yaml", "content"]
        listed = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True).stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("the demo show is known from git, which is not here")
    for name in filter(None, listed):
        (show / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, show / name)
    build(show)
    return show


def test_no_link_is_dead(demo: Path) -> None:
    """Pages, styles, pictures, audio, transcripts, chapters, feed, sitemap, oEmbed, manifest, worker."""
    assert len(list((demo / "output").rglob("*.html"))) > 15
    assert find_dead_links(demo / "output", URL) == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("index.html", 'href="archive/"', 'href="archives/"'),
        ("index.html", 'href="#main"', 'href="#men"'),
        ("feed.xml", "/media/", "/medias/"),
        ("sitemap.xml", "lamp-room/archive/", "lamp-room/archives/"),
        ("manifest.webmanifest", "icons/", "icon/"),
        ("sw.js", '"assets/', '"asset/'),
    ],
)
def test_the_crawler_sees_a_dead_link(demo: Path, tmp_path: Path, file: str, old: str, new: str) -> None:
    """A link that is broken on purpose is found, in each kind of file."""
    site = shutil.copytree(demo / "output", tmp_path / "site", copy_function=shutil.copy)
    edit(site / file, old, new)
    assert any(sentence.startswith(f"{file}: ") for sentence in find_dead_links(site, URL))
