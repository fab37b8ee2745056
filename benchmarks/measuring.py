"""What a build takes: wall and CPU seconds, the most memory that all its processes had at once, files written."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
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
    facts, most = _launch(command, {**os.environ, **environment})
    after = _list_files(output)
    return Run(
        seconds=facts["seconds"],
        cpu=facts["cpu"],
        megabytes=max(most, facts["peak_kb"] / 1024),
        written=sum(before.get(path) != mark for path, mark in after.items()),
    )


def _launch(command: Sequence[str], environment: Mapping[str, str]) -> tuple[dict[str, float], float]:
    """What `launch.py` says, and the MB that all processes below it had at once."""
    reader, writer = os.pipe()
    launcher = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launch.py")), str(writer)]
    with subprocess.Popen([*launcher, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=environment, pass_fds=[writer]) as process:  # fmt: skip
        os.close(writer)
        watch = _MemoryWatch(process.pid)
        said, _ = process.communicate()
        most = watch.stop()
    with os.fdopen(reader) as file:
        facts: dict[str, float] = json.loads(file.read() or '{"code": -1}')
    if facts["code"]:
        raise SystemExit(f"{' '.join(command)} failed:\n{said.decode()}")
    return facts, most


class _MemoryWatch:
    """Adds up what all processes below one have: every 20 ms, or less often where looking takes long."""

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
        pause = 0.0
        while not self._ended.wait(pause):
            start = time.perf_counter()
            self._most = max(self._most, sum(map(_measure_memory, _find_family(self._pid)[1:])) / 1024)
            pause = max(0.02, 10 * (time.perf_counter() - start))


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
