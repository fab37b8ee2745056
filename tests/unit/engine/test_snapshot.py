"""Snapshots: quick to renew while nothing differs, and never blind to a change."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from site_builder.engine.snapshot import Snapshot, parse_snapshot, take_snapshot

LONG_AGO = 1_600_000_000_000_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files that were changed long ago."""
    for name in ("a.txt", "sub/b.txt", "sub/deep/c.txt"):
        file = tmp_path / "show" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return tmp_path / "show"


def take_later(folder: Path) -> Snapshot:
    """A snapshot taken a minute from now, when everything has settled."""
    return take_snapshot(folder, clock=later)


def later() -> int:
    return time.time_ns() + 60 * 10**9


def add(folder: Path) -> None:
    (folder / "sub/new.txt").write_text("new")


def remove(folder: Path) -> None:
    (folder / "a.txt").unlink()


def rename(folder: Path) -> None:
    (folder / "sub/b.txt").rename(folder / "sub/z.txt")


def rewrite(folder: Path) -> None:
    """Same size, and the old time put back."""
    before = (folder / "a.txt").stat()
    (folder / "a.txt").write_text("b.txt")
    os.utime(folder / "a.txt", ns=(before.st_atime_ns, before.st_mtime_ns))


def replace_folder(folder: Path) -> None:
    shutil.rmtree(folder / "sub/deep")


CHANGES = [add, remove, rename, rewrite, replace_folder]


@pytest.mark.parametrize("take", [take_snapshot, take_later], ids=["recent", "settled"])
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_every_change_is_seen(folder: Path, take: Callable[[Path], Snapshot], change: Callable[[Path], None]) -> None:
    """Whether files had settled or not."""
    seen = take(folder)
    assert seen.renew(folder) is not None
    change(folder)
    assert seen.renew(folder) is None


def test_a_settled_snapshot_is_renewed_as_itself(folder: Path) -> None:
    """Then nothing needs to be written down again."""
    seen = take_later(folder)
    assert seen.is_settled
    assert seen.renew(folder) is seen
    assert not take_snapshot(folder).is_settled


def test_renewing_settles(folder: Path) -> None:
    """Once two seconds have passed, contents need not be read any more."""
    renewed = take_snapshot(folder).renew(folder, clock=later)
    assert renewed is not None
    assert renewed.is_settled
    rewrite(folder)
    assert renewed.renew(folder) is None


def test_passing_files_are_forgiven(folder: Path) -> None:
    """An editor's hidden copy that came and went changes the folder's time, and nothing else."""
    seen = take_later(folder)
    (folder / "sub/.b.txt.swp").write_text("")
    (folder / "sub/__pycache__").mkdir()
    renewed = seen.renew(folder)
    assert renewed is not None
    assert renewed.files == seen.files


def test_sizes_only_ignores_times(folder: Path) -> None:
    """For what a program makes: a copy is as good as the original."""
    seen = take_snapshot(folder, sizes_only=True)
    os.utime(folder / "a.txt", ns=(LONG_AGO, LONG_AGO))
    assert seen.renew(folder) is not None
    (folder / "a.txt").write_text("longer than before")
    assert seen.renew(folder) is None


def test_missing_folder_is_empty(tmp_path: Path) -> None:
    seen = take_snapshot(tmp_path / "none")
    assert seen.files == ()
    assert seen.renew(tmp_path / "none") is not None
    (tmp_path / "none").mkdir()
    (tmp_path / "none/file").touch()
    assert seen.renew(tmp_path / "none") is None


def test_links_to_nowhere_and_to_folders(folder: Path) -> None:
    (folder / "nowhere").symlink_to(folder / "missing")
    (folder / "elsewhere").symlink_to(folder / "sub")
    seen = take_snapshot(folder)
    assert "nowhere" not in seen.files
    assert "elsewhere" in seen.files
    assert seen.renew(folder) is not None


def test_written_and_read_again(folder: Path) -> None:
    seen = take_snapshot(folder)
    assert parse_snapshot(seen.as_json()) == seen


def take_sizes(folder: Path) -> Snapshot:
    return take_snapshot(folder, sizes_only=True, clock=later)


def has_sizes(seen: Snapshot, folder: Path) -> bool:
    return seen.has_sizes(folder, first=True) and seen.has_sizes(folder, first=False)


@pytest.mark.parametrize("change", [add, remove, rename, replace_folder], ids=lambda change: change.__name__)
@pytest.mark.parametrize("take", [take_sizes, lambda folder: take_snapshot(folder, sizes_only=True)])
def test_what_comes_and_goes_is_seen_in_folders_or_sizes(
    folder: Path, take: Callable[[Path], Snapshot], change: Callable[[Path], None]
) -> None:
    """Whether their times had settled or not; and where nothing changed, nothing is seen."""
    seen = take(folder)
    assert seen.list_again(folder) is not None
    assert has_sizes(seen, folder)
    change(folder)
    assert seen.list_again(folder) is None or not has_sizes(seen, folder)


def test_a_snapshot_settles_without_a_file_looked_at(folder: Path) -> None:
    """It is then the one that a look at everything gives."""
    seen = take_snapshot(folder, sizes_only=True)
    assert not seen.is_settled
    (folder / "a.txt").chmod(0o600)
    times = seen.list_again(folder, clock=later)
    assert times is not None
    settled = seen.settle(times)
    assert settled.is_settled
    assert settled.settle(times) is settled
    assert replace(settled, settled=0) == replace(take_sizes(folder), settled=0)


def test_another_size_is_seen(folder: Path) -> None:
    seen = take_sizes(folder)
    (folder / "a.txt").write_text("longer than before")
    assert seen.list_again(folder) is not None
    assert not has_sizes(seen, folder)


@pytest.mark.parametrize("take", [take_later, take_sizes])
@pytest.mark.parametrize("change", CHANGES, ids=[change.__name__ for change in CHANGES])
def test_half_may_be_measured_elsewhere(
    folder: Path, take: Callable[[Path], Snapshot], change: Callable[[Path], None]
) -> None:
    """What is seen is the same: where nothing changed, and where something did."""
    seen = take(folder)
    assert seen.look_again(folder, half=lambda: seen.measure_half(folder), clock=later) == (seen, True)
    change(folder)
    half, now = seen.measure_half(folder), later()
    with_help = seen.look_again(folder, half=lambda: half, clock=lambda: now)
    without = seen.look_again(folder, clock=lambda: now)
    assert with_help == without
    assert with_help[0].times == without[0].times


@pytest.mark.parametrize("change", [*CHANGES, lambda _: None], ids=[*(each.__name__ for each in CHANGES), "nothing"])
def test_known_folders_are_listed_only_where_they_changed(folder: Path, change: Callable[[Path], None]) -> None:
    """A snapshot with help is the snapshot without."""
    known = take_later(folder)
    change(folder)
    with_help, without = take_snapshot(folder, known=known, clock=later), take_later(folder)
    assert (with_help.files, with_help.folders, with_help.marks) == (without.files, without.folders, without.marks)


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        (add, ["sub/new.txt"]),
        (remove, ["a.txt"]),
        (rename, ["sub/b.txt", "sub/z.txt"]),
        (replace_folder, ["sub/deep/c.txt"]),
        (lambda folder: (folder / "a.txt").write_text("longer"), ["a.txt", ".hidden", "sub/never-was"]),
    ],
)
def test_a_patched_snapshot_is_a_new_one(folder: Path, change: Callable[[Path], None], paths: list[str]) -> None:
    """Where it is told all that changed."""
    known = take_sizes(folder)
    change(folder)
    patched, new = known.patch(folder, paths, clock=later), take_sizes(folder)
    assert (patched.files, patched.folders, patched.folder_times) == (new.files, new.folders, new.folder_times)
    assert (patched.sizes, patched.marks) == (new.sizes, new.marks)
    assert patched.renew(folder) == patched


def test_a_first_snapshot_is_patched_too(tmp_path: Path, folder: Path) -> None:
    """Of a folder that was not there."""
    empty = take_snapshot(tmp_path / "none", sizes_only=True)
    assert empty.patch(folder, ["a.txt", "sub/b.txt", "sub/deep/c.txt"], clock=later).sizes == take_sizes(folder).sizes


@pytest.mark.parametrize("sizes_only", [True, False])
def test_json_keeps_what_it_must(folder: Path, tmp_path: Path, sizes_only: bool) -> None:
    """What is read back compares as the original did, an empty one as well."""
    for root in (folder, tmp_path / "none"):
        seen = take_snapshot(root, sizes_only=sizes_only, clock=later)
        again = parse_snapshot(json.loads(json.dumps(seen.as_json())))
        assert again == seen
        assert again.renew(root) is again
        assert not sizes_only or again.sizes == seen.sizes
