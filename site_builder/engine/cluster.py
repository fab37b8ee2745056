"""Targets made by other processes or computers, through Dask. The only importer of `distributed`.

A worker is sent a target and makes its file where this process would: both must find the show's folder under the same
path. Nothing but targets, settings and small reports goes over the scheduler. A file is written whole or not at all, so
a worker may die at any moment; its targets are given to another one. Whoever began decides what comes next: workers
write no ledger, no site and no feed.

docs/decisions/0041 says why.
"""

# mypy: disable-error-code="no-untyped-call"
# (Dask has few annotations)

from __future__ import annotations

import platform
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from site_builder import __version__
from site_builder.engine.files import OutputTree
from site_builder.engine.ledger import Entry
from site_builder.engine.target import Target, describe_failure, make_file
from site_builder.errors import SpacecastError, UsageError

if TYPE_CHECKING:
    from distributed import Client

LOCAL = "local:"
_CONNECT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Worker:
    """Version of a Dask worker's program, and whether it finds the show's folder."""

    version: str
    """Of this program, of Python and of what its bytes depend on besides."""
    sees_folder: bool


Made = tuple[Entry, bool] | str
"""What came of a target: its entry and whether its bytes are new, or a sentence."""


class Cluster:
    """Workers that may make targets of one show."""

    def __init__(self, client: Client, workers: Sequence[str]) -> None:
        self._client = client
        self._workers = list(workers)

    def make_all(self, targets: Sequence[Target], root: str) -> Iterator[tuple[Target, Made]]:
        """Make files below `root`; yields each target with what came of it, as soon as it is there.

        Raises:
            SpacecastError: the scheduler is gone; what was made is there.
        """
        from distributed import as_completed  # noqa: PLC0415 -- only where a cluster is asked for

        futures: dict[Any, Target] = {}
        try:
            for target in targets:
                key = f"spacecast-{target.path}-{target.fingerprint}-{secrets.token_hex(4)}"
                future = self._client.submit(_make_there, root, target, key=key, workers=self._workers, pure=False)
                futures[future] = target
            for future in as_completed(futures, loop=self._client.loop):
                yield futures.pop(future), _read(future)
        except (OSError, TimeoutError, RuntimeError) as error:
            raise SpacecastError(
                f"the cluster's scheduler is gone ({error}); build again: what was made stays"
            ) from error
        finally:
            with suppress(Exception):  # nobody is left to tell
                self._client.cancel(list(futures), force=True)


@contextmanager
def open_cluster(
    address: str, folder: Path, describe_encoder: Callable[[], str], warn: Callable[[str], None]
) -> Iterator[Cluster | None]:
    """Connect to a Dask cluster and choose the workers whose program is the same; None where no address is given.

    Args:
        address: Of a Dask scheduler (`tcp://10.0.0.5:8786`, `tls://…`), or `local:N` for N processes of this computer.
        folder: The show's, which workers must find under the same path.
        describe_encoder: Called here and by each worker: what bytes depend on besides program and Python.
        warn: Told, in a sentence each, of workers that are left out.

    Raises:
        UsageError: the extra is not installed, nobody answers, or no worker is left.
    """
    if not address:
        yield None
        return
    with _connect(address) as client:
        mark = _leave_mark(folder)
        told = client.run(_describe_worker, str(folder / _MARK), mark, describe_encoder, on_error="return")
        (folder / _MARK).unlink(missing_ok=True)
        here = _describe_worker("", "", describe_encoder)
        workers = list(_choose_workers(told, here.version, folder, warn))
        if not workers:
            raise UsageError(f"--cluster {address}: no worker is left that can work on {folder}")
        yield Cluster(client, workers)


_MARK = ".cache/cluster-mark"


def _leave_mark(folder: Path) -> str:
    """Write down what only a process that sees this folder can read."""
    mark = secrets.token_hex(8)
    (folder / _MARK).parent.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).write_text(mark)
    return mark


@contextmanager
def _connect(address: str) -> Iterator[Client]:
    try:
        from distributed import Client, LocalCluster  # noqa: PLC0415
    except ImportError:
        raise UsageError("--cluster needs Dask, the extra `cluster`: `spacecast help cluster` tells how") from None
    if not address.startswith(LOCAL):
        try:
            client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise UsageError(f"--cluster {address}: nobody answers there ({error})") from error
        with client:
            yield client
        return
    count = address.removeprefix(LOCAL)
    if not count.isdigit() or int(count) < 1:
        raise UsageError(f"--cluster {address}: write the number of processes, as in `local:4`")
    options = {"threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
    with LocalCluster(n_workers=int(count), host="127.0.0.1", **options) as cluster, Client(cluster) as client:
        yield client


def _choose_workers(
    told: dict[str, Worker | BaseException], version: str, folder: Path, warn: Callable[[str], None]
) -> Iterator[str]:
    for address, worker in sorted(told.items()):
        if not isinstance(worker, Worker):
            warn(f"worker {address} is left out: it cannot run spacecast ({worker})")
        elif worker.version != version:
            warn(f"worker {address} is left out: it has {worker.version}; this is {version}")
        elif not worker.sees_folder:
            warn(f"worker {address} is left out: it does not find {folder} under that path")
        else:
            yield address


def _describe_worker(mark_file: str, mark: str, describe_encoder: Callable[[], str]) -> Worker:
    """Runs on each worker, and here."""
    python = ".".join(platform.python_version_tuple()[:2])
    found = ""
    with suppress(OSError):
        found = Path(mark_file).read_text()
    return Worker(f"spacecast {__version__}, Python {python}, {describe_encoder()}", found == mark)


def _make_there(root: str, target: Target) -> Made:
    """Runs on a worker. Errors come back as sentences: not every exception survives the way."""
    try:
        return make_file(target, OutputTree(root))
    except Exception as error:  # whatever one target does must not stop the others
        return describe_failure(target.path, error)


def _read(future: Any) -> Made:
    from distributed import KilledWorker  # noqa: PLC0415

    try:
        made: Made = future.result()
    except KilledWorker:
        return "it killed every worker that tried to make it; look at its recording, or give workers more memory"
    return made
