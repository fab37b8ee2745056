"""What the C library does with memory that is given back; only glibc's can be told, elsewhere nothing changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

_TRIM_THRESHOLD, _MMAP_MAX, _ARENA_MAX = -1, -4, -8
"""Options of glibc's malloc.h; others have no mallopt, or none by these numbers."""
_KEPT = {_TRIM_THRESHOLD: 256 << 20, _MMAP_MAX: 0}
_USUAL = {_TRIM_THRESHOLD: 128 << 10, _MMAP_MAX: 65_536}


def share_heap() -> None:
    """One heap for all threads begun from now on: by default each has its own, and keeps there what is given back."""
    _call("mallopt", _ARENA_MAX, 1)


@contextmanager
def kept_heap() -> Iterator[None]:
    """Memory that is given back in here is kept for what asks next; the system has it at the end.

    A speech model asks for the same hundred megabytes for each piece of sound. To be given them by the system, which
    clears them, took a tenth of the time.
    """
    _set_options(_KEPT)
    try:
        yield
    finally:
        _set_options(_USUAL)
        _call("malloc_trim", 0)


def _set_options(options: Mapping[int, int]) -> None:
    for option, value in options.items():
        _call("mallopt", option, value)


def _call(name: str, *arguments: int) -> None:
    from ctypes import CDLL  # noqa: PLC0415 -- 10 ms that few commands need

    with suppress(AttributeError, OSError, TypeError):
        getattr(CDLL(None), name)(*arguments)
