"""A cluster on which things go wrong: nothing half-written, and the next run makes only what is missing."""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import re
import shutil
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from archive_maker import START, MadeArchive, MadeSpace
from clusters import count_tasks, make_program, start_cluster, wait_until
from show_runner import PROJECT, build, copy_show, make_show, read_tree, spacecast, start_spacecast

from site_builder.engine.cluster import compatibility

ODD = "Poison"
"""Title of the one whose recording is longer than the others."""
_KILL = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
_EAT = "taken = [bytearray(b'x' * 50_000_000) for _ in range(60)]; import time; time.sleep(30)"
_WAIT = "import time; [time.sleep(0.1) for _ in range(1200)]"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three episodes, encoded; not built yet. Not to be changed."""
    spaces = [MadeSpace(id=f"1failure000{n}", start=START + timedelta(days=n)) for n in range(2)]
    odd = MadeSpace(id="1failure0009", start=START - timedelta(days=9), parts=(14.0,))
    show = make_show(tmp_path_factory.mktemp("failures") / "show", MadeArchive(spaces=[*spaces, odd]))
    with (show / "config.yaml").open("a") as config:
        config.write("audio: {format: mp3}\n")
    assert spacecast("-C", show, "extract", show / "content/archives/first.zip").code == 0
    index = min(show.glob("content/episodes/*/index.md"))
    index.write_text(re.sub("(?m)^title: .*$", f"title: {ODD}", index.read_text(), count=1))
    return show


@pytest.fixture(scope="module")
def built(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a build on this computer alone makes of it."""
    show = copy_show(plain, tmp_path_factory.mktemp("alone") / "show")
    build(show)
    return read_tree(show / "output")


def list_made(show: Path) -> set[str]:
    """Whole encodings in the cache."""
    return {file.name for file in show.glob(".cache/audio/*.mp3") if not file.name.startswith(".part-")}


def assert_finished_by_the_next(show: Path, built: dict[str, str], made: int) -> None:
    """What workers made stays; a build here makes so many more, and the site is whole: nothing is half-written."""
    before = list_made(show)
    times = {file.name: file.stat().st_mtime_ns for file in show.glob(".cache/audio/*.mp3")}
    build(show)
    assert {name: (show / ".cache/audio" / name).stat().st_mtime_ns for name in before} == times
    assert list(show.glob(".cache/**/.part-*")) == []
    assert len(list_made(show) - before) == made
    assert read_tree(show / "output") == built


@pytest.mark.parametrize("at_work", [_KILL, _EAT], ids=["poison", "memory"])
def test_a_recording_that_kills_its_worker(plain: Path, built: dict[str, str], tmp_path: Path, at_work: str) -> None:
    """It is tried again, then named; the rest is made by the workers that came back."""
    show, tries = copy_show(plain, tmp_path / "show"), tmp_path / "tries"
    program = make_program(tmp_path / "odd", f"open({str(tries)!r}, 'a').write('x'); {at_work}")
    options = ("--memory-limit", "600MB")
    once = "1"
    with start_cluster(
        tmp_path, program, program, nanny=True, options=options, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=once
    ) as cluster:
        run = spacecast("-C", show, "build", "--cluster", cluster.address)
    assert run.code == 1, run.err
    said = " ".join((run.out + run.err).split())
    assert f"“{ODD}”: it killed every worker" in said
    assert tries.read_text() == "xx"
    assert len(list_made(show)) == 2
    assert_finished_by_the_next(show, built, 1)


def test_the_scheduler_is_killed(plain: Path, built: dict[str, str], tmp_path: Path) -> None:
    """The build says so in a sentence and ends."""
    show = copy_show(plain, tmp_path / "show")
    program = make_program(tmp_path / "slow", _WAIT, odd_only=True)
    with start_cluster(tmp_path, program) as cluster:
        running = start_spacecast("-C", show, "build", "--cluster", cluster.address)
        wait_until(lambda: bool(list_made(show)) or running.poll() is not None)
        wait_until(lambda: any(show.glob(".cache/audio/.part-*")) or running.poll() is not None)
        cluster.scheduler.send_signal(signal.SIGKILL)
        out, err = running.communicate(timeout=120)
    assert running.returncode == 1, err
    said = " ".join((out + err).decode().split())
    assert "scheduler is gone" in said
    assert "Traceback" not in said
    made = len(list_made(show))
    assert made
    assert_finished_by_the_next(show, built, 3 - made)


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "kill"])
def test_nobody_waits_any_more(plain: Path, tmp_path: Path, ended_by: signal.Signals) -> None:
    """However the build ends, no task of it is left, waiting or at work."""
    show = copy_show(plain, tmp_path / "show")
    program = make_program(tmp_path / "slow", _WAIT, odd_only=False)
    with start_cluster(tmp_path, program) as cluster:
        running = start_spacecast("-C", show, "build", "--cluster", cluster.address)
        wait_until(lambda: count_tasks(cluster.address)[1] == 1 or running.poll() is not None)
        running.send_signal(ended_by)
        err = running.communicate(timeout=30)[1]
        assert running.returncode in {130, -ended_by}, err
        wait_until(lambda: count_tasks(cluster.address) == (0, 0), seconds=60)
    assert b"Traceback" not in err


@pytest.mark.parametrize("whom", ["scheduler", "worker"])
def test_nobody_answers_and_nobody_waits(plain: Path, tmp_path: Path, whom: str) -> None:
    """Ctrl-C ends a build within seconds though the scheduler, or a worker, hangs; once it is back no task is left."""
    show = copy_show(plain, tmp_path / "show")
    program = make_program(tmp_path / "slow", _WAIT, odd_only=False)
    with start_cluster(tmp_path, program) as cluster:
        running = start_spacecast("-C", show, "build", "--cluster", cluster.address)
        wait_until(lambda: count_tasks(cluster.address)[1] == 1 or running.poll() is not None)
        hanging = cluster.scheduler if whom == "scheduler" else cluster.workers[0]
        hanging.send_signal(signal.SIGSTOP)
        running.send_signal(signal.SIGINT)
        try:
            err = running.communicate(timeout=20)[1]
        finally:
            hanging.send_signal(signal.SIGCONT)
        assert running.returncode == 130, err
        wait_until(lambda: count_tasks(cluster.address) == (0, 0), seconds=60)
    assert b"Traceback" not in err


def test_a_worker_that_comes_later_is_looked_at(plain: Path, built: dict[str, str], tmp_path: Path) -> None:
    """One of another version that joins in the middle makes nothing."""
    other = tmp_path / "other"
    shutil.copytree(PROJECT / "site_builder", other / "site_builder")
    init = other / "site_builder/__init__.py"
    init.write_text(init.read_text() + '\n__version__ = "0.0.1"\n')
    slow = make_program(tmp_path / "slow", "import time; time.sleep(4)", odd_only=False)
    show = copy_show(plain, tmp_path / "show")
    with start_cluster(tmp_path, slow) as cluster:
        running = start_spacecast("-C", show, "build", "--cluster", cluster.address)
        wait_until(lambda: count_tasks(cluster.address)[1] == 1 or running.poll() is not None)
        cluster.start_worker(other)
        _, err = running.communicate(timeout=120)
    assert running.returncode == 0, err
    assert "is left out: it has spacecast 0.0.1" in " ".join(err.decode().split())
    assert read_tree(show / "output") == built


def test_a_worker_that_hangs_at_the_start(
    plain: Path, built: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is named and left out; nobody waits for it for long."""
    monkeypatch.setattr(compatibility, "_DESCRIBE_SECONDS", 8.0)
    show = copy_show(plain, tmp_path / "show")
    with start_cluster(tmp_path, PROJECT, PROJECT) as cluster:
        cluster.workers[0].send_signal(signal.SIGSTOP)
        run = spacecast("-C", show, "build", "--cluster", cluster.address)
    assert run.code == 0, run.err
    assert run.err.count("is left out") == 1
    assert "it does not answer" in " ".join(run.err.split())
    assert read_tree(show / "output") == built
