"""A queue of long jobs, done one after the other by a worker process, with their progress."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from site_builder.net.credentials import Secret
from site_builder.studio.background.process import Child

ENDED = "the work was ended from outside; start it again: it goes on where it stopped"
"""Problem of a job whose worker is gone; pages say it in the language of the interface."""
WORKER = "site_builder.studio.background.worker"
_KEPT = 30
"""Jobs that are over and still shown."""
_ACTIVE = frozenset({"waiting", "running"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of long work, as pages show it."""

    id: int
    kind: str
    """Which work: `publish`, `transcribe`, `take`."""
    label: str
    """What is done, in words."""
    page: str = ""
    """Address within the studio where its result is shown."""
    state: str = "waiting"
    """`waiting`, `running`, `done`, `failed` or `cancelled`."""
    sentence: str = ""
    """What is done just now."""
    detail: str = ""
    """Of which file."""
    fraction: float | None = None
    """How far it is, from 0 to 1; None: not known."""
    problems: tuple[str, ...] = ()
    """What went wrong, a sentence each."""
    result: Mapping[str, Any] = field(default_factory=dict)
    """What its function gave back."""
    changed: float = 0.0

    @property
    def is_active(self) -> bool:
        """Whether it is still to be done."""
        return self.state in _ACTIVE

    def as_json(self) -> dict[str, Any]:
        """For the scripts of pages."""
        return asdict(self)


class Jobs:
    """The jobs of one studio. `follow` gets every change of any, in some thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._jobs: dict[int, Job] = {}
        self._tasks: dict[int, dict[str, Any]] = {}
        self._secrets: dict[int, Secret] = {}
        self._numbers = itertools.count(1)
        self._child: Child | None = None
        self._lock = threading.RLock()
        self._followers: list[Callable[[Job], None]] = []

    def start(
        self, kind: str, task: str, label: str, *, page: str = "", secret: Secret | None = None, **arguments: Any
    ) -> Job:
        """Have `task` (`package.module:function`, called with a `background.worker.Task`) done by the worker.

        A job of the same kind and arguments that is not over yet is given back in place of a second one. A secret is
        none of the arguments: it goes to the worker when the work begins, and is not kept here from then on.
        """
        with self._lock:
            for known in self._jobs.values():
                if known.is_active and known.kind == kind and self._tasks[known.id]["arguments"] == arguments:
                    return known
            job = Job(id=next(self._numbers), kind=kind, label=label, page=page, changed=time.time())
            self._jobs[job.id] = job
            self._tasks[job.id] = {"id": job.id, "task": task, "arguments": arguments}
            if secret:
                self._secrets[job.id] = secret
            self._forget()
            self._advance()
            return self._jobs[job.id]

    def cancel(self, number: int) -> None:
        """End a job; what it has finished stays, as after Ctrl-C."""
        with self._lock:
            job = self._jobs.get(number)
            if job and job.is_active:
                self._secrets.pop(number, None)
                self._update(number, state="cancelled")
                if job.state == "running":
                    self._drop_child()
                self._advance()

    def find(self, kind: str = "") -> list[Job]:
        """Jobs of a kind, the newest first."""
        with self._lock:
            return [job for job in reversed(self._jobs.values()) if kind in {"", job.kind}]

    def arguments(self, number: int) -> Mapping[str, Any]:
        """What a job was started with."""
        with self._lock:
            task = self._tasks.get(number)
            return task["arguments"] if task else {}

    def forget(self, number: int) -> None:
        """Show nothing more of a job that is over."""
        with self._lock:
            if number in self._jobs and not self._jobs[number].is_active:
                del self._jobs[number], self._tasks[number]

    def move(self, folder: Path) -> None:
        """Work for the show in another folder from now on."""
        with self._lock:
            self._drop_child()
            self.folder = folder

    def follow(self, receive: Callable[[Job], None]) -> None:
        """Have every change of a job given to `receive`."""
        self._followers.append(receive)

    def leave(self, receive: Callable[[Job], None]) -> None:
        """End `follow`."""
        self._followers.remove(receive)

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            self._drop_child()

    def _advance(self) -> None:
        """Give the worker the next job, if it has none."""
        if any(job.state == "running" for job in self._jobs.values()):
            return
        waiting = next((job for job in self._jobs.values() if job.state == "waiting"), None)
        if waiting:
            self._update(waiting.id, state="running")
            if self._child is None:
                child: list[Child] = []
                self._child = Child(WORKER, self.folder, self._receive, lambda: self._end(child))
                child.append(self._child)
            secret = self._secrets.pop(waiting.id, None)
            self._child.send({**self._tasks[waiting.id], **({"secret": secret.reveal()} if secret else {})})

    def _receive(self, message: dict[str, Any]) -> None:
        with self._lock:
            number = message.pop("id")
            if number in self._jobs and self._jobs[number].state == "running":
                if "problems" in message:
                    message["problems"] = tuple(message["problems"])
                self._update(number, **message)
                self._advance()

    def _end(self, child: list[Child]) -> None:
        """The worker is gone: by itself only where somebody stopped it, or memory ran out."""
        with self._lock:
            if not child or child[0] is not self._child:
                return
            self._child = None
            for job in list(self._jobs.values()):
                if job.state == "running":
                    self._update(job.id, state="failed", problems=(ENDED,))
            self._advance()

    def _drop_child(self) -> None:
        child, self._child = self._child, None
        if child:
            child.stop()

    def _update(self, number: int, **changes: Any) -> None:
        job = replace(self._jobs[number], **changes, changed=time.time())
        self._jobs[number] = job
        for receive in list(self._followers):
            receive(job)

    def _forget(self) -> None:
        over = [number for number, job in self._jobs.items() if not job.is_active]
        for number in over[: max(0, len(over) - _KEPT)]:
            del self._jobs[number], self._tasks[number]
