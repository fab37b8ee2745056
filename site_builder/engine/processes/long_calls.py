"""Runs long calls in a fixed number of child processes; each takes the next as soon as it is free.

They are forked, see all that this process knew then, and end with it, whatever they are at: nothing that one of them
writes comes after what the next run of the program writes. For many quick calls see `quick_calls.py`;
docs/decisions/0046-long-calls-in-processes.md.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from functools import partial
from typing import BinaryIO, Generic, TypeVar, cast

from site_builder.engine import platform
from site_builder.engine.processes.forking import fork, may_fork, receive, stop
from site_builder.events import ignore

Item = TypeVar("Item")
Result = TypeVar("Result")

_BYTES = 4
"""In which a process is told the number of its next item."""


def map_long(function: Callable[[Item], Result], items: Sequence[Item], jobs: int) -> Generator[Result]:
    """`map(function, items)`, by up to `jobs` processes that work ahead; results must be picklable.

    What no process got done, because it failed or was killed, is done here, so that an exception is raised here as
    well. Whoever does not go through to the end closes it, which ends the processes.
    """
    waiting: dict[int, Result] = {}
    with closing(iterate_as_done(function, items, jobs)) as results:
        for number in range(len(items)):
            while number not in waiting:
                done, made = next(results)
                waiting[done] = made[0] if made else function(items[done])
            yield waiting.pop(number)


def iterate_as_done(
    function: Callable[[Item], Result], items: Sequence[Item], jobs: int, begin: Callable[[Item], None] = ignore
) -> Generator[tuple[int, tuple[Result] | None]]:
    """The number of each item with `function(item)` in a tuple, as soon as it is done, by up to `jobs` processes.

    None is what came of an item over which two processes failed or were killed. `begin` is told of each item here.
    Where nothing can be forked, and for one job or item, all is done here.
    """
    if min(jobs, len(items)) < 2 or not may_fork():
        for number, item in enumerate(items):
            begin(item)
            yield number, (function(item),)
        return
    pool: _Pool[Result] = _Pool(lambda number: function(items[number]), len(items), jobs)
    with closing(pool):
        while pool.is_busy:
            for number in pool.fill():
                begin(items[number])
            yield from pool.receive()


class _Pool(Generic[Result]):
    """Processes that call a function with the numbers from 0 below `count`."""

    def __init__(self, call: Callable[[int], Result], count: int, jobs: int) -> None:
        self._call = call
        self._jobs = jobs
        self._todo = deque(range(count))
        self._failed: set[int] = set()
        """Numbers that a process has not got done; once more is tried."""
        self._at_work: dict[BinaryIO, _Worker[Result]] = {}
        self._free: list[_Worker[Result]] = []

    @property
    def is_busy(self) -> bool:
        """Whether there is anything left."""
        return bool(self._todo or self._at_work)

    def fill(self) -> Iterator[int]:
        """Give all that can be given; the numbers that are begun."""
        while self._todo and len(self._at_work) < self._jobs:
            worker = self._free.pop() if self._free else _Worker(self._call)
            self._at_work[worker.results] = worker
            worker.give(self._todo.popleft())
            yield worker.number

    def receive(self) -> Iterator[tuple[int, tuple[Result] | None]]:
        """What is done by now; waits until something is."""
        for pipe in _wait(self._at_work):
            worker = self._at_work.pop(pipe)
            made: tuple[Result] | None = receive(pipe)
            (self._free.append if made else _Worker.end)(worker)
            if made or worker.number in self._failed:
                yield worker.number, made
            else:
                self._failed.add(worker.number)
                self._todo.append(worker.number)

    def close(self) -> None:
        """End all processes, whatever they are at."""
        for worker in (*self._at_work.values(), *self._free):
            worker.end()


class _Worker(Generic[Result]):
    """A forked process that calls a function with one number after the other, as they are given."""

    number = -1
    """What it is at."""

    def __init__(self, call: Callable[[int], Result]) -> None:
        given, self._numbers = os.pipe()
        self._child, self.results = fork(partial(_call_given, call, given))
        os.close(given)

    def give(self, number: int) -> None:
        """Have it call the function with this number; where it is dead already, nothing comes of it."""
        self.number = number
        with suppress(BrokenPipeError):
            os.write(self._numbers, number.to_bytes(_BYTES, "big"))

    def end(self) -> None:
        """End it, whatever it is at."""
        os.close(self._numbers)
        stop(self._child, self.results)


def _call_given(call: Callable[[int], Result], given: int, parent: int) -> Iterator[tuple[Result]]:
    platform.end_with(parent)
    while number := os.read(given, _BYTES):
        yield (call(int.from_bytes(number, "big")),)


def _wait(pipes: Iterable[BinaryIO]) -> list[BinaryIO]:
    """Those of the pipes from which something can be read; waits for one."""
    from selectors import EVENT_READ, DefaultSelector  # noqa: PLC0415 -- not needed by a build that changes a note

    with DefaultSelector() as selector:
        for pipe in pipes:
            selector.register(pipe, EVENT_READ)
        return [cast("BinaryIO", key.fileobj) for key, _ in selector.select()]
