"""Values kept between builds, each for as long as what it was made from is the same.

    with StateDatabase(cache / "state.db") as state:
        kept = ValueCache(state)
        kept.put("card", {"flood-gauges": (key, value)})
        kept.keys("card")                           # {"flood-gauges": key}
        list(kept.read("card", ["flood-gauges"]))   # [value]

Keys are digests of all that a value depends on; whoever asks compares them. What cannot be read is not there: a value
can always be made again.
docs/decisions/0009 says why.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from site_builder.engine.digests import digest_file, digest_json
from site_builder.engine.stamps import FileStamp
from site_builder.engine.state import DamagedState, StateDatabase

_FEW: Final = 100
"""Values that are read together."""
SMALL: Final = 256 * 1024
"""Bytes up to which reading a file is as quick as trusting a record of it."""
_DIGEST: Final = "digest"
"""Kind of the digests of files."""


class ValueCache:
    """Values by kind and name. The methods that write raise OSError where that fails."""

    def __init__(self, state: StateDatabase) -> None:
        self._state = state

    def keys(self, kind: str) -> dict[str, str]:
        """Name to key of every value of a kind."""
        return dict(self._state.ask("SELECT name, key FROM kept WHERE kind = ?", (kind,)))

    def load(self, kind: str) -> dict[str, tuple[str, bytes]]:
        """Name to key and value of every value of a kind: for small ones."""
        rows = self._state.ask("SELECT name, key, value FROM kept WHERE kind = ?", (kind,))
        return {name: (key, value) for name, key, value in rows}

    def get(self, kind: str, name: str) -> bytes:
        """One value; KeyError where it is missing."""
        for (value,) in self._state.ask("SELECT value FROM kept WHERE kind = ? AND name = ?", (kind, name)):
            return bytes(value)
        raise KeyError(name)

    def read(self, kind: str, names: Iterable[str]) -> Iterator[bytes]:
        """The values of `names`, in that order, a few in memory at a time; KeyError where one is missing."""
        names = list(names)
        for at in range(0, len(names), _FEW):
            some = names[at : at + _FEW]
            marks = ",".join("?" * len(some))
            sql = f"SELECT name, value FROM kept WHERE kind = ? AND name IN ({marks})"  # noqa: S608 -- question marks
            found = dict(self._state.ask(sql, (kind, *some)))
            yield from (found[name] for name in some)

    def find(self, kind: str, keys: Mapping[str, str]) -> dict[str, bytes]:
        """Values of those of `keys` (name to key) that are kept under that key."""
        found: dict[str, bytes] = {}
        names = list(keys)
        for at in range(0, len(names), _FEW):
            some = names[at : at + _FEW]
            marks = ",".join("?" * len(some))
            sql = f"SELECT name, key, value FROM kept WHERE kind = ? AND name IN ({marks})"  # noqa: S608 -- question marks
            found |= {name: value for name, key, value in self._state.ask(sql, (kind, *some)) if keys[name] == key}
        return found

    def put(self, kind: str, values: Mapping[str, tuple[str, bytes]]) -> None:
        """Keep these, in place of those of the same name."""
        if values:
            with self._state.writing() as database:
                database.executemany(_DELETE, ((kind, name) for name in values))
                database.executemany(
                    "INSERT INTO kept VALUES (?, ?, ?, ?)",
                    ((kind, name, key, value) for name, (key, value) in values.items()),
                )

    def drop(self, kind: str, names: Collection[str]) -> None:
        """Forget these."""
        if names:
            with self._state.writing() as database:
                database.executemany(_DELETE, ((kind, name) for name in names))


_DELETE: Final = "DELETE FROM kept WHERE kind = ? AND name = ?"


@contextmanager
def open_values(file: Path) -> Iterator[ValueCache]:
    """The values in `file`, for as long as it takes."""
    with StateDatabase(file) as state:
        yield ValueCache(state)


class Reader:
    """Reads values in this process and in those forked from it, each with a connection of its own."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._process = -1
        self._kept: ValueCache | None = None

    def read(self, kind: str, name: str) -> bytes:
        """One value.

        Raises:
            DamagedState: it is not there, as it was a moment ago.
        """
        if self._kept is None or self._process != os.getpid():
            self._process, self._kept = os.getpid(), ValueCache(StateDatabase(self._file))
        try:
            return self._kept.get(kind, name)
        except KeyError:
            raise DamagedState([self._file]) from None


class FileDigests:
    """SHA-256 of source files; those of large ones are kept among the values of a database.

    >>> digests = FileDigests(values)
    >>> digests.digest(bundle / "recording-0.aac")
    'c0ffee…'
    >>> digests.save()

    A file over 256 KiB that is as it was is not read again. What is damaged among what is kept is not believed.
    """

    def __init__(self, values: ValueCache, *, clock: Callable[[], int] = time.time_ns) -> None:
        self._values = values
        self._clock = clock
        self._known = values.load(_DIGEST)
        self._new: dict[str, tuple[str, bytes]] = {}

    def digest(self, path: Path) -> str:
        """SHA-256 of the file at `path`, 64 hexadecimal digits; OSError where it cannot be read."""
        stamp = FileStamp.take(path)
        if stamp.size_bytes <= SMALL:
            return digest_file(path)
        place = str(path.absolute())
        key, value = (self._new.get(place) or self._known.get(place)) or ("", b"")
        if key == _spell(stamp) and value == _seal(place, key, known := value[:64].decode("ascii", "replace")):
            return known
        now = self._clock()  # before reading: a change while we read must not look settled
        digest = digest_file(path)
        if stamp.is_settled(now) and FileStamp.take(path) == stamp:
            self.note(place, stamp, digest)
        return digest

    def note(self, place: str, stamp: FileStamp, digest: str) -> None:
        """Have the digest of a file known that looked like that."""
        self._new[place] = (_spell(stamp), _seal(place, _spell(stamp), digest))

    def save(self) -> None:
        """Has what was learned kept; files that are gone are forgotten."""
        if self._new:
            self._values.drop(_DIGEST, [place for place in self._known if not Path(place).is_file()])
            self._values.put(_DIGEST, self._new)
            self._known, self._new = self._known | self._new, {}


def _spell(stamp: FileStamp) -> str:
    return " ".join(map(str, stamp))


def _seal(place: str, key: str, digest: str) -> bytes:
    """A digest with one of all that is kept, for SQLite does not notice a turned bit."""
    return f"{digest} {digest_json([place, key, digest])}".encode()
