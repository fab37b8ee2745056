"""Shows that are built once and shared; a test that changes one copies it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from archive_maker import write_archive
from feed_server import Host, serve_files
from show_runner import PRACTICE, build, make_show, make_two_spaces

from site_builder.net import http


@pytest.fixture(scope="session")
def practice_archive() -> Path:
    """The practice archive: three Spaces, of which one has expired."""
    return PRACTICE


@pytest.fixture(scope="session")
def practice(practice_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A show made of the practice archive, dead air kept; built. Not to be changed."""
    show = make_show(tmp_path_factory.mktemp("practice") / "show")
    (show / "content/archives" / practice_archive.name).symlink_to(practice_archive)
    with (show / "config.yaml").open("a") as config:
        config.write("audio:\n  dead_air: keep\n")
    build(show)
    return show


@pytest.fixture(scope="session")
def two_spaces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A zip of two Spaces of 12 s."""
    return write_archive(tmp_path_factory.mktemp("archives") / "two.zip", make_two_spaces())


@pytest.fixture(scope="session")
def pair(two_spaces: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A show of two Spaces, built. Not to be changed."""
    show = make_show(tmp_path_factory.mktemp("pair") / "show", two_spaces)
    build(show)
    return show


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """A web server on loopback; what breaks off is taken up again without a pause."""
    monkeypatch.setattr(http, "_PAUSE", 0.01)
    with serve_files() as host:
        yield host


@pytest.fixture(scope="session")
def mp3(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Six seconds of a tone."""
    file = tmp_path_factory.mktemp("audio") / "tone.mp3"
    command = "ffmpeg -v error -f lavfi -i sine=440:duration=6 -ac 1 -b:a 64k".split()  # noqa: SIM905
    subprocess.run([*command, file], check=True)
    return file.read_bytes()
