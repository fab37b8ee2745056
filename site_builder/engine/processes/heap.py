"""What the C library does with memory that is given back; only glibc's can be told, elsewhere nothing changes."""

from __future__ import annotations

from contextlib import suppress

_ARENA_MAX = -8
"""Of glibc's malloc.h; others have no mallopt, or none by that number."""


def share_heap() -> None:
    """One heap for all threads begun from now on: by default each has its own, and keeps there what is given back."""
    _call("mallopt", _ARENA_MAX, 1)


def trim_heap() -> None:
    """The system has back what nothing uses."""
    _call("malloc_trim", 0)


def _call(name: str, *arguments: int) -> None:
    from ctypes import CDLL  # noqa: PLC0415 -- 10 ms that few commands need

    with suppress(AttributeError, OSError, TypeError):
        getattr(CDLL(None), name)(*arguments)
