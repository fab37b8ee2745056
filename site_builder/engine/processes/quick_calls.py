"""Runs many short calls on all cores: in threads those that wait, in processes those that compute.

Processes are forked from this one, so that nothing has to be sent to them.
A forked process sees all that its parent knew at that moment; only results come back. Where processes cannot be forked
safely (anywhere but on Linux), and for a few calls, all is done here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from site_builder.engine import platform
from site_builder.engine.processes.forking import fork, may_fork, receive, while_wanted
from site_builder.engine.processes.heap import share_heap

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
    if jobs < 2 or not may_fork():
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

    share_heap()
    pool = ThreadPoolExecutor(min(jobs, len(items)))
    try:
        for future in as_completed([pool.submit(function, item) for item in items]):
            future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _call_all(function: Callable[[Item], Result], items: Iterable[Item], parent: int) -> Iterator[tuple[Result]]:
    return ((function(item),) for item in while_wanted(items, parent))
