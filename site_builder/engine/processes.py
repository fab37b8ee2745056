"""Many calls on all cores: in threads those that wait, in processes those that compute.

Processes are forked from this one, so that nothing has to be sent to them.
A forked process sees all that its parent knew at that moment; only results come back. Where processes cannot be forked
safely (anywhere but on Linux), and for a few calls, all is done here.
"""

from __future__ import annotations

import gc
import os
import pickle
import weakref
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

from site_builder.engine import platform

Item = TypeVar("Item")
Result = TypeVar("Result")

_WORTH_IT = 100
"""Calls for each process, of about a millisecond each, that outweigh forking and sending the results."""


def map_in_processes(
    function: Callable[[Item], Result], items: Sequence[Item], jobs: int, *, at_least: int = _WORTH_IT
) -> list[Result]:
    """`[function(item) for item in items]`, by up to `jobs` processes; as `iterate_in_processes`."""
    return list(iterate_in_processes(function, items, jobs, at_least=at_least))


def iterate_in_processes(
    function: Callable[[Item], Result], items: Sequence[Item], jobs: int, *, at_least: int = _WORTH_IT
) -> Generator[Result]:
    """`map(function, items)`, by up to `jobs` processes with `at_least` so many items each, which work ahead.

    Results must be picklable.

    `function` must leave nothing behind in memory that is needed later, use no lock that another thread may hold, and
    print nothing. What a process did not get done, because it failed or was killed, is done here, so that an exception
    is raised here as well. Whoever does not go through to the end closes it, which ends the processes.
    """
    jobs = min(jobs, len(items) // at_least)
    if jobs < 2 or not platform.FORKS:
        yield from map(function, items)
        return
    pipes = [fork(partial(_call_all, function, items[number::jobs])) for number in range(jobs)]
    try:
        for number, item in enumerate(items):
            made: tuple[Result] | None = receive(pipes[number % jobs][1])
            yield made[0] if made else function(item)
    except BaseException:
        for child, _ in pipes:
            platform.kill(child)
        raise
    finally:
        for child, pipe in pipes:
            pipe.close()
            os.waitpid(child, 0)


def run_in_threads(function: Callable[[Item], None], items: Sequence[Item], jobs: int) -> None:
    """Calls `function` with each of `items`, up to `jobs` at once; for what waits, or lets others run meanwhile."""
    from concurrent.futures import ThreadPoolExecutor, as_completed  # noqa: PLC0415 -- 10 ms that few builds need

    _share_heap()
    pool = ThreadPoolExecutor(min(jobs, len(items)))
    try:
        for future in as_completed([pool.submit(function, item) for item in items]):
            future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _share_heap() -> None:
    """One heap for all threads: by default each has its own, and keeps there what its pictures leave (60 MB in all)."""
    from ctypes import CDLL  # noqa: PLC0415 -- as above

    arena_max = -8  # glibc's malloc.h; others have no mallopt, or none by that number
    with suppress(AttributeError, OSError, TypeError):
        CDLL(None).mallopt(arena_max, 1)


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
        if platform.FORKS:
            child, self._pipe = fork(
                lambda parent: (function() for function in while_wanted(functions, parent)), alone=True
            )
            self._end = weakref.finalize(self, stop, child, self._pipe)

    def result(self) -> Result:
        """What the next function returns; waits for it. To be asked once for each."""
        function = self._functions.pop(0)
        if platform.FORKS and self._end.alive:
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


def _call_all(function: Callable[[Item], Result], items: Iterable[Item], parent: int) -> Iterator[tuple[Result]]:
    return ((function(item),) for item in while_wanted(items, parent))


def receive(pipe: BinaryIO) -> tuple[Result] | None:
    """The next result, in a tuple, of a process that makes such; None where it failed."""
    with suppress(EOFError, pickle.UnpicklingError):
        made: tuple[Result] = pickle.load(pipe)  # noqa: S301 -- from our own process
        return made
    return None
