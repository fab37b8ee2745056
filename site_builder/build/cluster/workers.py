"""Opens the Dask cluster that does long work instead of this process, if one was named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from site_builder.audio.encode import encoder_version
from site_builder.audio.encoding.cores import limit_cores
from site_builder.engine.cluster.connection import check_address, open_cluster, share_file, share_folder, share_store
from site_builder.engine.cluster.tasks import Cluster
from site_builder.engine.digests import digest_json
from site_builder.errors import UsageError
from site_builder.events import Notify, Warned
from site_builder.model.paths import FEED
from site_builder.net.stores import FileStore
from site_builder.show.config import load_config, make_feed_guid


@contextmanager
def open_workers(
    folder: Path,
    address: str,
    store: str,
    notify: Notify,
    *,
    describe: Callable[[], str] = encoder_version,
    resource: str = "",
) -> Iterator[Cluster | None]:
    """The workers of the cluster at `address` that are fit; None where none was named.

    Args:
        folder: The show's.
        address: As `engine/cluster/connection.py:open_cluster` takes it.
        store: Address of an object store, where the workers do not see that folder.
        notify: Told who is left out.
        describe: What bytes depend on besides program and Python.
        resource: Of which workers may declare how many tasks they take at once.

    Raises:
        UsageError: it cannot be used; says why.
    """
    check_cluster(address, store)
    if not address:
        yield None
        return

    warn = partial(_warn, notify)
    shared = share_store(FolderOfStore(store, _name_folder(folder)), warn) if store else share_folder(folder)
    opened = partial(open_cluster, prepare=partial(limit_cores, 1), resource=resource)  # Dask gives a task one thread
    with shared as share, opened(address, share, describe, warn) as cluster:
        yield cluster


@contextmanager
def open_readers(source: Path, address: str, notify: Notify) -> Iterator[Cluster]:
    """The workers of the cluster at `address` that see the file or folder `source` under the same path.

    Raises:
        UsageError: there are none.
    """
    warn = partial(_warn, notify)
    with share_file(source) as share, open_cluster(address, share, encoder_version, warn) as cluster:
        yield cluster


def check_cluster(address: str, store: str) -> None:
    """Whether there can be such a cluster: for before anything else is done.

    Raises:
        UsageError: no; says why.
    """
    if store and not address:
        raise UsageError("--cluster-store is where the workers of a cluster fetch sound; name that with --cluster")
    if address:
        check_address(address)


def _warn(notify: Notify, said: str) -> None:
    notify(Warned(said))


@dataclass(frozen=True, slots=True)
class FolderOfStore:
    """What opens a folder of a store, wherever it is called; equal where it opens the same."""

    address: str
    name: str

    def __call__(self) -> FileStore:
        """Opens it, with the login of this process."""
        return FileStore(self.address, self.name)


def _name_folder(folder: Path) -> str:
    """Of the store, for this show: the same in every run, so that one clears away what an earlier one left."""
    config = load_config(folder)
    return f"spacecast-{digest_json(config.feed.guid or make_feed_guid(config.show.url + FEED))[:16]}"
