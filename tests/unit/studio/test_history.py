"""Changes are made whole and kept, whoever is killed in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from site_builder.errors import UsageError
from site_builder.studio.changes.changes import Changes, Edit, Stale
from site_builder.studio.changes.history import FILE, History
from site_builder.studio.changes.patch import make_digest, make_patch


def write(text: str, path: str = "notes.txt") -> Edit:
    return Edit(path=path, change=lambda _: text.encode())


@pytest.mark.parametrize(
    ("before", "after"),
    [(None, b"new"), (b"old", None), (b"aXb", b"aYYb"), (b"", b"x"), (b"aaaa", b"aa"), (b"\xff\x00a", b"\xff\x01a")],
)
def test_patches_both_ways(before: bytes | None, after: bytes | None) -> None:
    patch = make_patch("f", before, after)
    assert patch.apply(before) == after
    assert patch.inverse.apply(after) == before


def test_undo_redo_and_a_new_change(tmp_path: Path) -> None:
    changes = Changes(tmp_path)
    file = tmp_path / "notes.txt"
    for text in ("one", "two", "three"):
        assert changes.apply(text, write(text))
    assert not changes.apply("nothing", write("three"))
    changes.undo()
    changes.undo()
    assert file.read_text() == "one"
    again = Changes(tmp_path)
    assert again.history.last
    assert again.history.last.label == "one"
    again.redo()
    assert file.read_text() == "two"
    again.apply("four", write("four"))
    assert Changes(tmp_path).redo() is None
    for _ in range(3):
        again.undo()
    assert not file.exists()


@pytest.mark.parametrize("step", ["do", "undo"])
def test_what_was_begun_is_finished(tmp_path: Path, step: str) -> None:
    """The line is on the disk, the files are not: two of them, one done already."""
    changes = Changes(tmp_path)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("before")
    changes.apply("both", write("after", "a.txt"), write("after", "b.txt"))
    wanted = "after"
    if step == "undo":
        changes.undo()
        wanted = "before"
    (tmp_path / "b.txt").write_text("before" if wanted == "after" else "after")
    forget_end(tmp_path)
    Changes(tmp_path)
    assert [(tmp_path / name).read_text() for name in ("a.txt", "b.txt")] == [wanted, wanted]


def test_what_a_person_changes_back_stays(tmp_path: Path) -> None:
    """A change that was finished is not made again when the studio starts, nor one that was finished at a start."""
    changes = Changes(tmp_path)
    changes.apply("one", write("one"))
    changes.apply("two", write("two"))
    for stopped in (False, True):
        if stopped:
            forget_end(tmp_path)
            Changes(tmp_path)
            assert (tmp_path / "notes.txt").read_text() == "two"
        (tmp_path / "notes.txt").write_text("one")
        Changes(tmp_path)
        assert (tmp_path / "notes.txt").read_text() == "one"


def forget_end(folder: Path) -> None:
    """As if the studio had been stopped before it could note that a change was finished."""
    lines = (folder / FILE).read_bytes().splitlines(keepends=True)
    assert b"finished" in lines[-1]
    (folder / FILE).write_bytes(b"".join(lines[:-1]))


def test_half_a_line_is_nothing(tmp_path: Path) -> None:
    changes = Changes(tmp_path)
    changes.apply("one", write("one"))
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"do": {"label": "half')
    history = History(tmp_path)
    assert [entry.label for entry in history.entries] == ["one"]
    assert [entry.label for entry in History(tmp_path).entries] == ["one"]


@contextmanager
def limit_files(size: int) -> Iterator[None]:
    """The disk takes no file that is longer."""
    resource = pytest.importorskip("resource")
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


@pytest.mark.parametrize("limit", [100, 20_000], ids=["of the history", "of the file"])
@pytest.mark.parametrize("step", ["apply", "undo", "redo"])
def test_a_full_disk(tmp_path: Path, step: str, limit: int) -> None:
    """What could not be saved was not saved, also after a start; what comes next is."""
    one, two = "1" * 50_000, "1" * 50_000 + "2"
    changes = Changes(tmp_path)
    (tmp_path / "notes.txt").write_text(one)
    if step != "apply":
        changes.apply("two", write(two))
    if step == "redo":
        changes.undo()
    before, position = (tmp_path / "notes.txt").read_text(), changes.history.position
    steps: dict[str, Callable[[], object]] = {"undo": changes.undo, "redo": changes.redo}
    work = steps.get(step, lambda: changes.apply("two", write(two)))
    with limit_files(limit), pytest.raises(OSError, match=r"."):
        work()
    assert changes.history.position == position
    Changes(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == before
    work()
    again = Changes(tmp_path)
    assert (again.history.position, len(again.history.entries)) == (0 if step == "undo" else 1, 1)
    assert (tmp_path / "notes.txt").read_text() == (one if step == "undo" else two)


def test_older_files_are_refused(tmp_path: Path) -> None:
    changes = Changes(tmp_path)
    changes.apply("one", write("one"))
    old = make_digest(b"zero")
    with pytest.raises(Stale) as caught:
        changes.apply("two", Edit(path="notes.txt", change=lambda _: b"two", based_on=old))
    assert [(version.now, version.wanted) for version in caught.value.versions] == [("one", "two")]
    (tmp_path / "notes.txt").write_text("by an editor")
    with pytest.raises(Stale):
        changes.undo()


LINES = b"".join(b"line %d of the notes\n" % number for number in range(9))


@pytest.mark.parametrize("elsewhere", [b"by hand\n" + LINES, LINES + b"by hand\n", LINES.replace(b"8", b"eight")])
@pytest.mark.parametrize("step", ["undo", "redo"])
def test_a_step_of_a_file_that_changed_elsewhere(tmp_path: Path, elsewhere: bytes, step: str) -> None:
    """First both versions; then it is made all the same, and can be taken back; what was done by hand stays."""
    file = tmp_path / "notes.txt"
    file.write_bytes(LINES)
    changes = Changes(tmp_path)
    done = [LINES.replace(b"2", b"two"), elsewhere.replace(b"2", b"two")]
    changes.apply("two", Edit(path="notes.txt", change=lambda _: done[0]))
    if step == "redo":
        changes.undo()
    here, wanted = (done[1], elsewhere) if step == "undo" else (elsewhere, done[1])
    file.write_bytes(here)
    take = changes.undo if step == "undo" else changes.redo
    with pytest.raises(Stale) as caught:
        take()
    assert caught.value.is_possible
    assert [version.wanted.encode() for version in caught.value.versions] == [wanted]
    assert file.read_bytes() == here
    take(seen=caught.value.seen)
    assert file.read_bytes() == wanted
    changes = Changes(tmp_path)
    (changes.redo if step == "undo" else changes.undo)()
    assert file.read_bytes() == here


def test_a_step_that_fits_no_more_is_left_out(tmp_path: Path) -> None:
    """It does not stand in the way of those before it; pressed twice, it leaves out no second one."""
    changes = Changes(tmp_path)
    changes.apply("one", write("one", "other.txt"))
    changes.apply("made", write("made"))
    (tmp_path / "notes.txt").write_text("by hand")
    with pytest.raises(Stale) as caught:
        changes.undo()
    assert not caught.value.is_possible
    with pytest.raises(Stale):
        changes.undo(seen=caught.value.seen)
    for _ in range(2):
        changes.skip(-1, seen=caught.value.seen)
    assert Changes(tmp_path).history.last == changes.history.entries[0]
    changes.undo()
    assert (tmp_path / "notes.txt").read_text() == "by hand"
    assert not (tmp_path / "other.txt").exists()


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "a\\b", "", "a//b", "link/x", "\0"])
def test_no_path_leads_elsewhere(tmp_path: Path, path: str) -> None:
    show = tmp_path / "show"
    show.mkdir()
    (show / "link").symlink_to(tmp_path)
    (tmp_path / "x").write_text("theirs")
    with pytest.raises(UsageError):
        Changes(show).apply("out", write("mine", path))
    assert (tmp_path / "x").read_text() == "theirs"
