"""Snapshots: quick to renew while nothing differs, and never blind to a change."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from site_builder.snapshot import Snapshot, parse_snapshot, take_snapshot

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
