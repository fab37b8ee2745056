"""A file as it is written: its size and digest are known at its end, and most of it is on its way to the disk.

To read 66 MB once more takes 50 ms. So long does the system also take, where a file replaces another, to find room for
what it has not written yet (ext4); so it is asked to begin as soon as there is something to write.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from site_builder.engine.ledger import Facts

_CHUNK = 1 << 20
"""Bytes after which the system is asked to write them."""


class HashingWriter:
    """A new file at a path, to be written from its beginning to its end. A context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("wb", buffering=_CHUNK)
        self._sum = hashlib.sha256()
        self._size = 0
        self._begun = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, content: bytes) -> int:
        """Appends `content`; gives its size in bytes."""
        self._sum.update(content)
        size = self._file.write(content)
        self._size += size
        if self._size - self._begun >= _CHUNK:
            self._begin()
        return size

    def describe(self) -> Facts:
        """Once it is closed: `size_bytes`, `sha256`, and `stamp`, which is its own wherever it is moved on its disk."""
        return {"size_bytes": self._size, "sha256": self._sum.hexdigest(), "stamp": read_stamp(self._path)}

    def _begin(self) -> None:
        """Have what is there written to the disk; nobody waits for it."""
        self._file.flush()
        with suppress(AttributeError, OSError):  # Linux begins to write what is said not to be needed; others may not
            os.posix_fadvise(self._file.fileno(), self._begun, self._size - self._begun, os.POSIX_FADV_DONTNEED)
        self._begun = self._size


def read_stamp(path: Path) -> list[int]:
    """Inode, size in bytes and mtime in nanoseconds: while they are the same, so is the file, wherever it is moved.

    Not ctime, as in `digests.Stamp`: moving a file changes it.

    Raises:
        OSError: it is not there.
    """
    status = path.stat()
    return [status.st_ino, status.st_size, status.st_mtime_ns]
