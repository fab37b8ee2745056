"""Calls in processes: the same results as without, whatever happens to a process."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path

import pytest
from forked_calls import HERE, die_elsewhere, fail_elsewhere, has_children, needs_fork

from site_builder.engine.processes.forking import Task, within
from site_builder.engine.processes.quick_calls import map_in_processes

MANY = range(1000)


def test_results_come_in_the_order_of_the_items() -> None:
    assert map_in_processes(lambda number: number * 2, MANY, 3) == [number * 2 for number in MANY]


@needs_fork
def test_more_than_one_process_is_at_work() -> None:
    assert len(set(map_in_processes(lambda _: os.getpid(), MANY, 2))) == 2


@pytest.mark.parametrize("jobs", [0, 1, 2])
def test_few_calls_stay_here(jobs: int) -> None:
    assert set(map_in_processes(lambda _: os.getpid(), range(100), jobs)) == {HERE}


@pytest.mark.parametrize("function", [fail_elsewhere, die_elsewhere], ids=["fails", "killed"])
def test_what_a_process_leaves_is_done_here(function: object) -> None:
    assert map_in_processes(function, MANY, 2) == list(MANY)  # type: ignore[arg-type]


def test_an_exception_gets_out_and_leaves_no_process() -> None:
    with pytest.raises(ZeroDivisionError):
        map_in_processes(lambda number: 1 // (number - 500), MANY, 2)
    assert not has_children()


@needs_fork
def test_a_task_is_done_elsewhere_and_leaves_no_process() -> None:
    """Its result comes back; where that process failed or was killed, it is done here."""
    elsewhere = Task(os.getpid)
    assert elsewhere.result() != HERE
    assert Task(partial(fail_elsewhere, 5)).result() == 5
    assert Task(partial(die_elsewhere, 6)).result() == 6
    assert not has_children()


def test_a_task_of_several_functions() -> None:
    """One after the other; from where it failed on, they are done here."""
    numbers = Task(*(partial(bytes, number) for number in range(3)))
    assert [numbers.result() for _ in range(3)] == [b"", b"\0", b"\0\0"]
    failing = Task(*(partial(fail_elsewhere, number) if number == 1 else lambda: 7 for number in range(3)))
    assert [failing.result() for _ in range(3)] == [7, 1, 7]
    assert not has_children()


@needs_fork
def test_a_question_is_asked_from_its_folder_or_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the process of a task, or where that fails, here, where nobody may change folder."""
    monkeypatch.chdir(tmp_path.parent)
    folder = Path(tmp_path.name)
    (folder / "a.txt").write_text("a")
    ask = within(folder, lambda root: (root, [file.name for file in root.iterdir()]))
    assert Task(ask, ask).result() == (Path(), ["a.txt"])
    assert ask() == (folder, ["a.txt"])
    assert Path.cwd() == tmp_path.parent
    task = Task(within(folder, lambda _: 1), within(folder, lambda root: len(list(root.iterdir()))))
    assert (task.result(), task.result()) == (1, 1)
    assert not has_children()


def test_a_task_that_fails_everywhere_says_so_and_leaves_no_process() -> None:
    """While its exception is still looked at, too."""
    task = Task(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError) as raised:
        task.result()
    assert raised.tb
    assert not has_children()


@needs_fork
def test_a_task_that_nobody_wants_any_more_is_ended() -> None:
    """Whatever it is at."""
    task = Task(partial(time.sleep, 60))
    assert has_children()
    del task
    assert not has_children()


def test_results_larger_than_a_pipe() -> None:
    assert map_in_processes(bytes, MANY, 2) == [bytes(number) for number in MANY]
