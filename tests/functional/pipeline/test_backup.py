"""`backup`: a second copy of all that cannot be made again, which is read again, grows, and becomes a show again."""

from __future__ import annotations

import json
import shutil
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from archive_maker import write_archive
from show_runner import build, copy_show, edit, find_bundle, make_show, make_two_spaces, read_show, spacecast

from site_builder.show.documents.yaml_edit import set_option

MANIFEST = "spacecast-backup.json"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two episodes, remembered refusals, an archive with messages in it; built. Not to be changed."""
    folder = tmp_path_factory.mktemp("backup")
    archive = write_archive(folder / "two.zip", make_two_spaces())
    assert any("direct-messages" in name for name in zipfile.ZipFile(archive).namelist())
    show = make_show(folder / "show", archive)
    build(show)
    (guest,) = (row["who"] for row in spacecast("-C", show, "people", "--json").json if row["consent"] == "pending")
    assert spacecast("-C", show, "consent", guest, "refused", "--episode", "signals-in-the-dark-explained").code == 0
    build(show)
    return show


@pytest.fixture
def show(made: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return copy_show(made, tmp_path / "show")


def read_copy(folder: Path) -> dict[str, bytes]:
    """Every file of a copy but its list."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_all_that_cannot_be_made_again(show: Path, tmp_path: Path) -> None:
    """Recordings, answers, notes, refusals, config; of the archive what belongs to Spaces; each with its digest."""
    to = tmp_path / "disk/copy"
    (show / "look").mkdir()
    (show / "look/mine.css").write_text("body { color: teal }")
    config = show / "config.yaml"
    config.write_text(set_option(config.read_text("utf-8"), ["site", "css"], ["look/mine.css"]), "utf-8")
    run = spacecast("-C", show, "backup", to)
    assert run.code == 0, run.err
    copy = read_copy(to)
    wanted = {path for path in read_show(show) if path.startswith("content/")} | {"config.yaml", ".gitignore"}
    wanted |= {"look/mine.css"}
    assert wanted <= copy.keys()
    assert [path for path in copy if path.startswith("content/.refusals/")]
    assert all(copy[path] == (show / path).read_bytes() for path in wanted)
    members = {path for path in copy if path.startswith("content/archives/two/data/")}
    assert any("spaces_media/" in path for path in members)
    assert not [path for path in copy if "direct-messages" in path or path.endswith(".zip")]
    listed = json.loads((to / MANIFEST).read_text())["files"]
    assert {path: entry["sha256"] for path, entry in listed.items()} == {
        path: sha256(content).hexdigest() for path, content in copy.items()
    }
    assert (to.stat().st_mode & 0o077) == 0


def test_only_what_changed_is_copied(show: Path, tmp_path: Path) -> None:
    """The second time nothing; then what was changed, of which the copy before is kept; what was deleted stays."""
    to = tmp_path / "copy"
    spacecast("-C", show, "backup", to)
    before = read_copy(to)
    assert spacecast("-C", show, "backup", to, "--json").json["copied"] == []
    matter = find_bundle(show, "2026-10-09") / "index.md"
    path = matter.relative_to(show).as_posix()
    edit(matter, "title: ", "title: Now ")
    (show / "content/pages/about.md").unlink()
    assert spacecast("-C", show, "backup", to, "--json").json["copied"] == [path]
    after = read_copy(to)
    (earlier,) = (name for name in after if name.startswith("earlier/"))
    assert after[earlier] == before[path]
    assert after[path] == matter.read_bytes()
    assert "content/pages/about.md" in after


def test_damage_is_found_and_mended(show: Path, tmp_path: Path) -> None:
    """A cut file at once, a flipped bit with `--verify`, a lost or broken list, a part that was left half done."""
    to = tmp_path / "copy"
    spacecast("-C", show, "backup", to)
    whole = read_copy(to)
    name = next(path for path in whole if "recording-0" in path)
    (to / name).write_bytes(whole[name][:-10])
    assert spacecast("-C", show, "backup", to, "--json").json["copied"] == [name]
    shutil.rmtree(to / "earlier")
    (to / name).write_bytes(whole[name][:-1] + b"\0")
    assert spacecast("-C", show, "backup", to, "--verify", "--json").json["copied"] == [name]
    shutil.rmtree(to / "earlier")
    assert read_copy(to) == whole
    (to / MANIFEST).write_text("{")
    assert spacecast("-C", show, "backup", to).code == 0
    assert read_copy(to) == whole


def test_the_copy_is_a_show_again(show: Path, tmp_path: Path) -> None:
    """Copied into an empty folder and built, it is the same site; the archive's folder can be taken from."""
    to, again = tmp_path / "copy", tmp_path / "again"
    spacecast("-C", show, "backup", to)
    shutil.copytree(to, again, ignore=shutil.ignore_patterns(MANIFEST, "earlier"))
    build(again)
    site = {path: digest for path, digest in read_show(show).items() if path.startswith("output/")}
    assert {path: digest for path, digest in read_show(again).items() if path.startswith("output/")} == site
    shutil.rmtree(again / "content/episodes")
    copied = [path for path in (again / "content/archives").iterdir() if path.is_dir() or path.suffix == ".zip"]
    run = spacecast("-C", again, "extract", *copied, "--only", "1lDxLnrWjwkGm", "--only", "1YqKDoVkzRexV")
    assert run.code == 0, run.err
    assert len(list((again / "content/episodes").iterdir())) == 2


def test_what_was_deleted_stays_deleted_in_the_copy(show: Path, tmp_path: Path) -> None:
    to, bundle = tmp_path / "copy", find_bundle(show, "2026-10-09")
    shutil.rmtree(bundle)
    spacecast("-C", show, "backup", to)
    (to / MANIFEST).unlink()
    assert "not taken in again" in spacecast("-C", to, "build").out
    assert not (to / "content/episodes" / bundle.name).exists()


@pytest.mark.parametrize("place", [".", "content/copy", ".."])
def test_not_into_the_show(show: Path, place: str) -> None:
    """A copy within the show would be lost with it, and grow for ever."""
    run = spacecast("-C", show, "backup", show / place)
    assert run.code == 2
    assert "name a folder elsewhere" in run.err


def test_not_over_something_else(show: Path, tmp_path: Path) -> None:
    """A folder with other files, or with the copy of another show, is left as it is."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("Dear")
    assert "holds something else" in spacecast("-C", show, "backup", tmp_path / "mine").err
    spacecast("-C", show, "backup", tmp_path / "copy")
    before = read_copy(tmp_path / "copy")
    other = make_show(tmp_path / "other")
    edit(other / "config.yaml", "guid: ", "guid: 917393e3-1b1e-5cef-ace4-edaa54e1f810 # ")
    run = spacecast("-C", other, "backup", tmp_path / "copy")
    assert run.code == 2
    assert "another show" in run.err
    assert read_copy(tmp_path / "copy") == before


def test_one_bad_archive_holds_up_nothing(show: Path, tmp_path: Path) -> None:
    """It is told, with exit code 1; all else is copied."""
    (show / "content/archives/broken.zip").write_bytes(b"PK\x03\x04 no")
    run = spacecast("-C", show, "backup", tmp_path / "copy")
    assert run.code == 1
    assert "broken.zip" in run.err
    assert any("recording-0" in path for path in read_copy(tmp_path / "copy"))


def test_check_and_extract_tell(show: Path, tmp_path: Path) -> None:
    """Without a copy that is known of: told after extract and by check; with one: when, where, and what came since."""

    def advice() -> list[str]:
        findings = spacecast("-C", show, "check", "--json").json["findings"]
        return [finding["message"] for finding in findings if finding["rule"] == "originals-copied"]

    fresh = make_show(tmp_path / "fresh")
    archive = next((show / "content/archives").glob("*.zip"))
    assert "are the only copy" in spacecast("-C", fresh, "extract", archive).out
    assert advice() == ["2 recordings have no copy elsewhere that this program knows of"]
    spacecast("-C", show, "backup", tmp_path / "copy")
    assert advice() == []
    assert f"Last backup: 2026-11-18, in {tmp_path}/copy." in spacecast("-C", show, "check").out
    recording = find_bundle(show, "2026-10-09") / "recording-0.aac"
    shutil.copy(recording, recording.with_name("recording-1.aac"))
    assert advice() == [f"1 recording has come since the last backup (2026-11-18, in {tmp_path}/copy)"]
