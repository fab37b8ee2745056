"""Watches a show folder for changes; the only module that uses watchdog."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Final

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

from site_builder.show.layout import CONFIG

QUIET: Final = 0.06
"""Seconds without a further change after which a burst of saves is over."""
LONGEST_BURST: Final = 1.0
"""Seconds after which a burst is taken for over all the same."""
FOLDERS: Final = ("content", "templates")
FILES: Final = (CONFIG,)
_CHANGES: Final[list[type[FileSystemEvent]]] = [
    *(FileCreatedEvent, FileModifiedEvent, FileMovedEvent, FileDeletedEvent, FileClosedEvent),
    *(DirCreatedEvent, DirMovedEvent, DirDeletedEvent),
]
"""What the system is asked to tell. Not that somebody reads: a build of thousands of episodes reads more than the
system can keep to tell. Nor that a folder is modified: whatever changes in it does that, hidden files included.
"""
_EDITORS: Final = (".swp", ".swx", ".tmp", "~")


class Watch:
    """Waits for changes of what a build reads: `content/`, `templates/` and `config.yaml`. Use it in a `with` block."""

    def __init__(self, folder: Path) -> None:
        self._root = folder.absolute()
        self._observer = Observer()
        self._handler = _Handler(self)
        self._condition = threading.Condition()
        self._last_change = 0.0
        self._changed = self._stopped = False
        self._touched: set[str] = set()
        self._watched: dict[str, ObservedWatch] = {}

    def __enter__(self) -> Watch:
        self._schedule(self._root)  # config.yaml, and folders that come later
        for name in FOLDERS:
            self.add_folder(name)
        self._observer.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.stop()
        self._observer.stop()
        self._observer.join()

    def add_folder(self, name: str) -> None:
        """Watch a folder of the show too, if it is there."""
        folder = self._root / name
        if name not in self._watched and folder.is_dir():
            self._watched[name] = self._schedule(folder, recursive=True)

    def _schedule(self, folder: Path, *, recursive: bool = False) -> ObservedWatch:
        return self._observer.schedule(self._handler, str(folder), recursive=recursive, event_filter=_CHANGES)

    def touch(self) -> None:
        """Count this moment as a change."""
        with self._condition:
            self._last_change = time.monotonic()
            self._changed = True
            self._condition.notify_all()

    def take_touched(self) -> frozenset[str]:
        """Paths below the show of all that changed since this was last asked."""
        with self._condition:
            touched, self._touched = frozenset(self._touched), set()
            return touched

    def stop(self) -> None:
        """Make `wait` return False, now and from now on."""
        with self._condition:
            self._stopped = True
            self._condition.notify_all()

    def wait(self, longest: float | None = None) -> bool:
        """Sleep until something changed and all is quiet again; False when it is time to end, or `longest` is over."""
        with self._condition:
            if not self._condition.wait_for(lambda: self._changed or self._stopped, longest):
                return False
            end = time.monotonic() + LONGEST_BURST
            while not self._stopped and (rest := min(self._last_change + QUIET, end) - time.monotonic()) > 0:
                self._condition.wait(rest)
            self._changed = False
            return not self._stopped

    def receive(self, path: str, *, is_directory: bool) -> None:
        """Something happened at `path`: a change where a build would read it."""
        try:
            parts = Path(path).relative_to(self._root).parts
        except ValueError:
            return
        if not parts or any(part.startswith(".") or part.endswith(_EDITORS) for part in parts):
            return
        if len(parts) == 1 and is_directory:
            self._renew(parts[0])
        elif parts[0] in FOLDERS or parts in {(file,) for file in FILES}:
            with self._condition:
                self._touched.add("/".join(parts))
            self.touch()

    def _renew(self, name: str) -> None:
        """A folder of the show itself came, went or changed."""
        if name not in FOLDERS:
            return
        if not (self._root / name).is_dir():
            if name in self._watched:
                self._observer.unschedule(self._watched.pop(name))
            self.touch()
        elif name not in self._watched:
            self.add_folder(name)
            self.touch()


class _Handler(FileSystemEventHandler):
    """Passes on what happened, in the observer's thread."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def on_any_event(self, event: FileSystemEvent) -> None:
        for path in filter(None, (event.src_path, event.dest_path)):
            self._watch.receive(str(path), is_directory=event.is_directory)
