"""Connects to a Dask cluster: a scheduler that runs already, or processes of this computer."""

# mypy: disable-error-code="no-untyped-call"
# (Dask has few annotations)

from __future__ import annotations

import logging
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from multiprocessing import active_children
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from site_builder.engine.cluster.compatibility import CompatibleWorkers, Needs, do_nothing
from site_builder.engine.cluster.store import OpenStore, Store
from site_builder.engine.cluster.tasks import Cluster
from site_builder.engine.cluster.waiting import call_apart
from site_builder.engine.processes.forking import beside_threads
from site_builder.errors import SpacecastError, UsageError

if TYPE_CHECKING:
    from distributed import Client

Connection = TypeVar("Connection", bound=Any)

LOCAL = "local:"
_CONNECT_SECONDS = 20
_CLOSE_SECONDS = 5.0
_END_SECONDS = 3.0
"""How long a store may take to be cleared once somebody pressed Ctrl-C."""
_NO_DASK = "--cluster needs Dask, the extra `cluster`: `spacecast help cluster` tells how"
_MARK = ".cache/cluster-mark"
_STORE_MARK = "mark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What workers have in common with this process."""

    name: str
    find_lack: Callable[[], str]
    """Runs on each worker: why it cannot work, as the end of a sentence; empty where it finds what it is to find."""
    open_store: OpenStore | None = None
    """Where it is no more than a store."""


@contextmanager
def open_cluster(
    address: str,
    share: Share,
    describe: Callable[[], str],
    warn: Callable[[str], None],
    *,
    prepare: Callable[[], None] = do_nothing,
    resource: str = "",
) -> Iterator[Cluster]:
    """Connect to a Dask cluster and choose the workers whose program is the same.

    Args:
        address: Of a Dask scheduler (`tcp://10.0.0.5:8786`, `tls://…`), or `local:N` for N processes of this computer.
        share: What workers must find.
        describe: Called here and by each worker: what bytes depend on besides program and Python.
        warn: Told, in a sentence each, of workers that are left out.
        prepare: Called by each worker before its first task.
        resource: Of which workers may declare how many tasks they take at once.

    Raises:
        UsageError: the extra is not installed, nobody answers, or no worker is left.
    """
    with _without_logs(), beside_threads(), _connect(address) as client:
        _require_program(client, address)
        needs = Needs(describe=describe, find_lack=share.find_lack, prepare=prepare, resource=resource)
        workers = CompatibleWorkers(client, needs, warn)
        if not workers.count():
            raise UsageError(f"--cluster {address}: no worker is left that can work on {share.name}")
        yield Cluster(client, workers, share.open_store)


def _require_program(client: Client, address: str) -> None:
    """The scheduler looks into tasks, so it must have the program, too."""
    try:
        client.run_on_scheduler(_answer)
    except (OSError, TimeoutError) as error:
        raise UsageError(f"--cluster {address}: its scheduler does not answer ({error})") from error
    except Exception as error:
        raise UsageError(
            f"--cluster {address}: its scheduler cannot run spacecast ({error}); install the same version there, too"
        ) from error


def _answer() -> None:
    """Runs on the scheduler."""


@contextmanager
def _without_logs() -> Iterator[None]:
    """Dask writes tracebacks of all that goes wrong between computers; what matters of it is told in sentences."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


@contextmanager
def share_folder(folder: Path) -> Iterator[Share]:
    """A folder that workers must find under the same path: what was just written there."""
    file, mark = folder / _MARK, secrets.token_hex(8)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(mark)
    try:
        yield Share(name=str(folder), find_lack=partial(_find_lack_of_folder, str(folder), mark))
    finally:
        file.unlink(missing_ok=True)


def _find_lack_of_folder(folder: str, mark: str) -> str:
    """Runs on each worker."""
    with suppress(OSError):
        if Path(folder, _MARK).read_text() == mark:
            return ""
    return f"it does not find {folder} under that path"


@contextmanager
def share_store(open_store: OpenStore, warn: Callable[[str], None]) -> Iterator[Share]:
    """A store, of which nothing is left at the end."""
    mark = secrets.token_hex(8)
    store = call_apart(partial(_leave_mark, open_store, mark))
    seconds = None
    try:
        yield Share(name=store.place, find_lack=partial(_find_lack_of_store, open_store, mark), open_store=open_store)
    except KeyboardInterrupt:
        seconds = _END_SECONDS
        raise
    finally:
        try:
            call_apart(lambda: store.delete(store.list()), seconds)
        except (SpacecastError, TimeoutError) as error:
            warn(f"{store.place}: {error}; delete what is left there, it holds recordings")


def _leave_mark(open_store: OpenStore, mark: str) -> Store:
    store = open_store()
    store.put(_STORE_MARK, mark.encode())
    return store


def _find_lack_of_store(open_store: OpenStore, mark: str) -> str:
    """Runs on each worker."""
    try:
        store = open_store()
        found = store.read(_STORE_MARK)
    except SpacecastError as error:
        return f"it does not reach the store ({error})"
    return "" if found == mark.encode() else f"it finds another {store.place}"


@contextmanager
def share_file(file: Path) -> Iterator[Share]:
    """A file or folder that workers only read, under the same path and of the same size."""
    path = file.resolve()
    yield Share(name=str(path), find_lack=partial(_find_lack_of_file, str(path), path.stat().st_size))


def _find_lack_of_file(path: str, size_bytes: int) -> str:
    """Runs on each worker."""
    with suppress(OSError):
        if Path(path).is_dir() or Path(path).stat().st_size == size_bytes:
            return ""
    return f"it does not find {path} under that path"


def check_address(address: str) -> None:
    """Whether there can be a cluster at an address, without a word to it: for before anything else is done.

    Raises:
        UsageError: the extra is not installed, or nobody listens there.
    """
    if find_spec("distributed") is None:
        raise UsageError(_NO_DASK)
    if address.startswith(LOCAL):
        _count_local(address)
        return
    with _told_of(address):
        place = urlsplit(address)
        if place.scheme in {"tcp", "tls"} and place.hostname and place.port:
            socket.create_connection((place.hostname, place.port), _CONNECT_SECONDS).close()


@contextmanager
def _told_of(address: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(f"--cluster {address}: nobody answers there ({error})") from error


def _count_local(address: str) -> int:
    count = address.removeprefix(LOCAL)
    if not count.isdigit() or int(count) < 1:
        raise UsageError(f"--cluster {address}: write the number of processes, as in `local:4`")
    return int(count)


@contextmanager
def _connect(address: str) -> Iterator[Client]:
    try:
        from distributed import Client, LocalCluster  # noqa: PLC0415
    except ImportError:
        raise UsageError(_NO_DASK) from None
    if not address.startswith(LOCAL):
        with _told_of(address):
            client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
        with _closing(client):
            yield client
        return
    count = _count_local(address)
    options = {
        "threads_per_worker": 1,
        "dashboard_address": None,
        "scheduler_kwargs": {"dashboard_address": "127.0.0.1:0"},  # else it warns where another one has Dask's port
        "silence_logs": 50,
    }
    with (
        _ended_with_all_processes(),
        _closing(LocalCluster(n_workers=count, host="127.0.0.1", **options)) as cluster,
        _closing(Client(cluster, set_as_default=False)) as client,
    ):
        yield client


@contextmanager
def _closing(opened: Connection) -> Iterator[Connection]:
    """Close it at the end, or let it go where that takes long: with the process all connections end."""
    try:
        yield opened
    finally:
        with suppress(Exception):  # nobody is left to tell
            call_apart(opened.close, _CLOSE_SECONDS)


@contextmanager
def _ended_with_all_processes() -> Iterator[None]:
    """At the end there is none of this process's children that answers to nobody."""
    before = set(active_children())
    try:
        yield
    finally:
        for process in set(active_children()) - before:
            process.kill()
