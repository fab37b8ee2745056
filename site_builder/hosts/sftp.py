"""`sftp:user@host:/srv/show`: a server that has ssh but no rsync, by SFTP over the system's `ssh`.

Names, ports and keys are those of ssh itself (`~/.ssh/config`, the agent). Each file is sent under a hidden name beside
its place and moved there in one step, which OpenSSH's servers can do over an older file too. What is there is known by
the digests that earlier deploys noted and by sizes. The folder at the server must exist.
"""

from __future__ import annotations

import io
import shutil
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import ClassVar, TypeVar

from site_builder.engine.files import FILE_MODE, FOLDER_MODE, list_parents, name_part_file
from site_builder.errors import SpacecastError, UsageError
from site_builder.events import Notify
from site_builder.hosts.host import Difference, Host, Kind, Setting, Upload, tell
from site_builder.hosts.manifest import MANIFEST, ManifestHost
from site_builder.hosts.servers import parse_server_folder
from site_builder.hosts.sftp_session import (
    Attributes,
    Fields,
    Op,
    Reply,
    Request,
    SftpSession,
    Status,
    ask,
    ask_at,
    ask_with_mode,
)
from site_builder.net.redaction import redact

_Item = TypeVar("_Item")
_READ, _CREATE_ANEW = 0x01, 0x02 | 0x08 | 0x10
_CHUNK = 32_000
"""Bytes that every server takes and gives at once."""
_AT_ONCE = 32
"""Files, or folders, that are open at a server at the same time."""
_MOST_BYTES = 1 << 26
"""Of a manifest."""
_REPLACE = "posix-rename@openssh.com"
"""Moves a file over another in one step, which version 3 has no request for."""


def open(address: str, setting: Setting) -> Host:  # noqa: A001, ARG001 -- the one word every host's module has
    """The server and folder an address names.

    Raises:
        UsageError: ssh is not installed, or the address is wrong.
    """
    place = parse_server_folder(address.removeprefix("sftp:"))
    if not place:
        raise UsageError(f"{redact(address)}: expected sftp:user@host:/folder, such as sftp:me@example.org:/srv/show")
    if not shutil.which("ssh"):
        raise UsageError(
            "ssh is not installed here; install OpenSSH's client (Debian: apt install openssh-client; "
            "Windows: Settings, Optional features, OpenSSH Client)"
        )
    return Sftp(place.server, place.folder)


class Sftp(ManifestHost):
    """A folder at the other end of ssh."""

    name: ClassVar[str] = "sftp"

    def __init__(self, server: str, folder: str) -> None:
        super().__init__(f"{server}:{folder}")
        self.server = server
        self.folder = folder
        self.sizes: dict[str, int] = {}
        """Of what was there before; -1 for what is no plain file."""
        self.folders: set[str] = {""}
        """Those that are there; the last is the root."""

    def compare(self, wanted: Sequence[Upload]) -> Difference:
        """By the digests that earlier deploys noted, and the sizes of what is there."""
        with self._telling():
            self._begin_comparing(wanted)
            self._look({*self.wanted, *self.files})
        missing = self._list_missing(wanted, self.sizes)
        surplus = [
            path for path in self.files if path not in self.wanted and self.sizes.keys() & {path, name_part_file(path)}
        ]
        return Difference(missing=missing, replaced=self.sizes.keys() & missing, surplus=tuple(sorted(surplus)))

    def _look(self, paths: Iterable[str]) -> None:
        """Note what lies in the folders of these files, from the root on; links are not followed."""
        above = {folder for path in paths for folder in list_parents(path)}
        for _, level in groupby(["", *sorted(above, key=_depth)], _depth):
            there = [folder for folder in level if folder in self.folders]
            for group in _in_groups(there):
                for folder, name, found in self._list(group):
                    path = f"{folder}/{name}" if folder else name
                    if stat.S_ISDIR(found.mode):
                        self.folders.add(path)
                    else:
                        self.sizes[path] = found.size if stat.S_ISREG(found.mode) else -1

    def _list(self, folders: Sequence[str]) -> Iterator[tuple[str, str, Attributes]]:
        """Folder, name and attributes of what lies in these folders."""
        opened = self._do([(folder, ask(Op.OPENDIR, self._at(folder))) for folder in folders])
        handles = [(folder, Fields(reply.content).string()) for folder, reply in zip(folders, opened, strict=True)]
        pending = handles
        while pending:
            requests = [(folder, ask(Op.READDIR, handle)) for folder, handle in pending]
            replies = self._do(requests, let={Status.EOF})
            pending = [entry for entry, reply in zip(pending, replies, strict=True) if reply.op == Op.NAME]
            for (folder, _), reply in zip(requests, replies, strict=True):
                for name, found in Fields(reply.content).names() if reply.op == Op.NAME else ():
                    if name not in {b".", b".."} and b"/" not in name:
                        yield folder, name.decode("utf-8", "surrogateescape"), found
        self._do([(folder, ask(Op.CLOSE, handle)) for folder, handle in handles])

    def send(self, wave: Sequence[Upload], notify: Notify) -> None:
        """Pages and the like many at once, each long file and the feed alone; noted after each."""
        for _, uploads in groupby(wave, lambda upload: upload.path if upload.kind in {Kind.MEDIA, Kind.FEED} else ""):
            sent = list(uploads)
            for group in _in_groups(sent):
                for upload in group:
                    tell(notify, upload, done=False)
                self._put({upload.path: upload.find_bytes() for upload in group})
                for upload in group:
                    tell(notify, upload, done=True)
            self._note({**self.files, **{upload.path: upload.sha256 for upload in sent}})

    def remove(self, paths: Sequence[str]) -> None:
        """Delete files, and folders that are left empty."""
        there = [name for path in paths for name in (path, name_part_file(path)) if name in self.sizes]
        kept = {folder for path in self.wanted for folder in list_parents(path)}
        emptied = ({folder for path in paths for folder in list_parents(path)} - kept) & self.folders
        with self._telling():
            self._do([(name, ask(Op.REMOVE, self._at(name))) for name in there], let={Status.NO_SUCH_FILE})
            for _, level in groupby(sorted(emptied, key=_depth, reverse=True), _depth):
                for _reply in self._session.exchange(ask(Op.RMDIR, self._at(name)) for name in level):
                    pass  # what is not empty stays

    def _write_manifest(self, content: bytes) -> None:
        self._put({MANIFEST: content})

    def _read_manifest(self) -> bytes | None:
        path = MANIFEST
        opened = self._session.call(ask(Op.OPEN, self._at(path), _READ, 0))
        if opened.status == Status.NO_SUCH_FILE:
            return None
        handle, content = Fields(_require(path, opened).content).string(), b""
        while len(content) < _MOST_BYTES:
            reply = self._session.call(ask_at(Op.READ, handle, len(content), _CHUNK))
            if reply.status == Status.EOF:
                break
            content += Fields(_require(path, reply).content).string()
        _require(path, self._session.call(ask(Op.CLOSE, handle)))
        return content

    def _put(self, files: dict[str, Path] | dict[str, bytes]) -> None:
        """Make the folders of these files, and send each beside its place and then there."""
        with self._telling():
            self._make_folders({folder for path in files for folder in list_parents(path)} - self.folders)
            parts = [(path, self._at(name_part_file(path))) for path in files]
            opened = self._do(
                [(path, ask_with_mode(Op.OPEN, part, _CREATE_ANEW, mode=FILE_MODE)) for path, part in parts]
            )
            handles = {path: Fields(reply.content).string() for path, reply in zip(files, opened, strict=True)}
            for path, content in files.items():
                for reply in self._session.exchange(_write_all(handles[path], content)):
                    _require(path, reply)
            self._do([(path, ask_with_mode(Op.FSETSTAT, handle, mode=FILE_MODE)) for path, handle in handles.items()])
            self._do([(path, ask(Op.CLOSE, handle)) for path, handle in handles.items()])
            self._move(parts)

    def _make_folders(self, folders: set[str]) -> None:
        for _, level in groupby(sorted(folders, key=_depth), _depth):
            names = list(level)
            if in_the_way := next((name for name in names if name in self.sizes), None):
                raise SpacecastError(
                    f"{in_the_way}: a file or link that this program did not make, where a folder must be; "
                    "move or delete it there"
                )
            self._do([(name, ask_with_mode(Op.MKDIR, self._at(name), mode=FOLDER_MODE)) for name in names])
            self._do([(name, ask_with_mode(Op.SETSTAT, self._at(name), mode=FOLDER_MODE)) for name in names])
            self.folders.update(names)

    def _move(self, parts: Sequence[tuple[str, str]]) -> None:
        """Put what was sent beside its place there."""
        can_replace = _REPLACE in self._session.extensions
        rename = (Op.EXTENDED, _REPLACE) if can_replace else (Op.RENAME,)
        replies = self._session.exchange(ask(*rename, part, self._at(path)) for path, part in parts)
        for (path, _), reply in zip(parts, replies, strict=True):
            if reply.status == Status.FAILURE and not can_replace:
                raise SpacecastError(f"{path}: this server cannot put a file in the place of another; use rsync there")
            _require(path, reply)

    def _do(self, requests: Sequence[tuple[str, Request]], let: Iterable[int] = ()) -> list[Reply]:
        """The replies to requests, each about a path; refusals in `let` are none."""
        replies = self._session.exchange(request for _, request in requests)
        return [_require(path, reply, let) for (path, _), reply in zip(requests, replies, strict=True)]

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}".rstrip("/") or "/"

    @cached_property
    def _session(self) -> SftpSession:
        return SftpSession(self.server)

    @cached_property
    def _root(self) -> str:
        """The folder's absolute path at the server."""
        found = self._session.call(ask(Op.STAT, self.folder))
        if found.status == Status.NO_SUCH_FILE or not stat.S_ISDIR(_read_mode(_require(self.folder, found))):
            raise SpacecastError("there is no such folder at the server; make it, then deploy again")
        names = _require(self.folder, self._session.call(ask(Op.REALPATH, self.folder)))
        return Fields(names.content).names()[0][0].decode("utf-8", "surrogateescape").rstrip("/")

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Say where something went wrong, and what to do."""
        try:
            yield
        except (SpacecastError, OSError) as error:
            rest = "" if "deploy again" in str(error) else "; what is online is whole; deploy again to finish"
            raise SpacecastError(f"{self.label}: {error}{rest}") from None


def _require(path: str, reply: Reply, let: Iterable[int] = ()) -> Reply:
    """The reply, which is no refusal.

    Raises:
        SpacecastError: it is one.
    """
    if reply.status != Status.OK and reply.status not in let:
        raise SpacecastError(f"{path or 'the folder'}: the server says: {reply.reason}")
    return reply


def _read_mode(reply: Reply) -> int:
    return Fields(reply.content).attributes().mode


def _write_all(handle: bytes, content: Path | bytes) -> Iterator[Request]:
    """Requests that write a whole file."""
    offset = 0
    with io.BytesIO(content) if isinstance(content, bytes) else content.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield ask_at(Op.WRITE, handle, offset, chunk)
            offset += len(chunk)


def _depth(folder: str) -> int:
    return folder.count("/") + 1 if folder else 0


def _in_groups(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    return (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))
