"""The ledger: a table of the files that a build made, with what each was made from; it survives being killed.

Beside the database lies the list of what was begun (`….begun`): the paths of files that are about to be written or
deleted, a JSON list in each line, written before anything is touched. A build that ends removes it; what a killed one
leaves says which files may be as the ledger has them, otherwise, or not there. A torn line was never acted upon.

A ledger that is damaged, or of another format, is an empty one, never an error.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

from site_builder.engine.digests import JSON, encode_json
from site_builder.engine.files import OutputTree
from site_builder.engine.serialization import decode_plain
from site_builder.engine.state import StateDatabase
from site_builder.errors import SpacecastError

_MANY: Final = 500
"""Values in one query."""

Facts = Mapping[str, JSON]
"""What the maker of a file wants remembered of it, e.g. its duration."""


class Entry(NamedTuple):
    """A file that the engine made: what from, and its digest."""

    fingerprint: str = ""
    """Of the recipe and inputs."""
    recipe: str = ""
    inputs: Mapping[str, str] = {}
    """A short digest of each input, so that the one that changed can be named."""
    size_bytes: int = -1
    sha256: str = ""
    facts: Facts = {}  # noqa: RUF012 -- a Mapping, which nobody writes to
    begun: bool = False
    """Something is being done to the file: it may be as the rest says, otherwise, or not there. It is ours."""
    group: str = ""
    """The group of files it belongs to; empty for one that stands alone."""


class Ledger:
    """Entries by path, and the keys of groups; every change is in the database when its method returns.

    Raises:
        OSError: from the writing methods, where the ledger cannot be written.
    """

    def __init__(self, state: StateDatabase) -> None:
        self._state = state
        self._begun_file = state.file.with_name(f"{state.file.name}.begun")
        self._begun = _read_begun(self._begun_file)

    @property
    def begun(self) -> tuple[str, ...]:
        """Paths of which it is not known how they are."""
        return tuple(self._begun)

    @property
    def entries(self) -> dict[str, Entry]:
        """Everything, in order of path."""
        found = {path: Entry(begun=True) for path in self._begun}
        return dict(sorted({**found, **dict(self._select(""))}.items()))

    @property
    def paths(self) -> set[str]:
        """Of every file that is ours."""
        # as one text, which takes a third of the time; no path has a line feed
        found = self._state.ask("SELECT group_concat(path, char(10)) FROM files")
        return {*self._begun, *(found[0][0].split("\n") if found and found[0][0] else ())}

    def count(self) -> int:
        """How many files are ours."""
        found = self._state.ask("SELECT count(*) FROM files")
        return int(found[0][0]) if found else 0

    @property
    def groups(self) -> dict[str, str]:
        """Name to key of each group whose files were all made."""
        return dict(self._state.ask("SELECT name, key FROM groups"))

    def find_groups(self, names: Collection[str]) -> dict[str, str]:
        """Name to key of those of `names` whose files were all made."""
        if len(names) > _MANY:
            return {name: key for name, key in self.groups.items() if name in names}
        marks = ",".join("?" * len(names))
        return dict(self._state.ask(f"SELECT name, key FROM groups WHERE name IN ({marks})", names))  # noqa: S608 -- marks

    def find(self, paths: Collection[str]) -> dict[str, Entry]:
        """Entries of those of `paths` that are known."""
        begun = {path: Entry(begun=True) for path in paths if path in self._begun}
        if len(paths) > 10 * _MANY:
            return begun | {path: entry for path, entry in self._select("") if path in paths}
        return begun | dict(self._select_in("path", paths))

    def find_unknown(self, paths: Set[str]) -> Set[str]:
        """Those of `paths` that are not ours."""
        if len(paths) > 10 * _MANY:
            return paths - self.paths
        known = (self._state.ask(f"SELECT path FROM files{_among('path', some)}", some) for some in _split(paths))  # noqa: S608 -- our own words
        return paths - self._begun.keys() - {path for rows in known for (path,) in rows}

    def find_of(self, groups: Collection[str]) -> dict[str, Entry]:
        """Entries of all files of these groups."""
        return dict(self._select_in("team", groups))

    def find_outside(self, groups: Collection[str]) -> dict[str, Entry]:
        """Entries of all files that belong to none of these groups."""
        teams = {team for (team,) in self._state.ask("SELECT DISTINCT team FROM files")} - {*groups}
        found = {path: entry for path, entry in self.find_of(teams).items() if entry.group not in groups}
        begun = self.find([path for path in self._begun if path not in found])
        return found | {path: entry for path, entry in begun.items() if entry.group not in groups}

    def sizes(self) -> Iterator[tuple[str, str, int]]:
        """Group, path and size in bytes of every file that belongs to a group, group by group."""
        yield from self._state.ask("SELECT team, path, size_bytes FROM files WHERE team > '' ORDER BY team")

    def begin(self, paths: Iterable[str]) -> None:
        """Declares that the files at `paths` are about to be written or deleted."""
        if paths := list(paths):
            self._begun.update(dict.fromkeys(paths))
            declare(self._begun_file, paths)

    @property
    def begun_file(self) -> Path:
        """For `declare`, in another process."""
        return self._begun_file

    def recover(self, tree: OutputTree) -> None:
        """After a build that was killed: its temporary files go; what it did not get to counts as it did before."""
        untouched = []
        for path, entry in self.find(self.begun).items():
            with suppress(OSError, SpacecastError):
                tree.remove_part(path)
                if entry.fingerprint and tree.measure(path) == (entry.size_bytes, entry.sha256):
                    untouched.append(path)
        self.settle(untouched)

    def finish(self, entries: Mapping[str, Entry]) -> None:
        """The files are there, as their entries say."""
        with self._state.writing() as database:
            database.executemany(
                "REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (_as_row(path, entry) for path, entry in entries.items()),
            )
        self._settle(entries)

    def forget(self, paths: Collection[str]) -> None:
        """The files are gone, or no longer ours."""
        if paths:
            with self._state.writing() as database:
                database.executemany("DELETE FROM files WHERE path = ?", ((path,) for path in paths))
            self._settle(paths)

    def settle(self, untouched: Iterable[str]) -> None:
        """Nothing was done to these files after all."""
        self._settle(untouched)

    def complete(self, groups: Mapping[str, str], members: Mapping[str, Collection[str]]) -> None:
        """All files of these groups (name to key) are there; those of `members` and no others belong to them."""
        wanted = {path: name for name, paths in members.items() for path in paths}
        strays = [path for path in self.find_of(list(members)) if path not in wanted]
        with self._state.writing() as database:
            database.executemany("UPDATE files SET team = '' WHERE path = ?", ((path,) for path in strays))
            database.executemany(
                "UPDATE files SET team = ?1 WHERE path = ?2 AND team <> ?1",
                ((name, path) for path, name in wanted.items()),
            )
            database.executemany("REPLACE INTO groups VALUES (?, ?)", groups.items())

    def dissolve(self, groups: Collection[str]) -> None:
        """These groups are not whole any more; their files stay."""
        if groups:
            with self._state.writing() as database:
                database.executemany("DELETE FROM groups WHERE name = ?", ((name,) for name in groups))

    def end(self) -> None:
        """The build is over: what is still begun stays on the list, the rest goes."""
        if self._begun:
            part = self._begun_file.with_name(f".part-{self._begun_file.name}")
            part.unlink(missing_ok=True)
            declare(part, list(self._begun))
            part.replace(self._begun_file)
        elif self._begun_file.exists():
            self._begun_file.unlink()

    def _settle(self, paths: Iterable[str]) -> None:
        for path in paths:
            self._begun.pop(path, None)

    def _select_in(self, column: str, values: Iterable[str]) -> Iterator[tuple[str, Entry]]:
        for some in _split(values):
            yield from self._select(_among(column, some), some)

    def _select(self, where: str, values: Iterable[str] = ()) -> Iterator[tuple[str, Entry]]:
        rows = self._state.ask(f"SELECT * FROM files{where}", values)  # noqa: S608 -- our own words
        if any(checksum != _sum((path, *rest)) for path, _, *rest, checksum in rows):
            self._state.is_damaged, rows = True, []
        for path, team, fingerprint, recipe, inputs, size_bytes, sha256, facts, _ in rows:
            begun = path in self._begun
            yield (
                path,
                Entry(fingerprint, recipe, decode_plain(inputs), size_bytes, sha256, decode_plain(facts), begun, team),
            )


def _split(values: Iterable[str]) -> Iterator[list[str]]:
    """As many at a time as go into one query."""
    rest = iter(values)
    while some := list(islice(rest, _MANY)):
        yield some


def _among(column: str, values: Sequence[str]) -> str:
    return f" WHERE {column} IN ({','.join('?' * len(values))})"


def declare(begun_file: Path, paths: Iterable[str]) -> None:
    """Adds to a list of what is begun; several processes may, each line goes in at once."""
    descriptor = _open_begun(begun_file)
    try:
        os.write(descriptor, b"\n" + encode_json(list(paths)) + b"\n")
    finally:
        os.close(descriptor)


def _open_begun(file: Path) -> int:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    try:
        return os.open(file, flags, 0o644)
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
        return os.open(file, flags, 0o644)


def _read_begun(file: Path) -> dict[str, None]:
    begun: dict[str, None] = {}
    with suppress(OSError):
        for line in file.read_bytes().splitlines():
            with suppress(ValueError, TypeError):
                begun |= dict.fromkeys(path for path in json.loads(line) if isinstance(path, str))
    return begun


def _as_row(path: str, entry: Entry) -> tuple[object, ...]:
    inputs, facts = (encode_json(value).decode("ascii") for value in (entry.inputs, entry.facts))
    row = (path, entry.fingerprint, entry.recipe, inputs, entry.size_bytes, entry.sha256, facts)
    return (path, entry.group, *row[1:], _sum(row))


def _sum(row: tuple[object, ...]) -> int:
    """Of all but the group, which changes by itself: SQLite does not notice a turned bit in a value."""
    return crc32("\0".join(map(str, row)).encode(errors="replace"))
