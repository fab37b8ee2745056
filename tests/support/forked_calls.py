"""Functions that go wrong in a process that was forked from the test's, and what such processes leave."""

from __future__ import annotations

import os
import signal

import pytest

from site_builder.engine import platform

HERE = os.getpid()
needs_fork = pytest.mark.skipif(not platform.FORKS, reason="nothing is forked")


def fail_elsewhere(number: int) -> int:
    if os.getpid() != HERE:
        raise ValueError(number)
    return number


def die_elsewhere(number: int) -> int:
    if os.getpid() != HERE:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def has_children() -> bool:
    """Whether this process has any, ended ones that nobody waited for included."""
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True
