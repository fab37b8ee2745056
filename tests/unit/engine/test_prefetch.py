"""Results made ahead: there when they are asked for, nobody's loss when they are not, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from site_builder.engine import platform
from site_builder.engine.processes.prefetch import Prefetch
from site_builder.engine.processes.quick_calls import map_in_processes

fcntl = pytest.importorskip("fcntl")
pytestmark = pytest.mark.skipif(not platform.FORKS, reason="nothing is forked")
LARGE = bytes(3 << 20)
Results = Iterator[tuple[str, bytes]]


@pytest.fixture
def ahead() -> Iterator[Prefetch]:
    """Whatever became of a process, it is gone after the work, and no other is begun."""
    with Prefetch() as prefetch:
        yield prefetch
    prefetch.start(make, {"first"})
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    assert not prefetch.is_begun("first")


def make() -> Results:
    yield "first", str(os.getpid()).encode()
    yield "large", LARGE
    yield "last", b"z"


def test_results_come_from_another_process_in_any_order(ahead: Prefetch) -> None:
    ahead.start(make, {"first", "large", "last"})
    assert ahead.take("last") == b"z"
    assert ahead.take("large") == LARGE
    assert int(ahead.take("first") or 0) != os.getpid()


def test_each_is_given_once_and_what_nobody_promised_is_not_waited_for(ahead: Prefetch) -> None:
    ahead.start(make, {"first", "large"})
    assert ahead.take("other") is None
    assert ahead.is_begun("first")
    assert ahead.take("first")
    assert ahead.take("first") is None
    assert ahead.is_begun("first")


def fail() -> Results:
    yield "first", b"1"
    raise ValueError


def die() -> Results:
    yield "first", b"1"
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("broken", [fail, die])
def test_what_a_process_leaves_is_nothing(ahead: Prefetch, broken: Callable[[], Results]) -> None:
    ahead.start(broken, {"first", "second", "third"})
    assert [ahead.take(name) for name in ("second", "first", "third")] == [None, b"1", None]


def wait() -> Results:
    time.sleep(60)
    yield "first", b""


def test_a_process_that_nobody_waits_for_is_ended(ahead: Prefetch) -> None:
    ahead.start(wait, {"first"})


def test_two_are_at_work_side_by_side(ahead: Prefetch) -> None:
    ahead.start(wait, {"never"})
    ahead.start(make, {"last"})
    assert ahead.take("last") == b"z"


def test_a_process_forked_later_leaves_it_alone(ahead: Prefetch) -> None:
    """One reads from the pipe; two would tear it to pieces."""
    ahead.start(make, {"first"})
    assert set(map_in_processes(lambda _: ahead.take("first"), range(200), 2)) == {None}
    assert ahead.take("first")


def test_a_lock_is_not_kept(ahead: Prefetch, tmp_path: Path) -> None:
    """Whoever builds next does not wait for pictures of the build before."""
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ahead.start(make, {"first", "large"})
        ahead.take("first")
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
