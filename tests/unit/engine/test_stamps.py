"""What is known of a file by its size and times: believed where a change would show, and read where it might not."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from site_builder.engine.cache import SMALL, FileDigests, open_values
from site_builder.engine.digests import digest_bytes, digest_file
from site_builder.engine.stamps import FileStamp

SECOND = 1_000_000_000


def later() -> int:
    """A clock by which everything was written a while ago."""
    return time.time_ns() + 3 * SECOND


@pytest.fixture
def big(tmp_path: Path) -> Path:
    path = tmp_path / "recording-0.aac"
    path.write_bytes(b"a" * (SMALL + 1))
    return path


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / ".cache/artifacts.db"


def find_digest(database: Path, file: Path, clock: Callable[[], int] = later) -> str:
    """By one build."""
    with open_values(database) as values:
        digests = FileDigests(values, clock=clock)
        digest = digests.digest(file)
        digests.save()
    return digest


def list_known(database: Path) -> dict[str, tuple[str, bytes]]:
    with open_values(database) as values:
        return values.load("digest")


def write_unseen(file: Path, content: bytes) -> None:
    """As nothing but ctime tells."""
    status = file.stat()
    file.write_bytes(content)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_settled_large_file_is_not_read_again(big: Path, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = find_digest(database, big)
    assert known == digest_file(big)
    with monkeypatch.context() as patch:
        patch.setattr("site_builder.engine.cache.digest_file", lambda _: pytest.fail("read"))
        assert find_digest(database, big) == known
    write_unseen(big, b"b" * (SMALL + 1))
    assert find_digest(database, big) == digest_file(big) != known


def test_a_file_changed_within_two_seconds_is_read_every_time(big: Path, database: Path) -> None:
    """Its times could stay the same while it changes."""
    assert find_digest(database, big, time.time_ns) == digest_file(big)
    assert not database.exists()
    stamp = FileStamp.take(big)
    assert not stamp.is_settled(time.time_ns())
    assert stamp.is_settled(later())


def test_small_files_are_always_read(tmp_path: Path, database: Path) -> None:
    (tmp_path / "note").write_text("one")
    assert find_digest(database, tmp_path / "note") == digest_bytes(b"one")
    assert not database.exists()


@pytest.mark.parametrize(("old", "new"), [(b"0", b"1"), (b" ", b"_")], ids=["digest or seal", "between"])
def test_what_is_damaged_is_not_believed(big: Path, database: Path, old: bytes, new: bytes) -> None:
    known = find_digest(database, big)
    with open_values(database) as values:
        for name, (key, value) in values.load("digest").items():
            values.put("digest", {name: (key, value.replace(old, new, 1))})
    assert find_digest(database, big) == known
    database.write_bytes(b"no database")
    assert find_digest(database, big) == known


def test_files_that_are_gone_are_forgotten(big: Path, database: Path) -> None:
    find_digest(database, big)
    other = big.with_name("other.aac")
    other.write_bytes(b"c" * (SMALL + 1))
    big.unlink()
    find_digest(database, other)
    assert [Path(place).name for place in list_known(database)] == ["other.aac"]


def test_a_file_that_is_moved_is_known_again(big: Path) -> None:
    """Its ctime changes."""
    stamp = FileStamp.take(big)
    moved = big.rename(big.with_name("feed.xml"))
    assert FileStamp.take(moved).moved == stamp.moved
