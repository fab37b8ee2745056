"""git's own protocol over HTTPS, without git: what a repository holds is read, and packs of files are sent.

dulwich speaks the protocol (https://git-scm.com/docs/http-protocol) and writes packs; the bytes go through this
program's one HTTP client. A pack is written to a temporary file first: servers want to know its length, and nothing
that is long is ever held in memory.
"""

from __future__ import annotations

import io
import tempfile
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha1
from itertools import accumulate
from pathlib import Path
from typing import IO, Any

from dulwich.client import AbstractHttpGitClient
from dulwich.errors import GitProtocolError, NotGitRepository, SendPackError
from dulwich.object_format import DEFAULT_OBJECT_FORMAT
from dulwich.object_store import MemoryObjectStore, iter_tree_contents
from dulwich.objects import Blob, Commit, ObjectID, ShaFile
from dulwich.pack import UnpackedObject, full_unpacked_object, pack_object_header
from dulwich.refs import Ref

from site_builder.errors import SpacecastError
from site_builder.hosts.github.answers import ask_again, check_answer, clean, explain_refusal
from site_builder.hosts.host import Upload
from site_builder.net.credentials import Secret
from site_builder.net.failures import Refused
from site_builder.net.http import Client, Response, read_bounded

NOTHING = "0" * 40
"""In place of a commit: there is no such branch, or there is to be none."""
_PIECE = 1 << 18
_LARGEST_LISTING = 200_000_000
"""Bytes of folders and commits that are read of a repository."""
_SECONDS = 7200.0
"""For one pack at the slowest: 100 MB at 115 kbit/s."""


@dataclass(frozen=True, slots=True)
class FileBlob:
    """A file as git names it."""

    id: str
    upload: Upload


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What is sent in one go."""

    objects: Sequence[ShaFile]
    """Folders, commits and small texts."""
    files: Sequence[FileBlob]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteCommit:
    """A commit of a repository, with all that it holds."""

    message: str
    has_past: bool
    files: Mapping[str, str]
    """Path to blob."""


@dataclass(slots=True)
class _Sent:
    """Counts what of a pack has gone out, and tells when a file is through."""

    stream: IO[bytes]
    ends: Sequence[int]
    """Where each file ends in the stream."""
    tell: Callable[[int], None]
    """Receives how many files are through."""
    told: int = field(default=0)

    def read(self, size: int = -1) -> bytes:
        """As of a file."""
        piece = self.stream.read(size)
        place = self.stream.tell()
        while self.told < len(self.ends) and self.ends[self.told] <= place:
            self.told += 1
            self.tell(self.told)
        return piece


class Remote(AbstractHttpGitClient):
    """A repository behind HTTP(S).

    Args:
        url: Its address.
        token: Who asks; any user name goes with it.
        scratch: A folder for what is about to be sent.
    """

    def __init__(self, url: str, token: Secret, scratch: Path) -> None:
        super().__init__(url)
        self._scratch = scratch
        self._token = token
        self._client = Client(url, silence=120.0, seconds=_SECONDS, hops=0)
        self._tell: Callable[[int], None] = lambda _: None
        self._ends: list[int] = []
        self._doing = "read the repository"

    def list_refs(self) -> dict[str, str]:
        """Branches, tags and other names, and what each stands for."""
        with _explained(self._doing):
            found = ask_again(
                lambda: self.get_refs(b"", ref_prefix=[b"refs/heads/", b"refs/tags/", b"refs/spacecast/"])
            )
        return {name.decode("utf-8", "replace"): str(id_, "ascii") for name, id_ in found.refs.items() if id_}

    def read_commit(self, id_: str) -> RemoteCommit:
        """A commit and its folders, without the contents of files."""
        store = self._fetch(id_, b"blob:none")
        commit = store[_as_id(id_)]
        if not isinstance(commit, Commit):
            raise SpacecastError("the repository holds something that is no site")
        entries = iter_tree_contents(store, commit.tree)
        files = {str(entry.path, "utf-8", "surrogateescape"): str(entry.sha, "ascii") for entry in entries}
        text = commit.message.decode("utf-8", "replace")
        return RemoteCommit(message=text, has_past=bool(commit.parents), files=files)

    def read_blob(self, id_: str) -> bytes:
        """The content of a file."""
        blob = self._fetch(id_, b"")[_as_id(id_)]
        return blob.as_raw_string() if isinstance(blob, Blob) else b""

    def _fetch(self, id_: str, filtered: bytes) -> MemoryObjectStore:
        self._doing = "read the repository"
        with _explained(self._doing):
            return ask_again(lambda: self._fetch_once(id_, filtered))

    def _fetch_once(self, id_: str, filtered: bytes) -> MemoryObjectStore:
        store, size = MemoryObjectStore(), 0
        stream, finish, _ = store.add_pack()

        def take(piece: bytes) -> int:
            nonlocal size
            size += len(piece)
            if size > _LARGEST_LISTING:
                raise SpacecastError("the repository lists more than a site can have; name another one")
            return stream.write(piece)

        def want(refs: Mapping[Ref, ObjectID], depth: int | None = None) -> list[ObjectID]:  # noqa: ARG001
            return [_as_id(id_)]

        self.fetch_pack(b"", want, _NoHistory(), take, depth=1 if filtered else None, filter_spec=filtered or None)
        finish()
        return store

    def push(self, pack: Pack, changes: Mapping[str, tuple[str, str]], tell: Callable[[int], None]) -> None:
        """Send a pack, and have names stand for what is in it.

        Args:
            pack: May be empty where only names change.
            changes: Name to what it stands for now and what it is to stand for.
            tell: Receives how many of the pack's files are through.

        Raises:
            Unanswered: the way broke.
            SpacecastError: somebody else changed a name meanwhile, or GitHub refuses.
        """
        self._doing, self._tell = "send the site", tell
        remarks = _Remarks()
        with _explained(self._doing, remarks):
            result = ask_again(lambda: self.send_pack(b"", _expect(changes), _as_pack_data(pack, self._ends), remarks))
        refused = {name: reason for name, reason in (result.ref_status or {}).items() if reason}
        if refused:
            name, reason = next(iter(refused.items()))
            raise SpacecastError(
                f"GitHub does not take {clean(name.decode('utf-8', 'replace'))}: {clean(reason)}{remarks}; what is "
                "online is whole"
            )

    def _http_request(
        self,
        url: str,
        headers: dict[str, str] | None = None,
        data: bytes | Iterator[bytes] | None = None,
        raise_for_status: bool = True,  # noqa: ARG002 -- of dulwich
    ) -> tuple[Any, Callable[[int], bytes]]:
        """One request, as dulwich's abstract client asks for it."""
        with ExitStack() as stack:
            body = data if isinstance(data, bytes) or data is None else stack.enter_context(self._write_down(data))
            length = {} if body is None else {"Content-Length": str(_measure(body))}
            login = b64encode(f"x-access-token:{self._token.reveal()}".encode()).decode()
            wanted = {**(headers or {}), **length, "Authorization": f"Basic {login}"}
            sent = body if body is None or isinstance(body, bytes) else _Sent(body, self._ends, self._tell)
            method = "GET" if body is None else "POST"
            opened = self._client.open(url, method=method, headers=wanted, content=sent)  # type: ignore[arg-type]
            response = stack.enter_context(opened)
            if response.status >= 400:
                check_answer(response.status, response.headers, read_bounded(response, 20_000), self._doing)
            if not response.headers.get("content-type", "").startswith("application/x-git-"):
                raise SpacecastError(f"GitHub cannot {self._doing}: it answers as no git server does")
            answer = _Answer(response, stack.pop_all())
        return answer, response.read

    def _write_down(self, pieces: Iterator[bytes]) -> IO[bytes]:
        """A body that is made bit by bit, as a file."""
        self._scratch.mkdir(parents=True, exist_ok=True)
        stream = tempfile.TemporaryFile(dir=self._scratch)  # noqa: SIM115 -- whoever asked closes it
        for piece in pieces:
            stream.write(piece)
        stream.seek(0)
        return stream


class _Answer:
    """An answer as dulwich looks at it."""

    redirect_location = ""

    def __init__(self, response: Response, stack: ExitStack) -> None:
        self.content_type = response.headers.get("content-type")
        self.status = response.status
        self.close = stack.close


class _NoHistory:
    """Nothing is here yet: a fetch brings all that is asked for."""

    shallow: frozenset[ObjectID] = frozenset()

    def __next__(self) -> None:
        return None

    def ack(self, sha: ObjectID) -> None:
        """Nothing to be said."""

    def nak(self) -> None:
        """Nothing to be said."""


class _Remarks:
    """What a server says beside its answer; the last lines of it tell why it refuses."""

    def __init__(self) -> None:
        self._said = b""

    def __call__(self, piece: bytes) -> None:
        self._said = (self._said + piece)[-4000:]

    def __str__(self) -> str:
        lines = [line for line in self._said.decode("utf-8", "replace").splitlines() if "error" in line.lower()]
        return f" ({clean('; '.join(lines[-3:]))})" if lines else ""


class _explained:  # noqa: N801 -- a context manager is used as a function
    """Turns what dulwich raises into sentences."""

    def __init__(self, doing: str, remarks: object = "") -> None:
        self._doing = doing
        self._remarks = remarks

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Refused):
            raise explain_refusal(self._doing, error) from None
        if isinstance(error, NotGitRepository | SendPackError | GitProtocolError):
            raise SpacecastError(f"GitHub cannot {self._doing}: {clean(str(error))}{self._remarks}") from None


def _expect(changes: Mapping[str, tuple[str, str]]) -> Callable[[dict[Ref, ObjectID]], dict[Ref, ObjectID]]:
    """What to change, once it is sure that nobody else did meanwhile."""

    def update(refs: dict[Ref, ObjectID]) -> dict[Ref, ObjectID]:
        wanted: dict[Ref, ObjectID] = {}
        for name, (old, new) in changes.items():
            ref = Ref(name.encode())
            now = str(refs.get(ref, _as_id(NOTHING)), "ascii")
            if now == new:
                continue  # an earlier try went through, and its answer was lost
            if now != old:
                raise SpacecastError(
                    f"{name} was changed by somebody else while this deploy was at work; nothing was replaced; "
                    "deploy again"
                )
            wanted[ref] = _as_id(new)
        return wanted

    return update


def _as_pack_data(pack: Pack, ends: list[int]) -> Any:
    """What dulwich asks for a pack with; `ends` is told where in the request each file ends."""

    def generate(have: object, want: object, **options: object) -> tuple[int, Iterator[UnpackedObject]]:  # noqa: ARG001
        return len(pack.objects) + len(pack.files), _list_records(pack)

    ends[:] = list(accumulate(file.upload.size_bytes for file in pack.files))
    return generate


def _list_records(pack: Pack) -> Iterator[UnpackedObject]:
    """Files first: what names them comes after them."""
    for file in pack.files:
        record = UnpackedObject(Blob.type_num, sha=bytes.fromhex(file.id))
        record.comp_chunks = _compress(file.upload)  # type: ignore[assignment]  # it is only iterated
        yield record
    yield from map(full_unpacked_object, pack.objects)


def _compress(upload: Upload) -> Iterator[bytes]:
    """A file as a pack holds it; audio is dense already, and is only wrapped."""
    yield bytes(pack_object_header(Blob.type_num, None, upload.size_bytes, object_format=DEFAULT_OBJECT_FORMAT))
    packer = zlib.compressobj(0 if upload.path.startswith("media/") else 6)
    with upload.find_bytes().open("rb") as stream:
        while piece := stream.read(_PIECE):
            yield packer.compress(piece)
    yield packer.flush()


def find_blob_id(upload: Upload) -> str:
    """How git names the file's content: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects."""
    digest = sha1(b"blob %d\0" % upload.size_bytes, usedforsecurity=False)
    with upload.find_bytes().open("rb") as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _measure(body: bytes | IO[bytes]) -> int:
    if isinstance(body, bytes):
        return len(body)
    size = body.seek(0, io.SEEK_END)
    body.seek(0)
    return size


def _as_id(text: str) -> ObjectID:
    return ObjectID(text.encode("ascii"))
