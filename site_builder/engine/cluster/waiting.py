"""Waits with a time limit, which Ctrl-C ends at once: the call runs in a thread that may be left behind.

Libraries that talk to other computers do not hear Ctrl-C while they wait, or wait for as long as nobody answers. What
is left behind ends with this process, which does not wait for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from queue import SimpleQueue
from typing import TypeVar

Result = TypeVar("Result")


def call_apart(call: Callable[[], Result], seconds: float | None = None) -> Result:
    """`call()`, for which this thread waits so that it hears Ctrl-C.

    Raises:
        TimeoutError: it took longer than so many seconds, and is left behind.
    """
    came: SimpleQueue[tuple[Result | None, BaseException | None]] = SimpleQueue()

    def work() -> None:
        try:
            came.put((call(), None))
        except BaseException as error:
            came.put((None, error))

    (thread,) = start_threads(work, 1)
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError(f"no answer within {seconds:g} s")
    result, error = came.get()
    if error:
        raise error
    return result  # type: ignore[return-value]  # None only where that is what it gave


def start_threads(work: Callable[[], None], count: int) -> Sequence[threading.Thread]:
    """So many threads that call `work()`; the end of the process does not wait for them."""
    threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def wait_for_threads(threads: Iterable[threading.Thread], seconds: float) -> None:
    """Wait until they end, but not longer than so many seconds in all."""
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
