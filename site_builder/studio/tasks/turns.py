"""Waits while another process, such as the preview, builds the same show."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from site_builder.show.lock import ShowBusy

Value = TypeVar("Value")
_LONGEST = 900.0
"""Seconds after which somebody else's work is told as a problem."""


def wait_for_turn(work: Callable[[], Value]) -> Value:
    """Call `work`, again and again while another process holds the show's lock; gives what it returns.

    Raises:
        ShowBusy: it is still held after a quarter of an hour.
    """
    until = time.monotonic() + _LONGEST
    while True:
        try:
            return work()
        except ShowBusy:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
