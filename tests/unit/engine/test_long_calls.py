"""Long calls in processes: each result once, in order or as soon as it is there, whatever happens to a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from forked_calls import HERE, die_elsewhere, fail_elsewhere, has_children, needs_fork

from site_builder.engine.processes.long_calls import iterate_as_done, map_long

_ORPHANED = """
import os, sys, time
from pathlib import Path
from site_builder.engine.processes.long_calls import map_long

folder = Path(sys.argv[1])

def work(number):
    (folder / str(os.getpid())).touch()
    time.sleep(60)

for _ in map_long(work, [1, 2, 3], 2):
    pass
"""


@pytest.mark.parametrize("jobs", [0, 1, 2, 5])
def test_results_come_in_the_order_of_the_items(jobs: int) -> None:
    assert list(map_long(lambda number: number * 2, range(7), jobs)) == [0, 2, 4, 6, 8, 10, 12]
    assert not has_children()


def sleep_longer_the_earlier(number: int) -> int:
    time.sleep((3 - number) / 5)
    return os.getpid()


@needs_fork
def test_what_is_done_first_comes_first_and_its_process_takes_the_next() -> None:
    """Told of as begun in the order in which they are given out."""
    begun: list[int] = []
    results = list(iterate_as_done(sleep_longer_the_earlier, [0, 2, 3, 3], 2, begun.append))
    assert [number for number, _ in results] == [1, 2, 3, 0]
    assert begun == [0, 2, 3, 3]
    processes = [made[0] for _, made in results if made]
    assert len(set(processes[:3])) == 1
    assert processes[3] not in {processes[0], HERE}


@pytest.mark.parametrize("function", [fail_elsewhere, die_elsewhere], ids=["fails", "killed"])
def test_what_no_process_gets_done_is_done_here(function: object) -> None:
    assert list(map_long(function, range(5), 2)) == list(range(5))  # type: ignore[arg-type]
    assert not has_children()


def kill_the_first_time(folder: Path, number: int) -> int:
    tried = folder / str(number)
    if not tried.exists():
        tried.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@needs_fork
def test_what_a_killed_process_was_at_is_tried_again_by_another(tmp_path: Path) -> None:
    results = dict(iterate_as_done(partial(kill_the_first_time, tmp_path), range(4), 2))
    assert results == {number: (number,) for number in range(4)}
    assert not has_children()


def die_over_two(number: int) -> int:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@needs_fork
def test_what_kills_two_processes_is_given_up_and_the_rest_goes_on() -> None:
    results = dict(iterate_as_done(die_over_two, range(5), 2))
    assert results == {0: (0,), 1: (1,), 2: None, 3: (3,), 4: (4,)}
    assert not has_children()


def test_an_exception_gets_out_and_leaves_no_process() -> None:
    with pytest.raises(ZeroDivisionError):
        list(map_long(lambda number: 1 // (number - 3), range(6), 2))
    assert not has_children()


@needs_fork
def test_whoever_does_not_want_the_rest_closes_it() -> None:
    """Processes end at once, whatever they are at."""
    begin = time.monotonic()
    with closing(map_long(lambda number: time.sleep(30 * number), [0, 1, 1, 1], 2)) as results:
        next(results)
        assert has_children()
    assert not has_children()
    assert time.monotonic() - begin < 10


@needs_fork
def test_no_process_outlives_the_one_that_forked_it(tmp_path: Path) -> None:
    """However that ends: two that write at once would write into the same file."""
    with subprocess.Popen([sys.executable, "-c", _ORPHANED, tmp_path]) as run:
        _wait_until(lambda: len(list(tmp_path.iterdir())) == 2)
        run.kill()
    children = [int(file.name) for file in tmp_path.iterdir()]
    _wait_until(lambda: not any(_is_alive(child) for child in children))


def _wait_until(condition: object) -> None:
    deadline = time.monotonic() + 20
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@needs_fork
def test_results_larger_than_a_pipe() -> None:
    sizes = [3_000_000, 5, 2_000_000]
    assert list(map_long(bytes, sizes, 2)) == [bytes(size) for size in sizes]
