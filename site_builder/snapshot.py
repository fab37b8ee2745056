"""What a folder looked like, so that asking "is it still so?" costs a stat for each file and nothing else.

    seen = take_snapshot(content)
    …
    seen = seen.renew(content)      # None: something differs

A file is unchanged while its size, mtime and ctime are; one that changed less than two seconds before the snapshot is
compared by content as well, for it may change again within one tick of the clock. A folder is unchanged while its mtime
is; otherwise its files are listed again. Names that begin with a dot and `__pycache__` are left out; links to folders
are not followed, and links to nowhere are not there.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from site_builder.digests import JSON, RACY, digest_file

Clock = Callable[[], int]
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A folder at one moment."""

    settled: int
    """Nanoseconds since 1970: what changed later than this is compared by content."""
    sizes_only: bool
    """Files are compared by their size alone."""
    files: tuple[str, ...]
    """Sorted paths below the root."""
    folders: tuple[str, ...]
    marks: str
    """Digest of how all files looked."""
    folder_marks: str
    """Digest of how all folders looked; empty where one changed later than `settled`."""
    is_settled: bool
    """Whether nothing changed later than `settled`."""
    times: array[int] = field(default_factory=lambda: array("q"), repr=False, compare=False)
    """Size in bytes, mtime and ctime in nanoseconds of each file, one after the other; of one just taken only."""

    def renew(self, root: Path, *, clock: Clock = time.time_ns) -> Snapshot | None:
        """The same, as quick to compare as can be; None where anything differs."""
        now = clock()
        try:
            stats = _stat_all(root, self.files)
            seen = _describe(root, (self.files, self.folders), stats, self.settled, sizes_only=self.sizes_only)
            if seen.marks != self.marks:
                return None
            if self.is_settled and seen.folder_marks == self.folder_marks and (self.folders or not root.exists()):
                return self
            found = _walk(root)
            return (
                _describe(root, found, stats, now - RACY, sizes_only=self.sizes_only)
                if found[0] == self.files
                else None
            )
        except OSError:
            return None

    def as_json(self) -> dict[str, JSON]:
        """Plain values for `parse_snapshot`."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "times"}


def parse_snapshot(values: Mapping[str, Any]) -> Snapshot:
    """A snapshot from what `as_json` gave; TypeError, KeyError or ValueError where it is none."""
    return Snapshot(**{**values, "files": tuple(values["files"]), "folders": tuple(values["folders"])})


def take_snapshot(root: Path, *, sizes_only: bool = False, clock: Clock = time.time_ns) -> Snapshot:
    """How `root` looks; one that is missing is an empty one.

    Raises:
        OSError: it cannot be read, or files keep vanishing.
    """
    for attempt in range(_ATTEMPTS):
        settled, found = clock() - RACY, _walk(root)
        try:
            return _describe(root, found, _stat_all(root, found[0]), settled, sizes_only=sizes_only)
        except FileNotFoundError:  # gone since its folder was listed
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError


def _walk(root: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sorted paths of all files, and of all folders with a slash at the end."""
    if not root.is_dir():
        return (), ()
    files, folders, pending = [], [], [""]
    while pending:
        prefix = pending.pop()
        folders.append(prefix)
        with os.scandir(f"{root}/{prefix}") as entries:
            for entry in entries:
                if entry.name[0] == "." or entry.name == "__pycache__":
                    continue
                if entry.is_dir(follow_symlinks=False):
                    pending.append(f"{prefix}{entry.name}/")
                elif not entry.is_symlink() or os.path.exists(entry.path):  # noqa: PTH110 -- thousands of times
                    files.append(prefix + entry.name)
    return tuple(sorted(files)), tuple(sorted(folders))


def _stat_all(root: Path, paths: Sequence[str]) -> list[os.stat_result]:
    prefix = f"{root}/"
    return [os.stat(prefix + path) for path in paths]  # noqa: PTH116


def _describe(
    root: Path,
    found: tuple[tuple[str, ...], tuple[str, ...]],
    stats: Sequence[os.stat_result],
    settled: int,
    *,
    sizes_only: bool,
) -> Snapshot:
    """The snapshot of files that look like `stats`."""
    files, folders = found
    times = array("q")
    for status in stats:
        times.extend((status.st_size,) if sizes_only else (status.st_size, status.st_mtime_ns, status.st_ctime_ns))
    latest = [] if sizes_only else [max(status.st_mtime_ns, status.st_ctime_ns) for status in stats]
    recent = [number for number, time_ns in enumerate(latest) if time_ns >= settled]
    folder_times = [status.st_mtime_ns for status in _stat_all(root, folders)]
    calm = max(folder_times, default=0) < settled
    contents = [digest_file(root / files[number]) for number in recent if stat.S_ISREG(stats[number].st_mode)]
    return Snapshot(
        settled=settled,
        sizes_only=sizes_only,
        files=files,
        folders=folders,
        marks=_digest("\0".join((*files, *contents)).encode(errors="surrogateescape") + times.tobytes()),
        folder_marks=_digest(array("q", folder_times).tobytes()) if calm else "",
        is_settled=calm and not recent,
        times=times,
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]
