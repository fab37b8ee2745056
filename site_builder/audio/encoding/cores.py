"""How many segments of sound are worked on at a time, by all threads and forked processes of a build together."""

from __future__ import annotations

import os
import threading
from typing import Protocol


class Tokens(Protocol):
    """As many as there are cores to be taken."""

    def acquire(self, block: bool, /) -> bool:
        """Take one, if need be and wanted after waiting."""

    def release(self) -> None:
        """Give one back."""


def count_usable() -> int:
    """The cores that this process may use."""
    usable = getattr(os, "sched_getaffinity", None)  # not everywhere
    return len(usable(0)) if usable else os.cpu_count() or 1


class Cores:
    """Tokens that are made when first asked for; processes forked later have them in common."""

    def __init__(self) -> None:
        self._count = count_usable()
        self._tokens: Tokens | None = None

    def limit(self, count: int) -> None:
        """Work on no more segments at a time; with 1, on none but that of the thread that asks for it."""
        count = 0 if count == 1 else min(count, count_usable())
        if count != self._count:
            self._count = count
            if self._tokens:
                self._tokens = _share(count)

    @property
    def tokens(self) -> Tokens:
        """Those that are left."""
        if not self._tokens:
            self._tokens = _share(self._count)
        return self._tokens


def _share(count: int) -> Tokens:
    from multiprocessing import get_context  # noqa: PLC0415 -- a build that makes no sound needs none

    try:
        return get_context("fork").Semaphore(count)
    except (ValueError, ImportError, OSError):  # nothing can be forked here, or no semaphore can be shared
        return threading.Semaphore(count)


CORES = Cores()
"""Of this process and those forked from it."""


def limit_cores(count: int) -> None:
    """As `Cores.limit`, for a process that is told to."""
    CORES.limit(count)
