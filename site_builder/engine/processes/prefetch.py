"""Results computed ahead in a child process, while this one does something else.

    with Prefetch() as prefetch:                       # what nobody has taken by its end is given up
        prefetch.start(draw_all, {"a.jpg", "b.jpg"})   # draw_all() gives names with bytes, one after the other
        …
        prefetch.take("b.jpg")                         # waits for it; None: make it here

Whoever begins something and whoever needs it need not know each other: a name says all that its bytes depend on. The
process only computes. It lets go of all files that are open here, so it keeps no lock, and ends with this one. Where
processes cannot be forked safely (anywhere but on Linux) nothing is made ahead.
docs/decisions/0008 says why.
"""

from __future__ import annotations

import os
import pickle
import threading
import weakref
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from types import TracebackType

from site_builder.engine.processes.forking import fork, may_fork, stop, while_wanted

Make = Callable[[], Iterable[tuple[str, bytes]]]
Take = Callable[[str], bytes | None]


def take_nothing(name: str) -> None:
    """For those that have nothing made ahead."""


class Prefetch:
    """What is made ahead during one build. A context manager: afterwards nothing is left of it."""

    def __init__(self) -> None:
        self._at_work: list[_Process] = []
        self._is_over = False

    def __enter__(self) -> Prefetch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over = True
        for process in self._at_work:
            process.end()
        self._at_work.clear()

    def start(self, make: Make, names: Collection[str]) -> None:
        """Begin to make what has these names; not once it is over."""
        if may_fork() and not self._is_over:
            self._at_work.append(_Process(make, names))

    def take(self, name: str) -> bytes | None:
        """A result, as soon as it is there; None where it is not made ahead, or was taken already."""
        return next((result for process in self._at_work if (result := process.take(name)) is not None), None)

    def is_begun(self, name: str) -> bool:
        """Whether something of this name is or was being made."""
        return any(name in process.names for process in self._at_work)


class _Process:
    """A process that was forked from this one, and what came of it so far."""

    def __init__(self, make: Make, names: Collection[str]) -> None:
        self.names = frozenset(names)
        self._expected = set(names)
        self._done: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self._owner = os.getpid()
        child, self._pipe = fork(lambda parent: while_wanted(make(), parent), alone=True)
        self.end = weakref.finalize(self, stop, child, self._pipe)

    def take(self, name: str) -> bytes | None:
        if os.getpid() != self._owner:  # a process that was forked later, and must leave the pipe alone
            return None
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
        self.end()
        return False
