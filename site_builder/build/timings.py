"""Measures how long each stage of a build takes, from the progress events it sends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from site_builder.events import Notify, Stage, ignore


class Stopwatch:
    """Passes events on; each `Stage` among them ends the one before.

    >>> watch = Stopwatch("Looking for changes")
    >>> build(folder, now, options, watch.follow(notify))
    >>> print(*watch.describe(), sep="; ")
    """

    def __init__(self, first: str, *, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._seconds: dict[str, float] = {}
        self._stage, self._since = first, clock()

    def follow(self, notify: Notify = ignore) -> Notify:
        """A `notify` that measures and then does what the given one does."""

        def receive(event: object) -> None:
            if isinstance(event, Stage):
                self._turn(event.name)
            notify(event)

        return receive

    def _turn(self, stage: str) -> None:
        now = self._clock()
        self._seconds[self._stage] = self._seconds.get(self._stage, 0.0) + now - self._since
        self._stage, self._since = stage, now

    def describe(self) -> Iterator[str]:
        """A line for each stage so far, in the order of the work: name, seconds, share of all."""
        self._turn(self._stage)
        total = sum(self._seconds.values())
        width = max(map(len, (*self._seconds, "together")))
        for name, seconds in (*self._seconds.items(), ("together", total)):
            yield f"{name:{width}}  {seconds:8.3f} s  {seconds / total if total else 1:4.0%}"
