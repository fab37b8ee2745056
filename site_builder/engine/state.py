"""The SQLite file that builds remember in: the ledger (`ledger.py`) and kept values (`cache.py`).

A file that is damaged or of another version is as if it were not there. Where damage is met in the middle of a build,
the build goes on with what it finds, and `open_states` says so at its end: then it has to start over without the file.
A disk that cannot be read, or somebody who holds the file, is no damage: what is remembered stays, and it is told.

Any thread may use the connection, one at a time. What the system was told is safe from whoever kills the process, and
losing the last values with the machine is no harm, so nothing waits for the disk.
docs/decisions/0035 says why there is one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from site_builder.engine.digests import digest_file
from site_builder.errors import SpacecastError

_VERSION: Final = 5
_NO_DAMAGE: Final = frozenset({3, 5, 6, 7, 8, 10, 13, 14})
"""SQLite's codes: no permission, busy, locked, no memory, read-only, an error of the disk, full, cannot be opened."""
_CUT: Final = 522
"""Its code for a file that ends too early, which is one of those for input errors."""
_SCHEMA: Final = """
CREATE TABLE files (
    path TEXT PRIMARY KEY, team TEXT NOT NULL, fingerprint TEXT NOT NULL, recipe TEXT NOT NULL, inputs TEXT NOT NULL,
    size_bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, facts TEXT NOT NULL, checksum INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX files_by_team ON files (team, path, size_bytes);
CREATE TABLE groups (name TEXT PRIMARY KEY, key TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE kept (kind TEXT NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL);
CREATE UNIQUE INDEX kept_keys ON kept (kind, name, key);
"""


class StateDatabase:
    """The database in `file`, made when something is first written. A context manager; one process at a time writes."""

    def __init__(self, file: Path, before_writing: Callable[[], None] | None = None) -> None:
        """`before_writing` is called once, before anything in it is changed."""
        self.file = file
        self.is_damaged = False
        """Whether something in it was not as it was written."""
        self._before_writing = before_writing
        self._database: sqlite3.Connection | None = None

    def __enter__(self) -> StateDatabase:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Done with it for now: it is opened again where it is needed."""
        if self._database:
            self._database.close()
            self._database = None

    def ask(self, sql: str, values: Iterable[object] = ()) -> list[Any]:
        """The rows; none where it is damaged.

        Raises:
            SpacecastError: the system does not let it be read.
        """
        database = self._find()
        if database is None:
            return []
        try:
            return database.execute(sql, tuple(values)).fetchall()
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            _require_damage(self.file, error)
            self.is_damaged = True
            return []

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction; in a new database where there is none.

        Raises:
            OSError: it cannot be written.
        """
        if self._before_writing:
            self._before_writing()
            self._before_writing = None
        try:
            self._database = database = self._find() or _create(self.file)
            database.execute("BEGIN IMMEDIATE")
            with database:
                yield database
        except sqlite3.Error as error:
            self.is_damaged |= _is_damage(self.file, error)
            raise OSError(f"what is kept between builds cannot be written: {error}") from error

    def _find(self) -> sqlite3.Connection | None:
        if self._database is None and self.file.is_file():
            self._database = _open(self.file)
        return self._database


class DamagedState(SpacecastError):
    """Something that is remembered was not as it was written; what was done meanwhile may be wrong."""

    def __init__(self, files: Iterable[Path]) -> None:
        self.files = tuple(files)
        super().__init__(f"{', '.join(map(str, self.files))}: cannot be read; delete it and build again")


@contextmanager
def open_states(*files: Path, before_writing: Callable[[], None] | None = None) -> Iterator[tuple[StateDatabase, ...]]:
    """The databases in `files`; `before_writing` is called before anything in the first is changed.

    Raises:
        DamagedState: in place of whatever came of it, where one turned out to be damaged.
    """
    with ExitStack() as closing:
        hooks = (before_writing, *(None for _ in files[1:]))
        states = tuple(closing.enter_context(StateDatabase(*both)) for both in zip(files, hooks, strict=True))
        try:
            yield states
        finally:
            if damaged := [state.file for state in states if state.is_damaged]:
                raise DamagedState(damaged)


def _is_damage(file: Path, error: Exception) -> bool:
    """Whether an error tells of the file's content, and not of the system it lies in."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and code != _CUT and code & 0xFF in _NO_DAMAGE:
        return False
    try:
        digest_file(file)  # SQLite calls a file malformed that the disk does not give, too
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _require_damage(file: Path, error: Exception) -> None:
    if not _is_damage(file, error):
        raise SpacecastError(f"{file}: cannot be read: {error}; mend that, then build again") from error


def _open(file: Path) -> sqlite3.Connection | None:
    """What is there; None where it cannot be used."""
    database = None
    try:
        database = _connect(file)
        if database.execute("PRAGMA user_version").fetchone() == (_VERSION,):
            for table in ("groups", "kept"):
                database.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()  # noqa: S608 -- our own words
            return database
    except sqlite3.DatabaseError as error:
        if database:
            database.close()
        _require_damage(file, error)
        return None
    database.close()
    return None


def _create(file: Path) -> sqlite3.Connection:
    """An empty one, in place of what is there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    database = _connect(file)
    database.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;")
    return database


def _connect(file: Path) -> sqlite3.Connection:
    database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA secure_delete = ON")  # what was forgotten of somebody does not stay in free pages
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database
