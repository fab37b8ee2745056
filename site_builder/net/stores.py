"""Object stores (`s3://…`, `gs://…`, `az://…`), opened by their address. Keys come from the environment alone.

Needs obstore, which is the extra `stores`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from site_builder.errors import SpacecastError, UsageError
from site_builder.net.failures import Refused, Unanswered
from site_builder.net.redaction import redact
from site_builder.net.store_kinds import KINDS, StoreKind, find_login, lacks_login

if TYPE_CHECKING:
    from obstore.store import ObjectStore

Result = TypeVar("Result")

_NO_BUCKET = re.compile(r"NoSuchBucket|ContainerNotFound|bucket does not exist|container does not exist", re.IGNORECASE)
_PAUSES = (0.5, 1, 2, 4, 8, 15)
"""Seconds between attempts: a store may be away for half a minute."""
_CHUNK = 1 << 23
"""Bytes of a file that are in memory at once."""


@dataclass(frozen=True, slots=True)
class OpenStore:
    """A store, and what differs between kinds of them."""

    store: ObjectStore
    place: str
    """Its address, without what follows a `?`."""
    kind: StoreKind


def open_store(address: str) -> OpenStore:
    """The store an address names.

    Raises:
        UsageError: obstore is not installed, the address is wrong, or a key in the environment is no key.
    """
    parts = urlsplit(address)
    if parts.scheme not in KINDS:
        raise UsageError(f"{redact(address)}: no object store; expected {' or '.join(f'{kind}://…' for kind in KINDS)}")
    kind = KINDS[parts.scheme]
    options = kind.read_options(parts)
    place = f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
    try:
        from obstore.exceptions import BaseError  # noqa: PLC0415 -- an extra, loaded where it is needed
        from obstore.store import from_url  # noqa: PLC0415
    except ImportError:
        raise UsageError(
            f"{place}: this target needs one more library, obstore, which spacecast[stores] has; `spacecast doctor` "
            "shows the line that adds it"
        ) from None
    client = {"timeout": "10m", "connect_timeout": "10s", "allow_http": kind.is_plain_http(options)}
    retry = {"max_retries": 3, "retry_timeout": timedelta(seconds=60)}
    make: Callable[..., ObjectStore] = from_url  # its overloads know no `**options`
    try:
        store = make(place, client_options=client, retry_config=retry, **options, **find_login(parts.scheme))
    except (BaseError, ValueError, TypeError) as error:
        raise UsageError(f"{place}: {describe_error(error)}; the login is {kind.login}") from None
    return OpenStore(store, place, kind)


@contextmanager
def plain_errors(opened: OpenStore, place: str, *, again: str, otherwise: str = "") -> Iterator[None]:
    """Turn a store's errors into sentences without secrets.

    Args:
        opened: The store.
        place: What people know it by.
        again: What to do once its cause is mended: `deploy again`.
        otherwise: What else to say where the cause is none of those known here.

    Raises:
        Refused: it is not to be had as things are.
        Unanswered: it may be, the next time.
    """
    from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError  # noqa: PLC0415

    try:
        yield
    except (BaseError, OSError) as error:
        reason = describe_error(error)
        if lacks_login(str(error)):
            failure: SpacecastError = Refused(f"{place}: no login was found; it takes {opened.kind.login}")
        elif _NO_BUCKET.search(str(error)):
            remedy = f"make it there or correct the address, then {again}"
            failure = Refused(f"{place}: there is no such bucket; {remedy}")
        elif isinstance(error, PermissionDeniedError | UnauthenticatedError | PermissionError):
            remedy = f"check the login ({opened.kind.login}) and what it may do"
            failure = Refused(f"{place}: access refused ({reason}); {remedy}")
        else:
            failure = Unanswered(f"{place}: {reason}; {otherwise or again}")
        raise failure from None


def describe_error(error: Exception) -> str:
    """The part of an error for people, at most 300 characters; what the store itself says, where it does."""
    text = " ".join(str(error).split("\n\nDebug source", 1)[0].split())
    if said := re.search(r"<Code>(.*?)</Code>\s*<Message>(.*?)</Message>", text):
        text = f"{said[1]}: {said[2].partition(' RequestId:')[0]}"
    text = re.sub(
        r"^Generic \w+ error: | in [\d.]+\w+, after \d+ retries, max_retries: \d+, retry_timeout: \w+", "", text
    )
    return redact(text)[:300].rstrip(". ")


class FileStore:
    """Files below a prefix of a store, each whole or not at all; what fails for half a minute is tried again."""

    def __init__(self, address: str, folder: str) -> None:
        self._opened = open_store(address)
        self._folder = folder
        self.place = f"{self._opened.place}/{folder}"

    def put(self, name: str, content: Path | bytes) -> None:
        """Leave a file."""
        import obstore  # noqa: PLC0415 -- an extra

        self._try(lambda: obstore.put(self._opened.store, self._locate(name), content))

    def read(self, name: str) -> bytes | None:
        """A small file; None where there is none."""
        import obstore  # noqa: PLC0415

        return self._find(lambda: bytes(obstore.get(self._opened.store, self._locate(name)).bytes()), otherwise=None)

    def get(self, name: str, file: Path) -> bool:
        """Fetch a file of any size; false where there is none."""
        return self._find(lambda: self._fetch(name, file), otherwise=False)

    def list(self, folder: str = "") -> Sequence[str]:
        """Names of all files below a folder."""
        import obstore  # noqa: PLC0415

        prefix = self._locate(folder).rstrip("/") + "/"
        pages = self._try(lambda: list(obstore.list(self._opened.store, prefix)))
        start = len(self._locate(""))
        return [meta["path"][start:] for page in pages for meta in page]

    def delete(self, names: Iterable[str]) -> None:
        """Delete files; one that is gone already is no failure."""
        import obstore  # noqa: PLC0415

        if paths := [self._locate(name) for name in names]:
            self._find(lambda: obstore.delete(self._opened.store, paths), otherwise=None)

    def _fetch(self, name: str, file: Path) -> bool:
        import obstore  # noqa: PLC0415

        with file.open("wb") as out:
            for chunk in obstore.get(self._opened.store, self._locate(name)).stream(min_chunk_size=_CHUNK):
                out.write(chunk)
        return True

    def _locate(self, name: str) -> str:
        return f"{self._folder}/{name}"

    def _find(self, ask: Callable[[], Result], otherwise: Result) -> Result:
        from obstore.exceptions import NotFoundError  # noqa: PLC0415

        def ask_whether() -> Result:
            try:
                return ask()
            except (NotFoundError, FileNotFoundError) as error:
                if _NO_BUCKET.search(str(error)):
                    raise
                return otherwise

        return self._try(ask_whether)

    def _try(self, ask: Callable[[], Result]) -> Result:
        """Ask until there is an answer.

        Raises:
            SpacecastError: there is none, or it is no.
        """
        for pause in (*_PAUSES, None):
            try:
                with plain_errors(self._opened, self.place, again="run this again"):
                    return ask()
            except Unanswered:
                if pause is None:
                    raise
                time.sleep(pause)
        raise AssertionError
