"""States of one show, built, audio different in each. Tests deploy one over the other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from archive_maker import write_archive
from github_server import TOKEN, GitHubServer
from PIL import Image
from show_runner import build, copy_show, edit, find_bundle, make_show, make_two_spaces


@pytest.fixture(scope="session")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A show of two episodes, built. Not to be changed."""
    folder = tmp_path_factory.mktemp("deploy")
    show = make_show(folder / "old", write_archive(folder / "two.zip", make_two_spaces()))
    edit(show / "config.yaml", "https://example.org/show/", "https://signals.podcast/show/")
    edit(show / "config.yaml", "podcast@example.org", "ada@signals.podcast")
    build(show)
    return show


@pytest.fixture(scope="session")
def new(old: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same show later: other audio, one page gone, one episode renamed; built. Not to be changed."""
    show = copy_show(old, tmp_path_factory.mktemp("deploy") / "new")
    with (show / "config.yaml").open("a") as config:
        config.write("audio:\n  format: mp3\n")
    (show / "content/pages/about.md").unlink()
    matter = find_bundle(show, "2026-10-09") / "index.md"
    edit(matter, "title: ", "title: Now ")
    build(show)
    return show


@pytest.fixture(scope="session")
def repainted(old: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first show with a photograph for a cover: other audio under the same names; built. Not to be changed."""
    show = copy_show(old, tmp_path_factory.mktemp("deploy") / "repainted")
    bundle = find_bundle(show, "2026-10-09")
    Image.effect_noise((1400, 1400), 60).convert("RGB").save(bundle / "cover.jpg")
    edit(bundle / "index.md", "title: ", "cover: cover.jpg\ntitle: Now ")
    build(show)
    return show


@pytest.fixture(scope="session")
def states(old: Path, new: Path, repainted: Path) -> tuple[Path, ...]:
    """To be deployed in turn: other audio of the same names, then audio of other names."""
    return repainted, old, new, old


@pytest.fixture
def kills() -> int:
    """How often a deploy is killed: `KILLS=50 pytest tests/hosts` for more rounds than are needed every day."""
    return int(os.environ.get("KILLS", "3"))


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubServer]:
    """GitHub on this computer, and a token in the environment."""
    with GitHubServer(tmp_path / "github") as server:
        monkeypatch.setenv("SPACECAST_TEST_GITHUB", server.url)
        monkeypatch.setenv("SPACECAST_GITHUB_TOKEN", TOKEN)
        monkeypatch.setattr("site_builder.net.http._PAUSE", 0.001)
        yield server
