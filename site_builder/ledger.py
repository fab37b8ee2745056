"""The ledger: what a build engine remembers of the files it made. An append-only log that survives being killed.

One line of text per record, each with its own checksum, after a line that names the format:

    spacecast ledger 2
    <16 hex digits of SHA-256> {"<path>": <entry>, …}

Later records override earlier ones. An entry is null once it is forgotten. At the end of a build the log is folded into
a single record. A torn last line is what a killed process leaves and is dropped; anything else that is not as written
makes the ledger an empty one, never an error.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple

from site_builder.digests import JSON, encode_json

_HEADER: Final = b"spacecast ledger 2"

Facts = Mapping[str, JSON]
"""What the maker of a file wants remembered of it, e.g. its duration."""


class Entry(NamedTuple):
    """A file that the engine made."""

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


class Ledger:
    """Entries by path, in memory and on disk. A context manager; every change is on disk when its method returns.

    Attributes:
        entries: path to entry; read it, and change it only through the methods.

    Raises:
        OSError: from the writing methods, where the file cannot be written.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._descriptor = -1
        self.entries: dict[str, Entry] = {}
        self._sound = self._folded = False
        self._load()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def begin(self, paths: Iterable[str]) -> None:
        """Declares that the files at `paths` are about to be written or deleted."""
        self._record({path: self.entries.get(path, Entry())._replace(begun=True) for path in paths})

    def finish(self, entries: Mapping[str, Entry]) -> None:
        """The files are there, as their entries say."""
        self._record(entries)

    def forget(self, paths: Iterable[str]) -> None:
        """The files are gone, or no longer ours."""
        self._record(dict.fromkeys(paths, None))

    def fold(self) -> None:
        """Rewrites the log as one record, where there is anything to rewrite."""
        if not self._folded:
            self._rewrite()

    def _record(self, changes: Mapping[str, Entry | None]) -> None:
        if not changes:
            return
        for path, entry in changes.items():
            if entry is None:
                self.entries.pop(path, None)
            else:
                self.entries[path] = entry
        if self._sound:
            self._append(_encode_record(changes))
        else:
            self._rewrite()

    def _append(self, line: bytes) -> None:
        if self._descriptor < 0:
            self._descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND)
        self._folded = self._sound = False  # half a line may be what gets written
        if os.write(self._descriptor, line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._file))
        self._sound = True

    def _rewrite(self) -> None:
        self._close()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        part = self._file.with_name(f".part-{self._file.name}")
        entries = dict(sorted(self.entries.items()))
        part.write_bytes(_HEADER + b"\n" + _encode_record(entries))
        part.replace(self._file)
        self._sound = self._folded = True

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _load(self) -> None:
        try:
            header, *lines, rest = self._file.read_bytes().split(b"\n")
        except (OSError, ValueError):  # not there, or not a single whole line
            return
        if header != _HEADER or not lines or not all(map(_is_intact, lines)):
            return
        for line in lines:
            changes = json.loads(line[17:])
            for path, fields in changes.items():
                if fields is None:
                    self.entries.pop(path, None)
                else:
                    self.entries[path] = Entry(*fields)
        self._sound = not rest
        self._folded = self._sound and len(lines) == 1


def _encode_record(changes: Mapping[str, Entry | None]) -> bytes:
    body = encode_json({path: entry and list(entry) for path, entry in changes.items()})
    return _checksum(body) + b" " + body + b"\n"


def _is_intact(line: bytes) -> bool:
    return line[:16] == _checksum(line[17:])


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:16].encode("ascii")
