"""Runs functions in forked child processes and collects what they return.

A forked process sees all that its parent knew at that moment; only results come back, pickled. Where processes cannot
be forked safely (anywhere but on Linux, and beside a library's threads) a `Task` is done here.
"""

from __future__ import annotations

import gc
import os
import pickle
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

from site_builder.engine import platform

Item = TypeVar("Item")
Result = TypeVar("Result")

_foreign_threads: list[None] = []
"""As many as there are callers within `beside_threads`."""


def may_fork() -> bool:
    """Whether a process can be forked from this one safely now."""
    return platform.FORKS and not _foreign_threads


@contextmanager
def beside_threads() -> Iterator[None]:
    """While threads of a library run here nothing is forked.

    One of them may hold a lock at that moment, and the forked process would wait for it forever.
    """
    _foreign_threads.append(None)
    try:
        yield
    finally:
        _foreign_threads.pop()


def fork(make: Callable[[int], Iterable[object]], *, alone: bool = False) -> tuple[int, BinaryIO]:
    """A process that makes results, and the pipe they come through, pickled; `make` is given the id of this process.

    Where it is to be `alone` it lets go of all files that are open here. Whoever calls this waits for its end.
    """
    readable, writable = os.pipe()
    platform.widen(writable)
    parent = os.getpid()
    child = platform.fork()
    if child:
        os.close(writable)
        return child, open(readable, "rb")  # noqa: PTH123 -- closed by the caller
    with suppress(BaseException):
        os.close(readable)
        gc.freeze()  # what is the parent's is left alone: to look at it would copy it
        gc.enable()
        if alone:
            platform.close_all_but(writable)
            platform.give_way()
        with open(writable, "wb") as pipe:  # noqa: PTH123
            for result in make(parent):
                pickle.dump(result, pipe, pickle.HIGHEST_PROTOCOL)
                pipe.flush()
    os._exit(0)  # nothing of the parent's is flushed or cleaned up twice


def while_wanted(items: Iterable[Item], parent: int) -> Iterator[Item]:
    """Yield items while the process `parent` lives, so that no orphan works on beside the next build."""
    for item in items:
        if os.getppid() != parent:
            raise SystemExit
        yield item


class Task(Generic[Result]):
    """Calls `function()` in a child process, from now on; where forking is not safe, in this one once it is asked for.

    Of several functions the process makes one result after the other.
    """

    def __init__(self, *functions: Callable[[], Result]) -> None:
        self._functions = list(functions)
        self._end: weakref.finalize[[int, BinaryIO], Task[Result]] | None = None
        if may_fork():
            child, self._pipe = fork(
                lambda parent: (function() for function in while_wanted(functions, parent)), alone=True
            )
            self._end = weakref.finalize(self, stop, child, self._pipe)

    def result(self) -> Result:
        """What the next function returns; waits for it. To be asked once for each."""
        function = self._functions.pop(0)
        if self._end and self._end.alive:
            try:
                made: Result = pickle.load(self._pipe)  # noqa: S301 -- from our own process
            except (EOFError, pickle.UnpicklingError):  # it failed, or was killed
                self._end()
            else:
                if not self._functions:
                    self._end()
                return made
        return function()


def within(folder: Path, question: Callable[[Path], Result]) -> Callable[[], Result]:
    """`question(folder)` for a `Task`, whose process asks it from that folder: short paths are looked up quicker."""
    asker, place = os.getpid(), folder.absolute()

    def ask() -> Result:
        if os.getpid() == asker:
            return question(folder)
        os.chdir(place)
        return question(Path())

    return ask


def stop(child: int, pipe: BinaryIO) -> None:
    """End a process that `fork` made, whatever it is at, and leave nothing of it."""
    platform.kill(child)
    pipe.close()
    os.waitpid(child, 0)


def receive(pipe: BinaryIO) -> tuple[Result] | None:
    """The next result, in a tuple, of a process that makes such; None where it failed."""
    with suppress(EOFError, pickle.UnpicklingError):
        made: tuple[Result] = pickle.load(pipe)  # noqa: S301 -- from our own process
        return made
    return None
