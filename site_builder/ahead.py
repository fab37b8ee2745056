"""Results that a process of its own makes ahead of time, while this one is busy with something else."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import weakref
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from typing import BinaryIO

from site_builder.parallel import fork, while_wanted

Named = tuple[str, bytes]
_PIPE = 1 << 20
"""Bytes that wait in the pipe while nobody takes them: as much as Linux lets anybody have."""


class Ahead:
    """Named results from a process that was forked from this one.

    >>> ahead = Ahead(draw_all, names={"a.jpg", "b.jpg"})  # draw_all() gives names with bytes, one after the other
    >>> ahead.take("b.jpg")
    b'...'

    The process only computes. It lets go of all files that are open here, so it keeps no lock, and ends with this one.
    Where processes cannot be forked safely (anywhere but on Linux) nothing is made ahead.
    """

    def __init__(self, make: Callable[[], Iterable[Named]], names: Collection[str]) -> None:
        self._expected: set[str] = set()
        self._done: dict[str, bytes] = {}
        self._lock = threading.Lock()
        if sys.platform == "linux":
            self._expected |= set(names)
            child, self._pipe = fork(lambda parent: while_wanted(make(), parent), alone=True)
            _widen(self._pipe)
            self._end = weakref.finalize(self, _stop, child, self._pipe)

    def take(self, name: str) -> bytes | None:
        """A result, as soon as it is there; None where it is not made ahead, or was taken already."""
        with self._lock:
            if name not in self._expected:
                return None
            self._expected.remove(name)
            while name not in self._done and self._receive():
                pass
            return self._done.pop(name, None)

    def _receive(self) -> bool:
        """Waits for the next result; false where none will come."""
        with suppress(EOFError, pickle.UnpicklingError, ValueError):  # ValueError: read to its end and closed
            name, result = pickle.load(self._pipe)  # noqa: S301 -- from our own process
            self._done[name] = result
            return True
        self._end()
        return False


def _widen(pipe: BinaryIO) -> None:
    import fcntl  # noqa: PLC0415 -- not there on Windows

    with suppress(OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def _stop(child: int, pipe: BinaryIO) -> None:
    """End the process, whatever it is at, and leave nothing of it."""
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    pipe.close()
    os.waitpid(child, 0)
