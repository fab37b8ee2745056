"""Targets made by computers that share nothing with this one but a store: sources there, what is made back.

    send ─▶ FOLDER/digest.m4a …   run ─▶ FOLDER/made.mp3, then FOLDER/report.json   fetch, and FOLDER goes

Each target has a folder of the store, named after all that its bytes depend on. So whoever is ended on the way loses
nothing that is whole, and the next run takes it up; what was fetched leaves nothing behind.

docs/decisions/0044 says why.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, Protocol, cast

from site_builder.engine.digests import digest_file, digest_json, encode_json
from site_builder.engine.files import OutputTree, part_of
from site_builder.engine.ledger import Entry, Facts
from site_builder.engine.target import FromSources, Target, make_file, open_scratch
from site_builder.errors import SpacecastError

_REPORT = "report.json"


class Store(Protocol):
    """Where this process and the workers leave files for each other: each is there whole or not at all.

    All methods raise SpacecastError where the store does not answer for long, or refuses.
    """

    place: str
    """What people know it by."""

    def put(self, name: str, content: Path | bytes) -> None:
        """Leave a file."""

    def has(self, name: str) -> bool:
        """Whether there is such a file."""

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


@dataclass(frozen=True, slots=True)
class StoreTransfer:
    """Takes sources to a store, and what is made of them back."""

    store: Store
    version: str
    """Of the program, as workers have it: what another one made is another thing."""

    def send(self, target: Target, tree: OutputTree) -> StoreTask | None:
        """Leave the sources of a target in the store; None where they must not leave this computer."""
        make = cast("FromSources", target.make)
        tree.make_folders(target.path)
        with open_scratch(Path(tree.locate(part_of(target.path)))) as folder:
            files = make.prepare(folder)
            if files is None:
                return None
            names = tuple(f"{digest_file(file)}{file.suffix}" for file in files)
            place = digest_json([self.version, target.fingerprint, list(names)])
            for name, file in zip(names, files, strict=True):
                if not self.store.has(f"{place}/{name}"):
                    self.store.put(f"{place}/{name}", file)
        made = f"made{PurePosixPath(target.path).suffix}"
        return StoreTask(folder=place, sources=names, made=made, work=make.work)

    def fetch(self, target: Target, task: StoreTask, report: dict[str, Any], tree: OutputTree) -> tuple[Entry, bool]:
        """Put what was made in its place, if it is what the worker made; then nothing of it is left in the store.

        Raises:
            SpacecastError: it is not, or it does not come; another run makes it.
        """

        def take(part: Path) -> Facts:
            if not self.store.get(f"{task.folder}/{task.made}", part) or digest_file(part) != report["sha256"]:
                raise SpacecastError(f"{target}: {self.store.place} has not what a worker left there; build again")
            return {**report["facts"], "sha256": report["sha256"], "size_bytes": part.stat().st_size}

        made = make_file(replace(target, make=take), tree)
        with suppress(SpacecastError):  # at the end of the run all goes
            self.forget(task)
        return made

    def forget(self, task: StoreTask) -> None:
        """Leave nothing of a target in the store."""
        self.store.delete(f"{task.folder}/{name}" for name in (*task.sources, task.made, _REPORT))


def run_task(open_store: OpenStore, task: StoreTask, scratch: str) -> dict[str, Any]:
    """Runs on a worker: makes a file of sources in the store, and leaves it there; returns the report on it.

    Args:
        open_store: Opens the store.
        task: What to make.
        scratch: A folder of this computer for what is at work.
    """
    store = open_store()
    known = store.read(f"{task.folder}/{_REPORT}")
    if known is not None:
        return cast("dict[str, Any]", json.loads(known))
    with TemporaryDirectory(dir=scratch, prefix="spacecast-") as name:
        folder = Path(name)
        sources = [_fetch_source(store, task.folder, source, folder) for source in task.sources]
        out = folder / task.made
        facts = task.work(sources, out) or {}
        report = encode_json({"sha256": digest_file(out), "facts": facts})
        store.put(f"{task.folder}/{task.made}", out)
        store.put(f"{task.folder}/{_REPORT}", report)
    return cast("dict[str, Any]", json.loads(report))


def _fetch_source(store: Store, place: str, name: str, folder: Path) -> Path:
    file = folder / name
    if not store.get(f"{place}/{name}", file) or digest_file(file) != PurePosixPath(name).stem:
        raise SpacecastError(f"{store.place}/{place}/{name} is not as it was left there; run this again")
    return file
