"""Whether a file has changed, told by size and times without reading it; the one rule for that.

A file is as it was while its size, mtime, ctime and inode are, unless it had changed so recently when they were taken
that it may have changed once more within one tick of the clock (git calls that “racily clean”).
`snapshot.py` asks the same of thousands of files at once.
docs/decisions/0035 says why.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, NamedTuple

RACY: Final = 2_000_000_000
"""Nanoseconds: the coarsest file times in use (FAT). What changed this recently may change again unseen."""


class FileStamp(NamedTuple):
    """Size, times and inode of a file, by which it counts as changed or not."""

    size_bytes: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def take(cls, file: Path) -> FileStamp:
        """As it is now; OSError where nothing is there."""
        return cls.of(file.stat())

    @classmethod
    def of(cls, status: os.stat_result) -> FileStamp:
        """From what was asked already."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)

    def is_settled(self, now_ns: int) -> bool:
        """Whether a later change shows, of a stamp taken at that time."""
        return max(self.mtime_ns, self.ctime_ns) < now_ns - RACY

    @property
    def moved(self) -> list[int]:
        """What stays the same wherever the file is moved on its disk: all but ctime."""
        return [self.inode, self.size_bytes, self.mtime_ns]
