"""Calls in threads: in order, so many at once, no item taken far ahead, and none begun after a failure."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Barrier, get_ident

import pytest

from site_builder.engine.processes.threads import map_in_threads


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_results_come_in_order(jobs: int) -> None:
    """Though the first takes longest."""

    def work(number: int) -> int:
        time.sleep(0.02 if number == 0 else 0)
        return number * number

    assert list(map_in_threads(work, range(9), jobs)) == [(number, number * number) for number in range(9)]
    assert list(map_in_threads(work, [], jobs)) == []


def test_so_many_run_at_once_and_items_are_taken_by_the_caller() -> None:
    """Calls that wait for each other go on; nothing is taken that would have to wait long."""
    meeting, taken, done = Barrier(2), [0], [0]

    def take() -> Iterator[int]:
        for number in range(8):
            assert get_ident() == caller
            assert number <= done[0] + 2
            taken[0] = number
            yield number

    def work(number: int) -> int:
        meeting.wait(10)
        return number

    caller = get_ident()
    for number, _ in map_in_threads(work, take(), 2):
        done[0] = number + 1
    assert taken == [7]


def test_after_a_failure_nothing_is_begun() -> None:
    """It is raised where results are taken; what waits is left."""
    begun = []

    def work(number: int) -> None:
        begun.append(number)
        if number == 1:
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        list(map_in_threads(work, range(100), 2))
    assert len(begun) < 8
