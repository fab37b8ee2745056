"""`s3://bucket/prefix`, `gs://…`, `az://…`: object stores, and whatever speaks S3, such as Cloudflare R2.

An S3-compatible store is named with its address: `s3://bucket/prefix?endpoint=https://ACCOUNT.r2.cloudflarestorage.com`,
`&region=auto` beside it where it wants one; `endpoint=` names another server for the others too. Keys come from the
environment alone (see `store_kinds`), or from the login of the cloud's own program.

Needs obstore, which is the extra `stores`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from site_builder.errors import SpacecastError, UsageError
from site_builder.events import Notify
from site_builder.hosts.host import Difference, Host, Kind, Setting, Upload, redact, tell
from site_builder.hosts.manifest import MANIFEST, ManifestHost
from site_builder.hosts.store_kinds import KINDS, StoreKind, find_login, lacks_login

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_NO_BUCKET = re.compile(r"NoSuchBucket|ContainerNotFound|bucket does not exist|container does not exist", re.IGNORECASE)
_AT_ONCE = 4
"""Files under way at the same time."""


def open(address: str, setting: Setting) -> Host:  # noqa: A001, ARG001 -- the one word every host's module has
    """The store an address names.

    Raises:
        UsageError: obstore is not installed, the address is wrong, or a key in the environment is no key.
    """
    parts = urlsplit(address)
    kind = KINDS[parts.scheme]
    options = kind.read_options(parts)
    place = f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
    try:
        from obstore.exceptions import BaseError  # noqa: PLC0415 -- an extra, loaded where it is needed
        from obstore.store import from_url  # noqa: PLC0415
    except ImportError:
        remedy = f'"{sys.executable}" -m pip install "obstore>=0.9"'
        raise UsageError(f"{place}: this target needs one more package; install it with: {remedy}") from None
    client = {"timeout": "10m", "connect_timeout": "10s", "allow_http": kind.is_plain_http(options)}
    retry = {"max_retries": 3, "retry_timeout": timedelta(seconds=60)}
    make: Callable[..., ObjectStore] = from_url  # its overloads know no `**options`
    try:
        store = make(place, client_options=client, retry_config=retry, **options, **find_login(parts.scheme))
    except (BaseError, ValueError, TypeError) as error:
        raise UsageError(f"{place}: {_first_line(error)}; the login is {kind.login}") from None
    return ObjectStoreHost(store, place, kind)


class ObjectStoreHost(ManifestHost):
    """Objects below a prefix, with type and cache headers of their own."""

    name: ClassVar[str] = "object-store"

    def __init__(self, store: ObjectStore, label: str, kind: StoreKind) -> None:
        super().__init__(label)
        self.store = store
        self.kind = kind

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
        from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError  # noqa: PLC0415

        try:
            yield
        except (BaseError, OSError) as error:
            if lacks_login(str(error)):
                reason = f"no login was found; it takes {self.kind.login}"
            elif _NO_BUCKET.search(str(error)):
                reason = "there is no such bucket; make it there or correct the address, then deploy again"
            elif isinstance(error, PermissionDeniedError | UnauthenticatedError | PermissionError):
                reason = (
                    f"access refused ({_first_line(error)}); check the login ({self.kind.login}) and what it may do"
                )
            else:
                reason = f"{_first_line(error)}; what is online is whole; deploy again to finish"
            raise SpacecastError(f"{self.label}: {reason}") from None


def _first_line(error: Exception) -> str:
    """The part of an error for people, at most 300 characters; what the store itself says, where it does."""
    text = " ".join(str(error).split("\n\nDebug source", 1)[0].split())
    if said := re.search(r"<Code>(.*?)</Code>\s*<Message>(.*?)</Message>", text):
        text = f"{said[1]}: {said[2].partition(' RequestId:')[0]}"
    text = re.sub(
        r"^Generic \w+ error: | in [\d.]+\w+, after \d+ retries, max_retries: \d+, retry_timeout: \w+", "", text
    )
    return redact(text)[:300].rstrip(". ")
