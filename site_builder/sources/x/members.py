"""The files of an X archive, zip or unzipped folder, and nothing but those this program has business with.

Names inside an archive are untrusted: they are compared with `layouts.WANTED` and never become paths. Whatever does not
match (direct messages, e-mail, IP addresses …) is not a member here and so cannot be opened.
"""

from __future__ import annotations

import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Protocol, cast

from site_builder.errors import UnusableSource
from site_builder.sources.x.layouts import sort_by_archive, walk

_LARGEST_POSTS = 4 << 30
_LARGEST_TEXT = 32 << 20
"""Of what is no posts; a thousand Spaces take some 10 MB."""
_LARGEST_MEDIA = 16 << 30
_LONGEST_LIST = 32 << 20
"""Bytes of a zip's list of files: some 300,000 files, more than the 50 GB that X puts into one zip."""
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""How X packs. Others unpack into gigabytes at once, whatever the member says of its size."""
_BOMB_RATIO = 200
"""Real audio and real tweets pack less than a tenth as well."""
_HARMLESS_BYTES = 64 << 20


class DamagedMember(Exception):
    """One member of an archive cannot be read to its end; `str()` says why, as the end of a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file of the archive."""

    name: str
    """Below `data/`, e.g. `tweets.js` or `spaces_media/space-1lDxLnrWjwkGm_0.ts`."""
    size_bytes: int
    """As the archive declares it."""
    mark: str
    """Changes when the content does: a checksum in a zip, the modification time in a folder."""
    refused: str = ""
    """Why it will not be read, as the end of a sentence; empty where it can be tried."""


class Members(Protocol):
    """The wanted files of one archive, by name."""

    path: Path
    root: str
    """Where in `path` the archive lies, e.g. `twitter-2026-10-18/`; empty at its top."""
    members: dict[str, Member]

    def open_raw(self, name: str) -> IO[bytes]:
        """The bytes of a member; its `read` may raise what zipfile and zlib raise."""

    def close(self) -> None:
        """Let go of open files."""


class ZipMembers:
    """Members of an archive in a zip; only the zip's list of files and what is asked for is read."""

    def __init__(self, path: Path, opened: zipfile.ZipFile, root: str, entries: dict[str, zipfile.ZipInfo]) -> None:
        self.path = path
        self.root = root
        self._zip = opened
        self._opened_by = os.getpid()
        self._entries = entries
        self.members = {name: _describe_entry(name, info) for name, info in entries.items()}

    def open_raw(self, name: str) -> IO[bytes]:
        """The unpacked bytes of a member; never more than it declares."""
        if os.getpid() != self._opened_by:  # forked: an open file has one position for both processes
            self._zip, self._opened_by = zipfile.ZipFile(self.path), os.getpid()
        return self._zip.open(self._entries[name])

    def close(self) -> None:
        """Close the zip, which other archives in it share."""
        self._zip.close()


class FolderMembers:
    """Members of an archive someone unzipped. Links, pipes and devices are no members."""

    def __init__(self, path: Path, root: str, files: dict[str, os.DirEntry[str]]) -> None:
        self.path = path
        self.root = root
        self._files = files
        self.members = {}
        for name, file in files.items():
            status = file.stat(follow_symlinks=False)
            size, mark = status.st_size, str(status.st_mtime_ns)
            self.members[name] = Member(name=name, size_bytes=size, mark=mark, refused=_refuse_size(name, size))

    def open_raw(self, name: str) -> IO[bytes]:
        """The bytes of a file."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        return os.fdopen(os.open(self._files[name].path, flags), "rb")

    def close(self) -> None:
        """Nothing is held open."""


def open_members(path: Path) -> list[Members]:
    """The archives at `path`, one for each account; one without members where there is none.

    Raises:
        UnusableSource: It is not a zip or folder that can be read.
    """
    try:
        return list(_open_folder(path) if path.is_dir() else _open_all(path))
    except FileNotFoundError as error:
        raise UnusableSource(f"{path} does not exist; check the name") from error
    except OSError as error:
        raise UnusableSource(f"{path} cannot be read ({error.strerror or error}); check its permissions") from error


def _open_folder(path: Path) -> Iterator[Members]:
    found = sort_by_archive(walk(path))
    for root, files in (found or {"": {}}).items():
        yield FolderMembers(path, root, files)


def _open_all(path: Path) -> Iterator[Members]:
    opened = _open_zip(path)
    found = sort_by_archive((_plain_name(info), info) for info in opened.infolist())
    for root, entries in (found or {"": {}}).items():
        yield ZipMembers(path, opened, root, entries)


@contextmanager
def open_member(members: Members, name: str) -> Iterator[BinaryIO]:
    """The bytes of a member, for as long as the block lasts; `read` raises DamagedMember like this function.

    Raises:
        DamagedMember: It cannot be opened or, while reading, turns out to be damaged.
    """
    if reason := members.members[name].refused:
        raise DamagedMember(reason)
    with _damage_named():
        stream = members.open_raw(name)
    with stream:
        yield cast("BinaryIO", _Stream(stream))


class _Stream:
    """A stream whose damage has a name."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """Like BinaryIO.read, but raises DamagedMember."""
        with _damage_named():
            return self._stream.read(size)


@contextmanager
def _damage_named() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DamagedMember("is damaged inside the zip") from error
    except (OSError, RuntimeError, ValueError) as error:
        raise DamagedMember(f"cannot be read ({getattr(error, 'strerror', None) or error})") from error


def _plain_name(info: zipfile.ZipInfo) -> str:
    return info.filename.replace("\\", "/").removeprefix("./")


def _describe_entry(name: str, info: zipfile.ZipInfo) -> Member:
    refused = _refuse_size(name, info.file_size)
    if info.flag_bits & 0x1:
        refused = "is encrypted"
    elif info.compress_type not in _METHODS:
        refused = "is packed in a way that X does not use; unzip the archive and use the folder"
    elif not refused and info.file_size > max(_HARMLESS_BYTES, info.compress_size * _BOMB_RATIO):
        refused = "would grow more than 200-fold when unpacked, which no real recording or tweet does"
    return Member(name=name, size_bytes=info.file_size, mark=f"{info.CRC:08x}", refused=refused)


def _refuse_size(name: str, size_bytes: int) -> str:
    """Why a file of this size is not read; empty where it is."""
    largest = _LARGEST_MEDIA if "/" in name else _LARGEST_POSTS if "tweet" in name else _LARGEST_TEXT
    if size_bytes <= largest:
        return ""
    size = f"{size_bytes >> 30} GB" if size_bytes >> 30 else f"{size_bytes >> 20} MB"
    return f"claims to be {size}, which nothing in an archive is"


def _open_zip(path: Path) -> zipfile.ZipFile:
    if _find_list_size(path) > _LONGEST_LIST:
        raise UnusableSource(f"{path} lists more files than an archive has; unzip it and use the folder")
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, struct.error) as error:
        raise UnusableSource(_explain_bad_zip(path)) from error


def _find_list_size(path: Path) -> int:
    """Bytes of a zip's list of files, by its end record (APPNOTE.TXT 4.3.14 and 4.3.16); 0 where there is none."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - (1 << 17)))
        tail = file.read()
    end, end64 = tail.rfind(b"PK\5\6"), tail.rfind(b"PK\6\6")
    listed = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
    return listed if listed < 0xFFFFFFFF or end64 < 0 else int.from_bytes(tail[end64 + 40 : end64 + 48], "little")


def _explain_bad_zip(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(4)
    if not head:
        return f"{path} is empty (0 bytes); download the archive from X again"
    if head == b"PK\x07\x08" or re.fullmatch(r"\.(z?\d\d\d?)", path.suffix):
        return f"{path} is one piece of a split zip; join the pieces first, or unzip them all and use the folder"
    if head[:2] == b"PK":
        return f"{path} is cut off or damaged: its list of files is missing; download the archive from X again"
    return f"{path} is not a zip; use the archive as X sent it, or the folder it was unzipped to"
