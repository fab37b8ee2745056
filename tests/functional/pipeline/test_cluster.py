# mypy: disable-error-code="no-untyped-call"
"""Sound made by a real Dask scheduler and its workers on loopback: the same bytes, whoever dies on the way."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from archive_maker import START, MadeArchive, MadeSpace
from distributed import Client
from show_runner import build, copy_show, make_show, read_tree, run_spacecast, spacecast

ROOT = Path(__file__).parents[3]
_WAIT = 120


@dataclass(slots=True)
class RunningCluster:
    """A scheduler and its workers."""

    address: str
    workers: list[subprocess.Popen[bytes]]


@contextmanager
def start_cluster(folder: Path, *paths: Path) -> Iterator[RunningCluster]:
    """A scheduler, and a worker for each of `paths`, where it finds the program."""
    file = folder / "scheduler.json"
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    processes = [run_dask("dask_scheduler", *options)]
    try:
        wait_until(lambda: file.exists() and file.stat().st_size > 0)
        address: str = json.loads(file.read_text())["address"]
        alone = ["--nthreads", "1", "--no-dashboard", "--no-nanny", "--host", "127.0.0.1"]
        processes += [run_dask("dask_worker", address, *alone, path=path) for path in paths]
        wait_until(lambda: count_workers(address) == len(paths))
        yield RunningCluster(address, processes[1:])
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


def run_dask(program: str, *words: str, path: Path = ROOT) -> subprocess.Popen[bytes]:
    """One of Dask's own programs."""
    command = [sys.executable, "-m", f"distributed.cli.{program}", *words]
    environment = {**os.environ, "PYTHONPATH": str(path)}
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=path, env=environment, stdout=quiet, stderr=quiet)


def wait_until(is_true: Callable[[], bool]) -> None:
    """Look ten times a second, for two minutes."""
    end = time.monotonic() + _WAIT
    while not is_true():
        assert time.monotonic() < end
        time.sleep(0.1)


def count_workers(address: str) -> int:
    """How many the scheduler knows."""
    with Client(address, set_as_default=False) as client:
        return len(client.scheduler_info()["workers"])


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four episodes, encoded; not built yet. Not to be changed."""
    spaces = [MadeSpace(id=f"1cluster000{n}", start=START + timedelta(days=n)) for n in range(4)]
    show = make_show(tmp_path_factory.mktemp("cluster") / "show", MadeArchive(spaces=spaces))
    with (show / "config.yaml").open("a") as config:
        config.write("audio: {format: mp3, loudness: -16}\n")
    assert spacecast("-C", show, "extract", show / "content/archives/first.zip").code == 0
    return show


@pytest.fixture(scope="module")
def built(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a build on this computer alone makes of it."""
    show = copy_show(plain, tmp_path_factory.mktemp("alone") / "show")
    build(show)
    return read_tree(show / "output")


def test_local_processes_give_the_same_bytes(plain: Path, built: dict[str, str], tmp_path: Path) -> None:
    """`local:2` starts two processes, which end with the build."""
    show = copy_show(plain, tmp_path / "show")
    run = run_spacecast(
        "-C", show, "build", "--cluster", "local:2"
    )  # Python keeps a process beside those it has spawned
    assert run.code == 0, run.err
    assert read_tree(show / "output") == built
    assert build(show)["made"] == []


def test_workers_at_an_address(plain: Path, built: dict[str, str], tmp_path: Path) -> None:
    """One that has another program is named and left out; the other makes everything."""
    other = tmp_path / "other"
    shutil.copytree(ROOT / "site_builder", other / "site_builder")
    init = other / "site_builder/__init__.py"
    init.write_text(init.read_text() + '\n__version__ = "0.0.1"\n')
    show = copy_show(plain, tmp_path / "show")
    with start_cluster(tmp_path, ROOT, other) as cluster:
        run = spacecast("-C", show, "build", "--cluster", cluster.address)
    assert run.code == 0, run.err
    assert read_tree(show / "output") == built
    assert "is left out: it has spacecast 0.0.1" in " ".join(run.err.split())


def test_a_worker_is_killed(plain: Path, built: dict[str, str], tmp_path: Path) -> None:
    """What it was making is made by the other; nothing half-written is left."""
    show = copy_show(plain, tmp_path / "show")
    with start_cluster(tmp_path, ROOT, ROOT) as cluster:
        command = [sys.executable, "-m", "site_builder", "-C", str(show), "build", "--cluster", cluster.address]
        running = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE)
        wait_until(lambda: any(show.glob(".cache/audio/.part-*")) or running.poll() is not None)
        cluster.workers[0].send_signal(signal.SIGKILL)
        _, err = running.communicate(timeout=300)
    assert running.returncode == 0, err
    assert read_tree(show / "output") == built
    assert list(show.glob(".cache/**/.part-*")) == []


def test_nobody_there(plain: Path, tmp_path: Path) -> None:
    """Wrong addresses are told in a sentence; nothing is written."""
    show = copy_show(plain, tmp_path / "show")
    for address, told in {"tcp://127.0.0.1:9": "nobody answers", "local:none": "number of processes"}.items():
        run = spacecast("-C", show, "build", "--cluster", address)
        assert run.code == 2, run.err
        assert told in " ".join(run.err.split())
        assert "Traceback" not in run.err
    assert not (show / "output/feed.xml").exists()


def test_without_it_nothing_of_dask_is_loaded(plain: Path, tmp_path: Path) -> None:
    """A build that asks for no cluster imports none."""
    show = copy_show(plain, tmp_path / "show")
    script = "import sys\nfrom site_builder.cli.main import main\nsys.argv[1:] = ['-C', sys.argv[1], 'build']\n"
    script += "try:\n    main()\nfinally:\n    print('loaded', *{'distributed', 'dask'} & sys.modules.keys())"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", script, show], env=environment, check=False, capture_output=True, text=True
    )
    assert run.stdout.split("\n")[-2:] == ["loaded", ""], run.stderr
    assert (show / "output/feed.xml").is_file()
