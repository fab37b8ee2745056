"""A folder that files are put into whole: links are not followed, and emptied folders are deleted.

Paths are relative to the root, with `/`. Files are readable by everyone (0644, folders 0755) whatever the umask,
because web servers run as somebody else.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from site_builder.engine import platform
from site_builder.engine.digests import JSON, digest_file
from site_builder.engine.stamps import FileStamp
from site_builder.errors import SpacecastError

FILE_MODE: Final = 0o644
FOLDER_MODE: Final = 0o755

_CHUNK: Final = 1 << 20
"""Bytes after which the system is asked to write them."""
_NAME: Final = r"(?!\.\.?(?:/|$)|\.part-)[^/\\\x00-\x1f]+"
_PATH: Final = re.compile(f"{_NAME}(?:/{_NAME})*")


def is_safe_path(path: str) -> bool:
    """Whether a file may be put there: relative, within the root, no backslash or control character, not our name."""
    return _PATH.fullmatch(path) is not None


def fold_case(path: str) -> str:
    """Equal for paths that name one file on some system."""
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path.casefold())


def name_part_file(path: str) -> str:
    """The temporary name, hidden, beside the file and with its suffix: `a/b.mp3` → `a/.part-b.mp3`."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}.part-{name}"


def name_scratch_folder(part: str) -> str:
    """Where lies what a file is made from while it is made, a folder: `.part-b.mp3` → `.part-b.mp3.from`."""
    return f"{part}.from"


def list_parents(path: str) -> Iterator[str]:
    """Outermost first: `a/b/c.html` → `a`, `a/b`."""
    end = path.find("/")
    while end >= 0:
        yield path[:end]
        end = path.find("/", end + 1)


def write_file(file: Path, content: bytes, *, durable: bool = False) -> None:
    """Write in one step: a reader sees the old file or the new one, never half of it.

    Args:
        file: Its folder is made where it is missing.
        content: All of it.
        durable: It is on the disk when this returns, whatever happens to the machine.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".part-{file.name}")
    try:
        with part.open("wb") as out:
            out.write(content)
            if durable:
                out.flush()
                os.fsync(out.fileno())
        with suppress(FileNotFoundError):  # who made a file private keeps it so
            shutil.copymode(file, part)
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        error.filename = str(file)  # a full disk names no file
        raise
    if durable:
        platform.sync_folder(file.parent)


@dataclass(frozen=True, slots=True)
class OutputTree:
    """The folder at `root`, an absolute path without links."""

    root: str
    _folders: set[str] = field(default_factory=set, compare=False, repr=False)
    """Those that were made or seen."""

    def locate(self, path: str) -> str:
        """The absolute path."""
        return f"{self.root}/{path}"

    def has_size(self, path: str, size_bytes: int) -> bool:
        """Whether a regular file of that size is there."""
        status = self._find_status(path)
        return status is not None and status.st_size == size_bytes and stat.S_ISREG(status.st_mode)

    def has_bytes(self, path: str, size_bytes: int, sha256: str) -> bool:
        """Whether a file of that content is there, in which case its mode is mended.

        Raises:
            SpacecastError: it is a folder.
        """
        status = self._find_status(path)
        if status is None:
            return False
        if stat.S_ISDIR(status.st_mode):
            raise SpacecastError(f"{path}: a folder that this program did not make is in the way; move or delete it")
        if not stat.S_ISREG(status.st_mode) or status.st_size != size_bytes or digest_file(self.locate(path)) != sha256:
            return False
        if stat.S_IMODE(status.st_mode) != FILE_MODE:
            os.chmod(self.locate(path), FILE_MODE)  # noqa: PTH101
        return True

    def make_folders(self, path: str) -> None:
        """Makes the folders that the file at `path` lies in, and the root.

        Raises:
            SpacecastError: something else is in the way, a link for instance.
        """
        for folder in list_parents(path):
            if folder in self._folders:
                continue
            status = self._find_status(folder)
            if status is None:
                self._make_folder(folder)
            elif not stat.S_ISDIR(status.st_mode):
                kind = "link" if stat.S_ISLNK(status.st_mode) else "file"
                raise SpacecastError(
                    f"{path}: {folder} is a {kind} that this program did not make, where a folder must be; "
                    "move or delete it"
                )
            self._folders.add(folder)
        if "/" not in path:
            os.makedirs(self.root, FOLDER_MODE, exist_ok=True)  # noqa: PTH103

    def write(self, path: str, content: bytes) -> None:
        """Writes a new file, in place of what may be left there of one that was never finished."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        try:
            descriptor = os.open(self.locate(path), flags, FILE_MODE)
        except FileExistsError:
            self.remove(path)
            descriptor = os.open(self.locate(path), flags, FILE_MODE)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        finally:
            os.close(descriptor)

    def measure(self, path: str) -> tuple[int, str]:
        """Size in bytes and SHA-256.

        Raises:
            SpacecastError: no regular file is there.
        """
        status = self._find_status(path)
        if status is None or not stat.S_ISREG(status.st_mode):
            raise SpacecastError(f"{path}: nothing was written")
        return status.st_size, digest_file(self.locate(path))

    def replace(self, part: str, path: str) -> None:
        """Moves the whole file `part` to `path`, in one step."""
        os.chmod(self.locate(part), FILE_MODE)  # noqa: PTH101
        os.replace(self.locate(part), self.locate(path))  # noqa: PTH105

    def remove(self, path: str) -> bool:
        """Deletes a file; false where there is none, or a folder, or a link on the way to it. May raise OSError."""
        if len(self._real_folders(path)) != path.count("/"):
            return False
        status = self._find_status(path)
        if status is None or stat.S_ISDIR(status.st_mode):
            return False
        os.unlink(self.locate(path))  # noqa: PTH108
        return True

    def remove_part(self, path: str) -> None:
        """Deletes what is left of a file that was never finished. May raise OSError."""
        part = name_part_file(path)
        self.remove(part)
        if len(self._real_folders(path)) == path.count("/"):
            shutil.rmtree(self.locate(name_scratch_folder(part)), ignore_errors=True)

    def remove_empty_folders(self, path: str) -> None:
        """Deletes the folders that the file at `path` lay in, as far as they are empty."""
        self._folders.clear()
        with suppress(OSError):
            for folder in reversed(self._real_folders(path)):
                os.rmdir(self.locate(folder))  # noqa: PTH106

    def find_files(self) -> Iterator[str]:
        """Every file, dot files and dot folders aside; links count as files."""
        pending = [""]
        while pending:
            prefix = pending.pop()
            with suppress(OSError), os.scandir(self.locate(prefix)) as entries:
                for entry in entries:
                    if entry.name[0] == ".":
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(f"{prefix}{entry.name}/")
                    else:
                        yield prefix + entry.name

    def _find_status(self, path: str) -> os.stat_result | None:
        try:
            return os.lstat(self.locate(path))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _make_folder(self, folder: str) -> None:
        if "/" not in folder:
            os.makedirs(self.root, FOLDER_MODE, exist_ok=True)  # noqa: PTH103
        with suppress(FileExistsError):  # made by another thread
            os.mkdir(self.locate(folder))  # noqa: PTH102
            os.chmod(self.locate(folder), FOLDER_MODE)  # noqa: PTH101

    def _real_folders(self, path: str) -> list[str]:
        """The folders of `path` that are there, down to the first that is missing or no folder."""
        found = []
        for folder in list_parents(path):
            status = self._find_status(folder)
            if status is None or not stat.S_ISDIR(status.st_mode) or folder.rpartition("/")[2] in {"", ".", ".."}:
                break
            found.append(folder)
        return found


class HashingWriter:
    """A file writer that hashes as it writes, from the beginning to the end of a new file. A context manager.

    To read 66 MB once more takes 50 ms. So long does the system also take, where a file replaces another, to find room
    for what it has not written yet (ext4); so it is asked to begin as soon as there is something to write.
    """

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

    def describe(self) -> dict[str, JSON]:
        """Once it is closed: `size_bytes`, `sha256`, and `stamp`, which is its own wherever it is moved on its disk."""
        return {"size_bytes": self._size, "sha256": self._sum.hexdigest(), "stamp": FileStamp.take(self._path).moved}

    def _begin(self) -> None:
        """Have what is there written to the disk; nobody waits for it."""
        self._file.flush()
        platform.begin_writing(self._file, self._begun, self._size - self._begun)
        self._begun = self._size
