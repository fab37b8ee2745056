"""Dask's own scheduler and workers on loopback, as processes that can be killed."""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from distributed import Client
from online import CuttingProxy
from show_runner import PROJECT


class Wire(CuttingProxy):
    """A way to a scheduler that remembers what goes there."""

    def __init__(self, address: str) -> None:
        self.heard = bytearray()
        super().__init__(int(address.rpartition(":")[2]), 1 << 60)
        self.address = f"tcp://127.0.0.1:{self.port}"

    def _pump(self, source: socket.socket, sink: socket.socket, counts: bool) -> None:
        with suppress(OSError):
            while chunk := source.recv(16384):
                if counts:
                    self.heard += chunk
                sink.sendall(chunk)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@dataclass(slots=True, kw_only=True)
class RunningCluster:
    """A scheduler and its workers."""

    address: str
    scheduler: subprocess.Popen[bytes]
    options: tuple[str, ...]
    """Of each worker."""
    environment: Mapping[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_worker(self, path: Path, without: tuple[str, ...] = ()) -> None:
        """One that finds the program at `path`, and lacks some variables of the environment."""
        words = (self.address, *self.options)
        self.workers.append(run_dask("dask_worker", *words, path=path, environment=self.environment, without=without))

    def wait(self) -> None:
        """Until all are there."""
        wait_until(lambda: count_workers(self.address) == len(self.workers))


@contextmanager
def start_cluster(
    folder: Path,
    *paths: Path,
    nanny: bool = False,
    options: tuple[str, ...] = (),
    without: tuple[tuple[str, ...], ...] = (),
    scheduled_by: Path = PROJECT,
    **environment: str,
) -> Iterator[RunningCluster]:
    """A scheduler, and a worker for each of `paths`, where it finds the program.

    Args:
        folder: For what they write.
        paths: Where each worker finds the program.
        nanny: Whether a worker that dies is started again.
        options: Of each worker.
        without: For each worker, names of variables of the environment that it lacks.
        scheduled_by: Where the scheduler finds the program.
        environment: Of all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "scheduler.json"
    listening = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    scheduler = run_dask("dask_scheduler", *listening, path=scheduled_by, environment=environment)
    alone = ("--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1", "--local-directory", str(folder / "dask"))
    workers: list[subprocess.Popen[bytes]] = []
    try:
        wait_until(lambda: file.exists() and file.stat().st_size > 0)
        running = RunningCluster(
            address=json.loads(file.read_text())["address"],
            scheduler=scheduler,
            options=(*alone, *(() if nanny else ("--no-nanny",)), *options),
            environment=environment,
            workers=workers,
        )
        for number, path in enumerate(paths):
            running.start_worker(path, without[number] if number < len(without) else ())
        running.wait()
        yield running
    finally:
        for process in workers:
            process.terminate() if nanny else process.kill()
            process.wait()
        scheduler.kill()
        scheduler.wait()


def run_dask(
    program: str,
    *words: str,
    path: Path = PROJECT,
    environment: Mapping[str, str],
    without: tuple[str, ...] = (),
) -> subprocess.Popen[bytes]:
    """One of Dask's own programs."""
    command = [sys.executable, "-m", f"distributed.cli.{program}", *words]
    known = {**os.environ, **environment, "PYTHONPATH": str(path)}
    for name in without:
        known.pop(name, None)
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=path, env=known, stdout=quiet, stderr=quiet)


def make_program(folder: Path, at_work: str, *, odd_only: bool = True) -> Path:
    """A copy of the program that does something else where a recording is encoded, or one of more than 13 s."""
    shutil.copytree(PROJECT / "site_builder", folder / "site_builder")
    file = folder / "site_builder/audio/encode.py"
    begin = "    rate = measure(parts[0]).sample_rate\n"
    assert begin in file.read_text()
    where = "edits.recording > 13" if odd_only else "True"
    file.write_text(file.read_text().replace(begin, f"    if {where}:\n        {at_work}\n{begin}"))
    return folder


def wait_until(is_true: Callable[[], bool], seconds: float = 120) -> None:
    """Look ten times a second, for two minutes."""
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end
        time.sleep(0.1)


def count_workers(address: str) -> int:
    """How many the scheduler knows."""
    with Client(address, set_as_default=False) as client:
        return len(client.nthreads())


def find_busy(address: str) -> list[int]:
    """Processes of workers that are at work."""
    with Client(address, set_as_default=False) as client:
        at_work = client.run(lambda dask_worker: (os.getpid(), len(dask_worker.active_keys)))
        return [process for process, count in at_work.values() if count]


def count_tasks(address: str) -> tuple[int, int]:
    """How many the scheduler knows, and how many are at work."""
    with Client(address, set_as_default=False) as client:
        known = client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))
        at_work = client.run(lambda dask_worker: len(dask_worker.active_keys))
        return known, sum(at_work.values())
