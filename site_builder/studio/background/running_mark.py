"""A mark in a show's cache that a studio is running: a locked file, and the lock goes with the process."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from site_builder.engine.platform import try_lock

_MARKS = ".cache/studio/running"


class RunningMark:
    """The mark of one studio; it is made when its name is first asked for."""

    def __init__(self) -> None:
        self._file = Path()
        self._descriptor = -1

    def find_name(self, show: Path) -> str:
        """By what other studios of the show know that this one runs."""
        while self._descriptor < 0:
            self._file = show / _MARKS / secrets.token_hex(4)
            self._file.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o644)
            if try_lock(descriptor) and self._file.exists():  # nobody took it for one that was left
                self._descriptor = descriptor
            else:
                os.close(descriptor)
        return self._file.name

    def remove(self) -> None:
        """From now on this studio counts as ended."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._file.unlink(missing_ok=True)
            self._descriptor = -1


def list_running(show: Path) -> set[str]:
    """Names of the studios that run on a show; marks of others are removed."""
    folder = show / _MARKS
    marks = list(folder.iterdir()) if folder.is_dir() else []
    return {mark.name for mark in marks if not _remove_left(mark)}


def _remove_left(mark: Path) -> bool:
    """Remove a mark whose studio has ended; whether it had."""
    try:
        descriptor = os.open(mark, os.O_RDWR)
    except OSError:
        return not mark.exists()
    is_left = try_lock(descriptor)
    if is_left:
        with suppress(OSError):
            mark.unlink()
    os.close(descriptor)
    return is_left
