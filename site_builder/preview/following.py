"""Builds a preview after each change: first what was saved, the rest of the site in the next pause."""

from __future__ import annotations

import time
from collections.abc import Callable

from site_builder.preview.process import SessionProcess
from site_builder.preview.watch import Watch

LONGEST_PAUSE = 2.0
"""Seconds without a save after which the rest is made, however long that takes."""
LONGEST_WAIT = 15.0
"""Seconds after which it is made though somebody saves on and on."""


def follow_changes(session: SessionProcess, watch: Watch, built: Callable[[], None] = lambda: None) -> None:
    """Build after each change until the watch ends; `built` is called after each time.

    The whole site of a show with hundreds of episodes takes seconds, in which no save could be seen. So it is made
    once nobody has saved for as long as it took the last time; where that is quick, at once.
    """
    pause = 0.0
    while watch.wait():
        end = time.monotonic() + LONGEST_WAIT
        while session.hurry(watch.take_touched()) and time.monotonic() < end and watch.wait(pause):
            pass
        started = time.monotonic()
        session.refresh()
        pause = min(time.monotonic() - started, LONGEST_PAUSE)
        built()
        if session.is_waiting:
            watch.touch()
