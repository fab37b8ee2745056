"""What is remembered is given up where it is damaged, and only there."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from site_builder.engine.cache import Reader, ValueCache
from site_builder.engine.files import write_file
from site_builder.engine.state import DamagedState, StateDatabase, _is_damage, open_states

KEPT = {"fog": ("key", b"value")}


def make(file: Path) -> Path:
    """A database with one value."""
    with StateDatabase(file) as state:
        ValueCache(state).put("card", KEPT)
    return file


def fail(code: int) -> sqlite3.Error:
    """An error of SQLite's with that code."""
    error = sqlite3.OperationalError("said in words")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_FULL]
)
def test_what_the_system_refuses_is_no_damage(code: int, tmp_path: Path) -> None:
    """Somebody else's lock, an error of the disk, no room."""
    assert not _is_damage(make(tmp_path / "state.db"), fail(code))


@pytest.mark.parametrize("code", [sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR_SHORT_READ])
def test_what_is_in_the_file_is_damage(code: int, tmp_path: Path) -> None:
    """But not where it cannot be read at all: a disk that gives nothing looks like a malformed file to SQLite."""
    assert _is_damage(make(tmp_path / "state.db"), fail(code))
    assert not _is_damage(tmp_path, fail(code))


def test_damage_ends_with_a_word(tmp_path: Path) -> None:
    """Whoever asks goes on with nothing, and is told at the end."""
    file = tmp_path / "state.db"
    with StateDatabase(file) as state:
        ValueCache(state).put("card", {str(number): ("key", bytes(900)) for number in range(200)})
    content = bytearray(file.read_bytes())
    content[len(content) // 2 :] = b"\xff" * (len(content) - len(content) // 2)
    file.write_bytes(content)
    with pytest.raises(DamagedState), open_states(file) as (state,):
        assert ValueCache(state).load("card") == {}
    assert file.is_file()


def test_what_is_no_database_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    """It is read as empty, and written anew."""
    file = tmp_path / "state.db"
    file.write_bytes(b"not a database" * 400)
    with open_states(file) as (state,):
        assert ValueCache(state).load("card") == {}
        ValueCache(state).put("card", KEPT)
    with open_states(file) as (state,):
        assert ValueCache(state).load("card") == KEPT


def test_a_value_that_is_gone_is_damage(tmp_path: Path) -> None:
    """A process that is to read what its parent has just found."""
    reader = Reader(make(tmp_path / "state.db"))
    assert reader.read("card", "fog") == b"value"
    with pytest.raises(DamagedState):
        reader.read("card", "rain")


def test_it_is_announced_before_the_first_change(tmp_path: Path) -> None:
    """Once, and not by reading."""
    file, told = make(tmp_path / "state.db"), list[bytes]()
    before = file.read_bytes()
    with open_states(file, before_writing=lambda: told.append(file.read_bytes())) as (state,):
        kept = ValueCache(state)
        assert kept.get("card", "fog") == b"value"
        assert told == []
        kept.put("card", {"rain": ("key", b"new")})
        kept.put("card", {"snow": ("key", b"new")})
    assert told == [before]


@pytest.mark.parametrize("durable", [True, False])
def test_a_private_file_stays_private(durable: bool, tmp_path: Path) -> None:
    """Written anew in one step, in a folder that is made, with the permissions it had."""
    file = tmp_path / "content" / "people.yaml"
    write_file(file, b"one", durable=durable)
    file.chmod(0o600)
    write_file(file, b"two", durable=durable)
    assert file.read_bytes() == b"two"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["people.yaml"]
