"""Results made ahead: there when they are asked for, nobody's loss when they are not, and nothing is left behind."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from site_builder.ahead import Ahead

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")
LARGE = bytes(3 << 20)


def make() -> Iterator[tuple[str, bytes]]:
    yield "first", str(os.getpid()).encode()
    yield "large", LARGE
    yield "last", b"z"


def assert_no_process() -> None:
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_results_come_from_another_process_in_any_order() -> None:
    ahead = Ahead(make, {"first", "large", "last"})
    assert ahead.take("last") == b"z"
    assert ahead.take("large") == LARGE
    assert int(ahead.take("first") or 0) != os.getpid()


def test_each_is_given_once_and_what_nobody_promised_is_not_waited_for() -> None:
    ahead = Ahead(make, {"first", "large"})
    assert ahead.take("other") is None
    assert ahead.take("first")
    assert ahead.take("first") is None


def fail() -> Iterator[tuple[str, bytes]]:
    yield "first", b"1"
    raise ValueError


def die() -> Iterator[tuple[str, bytes]]:
    yield "first", b"1"
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("broken", [fail, die])
def test_what_a_process_leaves_is_nothing(broken: object) -> None:
    ahead = Ahead(broken, {"first", "second", "third"})  # type: ignore[arg-type]
    assert [ahead.take(name) for name in ("second", "first", "third")] == [None, b"1", None]
    assert_no_process()


def wait() -> Iterator[tuple[str, bytes]]:
    time.sleep(60)
    yield "first", b""


def test_a_process_that_nobody_waits_for_ends() -> None:
    ahead = Ahead(wait, {"first"})
    del ahead
    assert_no_process()


def test_a_lock_is_not_kept(tmp_path: Path) -> None:
    """Whoever builds next does not wait for pictures of the build before."""
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ahead = Ahead(make, {"first", "large"})
        ahead.take("first")
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
