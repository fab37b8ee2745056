"""From an empty folder and an archive to a show: what is chosen is taken, and nothing else is kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from archive_maker import OWNER_NAME, MadeArchive, MadeSpace, write_archive
from http_answer import Answer
from show_runner import make_two_spaces, spacecast
from studio_runner import RunningStudio, start_studio

UPLOADS = ".cache/studio/uploads"
OTHER = "1YqKDoVkzRexV"
"""Id of the second Space."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two Spaces with sound and one without."""
    made = make_two_spaces()
    silent = MadeSpace(id="1ZkKzYvPnWqGB", parts=(), turns=())
    return write_archive(
        tmp_path_factory.mktemp("x") / "twitter-2026-10-18-a.zip", MadeArchive(spaces=[*made.spaces, silent])
    )


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[RunningStudio]:
    """The studio in an empty folder."""
    folder = tmp_path / "my-show"
    folder.mkdir()
    with start_studio(folder) as studio:
        yield studio.enter()


def wait_for(look: Callable[[], Any]) -> Any:
    """What `look` gives once it gives something."""
    for _ in range(300):
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError("it never came")


def send_file(studio: RunningStudio, content: bytes, name: str = "twitter-2026-10-18-a.zip") -> Answer:
    """A form with the file, as a browser without scripts sends it."""
    head = f'--x\r\nContent-Disposition: form-data; name="archive"; filename="{name}"\r\n\r\n'.encode()
    body = head + content + b"\r\n--x--\r\n"
    return studio.ask(
        "/start", "POST", body, origin=studio.origin, content_type="multipart/form-data; boundary=x", accept="text/html"
    )


def look(studio: RunningStudio, content: bytes) -> str:
    """The page with what the archive holds."""
    assert send_file(studio, content).status == 303
    page: str = wait_for(lambda: (page := studio.get("/start").text) and "Take selected Spaces" in page and page)
    return page


def list_files(folder: Path) -> list[str]:
    """All that lies there, folders left out."""
    return sorted(file.name for file in folder.rglob("*") if file.is_file()) if folder.is_dir() else []


def test_what_is_not_chosen_is_not_taken(empty: RunningStudio, archive: Path) -> None:
    page = look(empty, archive.read_bytes())
    assert page.count('type="checkbox"') == 3
    assert page.count('type="checkbox" id="space-3"') == 1
    assert "No sound:" in page
    assert not (empty.show / "config.yaml").exists()  # nothing is made before something is chosen
    kept = list_files(empty.show / UPLOADS)
    assert [name.endswith("-2026-10-18.zip") and "twitter" not in name for name in kept] == [True]
    assert empty.post("/start/take", ("space", OTHER), scripted=False).status == 303
    page = wait_for(lambda: (page := empty.get("/start").text) and "1 Space is here" in page and page)
    (bundle,) = (empty.show / "content/episodes").iterdir()
    assert bundle.name in page
    assert "Say what your show is" in page
    said = (
        (empty.show / "config.yaml")
        .read_text("utf-8")
        .replace("example.com", "ana.fm")
        .replace("example.org", "ana.fm")
    )
    (empty.show / "config.yaml").write_text(said, "utf-8")
    wait_for(lambda: "Say what your show is" not in empty.get("/start").text)  # it is said already
    assert OTHER in (bundle / "space.json").read_text("utf-8")
    assert list_files(empty.show / UPLOADS) == []
    assert list_files(empty.show / "content/archives") == ["README.md", "taken.txt"]
    assert OWNER_NAME in (empty.show / "config.yaml").read_text("utf-8")  # as `init --archive` has it


def test_it_arrives_as_from_the_command(empty: RunningStudio, archive: Path, tmp_path: Path) -> None:
    other = tmp_path / "by-command"
    spacecast("init", other)
    spacecast("-C", other, "extract", archive, "--only", OTHER)
    look(empty, archive.read_bytes())
    empty.post("/start/take", ("space", OTHER))
    wait_for(lambda: "is here" in empty.get("/start").text)
    (mine,) = (empty.show / "content/episodes").iterdir()
    (theirs,) = (other / "content/episodes").iterdir()
    for name in ("index.md", "space.json"):
        assert (mine / name).read_text("utf-8") == (theirs / name).read_text("utf-8")
    assert (empty.show / "content/people.yaml").read_text() == (other / "content/people.yaml").read_text()


def test_an_archive_named_by_its_place_stays(empty: RunningStudio, archive: Path) -> None:
    body = f'--x\r\nContent-Disposition: form-data; name="path"\r\n\r\n{archive}\r\n--x--\r\n'.encode()
    empty.ask("/start", "POST", body, origin=empty.origin, content_type="multipart/form-data; boundary=x")
    wait_for(lambda: "Take selected Spaces" in empty.get("/start").text)
    empty.post("/start/take", ("space", OTHER))
    wait_for(lambda: "is here" in empty.get("/start").text)
    assert archive.is_file()
    assert list_files(empty.show / UPLOADS) == []


def test_what_is_no_archive_is_told_by_its_name_and_deleted(empty: RunningStudio) -> None:
    assert send_file(empty, b"no zip at all", "C:\\private\\<img src=x>.zip").status == 303
    page = wait_for(lambda: (page := empty.get("/start").text) and "is not a zip" in page and page)
    assert "&lt;img src=x&gt;.zip is not a zip" in page
    assert "uploads" not in page
    assert list_files(empty.show / UPLOADS) == []


def test_nothing_chosen_is_told(empty: RunningStudio, archive: Path) -> None:
    look(empty, archive.read_bytes())
    for ids in ([], [("space", "../../etc")], [("space", "1ZkKzYvPnWqGB")]):  # the last one has no sound
        answer = empty.post("/start/take", *ids)
        assert answer.status == 422
        assert answer.json["problems"][0]["message"] == "Tick at least one Space."
    assert not (empty.show / "config.yaml").exists()


def test_an_upload_goes_when_the_studio_ends(tmp_path: Path, archive: Path) -> None:
    """With Ctrl-C at once, after a kill at the next start."""
    folder = tmp_path / "show"
    with start_studio(folder) as studio:
        look(studio.enter(), archive.read_bytes())
        studio.process.kill()
        studio.process.wait()
    assert list_files(folder / UPLOADS)
    with start_studio(folder) as studio:
        assert list_files(folder / UPLOADS) == []
        look(studio.enter(), archive.read_bytes())
        studio.stop()
    assert list_files(folder / UPLOADS) == []


def test_a_second_studio_leaves_the_first_ones_upload(tmp_path: Path, archive: Path) -> None:
    """At its start and at its end; once the first was killed, the next to start deletes it."""
    folder = tmp_path / "show"
    with start_studio(folder) as first:
        look(first.enter(), archive.read_bytes())
        (sent,) = list_files(folder / UPLOADS)
        with start_studio(folder) as second:
            send_file(second.enter(), b"no zip at all")
            assert sent in list_files(folder / UPLOADS)
            second.stop()
        assert list_files(folder / UPLOADS) == [sent]
        first.process.kill()
        first.process.wait()
    with start_studio(folder):
        assert list_files(folder / UPLOADS) == []


def test_an_upload_goes_when_the_show_lies_elsewhere(tmp_path: Path, archive: Path) -> None:
    """From where it lay, and what somebody left in the folder that is opened, as at a start there."""
    one, other = tmp_path / "one", tmp_path / "other"
    (other / UPLOADS).mkdir(parents=True)
    (other / UPLOADS / "left.zip").write_bytes(b"private")
    with start_studio(one) as studio:
        look(studio.enter(), archive.read_bytes())
        assert list_files(one / UPLOADS)
        studio.post("/start/folder", folder=str(other), scripted=False)
        assert list_files(one / UPLOADS) == list_files(other / UPLOADS) == []


def test_an_archive_that_is_not_there_is_told_beside_the_path(empty: RunningStudio) -> None:
    """Without scripts on a page, which does not say that something was not saved: nothing was to be."""
    body = b'--x\r\nContent-Disposition: form-data; name="path"\r\n\r\n~/no such.zip\r\n--x--\r\n'
    form = {"origin": empty.origin, "content_type": "multipart/form-data; boundary=x"}
    answer = empty.ask("/start", "POST", body, accept="application/json", **form)
    assert answer.status == 422
    message = "There is nothing at ~/no such.zip: check the name."
    assert answer.json["problems"] == [{"field": "path", "message": message, "line": None}]
    page = empty.ask("/start", "POST", body, accept="text/html", **form).text
    assert message in page
    assert "not saved" not in page.partition("<main")[2]


def test_a_folder_with_other_files_asks_where(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with start_studio(tmp_path) as studio:
        studio.enter()
        assert "Where shall your show lie?" in studio.get("/start").text
        assert studio.post("/start/folder", folder=str(tmp_path / "letter.txt")).status == 422
        studio.post("/start/folder", folder=str(tmp_path / "new"), scripted=False)
        assert "X archive" in studio.get("/start").text
        studio.post("/start/empty", title="Fog & Horns", scripted=False)
        assert "Fog" in (tmp_path / "new/config.yaml").read_text("utf-8")
        assert studio.get("/episodes").status == 200
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith(".")) == ["letter.txt", "new"]
