"""Values kept between builds, each for as long as what it was made from is the same.

    with Kept(cache / "kept.db") as kept:
        kept.put("card", {"flood-gauges": (key, value)})
        kept.keys("card")                           # {"flood-gauges": key}
        list(kept.read("card", ["flood-gauges"]))   # [value]

Keys are digests of all that a value depends on; whoever asks compares them. What cannot be read is not there: a value
can always be made again.
docs/decisions/0009 says why.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from site_builder.engine.databases import create_database, open_database

_FORMAT: Final = 1
_FEW: Final = 100
"""Values that are read together."""
_SCHEMA: Final = """
CREATE TABLE kept (kind TEXT NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL);
CREATE UNIQUE INDEX kept_keys ON kept (kind, name, key);
"""


class ValueCache:
    """Values by kind and name, in an SQLite database. A context manager; one process at a time.

    Raises:
        OSError: it cannot be written.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._database = open_database(file, _FORMAT, "SELECT 1 FROM kept LIMIT 1") if file.is_file() else None

    def __enter__(self) -> ValueCache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._database:
            self._database.close()
            self._database = None

    def keys(self, kind: str) -> dict[str, str]:
        """Name to key of every value of a kind."""
        return dict(self._ask("SELECT name, key FROM kept WHERE kind = ?", kind))

    def load(self, kind: str) -> dict[str, tuple[str, bytes]]:
        """Name to key and value of every value of a kind: for small ones."""
        rows = self._ask("SELECT name, key, value FROM kept WHERE kind = ?", kind)
        return {name: (key, value) for name, key, value in rows}

    def get(self, kind: str, name: str) -> bytes:
        """One value; KeyError where it is missing."""
        for (value,) in self._ask("SELECT value FROM kept WHERE kind = ? AND name = ?", kind, name):
            return bytes(value)
        raise KeyError(name)

    def read(self, kind: str, names: Iterable[str]) -> Iterator[bytes]:
        """The values of `names`, in that order, a few in memory at a time; KeyError where one is missing."""
        names = list(names)
        for at in range(0, len(names), _FEW):
            some = names[at : at + _FEW]
            marks = ",".join("?" * len(some))
            found = dict(
                self._ask(
                    f"SELECT name, value FROM kept WHERE kind = ? AND name IN ({marks})",  # noqa: S608 -- question marks
                    kind,
                    *some,
                )
            )
            yield from (found[name] for name in some)

    def put(self, kind: str, values: Mapping[str, tuple[str, bytes]]) -> None:
        """Keep these, in place of those of the same name."""
        rows = [(kind, name, key, value) for name, (key, value) in values.items()]
        self._write("DELETE FROM kept WHERE kind = ? AND name = ?", [row[:2] for row in rows])
        self._write("INSERT INTO kept VALUES (?, ?, ?, ?)", rows)

    def drop(self, kind: str, names: Collection[str]) -> None:
        """Forget these."""
        self._write("DELETE FROM kept WHERE kind = ? AND name = ?", [(kind, name) for name in names])

    def _ask(self, sql: str, *values: str) -> list[Any]:
        with suppress(sqlite3.DatabaseError):
            return self._database.execute(sql, values).fetchall() if self._database else []
        return []

    def _write(self, sql: str, rows: Collection[tuple[object, ...]]) -> None:
        if not rows:
            return
        try:
            self._database = self._database or create_database(self._file, _SCHEMA, _FORMAT)
            with self._database as database:
                database.execute("BEGIN")
                database.executemany(sql, rows)
        except sqlite3.Error as error:
            raise OSError(f"what is kept between builds cannot be written: {error}") from error


class Reader:
    """Reads values in this process and in those forked from it, each with a connection of its own."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._process = -1
        self._kept: ValueCache | None = None

    def read(self, kind: str, name: str) -> bytes:
        """One value; KeyError where there is none."""
        if self._kept is None or self._process != os.getpid():
            self._process, self._kept = os.getpid(), ValueCache(self._file)
        return self._kept.get(kind, name)
