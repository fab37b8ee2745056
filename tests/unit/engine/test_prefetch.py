"""Results made ahead: there when they are asked for, nobody's loss when they are not, and nothing is left behind."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from site_builder.engine.prefetch import at_work, is_begun, start, take
from site_builder.engine.processes import map_in_processes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")
LARGE = bytes(3 << 20)
Results = Iterator[tuple[str, bytes]]


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Whatever became of a process, it is gone after the work."""
    with at_work():
        yield
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    assert not is_begun("first")


def make() -> Results:
    yield "first", str(os.getpid()).encode()
    yield "large", LARGE
    yield "last", b"z"


def test_results_come_from_another_process_in_any_order() -> None:
    start(make, {"first", "large", "last"})
    assert take("last") == b"z"
    assert take("large") == LARGE
    assert int(take("first") or 0) != os.getpid()


def test_each_is_given_once_and_what_nobody_promised_is_not_waited_for() -> None:
    start(make, {"first", "large"})
    assert take("other") is None
    assert is_begun("first")
    assert take("first")
    assert take("first") is None
    assert is_begun("first")


def fail() -> Results:
    yield "first", b"1"
    raise ValueError


def die() -> Results:
    yield "first", b"1"
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("broken", [fail, die])
def test_what_a_process_leaves_is_nothing(broken: Callable[[], Results]) -> None:
    start(broken, {"first", "second", "third"})
    assert [take(name) for name in ("second", "first", "third")] == [None, b"1", None]


def wait() -> Results:
    time.sleep(60)
    yield "first", b""


def test_a_process_that_nobody_waits_for_is_ended() -> None:
    start(wait, {"first"})


def test_two_are_at_work_side_by_side() -> None:
    start(wait, {"never"})
    start(make, {"last"})
    assert take("last") == b"z"


def test_a_process_forked_later_leaves_it_alone() -> None:
    """One reads from the pipe; two would tear it to pieces."""
    start(make, {"first"})
    assert set(map_in_processes(lambda _: take("first"), range(200), 2)) == {None}
    assert take("first")


def test_a_lock_is_not_kept(tmp_path: Path) -> None:
    """Whoever builds next does not wait for pictures of the build before."""
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        start(make, {"first", "large"})
        take("first")
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
