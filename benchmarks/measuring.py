"""What a build takes: wall and CPU seconds, the most memory that all its processes had at once, files written."""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """What one build took."""

    seconds: float
    cpu: float
    megabytes: float
    """The most that all processes of the build had at once, shared pages counted once."""
    written: int


def run_build(command: Sequence[str], output: Path, environment: Mapping[str, str]) -> Run:
    """Builds once, into `output`.

    Raises:
        SystemExit: the build failed; says what it said.
    """
    before = _list_files(output)
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               env={**os.environ, **environment})  # fmt: skip
    watch = _MemoryWatch(process.pid)
    said = process.stdout.read() if process.stdout else b""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{said.decode()}")
    after = _list_files(output)
    return Run(
        seconds=seconds,
        cpu=usage.ru_utime + usage.ru_stime,
        megabytes=max(watch.stop(), usage.ru_maxrss / 1024),
        written=sum(before.get(path) != mark for path, mark in after.items()),
    )


class _MemoryWatch:
    """Adds up, every 50 ms, what a process and its children have."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._most = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """The most there was, in MB."""
        self._ended.set()
        self._thread.join()
        return self._most

    def _look(self) -> None:
        while not self._ended.wait(0.05):
            self._most = max(self._most, sum(map(_measure_memory, _find_family(self._pid))) / 1024)


def _find_family(pid: int) -> list[int]:
    with suppress(OSError):
        children = [int(word) for file in Path(f"/proc/{pid}/task").glob("*/children") for word in _read(file).split()]
        return [pid, *(member for child in children for member in _find_family(child))]
    return []


def _read(file: Path) -> str:
    with suppress(OSError):
        return file.read_text()
    return ""


def _measure_memory(pid: int) -> float:
    """KB of a process, what it shares with others by its part."""
    found = re.search(r"^Pss:\s+(\d+)", _read(Path(f"/proc/{pid}/smaps_rollup")), re.MULTILINE)
    return float(found[1]) if found else 0.0


def _list_files(folder: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for path, _, names in os.walk(folder):
        for name in names:
            status = os.stat(f"{path}/{name}")  # noqa: PTH116 -- there are many
            found[f"{path}/{name}"] = (status.st_ino, status.st_mtime_ns)
    return found
