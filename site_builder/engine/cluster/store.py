"""Targets made by computers that share only an object store with this one: they read and write there.

    send ─▶ FOLDER/digest.m4a …      run ─▶ FOLDER/made.mp3, its report at its end      fetch, and FOLDER goes

Each target has a folder of the store, named after all that its bytes depend on. So whoever is ended on the way loses
nothing that is whole, and the next run takes it up; what was fetched leaves nothing behind. What an earlier run left is
asked for once: for each target there is one request to send, one to fetch, and two by the worker.

docs/decisions/0044 says why.
"""

from __future__ import annotations

import json
import os
import struct
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, Protocol, cast

from site_builder.engine.cluster.waiting import start_threads
from site_builder.engine.digests import JSON, digest_file, digest_json, encode_json
from site_builder.engine.files import OutputTree, name_part_file
from site_builder.engine.ledger import Entry, Facts
from site_builder.engine.target import FromSources, Target, make_file, open_scratch
from site_builder.errors import SpacecastError

_LENGTH = struct.Struct(">Q")
"""Of the report at the end of what was made."""


class Store(Protocol):
    """Where this process and the workers leave files for each other: each is there whole or not at all.

    All methods raise SpacecastError where the store does not answer for long, or refuses.
    """

    place: str
    """What people know it by."""

    def put(self, name: str, content: Path | bytes) -> None:
        """Leave a file."""

    def read(self, name: str) -> bytes | None:
        """A small file; None where there is none."""

    def get(self, name: str, file: Path) -> bool:
        """Fetch a file of any size; false where there is none."""

    def list(self, folder: str = "") -> Sequence[str]:
        """Names of all files below a folder."""

    def delete(self, names: Iterable[str]) -> None:
        """Delete files; one that is gone already is no failure."""


OpenStore = Callable[[], Store]
"""Opens the store, in this process as in a worker's, each with a login of its own. It can be pickled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreTask:
    """All that a worker is told of a target."""

    folder: str
    """Of the store."""
    sources: tuple[str, ...]
    """Names of files there: each its SHA-256, with a suffix."""
    made: str
    """Name of the file to be made."""
    work: Callable[[Sequence[Path], Path], Facts | None]


class StoreTransfer:
    """Takes sources to a store, and what is made of them back."""

    def __init__(self, open_store: OpenStore, version: str) -> None:
        """Over a store with files that an earlier run may have left.

        Args:
            open_store: Opens it.
            version: Of the program, as workers have it: what another one made is another thing.
        """
        self._store = open_store()
        self._version = version
        self._left = set(self._store.list())
        """What an earlier run left and nobody fetched."""
        self._eraser = _Eraser(self._store)

    def send(self, target: Target, tree: OutputTree) -> StoreTask | None:
        """Leave the sources of a target in the store; None where they must not leave this computer."""
        make = cast("FromSources", target.make)
        tree.make_folders(target.path)
        with open_scratch(Path(tree.locate(name_part_file(target.path)))) as folder:
            files = make.prepare(folder)
            if files is None:
                return None
            names = tuple(f"{digest_file(file)}{file.suffix}" for file in files)
            place = digest_json([self._version, target.path, target.fingerprint, list(names)])
            made = f"made{PurePosixPath(target.path).suffix}"
            task = StoreTask(folder=place, sources=names, made=made, work=make.work)
            for name, file in zip(names, files, strict=True):
                if not (self.has_made(task) or f"{place}/{name}" in self._left):
                    self._store.put(f"{place}/{name}", file)
        return task

    def has_made(self, task: StoreTask) -> bool:
        """Whether a worker of an earlier run made it."""
        return f"{task.folder}/{task.made}" in self._left

    def fetch(self, target: Target, task: StoreTask, sha256: str, tree: OutputTree) -> tuple[Entry, bool]:
        """Put what was made in its place, if it is whole; then nothing of it is left in the store.

        Args:
            target: What was to be made.
            task: As `send` gave it.
            sha256: Of what a worker made; empty where that is not known.
            tree: Where it belongs.

        Raises:
            SpacecastError: it is not, or it does not come; another run makes it.
        """

        def take(part: Path) -> Facts:
            report = _take_report(part) if self._store.get(f"{task.folder}/{task.made}", part) else None
            if not report or {digest_file(part), sha256 or report["sha256"]} != {report["sha256"]}:
                raise SpacecastError(f"{target}: {self._store.place} has not what a worker left there; build again")
            return {**report["facts"], "sha256": report["sha256"], "size_bytes": part.stat().st_size}

        names = {f"{task.folder}/{name}" for name in (*task.sources, task.made)}
        made = make_file(replace(target, make=take), tree)
        self._left -= names
        self._eraser.erase(names)
        return made


class _Eraser:
    """Deletes files while others are carried; what comes while it is at it goes with the next request."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._names: list[str] = []
        self._lock = threading.Lock()
        self._is_at_work = False

    def erase(self, names: Iterable[str]) -> None:
        """Have them deleted soon."""
        with self._lock:
            self._names += names
            is_at_work, self._is_at_work = self._is_at_work, True
        if not is_at_work:
            start_threads(self._work, 1)

    def _work(self) -> None:
        while names := self._take():
            with suppress(SpacecastError):  # at the end of the run all goes
                self._store.delete(names)

    def _take(self) -> list[str]:
        with self._lock:
            names, self._names = self._names, []
            self._is_at_work = bool(names)
            return names


def run_task(store: Store, task: StoreTask, scratch: str) -> str:
    """Runs on a worker: makes a file of sources in the store, and leaves it there; returns its SHA-256.

    Args:
        store: Where they are.
        task: What to make.
        scratch: A folder of this computer for what is at work.
    """
    with TemporaryDirectory(dir=scratch, prefix="spacecast-") as name:
        folder = Path(name)
        sources = [_fetch_source(store, task.folder, source, folder) for source in task.sources]
        out = folder / task.made
        facts = task.work(sources, out) or {}
        sha256 = digest_file(out)
        _add_report(out, {"sha256": sha256, "facts": facts})
        store.put(f"{task.folder}/{task.made}", out)
    return sha256


def _add_report(file: Path, report: Mapping[str, JSON]) -> None:
    """Write it to the end, so that file and report are there together or not at all."""
    text = encode_json(report)
    with file.open("ab") as out:
        out.write(text + _LENGTH.pack(len(text)))


def _take_report(file: Path) -> dict[str, Any] | None:
    """Take the report from the end; None where there is none."""
    with file.open("r+b") as made, suppress(OSError, ValueError, struct.error):
        made.seek(-_LENGTH.size, os.SEEK_END)
        at = made.tell()
        (length,) = _LENGTH.unpack(made.read())
        made.seek(at - length)
        report = json.loads(made.read(length))
        made.truncate(at - length)
        return cast("dict[str, Any]", report)
    return None


def _fetch_source(store: Store, place: str, name: str, folder: Path) -> Path:
    file = folder / name
    if not store.get(f"{place}/{name}", file) or digest_file(file) != PurePosixPath(name).stem:
        raise SpacecastError(f"{store.place}/{place}/{name} is not as it was left there; run this again")
    return file
