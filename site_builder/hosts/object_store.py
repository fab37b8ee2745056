"""`s3://bucket/prefix`, `gs://…`, `az://…`: object stores, and whatever speaks S3, such as Cloudflare R2.

An S3-compatible store is named with its address: `s3://bucket/prefix?endpoint=https://ACCOUNT.r2.cloudflarestorage.com`,
`&region=auto` beside it where it wants one; `endpoint=` names another server for the others too. Keys come from the
environment alone (see `net/store_kinds.py`), or from the login of the cloud's own program.

Needs obstore, which is the extra `stores`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import ClassVar

from site_builder.events import Notify
from site_builder.hosts.host import Difference, Host, Kind, Setting, Upload, tell
from site_builder.hosts.manifest import MANIFEST, ManifestHost
from site_builder.net.stores import OpenStore, open_store, plain_errors

_AT_ONCE = 4
"""Files under way at the same time."""


def open(address: str, setting: Setting) -> Host:  # noqa: A001, ARG001 -- the one word every host's module has
    """The store an address names.

    Raises:
        UsageError: obstore is not installed, the address is wrong, or a key in the environment is no key.
    """
    opened = open_store(address)
    return ObjectStoreHost(opened)


class ObjectStoreHost(ManifestHost):
    """Objects below a prefix, with type and cache headers of their own."""

    name: ClassVar[str] = "object-store"

    def __init__(self, opened: OpenStore) -> None:
        super().__init__(opened.place)
        self._opened = opened
        self.store = opened.store

    def compare(self, wanted: Sequence[Upload]) -> Difference:
        """By the digests that earlier deploys noted, and the sizes of what is there."""
        import obstore  # noqa: PLC0415

        with self._plainly():
            self._begin_comparing(wanted)
            sizes = {meta["path"]: meta["size"] for page in obstore.list(self.store) for meta in page}
        missing = self._list_missing(wanted, sizes)
        surplus = [path for path in self.files if path not in self.wanted and path in sizes]
        return Difference(missing=missing, replaced=sizes.keys() & missing, surplus=tuple(sorted(surplus)))

    def _read_manifest(self) -> bytes | None:
        import obstore  # noqa: PLC0415
        from obstore.exceptions import NotFoundError  # noqa: PLC0415

        try:
            return bytes(obstore.get(self.store, MANIFEST).bytes())
        except (NotFoundError, FileNotFoundError):
            return None

    def send(self, wave: Sequence[Upload], notify: Notify) -> None:
        """Several at once but for the feed, whose further pages come before it; long files are noted one by one."""
        at_once = 1 if wave[0].kind is Kind.FEED else _AT_ONCE
        with self._plainly(), ThreadPoolExecutor(at_once) as pool:
            for done in pool.map(lambda upload: self._put(upload, notify), wave):
                if done.kind is Kind.MEDIA:
                    self._note({**self.files, done.path: done.sha256})
        self._note({**self.files, **{upload.path: upload.sha256 for upload in wave}})

    def _put(self, upload: Upload, notify: Notify) -> Upload:
        import obstore  # noqa: PLC0415

        tell(notify, upload, done=False)
        headers = {"Content-Type": upload.media_type, "Cache-Control": upload.cache_control}
        obstore.put(self.store, upload.path, upload.find_bytes(), attributes=dict(headers), max_concurrency=_AT_ONCE)
        tell(notify, upload, done=True)
        return upload

    def remove(self, paths: Sequence[str]) -> None:
        """Delete objects."""
        import obstore  # noqa: PLC0415

        with self._plainly():
            if paths:
                obstore.delete(self.store, list(paths))

    def _write_manifest(self, content: bytes) -> None:
        import obstore  # noqa: PLC0415

        headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        with self._plainly():
            obstore.put(self.store, MANIFEST, content, attributes=dict(headers))

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """Turn the store's errors into sentences without secrets."""
        remark = "what is online is whole; deploy again to finish"
        with plain_errors(self._opened, self.label, again="deploy again", otherwise=remark):
            yield
