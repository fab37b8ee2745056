"""One build of a show folder at a time, on every system: a file in `.cache/` that the operating system locks.

The lock goes with the process, however it ends; the file stays and names who has it, or had it last.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from site_builder.engine.platform import try_lock
from site_builder.errors import UsageError
from site_builder.show.layout import CONFIG, FOLDERS

PATIENCE = 5.0
"""Seconds that a second build waits for the first."""
_FILE = Path(".cache/build.lock")
_CHANGES = Path(".cache/changes.lock")
_held = threading.local()
"""Folders whose changes this thread has locked."""
_BETWEEN_TRIES = 0.05  # seconds


class ShowBusy(UsageError):
    """Another build or extract of the show is running."""


@contextmanager
def lock_show(folder: Path, what: str, patience: float | None = None) -> Iterator[None]:
    """Keep everybody else from building the show in `folder`, this process's other threads included.

    Nothing is locked, and nothing made, where there is no show yet.

    Args:
        folder: The show folder.
        what: What it is held for, in a word that another process can show: `build`, `extract`.
        patience: Seconds to wait for whoever has it; `PATIENCE` where nothing is said.

    Raises:
        ShowBusy: somebody else still has it; names who.
        UsageError: what has to be a folder of the show is none.
    """
    if not (folder / CONFIG).is_file():
        yield
        return
    _require_folders(folder)
    file = folder / _FILE
    file.parent.mkdir(exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
    try:
        _wait(descriptor, file, time.monotonic() + (PATIENCE if patience is None else patience))
        _sign(descriptor, what)
        yield
    finally:
        os.close(descriptor)  # which unlocks


@contextmanager
def lock_changes(folder: Path) -> Iterator[None]:
    """Keep other processes from writing what people answered, from when it is read to when it is written.

    A moment, unlike `lock_show`: a build may last hours, and a no is noted meanwhile. Whoever has it may ask again.

    Raises:
        ShowBusy: somebody has it for longer than `PATIENCE`.
    """
    held: set[Path] = _held.__dict__.setdefault("folders", set())
    folder = folder.absolute()
    if folder in held or not (folder / CONFIG).is_file():
        yield
        return
    file = folder / _CHANGES
    file.parent.mkdir(exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
    try:
        _wait(descriptor, file, time.monotonic() + PATIENCE)
        held.add(folder)
        yield
    finally:
        held.discard(folder)
        os.close(descriptor)


def _require_folders(folder: Path) -> None:
    """What is taken for an empty folder would be a show without episodes."""
    others = [str(folder / name) for name in FOLDERS if os.path.lexists(folder / name) and not (folder / name).is_dir()]
    if others:
        what = "is no folder, but the show needs one" if len(others) == 1 else "are no folders, but the show needs such"
        raise UsageError(f"{', '.join(others)}: {what} of that name; move it away, then run the same command again")


def _wait(descriptor: int, file: Path, until: float) -> None:
    while not try_lock(descriptor):
        if time.monotonic() >= until:
            raise ShowBusy(f"{file.parent.parent}: {_describe_holder(file)}; wait until it is done, then try again")
        time.sleep(_BETWEEN_TRIES)


def _sign(descriptor: int, what: str) -> None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{what} {os.getpid()}\n".encode())


def _describe_holder(file: Path) -> str:
    with suppress(OSError, ValueError):
        what, pid = file.read_text("utf-8").split()
        return f"`spacecast {what}` is at work in this folder (process {int(pid)})"
    return "another spacecast is at work in this folder"
