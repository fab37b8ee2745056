"""The process that runs jobs for the studio: jobs on standard input, progress on standard output.

    python -m site_builder.studio.background.worker FOLDER

A line of JSON each way. It ends, with all that it started, when its input ends: nothing outlives the studio.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from site_builder import events
from site_builder.engine import platform
from site_builder.errors import InvalidDocument, SpacecastError, TargetFailed
from site_builder.net.credentials import Secret

Send = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Task:
    """A job as its function gets it."""

    folder: Path
    arguments: Mapping[str, Any]
    send: Send
    secret: Secret | None = None
    """What the person gave for this work alone; it came beside the arguments, and shows itself nowhere."""

    def say(self, sentence: str) -> None:
        """Tell what is done now, in a sentence for the host."""
        self.send({"sentence": sentence})

    def progress(self, fraction: float | None) -> None:
        """Tell how far it is, from 0 to 1; None: nobody knows."""
        self.send({"fraction": fraction})

    def notify(self) -> events.Notify:
        """What the program's functions take as `notify`."""
        return Meter(self.send)


class Meter:
    """Makes of the program's events how far the work is, at most every half percent."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._total = 0
        self._made = 0
        self._parts: dict[str, float] = {}
        self._told = -1.0
        self._lock = threading.Lock()

    def __call__(self, event: object) -> None:
        """Receive one event."""
        with self._lock:
            match event:
                case events.Started(total=total):
                    self._total, self._made, self._told = total, 0, -1.0
                    self._parts.clear()
                case events.Making(label=label):
                    self._send({"detail": label})
                case events.Progress(path=path, done=done):
                    self._parts[path] = done
                case events.Made(path=path) | events.Failed(path=path):
                    self._made += 1
                    self._parts.pop(path, None)
                case _:
                    return
            self._tell()

    def _tell(self) -> None:
        fraction = min(1.0, (self._made + sum(self._parts.values())) / max(self._total, 1, len(self._parts)))
        if abs(fraction - self._told) >= 0.005:
            self._told = fraction
            self._send({"fraction": round(fraction, 4)})


def main() -> None:
    """Do what comes in until nothing more can come."""
    folder = Path(sys.argv[1])
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no message of ours
    lock = threading.Lock()
    jobs: list[dict[str, Any]] = []
    arrived = threading.Condition()
    threading.Thread(target=_listen, args=(sys.stdin, jobs, arrived), daemon=True).start()
    while True:
        with arrived:
            while not jobs:
                arrived.wait()
            job = jobs.pop(0)
        _run(folder, job, _make_send(out, lock, job["id"]))


def _listen(source: IO[str], jobs: list[dict[str, Any]], arrived: threading.Condition) -> None:
    for line in source:
        with arrived:
            jobs.append(json.loads(line))
            arrived.notify()
    platform.end_own_group()
    os._exit(0)


def _make_send(out: IO[str], lock: threading.Lock, number: int) -> Send:
    def send(message: dict[str, Any]) -> None:
        with lock, suppress(BrokenPipeError, ValueError):
            out.write(json.dumps({"id": number, **message}) + "\n")
            out.flush()

    return send


def _run(folder: Path, job: dict[str, Any], send: Send) -> None:
    """One job; whatever goes wrong is told in sentences."""
    secret = Secret(job.pop("secret")) if "secret" in job else None
    try:
        module, _, name = job["task"].partition(":")
        result = getattr(importlib.import_module(module), name)(Task(folder, job["arguments"], send, secret))
    except InvalidDocument as error:
        send({"state": "failed", "problems": [str(problem) for problem in error.problems]})
    except TargetFailed as error:
        send({"state": "failed", "problems": list(error.failures)})
    except SpacecastError as error:
        send({"state": "failed", "problems": [str(error)]})
    except OSError as error:
        told = f"{error.filename}: {error.strerror}" if error.filename and error.strerror else str(error)
        send({"state": "failed", "problems": [told]})
    except Exception as error:  # a mistake of ours must not end the worker either
        send({"state": "failed", "problems": [f"spacecast itself failed: {type(error).__name__}: {error}"]})
    else:
        send({"state": "done", "fraction": 1, "result": result or {}})


if __name__ == "__main__":
    main()
