"""Digests: what two builds compare instead of times.

SHA-256 throughout. Digests of values are cut to 128 bits, which is ample against accident; digests of files are whole,
for they are published.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeAlias

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"
"""What a JSON document can hold; tuples count as lists."""

SMALL: Final = 256 * 1024
"""Bytes up to which reading a file is as quick as trusting a record of it."""
RACY: Final = 2_000_000_000
"""Nanoseconds: the coarsest file times in use (FAT). What changed this recently may change again unseen."""

Stamp = tuple[int, int, int, int]
"""Size in bytes, mtime and ctime in nanoseconds, inode: as long as none of them changes, neither does the file."""

_FORMAT: Final = "digests/1"
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def encode_json(value: JSON) -> bytes:
    """Canonical JSON: sorted keys, no white space, ASCII only, shortest floats.

    Raises:
        ValueError: NaN or infinity, which JSON does not have.
        TypeError: something that is not JSON at all.
    """
    return _encode(value).encode("ascii")


def digest_json(value: JSON) -> str:
    """32 hexadecimal digits (128 bits) of the canonical JSON of `value`; raises as `encode_json` does."""
    return hashlib.sha256(_encode(value).encode("ascii")).hexdigest()[:32]


def digest_bytes(content: bytes) -> str:
    """SHA-256 of `content`, 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def digest_file(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a file of any size, 64 hexadecimal digits; memory does not grow with the file."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 -- half the cost of Path.open, thousands of times
        return hashlib.file_digest(file, "sha256").hexdigest()


class FileDigests:
    """SHA-256 of source files, remembering those of large ones (as git's index does) in a file below `.cache/`.

    >>> digests = FileDigests(cache / "digests.json")
    >>> digests.digest(bundle / "recording-0.aac")
    'c0ffee…'
    >>> digests.save()

    A file over 256 KiB whose size, times and inode are as recorded is not read again, unless it had changed within two
    seconds of being recorded. A damaged cache is an empty one.
    """

    def __init__(self, cache: Path, *, clock: Callable[[], int] = time.time_ns) -> None:
        self._cache = cache
        self._clock = clock
        self._known = _load_known(cache)
        self._changed = False

    def digest(self, path: Path) -> str:
        """SHA-256 of the file at `path`, 64 hexadecimal digits; OSError where it cannot be read."""
        status = path.stat()
        if status.st_size <= SMALL:
            return digest_file(path)
        key, stamp = str(path.absolute()), _stamp(status)
        known = self._known.get(key)
        if known and known[0] == stamp:
            return known[1]
        recorded_at = self._clock()  # before reading: a change while we read must not look settled
        digest = digest_file(path)
        if not _is_racy(stamp, recorded_at) and _stamp(path.stat()) == stamp:
            self._known[key] = (stamp, digest)
            self._changed = True
        return digest

    def save(self) -> None:
        """Writes the cache where anything was learned; files that are gone are forgotten."""
        if not self._changed:
            return
        known: dict[str, JSON] = {
            path: [list(stamp), digest] for path, (stamp, digest) in self._known.items() if Path(path).is_file()
        }
        body = encode_json({"format": _FORMAT, "check": digest_json(known), "known": known})
        self._cache.parent.mkdir(parents=True, exist_ok=True)
        part = self._cache.with_name(f".part-{self._cache.name}")
        part.write_bytes(body)
        part.replace(self._cache)
        self._changed = False


def digest_tree(
    root: Path, skip: Callable[[str], bool] | None = None, *, clock: Callable[[], int] = time.time_ns
) -> dict[str, str]:
    """What every file below `root` looked like, for asking "has nothing changed?" without reading: path to mark.

    Paths are relative, with `/`, in no order. A mark is size, mtime and ctime; a file that changed in the last two
    seconds is read and its digest added, so two equal snapshots mean equal files. (The first snapshot after those two
    seconds differs once from the one before.) Names starting with a dot are left out, and everything `skip(path)` is
    true of, folders included; links are marked by what they point to and not followed into folders. A missing root is
    an empty one.
    """
    marks: dict[str, str] = {}
    settled = clock() - RACY
    pending = [""]
    while pending:
        prefix = pending.pop()
        with suppress(FileNotFoundError), os.scandir(f"{root}/{prefix}") as entries:
            for entry in entries:
                path = prefix + entry.name
                if entry.name[0] == "." or (skip and skip(path)):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    pending.append(f"{path}/")
                elif mark := _find_mark(entry, settled):
                    marks[path] = mark
    return marks


def _find_mark(entry: os.DirEntry[str], settled: int) -> str | None:
    try:
        status = entry.stat()
        mark = f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
        if status.st_mtime_ns < settled and status.st_ctime_ns < settled:
            return mark
        return f"{mark} {digest_file(entry.path)}" if stat.S_ISREG(status.st_mode) else mark
    except FileNotFoundError:  # gone since the folder was listed, or a link to nowhere
        return None


def _stamp(status: os.stat_result) -> Stamp:
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def _is_racy(stamp: Stamp, recorded_at: int) -> bool:
    return max(stamp[1], stamp[2]) > recorded_at - RACY


def _load_known(cache: Path) -> dict[str, tuple[Stamp, str]]:
    try:
        document = json.loads(cache.read_bytes())
        if document["format"] != _FORMAT or document["check"] != digest_json(document["known"]):
            return {}
        return {path: ((size, mtime, ctime, inode), digest) for path, ((size, mtime, ctime, inode), digest) in
                document["known"].items()}  # fmt: skip
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return {}
