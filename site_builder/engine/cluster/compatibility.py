"""Which workers of a Dask cluster run the same program and find the files they need.

Each is looked at before its first task: at the start, or when it comes back after its process died.
"""

# mypy: disable-error-code="no-untyped-call"
# (Dask has few annotations)

from __future__ import annotations

import ctypes
import platform
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from site_builder import __version__
from site_builder.engine.cluster.waiting import call_apart, start_threads, wait_for_threads
from site_builder.engine.processes.forking import beside_threads

if TYPE_CHECKING:
    from distributed import Client

_CANCEL_SECONDS = 0.5
_ANSWER_SECONDS = 10.0
_DESCRIBE_SECONDS = 60.0
"""How long a worker may load the program and find its model."""
_SILENT = f"it does not answer within {_DESCRIBE_SECONDS:.0f} s"
_fit_for: set[str] = set()
"""In a worker's process: runs for which it was looked at and found fit."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a worker says of itself."""

    version: str
    """Of this program, of Python and of what its bytes depend on besides."""
    lacks: str
    """Why it cannot work, as the end of a sentence; empty where it can."""


@dataclass(frozen=True, slots=True)
class Unchecked:
    """What a worker that was not checked returns in place of a result."""

    address: str


def do_nothing() -> None:
    """Of what runs on a worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a worker must be and have. It can be pickled."""

    describe: Callable[[], str]
    """Called here and there: what bytes depend on besides program and Python."""
    find_lack: Callable[[], str]
    """Called there: why it cannot work, as the end of a sentence; empty where it can."""
    prepare: Callable[[], None] = do_nothing
    """Called there before its first task."""
    resource: str = ""
    """Of Dask's: one of it is taken for each task, where workers declare it."""


class CompatibleWorkers:
    """The workers of a cluster that are fit for one run."""

    def __init__(self, client: Client, needs: Needs, warn: Callable[[str], None]) -> None:
        self.run = secrets.token_hex(8)
        self.version = describe_version(needs.describe)
        self._client = client
        self._needs = needs
        self._warn = warn
        self._lock = threading.Lock()
        self._fit: set[str] = set()
        self._unfit: set[str] = set()
        self._resources: dict[str, float] = {}
        self.check()

    def count(self) -> int:
        """How many are fit."""
        return len(self._fit)

    def has_any(self) -> bool:
        """Whether any worker is left that was not found unfit.

        Raises:
            TimeoutError: the scheduler does not answer.
            OSError: it is gone.
        """
        return bool(call_apart(self._client.nthreads, _ANSWER_SECONDS).keys() - self._unfit)

    def check(self, *addresses: str) -> None:
        """Check workers by their addresses, or all there are; who is not fit is named, once."""
        with self._lock:
            there = addresses or call_apart(self._client.nthreads, _ANSWER_SECONDS).keys()
            self._look([address for address in there if address not in self._fit | self._unfit])
            if self._needs.resource and not self._resources:
                self._resources = self._find_resources()

    def task_options(self) -> dict[str, Any]:
        """How tasks are kept from workers that are not fit; who comes later is looked at once it is given one."""
        options: dict[str, Any] = {"resources": self._resources} if self._resources else {}
        if not self._unfit:
            return options
        mixed = {_host_of(address) for address in self._unfit}
        places = {address if _host_of(address) in mixed else _host_of(address) for address in self._fit}
        return {**options, "workers": sorted(places)}

    def _look(self, addresses: Sequence[str]) -> None:
        for address, said in sorted(self._ask(addresses).items()):
            if reason := self._find_reason(said):
                self._unfit.add(address)
                self._warn(f"worker {address} is left out: {reason}")
            else:
                self._fit.add(address)

    def _ask(self, addresses: Sequence[str]) -> dict[str, Description | BaseException]:
        """Which program and model each worker says it has; those that did not answer together are asked singly."""
        if not addresses:
            return {}
        told: dict[str, Description | BaseException] = {}

        def ask(*whom: str) -> None:
            about = (self.run, self._needs, self.version)
            told.update(self._client.run(_describe, *about, on_error="return", workers=list(whom)))

        def ask_next() -> None:
            with suppress(Exception):  # what it did not say is told
                ask(todo.popleft())

        with suppress(TimeoutError):
            call_apart(partial(ask, *addresses), _DESCRIBE_SECONDS)
        todo = deque(address for address in addresses if address not in told)
        wait_for_threads(start_threads(ask_next, len(todo)), _ANSWER_SECONDS)
        return {address: told.get(address, TimeoutError(_SILENT)) for address in addresses}

    def _find_reason(self, said: Description | BaseException) -> str:
        if isinstance(said, TimeoutError) and str(said) == _SILENT:
            return _SILENT
        if not isinstance(said, Description):
            return f"it cannot run spacecast ({said})"
        return f"it has {said.version}; this is {self.version}" if said.version != self.version else said.lacks

    def _find_resources(self) -> dict[str, float]:
        """One of the resource for a task, where any worker that is fit declares it: then the others get none."""
        workers = self._client.scheduler_info(n_workers=-1)["workers"]
        declared = any(workers.get(address, {}).get("resources", {}).get(self._needs.resource) for address in self._fit)
        return {self._needs.resource: 1} if declared else {}


def describe_version(describe: Callable[[], str]) -> str:
    """Of this process."""
    python = ".".join(platform.python_version_tuple()[:2])
    return f"spacecast {__version__}, Python {python}, {describe()}"


def _describe(run: str, needs: Needs, version: str) -> Description:
    """Runs on each worker."""
    said = Description(describe_version(needs.describe), "")
    if said.version == version:
        said = Description(said.version, needs.find_lack())
        if not said.lacks:
            needs.prepare()
            _fit_for.add(run)
    return said


def do(run: str, work: Callable[[], Any]) -> Any:
    """Runs on a worker: does the work, if it was found fit; stops where nobody waits for it any more."""
    from distributed import get_worker  # noqa: PLC0415 -- only where a cluster is asked for

    if run not in _fit_for:
        return Unchecked(get_worker().address)
    with beside_threads(), _ended_with_its_task():
        return work()


def count_threads() -> int:
    """How many threads a task may have: those of the worker it runs on, 1 elsewhere."""
    from distributed import get_worker  # noqa: PLC0415 -- as above

    try:
        return int(get_worker().state.nthreads)
    except ValueError:
        return 1


class _Cancelled(BaseException):
    """Nobody waits for what is being made."""


@contextmanager
def _ended_with_its_task() -> Iterator[None]:
    """Dask lets a thread run on though its task was cancelled, for minutes; here it ends with it."""
    from distributed import get_worker  # noqa: PLC0415 -- as above

    worker, thread, over, lock = get_worker(), threading.get_ident(), threading.Event(), threading.Lock()
    key = worker.get_current_task()

    def watch() -> None:
        while not over.wait(_CANCEL_SECONDS):
            task = worker.state.tasks.get(key)
            if task is None or task.state == "cancelled":
                with lock:
                    if not over.is_set():
                        _raise_in(thread)
                return

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        with lock:
            over.set()


def _raise_in(thread: int) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(_Cancelled))


def _host_of(address: str) -> str:
    return urlsplit(address).hostname or address
