"""State that all pages of a running studio share: the show, its changes, background jobs, cached values."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from site_builder.show.layout import CONFIG, EPISODES, INDEX, PEOPLE, PUBLISHED
from site_builder.studio.background.held_token import HeldToken
from site_builder.studio.background.jobs import Jobs
from site_builder.studio.background.previews import RemotePreview
from site_builder.studio.background.running_mark import RunningMark
from site_builder.studio.changes.changes import Changes
from site_builder.studio.security import Keys

Value = TypeVar("Value")
_MOMENT = 0.05
"""Seconds for which files are taken for unchanged while a page is made."""
CACHE = ".cache/studio"
"""Where the studio keeps what can be made again, and uploads while they come in."""


class Studio:
    """One show folder, open in a browser.

    Attributes:
        folder: The show's; there may be no show in it yet.
        clock: Now.
        keys: Who may ask.
        changes: The one way to change the show's files.
        jobs: Long work.
        token: What was pasted to publish with.
        mark: Tells other studios of the same show that this one runs.
        proposals: Chapters that are proposed and not decided on: seconds and title, by the episode's folder.
        preview: The site as it will be.
        origin: Of the studio's own pages, `http://127.0.0.1:8765`.
        preview_origin: Of the site as it will be.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self.folder = folder
        self.clock = clock
        self.keys = Keys()
        self.changes = Changes(folder)
        self.jobs = Jobs(folder)
        self.token = HeldToken()
        self.jobs.follow(self.token.follow)
        self.mark = RunningMark()
        self.proposals: dict[str, tuple[tuple[float, str], ...]] = {}
        self.preview = RemotePreview(folder)
        self.origin = ""
        self.preview_origin = ""
        self._kept: dict[str, tuple[object, Any]] = {}
        self._stamp: tuple[object, object] = (None, None)
        self._lock = threading.Lock()

    @property
    def has_show(self) -> bool:
        """Whether there is a show in the folder."""
        return (self.folder / CONFIG).is_file()

    def open(self, folder: Path) -> None:
        """Switch to the show in `folder`, which may not be made yet."""
        if folder != self.folder:
            self.jobs.move(folder)
            self.preview.folder = self.folder = folder
        self.changes = Changes(folder)
        self.proposals.clear()
        self._kept.clear()
        self.preview.start()

    def stamp(self) -> object:
        """Changes whenever a person's file does; looked up again after a moment, and after each change made here."""
        history = self.changes.history
        known = (len(history.entries), history.position, int(time.monotonic() / _MOMENT))
        if self._stamp[0] != known:
            self._stamp = (known, self._look())
        return self._stamp[1]

    def _look(self) -> object:
        """Of 500 episodes in a few milliseconds."""
        folder = os.fspath(self.folder)
        episodes = f"{folder}/{EPISODES}"
        names = sorted(os.listdir(episodes)) if os.path.isdir(episodes) else []  # noqa: PTH112, PTH208
        files = [CONFIG, PEOPLE, PUBLISHED, *(f"{EPISODES}/{name}/{INDEX}" for name in names)]
        return tuple((file, _stat(f"{folder}/{file}")) for file in files)

    def keep(self, name: str, make: Callable[[], Value], *, stamp: object = None) -> Value:
        """Cache the value of `make` until the show's files, or the given stamp, change."""
        now = (self.stamp(), stamp)
        known = self._kept.get(name)
        if known is not None and known[0] == now:
            return known[1]  # type: ignore[no-any-return]
        value = make()
        with self._lock:
            self._kept[name] = (now, value)
        return value

    def close(self) -> None:
        """Stop the worker and the preview."""
        self.jobs.close()
        self.preview.stop()


def _stat(file: str) -> tuple[int, int, int]:
    try:
        found = os.stat(file)  # noqa: PTH116
    except OSError:
        return (0, 0, 0)
    return (found.st_mtime_ns, found.st_size, found.st_ino)
