"""Makes git packs of files, each sent under a branch of ours until the published branch is turned to them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from dulwich.index import commit_tree
from dulwich.object_store import MemoryObjectStore
from dulwich.objects import Blob, Commit, ObjectID, ShaFile

from site_builder.events import Notify, ignore
from site_builder.hosts.github.git_push import NOTHING, FileBlob, Pack, Remote, find_blob_id
from site_builder.hosts.host import Upload, tell

BRANCH = "refs/heads/gh-pages"
UPLOAD = "refs/spacecast/upload"
PACK_BYTES = 50_000_000
"""Of files in one push: a way that breaks costs no more than that. A longer file goes alone."""
_AUTHOR = b"spacecast <spacecast@localhost>"
_FILE_MODE = 0o100644


class Packer:
    """Sends the files of one deploy.

    Args:
        remote: The repository.
        refs: What its names stand for.
        message: Of every commit.
        uploaded: Path to blob of what a deploy that broke has sent.
        online: The same of what is online.
    """

    def __init__(
        self,
        remote: Remote,
        refs: Mapping[str, str],
        message: str,
        uploaded: Mapping[str, str],
        online: Mapping[str, str],
    ) -> None:
        self._remote = remote
        self._refs = dict(refs)
        self._message = message
        self._uploaded = dict(uploaded)
        self._online = dict(online)
        self._known = {*uploaded.values(), *online.values()}
        """Blobs that the repository has."""
        self._waiting: dict[str, FileBlob] = {}
        """Path to what belongs there and is not sent yet."""
        self._notify: Notify = ignore

    def add(self, upload: Upload, notify: Notify) -> None:
        """Send a file, with others, once a pack is full; what the repository has already is not sent again."""
        self._notify = notify
        file = FileBlob(find_blob_id(upload), upload)
        tell(notify, upload, done=False)
        if file.id in self._known:
            tell(notify, upload, done=True)
            return
        if self._waiting and self._count_waiting() + upload.size_bytes > PACK_BYTES:
            self._flush()
        self._waiting[upload.path] = file

    def _count_waiting(self) -> int:
        return sum(file.upload.size_bytes for file in self._waiting.values())

    def _flush(self) -> None:
        """Send what waits; it is nowhere to be seen yet."""
        held = {**self._uploaded, **{path: file.id for path, file in self._waiting.items()}}
        self._push(UPLOAD, held, {})
        self._uploaded = held

    def publish(self, wanted: Iterable[Upload], texts: Mapping[str, bytes]) -> None:
        """Send the rest, and turn the branch to `wanted` and small texts, and to nothing else."""
        blobs = {path: make_text(content) for path, content in texts.items()}
        files = {upload.path: self._find_blob(upload) for upload in wanted}
        self._push(BRANCH, {**files, **{path: blob.id.decode() for path, blob in blobs.items()}}, blobs)
        if old := self._refs.pop(UPLOAD, ""):
            self._remote.push(Pack(objects=(), files=()), {UPLOAD: (old, NOTHING)}, lambda _: None)

    def known_of(self, wanted: Iterable[Upload]) -> Iterable[str]:
        """Blobs of these files, as they were published."""
        return map(self._find_blob, wanted)

    def _find_blob(self, upload: Upload) -> str:
        if upload.path in self._waiting:
            return self._waiting[upload.path].id
        return self._online[upload.path] if upload.source is None else find_blob_id(upload)

    def _push(self, name: str, held: Mapping[str, str], texts: Mapping[str, Blob]) -> None:
        """Have a name stand for a commit of these files, sending what waits along with it."""
        files = list({file.id: file for file in self._waiting.values()}.values())
        commit, folders = _make_commit(held, self._message)
        through = 0

        def tell_through(count: int) -> None:
            nonlocal through
            for file in files[through:count]:
                tell(self._notify, file.upload, done=True)
            through = max(through, count)

        pack = Pack(objects=(*texts.values(), *folders, commit), files=files)
        self._remote.push(pack, {name: (self._refs.get(name, NOTHING), commit.id.decode())}, tell_through)
        tell_through(len(files))
        self._refs[name] = commit.id.decode()
        self._known |= {file.id for file in files}
        self._waiting.clear()


def make_text(content: bytes) -> Blob:
    """A small file."""
    return Blob.from_string(content)


def _make_commit(files: Mapping[str, str], message: str) -> tuple[Commit, list[ShaFile]]:
    """A commit without a past, and the folders in it."""
    store = MemoryObjectStore()
    entries = [
        (path.encode("utf-8", "surrogateescape"), ObjectID(id_.encode()), _FILE_MODE) for path, id_ in files.items()
    ]
    commit = Commit()
    commit.tree = commit_tree(store, entries)
    commit.author = commit.committer = _AUTHOR
    commit.author_time = commit.commit_time = int(time.time())
    commit.author_timezone = commit.commit_timezone = 0
    commit.encoding = b"UTF-8"
    commit.message = f"{message}\n".encode()
    return commit, [store[id_] for id_ in store]
