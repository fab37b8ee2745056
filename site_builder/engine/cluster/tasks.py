"""Has targets made by the workers of a Dask cluster, each as a task of its own.

Nothing but targets, settings and small reports goes over the scheduler. A file is written whole or not at all, so a
worker may die at any moment; its task is given to another one. Whoever began decides what comes next: workers write no
ledger, no site and no feed.

docs/decisions/0041 says why.
"""

# mypy: disable-error-code="no-untyped-call"
# (Dask has few annotations)

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar, cast

from site_builder.engine.cluster.compatibility import CompatibleWorkers, Unchecked, do
from site_builder.engine.cluster.store import OpenStore, Store, StoreTask, StoreTransfer, run_task
from site_builder.engine.cluster.waiting import call_apart, start_threads, wait_for_threads
from site_builder.engine.digests import digest_json
from site_builder.engine.files import OutputTree
from site_builder.engine.ledger import Entry
from site_builder.engine.target import FromSources, Target, describe_failure, make_file
from site_builder.errors import SpacecastError

if TYPE_CHECKING:
    from distributed import Client

Item = TypeVar("Item")
Result = TypeVar("Result")
Made = tuple[Entry, bool] | str
"""What came of a target: its entry and whether its bytes are new, or a sentence."""
Begin = Callable[[Target], None]
"""Told of each target as it is begun, in any thread."""

_AHEAD = 2
"""Tasks for each worker that the scheduler is given: one at work, one at hand."""
_TRANSFERS = 8
"""Targets whose files are on their way to or from a store at once."""
_LOOK_SECONDS = 5.0
_END_SECONDS = 2.0
"""How long what is at work is waited for where nobody wants it any more."""
_PATIENCE_SECONDS = 60.0
"""How long nobody may be there: a worker that was killed comes back within that."""


class Cluster:
    """Workers that may make targets of one show."""

    def __init__(self, client: Client, workers: CompatibleWorkers, open_store: OpenStore | None = None) -> None:
        self._client = client
        self._workers = workers
        self._open_store = open_store
        self._transfer = call_apart(partial(StoreTransfer, open_store, workers.version)) if open_store else None
        self._transfers = threading.Semaphore(_TRANSFERS)
        self._here = threading.Semaphore(os.cpu_count() or 1)
        self._futures: set[Any] = set()
        self._is_stopped = threading.Event()
        self._seen_at = time.monotonic()

    def takes(self, target: Target) -> bool:
        """Whether a target can be made by workers: by those without a common folder, only from what is sent."""
        return target.portable and (self._transfer is None or isinstance(target.make, FromSources))

    def make_all(self, targets: Sequence[Target], tree: OutputTree, begin: Begin) -> Iterator[tuple[Target, Made]]:
        """Make files below a root; yields each target with what came of it, as soon as it is there.

        Raises:
            SpacecastError: the scheduler is gone, or all workers are; what was made is there.
        """

        def make(target: Target) -> Made:
            begin(target)
            try:
                return self._make(target, tree)
            except _ENDED:
                raise
            except Exception as error:  # whatever one target does must not stop the others
                return describe_failure(target.path, error)

        yield from self._each(targets, make)

    def ask_all(self, questions: Mapping[str, Callable[[], Result]]) -> Iterator[tuple[str, Result]]:
        """Have functions called that can be pickled; yields the name of each with what it returns, as it comes.

        Raises:
            SpacecastError: as `make_all`, or one of the functions does.
        """
        yield from self._each(list(questions), lambda name: self._run(name, (), questions[name]))

    def _each(self, items: Sequence[Item], do: Callable[[Item], Result]) -> Iterator[tuple[Item, Result]]:
        done: SimpleQueue[tuple[Item, Result | None, BaseException | None]] = SimpleQueue()
        todo = deque(items)

        def work() -> None:
            with suppress(IndexError):  # none is left
                while not self._is_stopped.is_set():
                    item = todo.popleft()
                    try:
                        done.put((item, do(item), None))
                    except BaseException as error:
                        done.put((item, None, error))

        self._is_stopped.clear()
        self._seen_at = time.monotonic()
        with self._working(work, len(items)):
            for _ in items:
                item, result, error = self._wait_for(done)
                if isinstance(error, _ENDED):
                    raise _say_gone(error) from error
                if error:
                    raise error
                yield item, cast("Result", result)

    @contextmanager
    def _working(self, work: Callable[[], None], count: int) -> Iterator[None]:
        """Threads of which each waits for one task; whatever ends this takes back what was not done, and soon."""
        ahead = self._workers.count() * _AHEAD + (_TRANSFERS if self._transfer else 1)
        threads = start_threads(work, min(count, ahead))
        try:
            yield
        finally:
            self._is_stopped.set()
            with suppress(Exception):  # nobody is left to tell
                call_apart(lambda: self._client.cancel(list(self._futures), force=True), _END_SECONDS)
            wait_for_threads(threads, _END_SECONDS)

    def _wait_for(self, done: SimpleQueue[Result]) -> Result:
        while True:
            with suppress(Empty):
                result = done.get(timeout=_LOOK_SECONDS)
                self._seen_at = time.monotonic()
                return result
            self._require_workers()

    def _require_workers(self) -> None:
        try:
            if self._workers.has_any():
                self._seen_at = time.monotonic()
        except TimeoutError:
            pass  # it may be busy
        except (OSError, RuntimeError) as error:
            raise _say_gone(error) from error
        if time.monotonic() - self._seen_at > _PATIENCE_SECONDS:
            raise SpacecastError("no worker of the cluster is left; start some and run this again: what was made stays")

    def _make(self, target: Target, tree: OutputTree) -> Made:
        if self._transfer is None:
            made: Made = self._run(target, [tree.root], partial(_make_there, tree.root, replace(target, label="")))
            return made
        with self._transfers:
            task = self._transfer.send(target, tree)
        if task is None:
            with self._here:
                return make_file(target, tree)
        sha256 = ""
        if not self._transfer.has_made(task):
            assert self._open_store
            said = self._run(target, [task.folder], partial(_make_apart, self._open_store, task, target.path))
            if isinstance(said, _Failure):
                return said.sentence if target.path in said.sentence else f"{target}: {said.sentence}"
            sha256 = said
        with self._transfers:
            return self._transfer.fetch(target, task, sha256, tree)

    def _run(self, what: Target | str, inputs: Sequence[str], work: Callable[[], Any]) -> Any:
        """What a worker returns; one that came in the meantime is looked at first.

        Args:
            what: A target, or the name of a question.
            inputs: All that the result depends on besides what the target names.
            work: Called there.
        """
        from distributed import KilledWorker  # noqa: PLC0415 -- only where a cluster is asked for

        attempt = 0
        while True:
            future = self._submit(self._name_task(what, inputs, attempt), work)
            try:
                result = self._wait(future)
            except KilledWorker:
                raise SpacecastError(
                    f"{what}: it killed every worker that took it up; look at its recording, "
                    "or give workers more memory"
                ) from None
            finally:
                self._futures.discard(future)
            if not isinstance(result, Unchecked):
                return result
            self._workers.check(result.address)
            attempt += 1

    def _name_task(self, what: Target | str, inputs: Sequence[str], attempt: int) -> str:
        """After all its inputs; another run's is another task, for it has workers of its own choice."""
        asked = [what.path, what.fingerprint] if isinstance(what, Target) else [what]
        kind = what.recipe.partition("/")[0] if isinstance(what, Target) else "question"
        return f"spacecast-{kind}-{digest_json([self._workers.run, *asked, *inputs, attempt])}"

    def _submit(self, key: str, work: Callable[[], Any]) -> Any:
        if self._is_stopped.is_set():
            raise _Stopped
        future = self._client.submit(do, self._workers.run, work, key=key, **self._workers.task_options())
        self._futures.add(future)
        return future

    def _wait(self, future: Any) -> Any:
        while True:
            try:
                return future.result(timeout=_LOOK_SECONDS)
            except TimeoutError:
                if self._is_stopped.is_set():
                    raise _Stopped from None


def _say_gone(error: BaseException) -> SpacecastError:
    return SpacecastError(f"the cluster's scheduler is gone ({error}); run this again: what was made stays")


class _Stopped(Exception):
    """Nobody waits for the result any more."""


_ENDED = (CancelledError, asyncio.CancelledError, _Stopped)
"""What waiting for a task ends with where the whole run does."""


def _make_there(root: str, target: Target) -> Made:
    """Runs on a worker. Errors come back as sentences: not every exception survives the way."""
    try:
        return make_file(target, OutputTree(root))
    except Exception as error:
        return describe_failure(target.path, error)


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a worker did not make something: not every exception survives the way."""

    sentence: str


def _make_apart(open_store: OpenStore, task: StoreTask, name: str) -> str | _Failure:
    """Runs on a worker, in a folder that Dask empties after one that died; the digest of what was made."""
    from distributed import get_worker  # noqa: PLC0415 -- only where a cluster is asked for

    try:
        return run_task(_open_once(open_store), task, get_worker().local_directory)
    except Exception as error:
        return _Failure(describe_failure(name, error))


@lru_cache(maxsize=1)
def _open_once(open_store: OpenStore) -> Store:
    """Opened once for each worker, so that connections stay."""
    return open_store()
