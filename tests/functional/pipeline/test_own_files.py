"""Nothing from outside the show's folder is opened or published, and nothing that is no plain file."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from show_runner import build, copy_show, edit, find_bundle, grep, make_show, make_two_spaces, run_spacecast, spacecast

SECRET = "NobodysBusiness"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A show of two episodes, built."""
    show = make_show(tmp_path_factory.mktemp("pair") / "show", make_two_spaces())
    build(show)
    return show


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the show with files of every kind a show has."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "page.md").write_text(f"---\ntitle: {SECRET}\n---\n{SECRET}\n")
    (folder / "cue.vtt").write_text(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{SECRET}\n")
    (folder / "sheet.css").write_text(f"/* {SECRET} */")
    Image.new("RGB", (1500, 1500), "#123456").save(folder / "x.jpg", comment=SECRET.encode())
    return folder


def _link_cover(show: Path, outside: Path) -> None:
    bundle = find_bundle(show, "2026-10-09")
    (bundle / "c.jpg").symlink_to(outside / "x.jpg")
    edit(bundle / "index.md", "slug:", "cover: c.jpg\nslug:")


def _link_folder_of_cover(show: Path, outside: Path) -> None:
    bundle = find_bundle(show, "2026-10-09")
    (bundle / "art").symlink_to(outside)
    edit(bundle / "index.md", "slug:", "cover: art/x.jpg\nslug:")


def _link(name: str, to: str) -> Callable[[Path, Path], None]:
    def link(show: Path, outside: Path) -> None:
        place = show / name.replace("E/", f"content/episodes/{find_bundle(show, '2026-10-09').name}/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.symlink_to(outside / to)

    return link


LINKS: dict[str, Callable[[Path, Path], None]] = {
    "transcript": _link("E/transcript.vtt", "cue.vtt"),
    "page": _link("content/pages/p.md", "page.md"),
    "cover of an episode": _link_cover,
    "folder of a cover": _link_folder_of_cover,
    "cover of the show": _link("content/cover.jpg", "x.jpg"),
    "asset of the theme": _link("templates/assets/site.css", "sheet.css"),
    "notes": _link("E/index.md", "page.md"),
    "an episode": _link("content/episodes/other", ""),
    "people": _link("content/people.yaml", "page.md"),
    "config": _link("config.yaml", "page.md"),
    "published": _link("content/published.json", "page.md"),
}


@pytest.mark.parametrize("what", LINKS)
def test_what_leads_elsewhere_is_told_and_not_published(what: str, pair: Path, outside: Path, tmp_path: Path) -> None:
    show = copy_show(pair, tmp_path / "show")
    LINKS[what](show, outside)
    run = spacecast("-C", show, "build")
    assert run.code in {1, 2}, run.err
    assert "link" in run.err
    assert grep(show / "output", SECRET) == []
    assert grep(show / ".cache", SECRET) == []


def test_a_link_within_the_show_is_followed(pair: Path, tmp_path: Path) -> None:
    show = copy_show(pair, tmp_path / "show")
    (show / "content/words.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nplainly said\n")
    (find_bundle(show, "2026-10-09") / "transcript.vtt").symlink_to("../../words.vtt")
    build(show)
    assert grep(show / "output", "plainly said")


@pytest.fixture
def special(tmp_path: Path) -> Iterator[dict[str, Callable[[Path], None]]]:
    """Makers of what is no plain file."""
    with socket.socket(socket.AF_UNIX) as listener:

        def bind(place: Path) -> None:
            here = Path.cwd()
            os.chdir(place.parent)  # the path of a socket is short
            listener.bind(place.name)
            os.chdir(here)

        yield {"pipe": os.mkfifo, "socket": bind, "device": lambda place: place.symlink_to("/dev/zero")}


@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
@pytest.mark.parametrize(
    "name",
    [
        "content/pages/f.md",
        "E/index.md",
        "E/transcript.vtt",
        "E/notes.bin",
        "E/recording-0.aac",
        "content/people.yaml",
        "config.yaml",
    ],
)
def test_what_is_no_plain_file_is_not_opened(
    kind: str, name: str, pair: Path, tmp_path: Path, special: dict[str, Callable[[Path], None]]
) -> None:
    show = copy_show(pair, tmp_path / "show")
    place = show / name.replace("E/", f"content/episodes/{find_bundle(show, '2026-10-09').name}/")
    place.unlink(missing_ok=True)
    special[kind](place)
    start = spacecast if kind == "socket" else run_spacecast  # a pipe or a device that is read is read for ever
    run = start("-C", show, "build")
    assert run.code in {1, 2}, run.err
    assert place.name in run.err
    assert "no plain file" in run.err or "link" in run.err
