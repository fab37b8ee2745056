"""SQLite files of what a build remembers: one that is damaged or of another version is as if it were not there.

Any thread may use a connection, one at a time. What the system was told is safe from whoever kills the process, and
losing the last values with the machine is no harm, so nothing waits for the disk.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path


def open_database(file: Path, version: int, probe: str) -> sqlite3.Connection | None:
    """What is there; None where it cannot be used. `probe` is a query that must be answered."""
    with suppress(sqlite3.DatabaseError):
        database = _connect(file)
        with suppress(sqlite3.DatabaseError):
            if database.execute("PRAGMA user_version").fetchone() == (version,):
                database.execute(probe).fetchone()
                return database
        database.close()
    return None


def create_database(file: Path, schema: str, version: int) -> sqlite3.Connection:
    """An empty one, in place of what is there.

    Raises:
        OSError: the old file cannot be deleted, or its folder not be made.
        sqlite3.DatabaseError: it cannot be made.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    database = _connect(file)
    database.executescript(f"BEGIN; {schema} PRAGMA user_version = {version}; COMMIT;")
    return database


def _connect(file: Path) -> sqlite3.Connection:
    database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA synchronous = OFF")
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database
