"""Calls a function in threads, for several items at once, and gives what comes of them in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_in_threads(
    function: Callable[[Item], Result], items: Iterable[Item], jobs: int
) -> Generator[tuple[Item, Result]]:
    """Each item with `function(item)`, in order, up to `jobs` calls at once; for what lets Python go on meanwhile.

    Items are taken by the caller's thread alone, and hardly further ahead than they are worked on. Whoever does not go
    through to the end closes it: calls that have begun are waited for, no other is.
    """
    if jobs < 2:
        for item in items:
            yield item, function(item)
        return
    from concurrent.futures import Future, ThreadPoolExecutor  # noqa: PLC0415 -- 10 ms that few commands need

    waiting: deque[tuple[Item, Future[Result]]] = deque()
    pool = ThreadPoolExecutor(jobs)
    try:
        for item in items:
            waiting.append((item, pool.submit(function, item)))
            if len(waiting) > jobs:  # one more than are worked on, so that no thread waits for this one
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
