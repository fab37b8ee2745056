"""What is kept between builds: there as long as its key is asked for, gone without harm where it is damaged."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from site_builder.engine import platform
from site_builder.engine.cache import Reader, open_values
from site_builder.engine.processes.quick_calls import map_in_processes


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three values of one kind, one of another."""
    file = tmp_path / ".cache/state.db"
    with open_values(file) as kept:
        kept.put("row", {name: (f"key {name}", name.encode() * 1000) for name in "abc"})
        kept.put("item", {"a": ("other", b"")})
    return file


def test_values_survive_under_their_kind_and_name(file: Path) -> None:
    with open_values(file) as kept:
        assert kept.keys("row") == {name: f"key {name}" for name in "abc"}
        assert list(kept.read("row", "cab")) == [b"c" * 1000, b"a" * 1000, b"b" * 1000]
        assert kept.load("item") == {"a": ("other", b"")}
        assert kept.keys("nothing") == {}


def test_a_value_is_replaced_and_dropped(file: Path) -> None:
    with open_values(file) as kept:
        kept.put("row", {"a": ("new", b"2")})
        kept.drop("row", {"b", "never was"})
        assert kept.load("row") == {"a": ("new", b"2"), "c": ("key c", b"c" * 1000)}
        with pytest.raises(KeyError):
            list(kept.read("row", ["a", "b"]))


def test_many_are_read_in_the_order_asked_for(tmp_path: Path) -> None:
    """More than one query takes."""
    names = [f"{number:04}" for number in range(1234)]
    with open_values(tmp_path / "state.db") as kept:
        kept.put("row", {name: ("", name.encode()) for name in names})
        assert list(kept.read("row", reversed(names))) == [name.encode() for name in reversed(names)]


def test_nothing_is_written_where_nothing_is_kept(tmp_path: Path) -> None:
    """A build that fails at once leaves no trace."""
    with open_values(tmp_path / "cache/state.db") as kept:
        assert kept.load("row") == {}
        kept.put("row", {})
        kept.drop("row", ())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("spoil", [lambda _: b"", lambda _: b"no database", lambda content: content[:60] + bytes(4)])
def test_a_damaged_file_is_an_empty_one(file: Path, spoil: Callable[[bytes], bytes]) -> None:
    file.write_bytes(spoil(file.read_bytes()))
    with open_values(file) as kept:
        assert kept.keys("row") == {}
        kept.put("row", {"d": ("key", b"d")})
    with open_values(file) as kept:
        assert kept.load("row") == {"d": ("key", b"d")}


def test_each_process_reads_with_a_connection_of_its_own(file: Path) -> None:
    """One that was opened here and used there would be damaged."""
    reader = Reader(file)
    assert reader.read("row", "a") == b"a" * 1000
    found = map_in_processes(lambda name: (os.getpid(), reader.read("row", name)), list("abc") * 80, 2)
    assert {value for _, value in found} == {name.encode() * 1000 for name in "abc"}
    assert (os.getpid() not in {process for process, _ in found}) == platform.FORKS


def test_a_value_is_found_under_its_key_alone(tmp_path: Path) -> None:
    """What was made from something else is not there."""
    with open_values(tmp_path / "state.db") as kept:
        kept.put("kind", {"a": ("1", b"one"), "b": ("2", b"two")})
        assert kept.find("kind", {"a": "1", "b": "1", "c": "1"}) == {"a": b"one"}
        assert kept.find("other", {"a": "1"}) == {}
