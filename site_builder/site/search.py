"""The search index: made by Pagefind (https://pagefind.app) from what can be searched.

It works in the reader's browser; nothing is asked of anybody's server.

A large show's index comes in parts, which the search page puts together: a changed word makes one part anew, and no
part needs more than some 100 MB. Which part a page is in depends on its path alone, how many there are on how many
pages there are. Part 0 lies in `pagefind/` with Pagefind's own program, part 7 in `pagefind/7/`.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from site_builder.engine import platform
from site_builder.engine.digests import digest_bytes
from site_builder.engine.groups import Group, Planned
from site_builder.engine.target import Target, bytes_target
from site_builder.errors import SpacecastError

FOLDER = "pagefind"
"""Where it lies below the site's root."""
_PROGRAM = ("pagefind.js", "pagefind-worker.js", "wasm.*")
PROGRAM_FILES = tuple(f"{FOLDER}/{name}" for name in ("pagefind.js", "pagefind-worker.js", "wasm.unknown.pagefind"))
"""Of Pagefind itself: nothing of the show is in them."""
_INDEX = ("pagefind-entry.json", "*.pf_meta", "index/*", "fragment/*")
"""Of all that the indexer writes; the rest is ready-made user interfaces."""
_WHOLE = 512
"""Pages up to which the index is one; some 2 ms each."""
_PART = 128
"""Pages in a part, on average."""
_MOST = 64
"""Parts: each costs whoever searches two small files more."""
_AMPLE = 512 * 1024 * 1024
"""Bytes that are more than the pages of a part and its index will take."""
_PREFIX = "spacecast-search-"
_LONGEST = 600
"""Seconds it may take."""


class Document(NamedTuple):
    """What of a page can be searched."""

    page: str
    """File of the page."""
    digest: str
    """Of `load`'s HTML."""
    load: Callable[[], bytes]
    """Called in another process."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the index to be."""

    number: int
    documents: Sequence[Document]

    @property
    def name(self) -> str:
        """Of the group of its files."""
        return f"search/{self.number}"

    @property
    def key(self) -> str:
        """Digest of all that it depends on."""
        known = [text for document in self.documents for text in (document.page, document.digest)]
        return digest_bytes("\n".join(["search/4", _find_version(), str(self.number), *known]).encode())

    def plan(self) -> Group:
        """The part as a group of files, indexed when they are wanted.

        Making it raises SpacecastError where the indexer is missing or fails.
        """
        return Group(name=self.name, key=self.key, plan=lambda: _Indexing(self).finish(), label="search")

    def begin(self) -> Group:
        """The same, being indexed from now on, beside whatever else is done."""
        with suppress(SpacecastError):  # which comes again when it is wanted
            return Group(name=self.name, key=self.key, plan=_Indexing(self).finish, label="search")
        return self.plan()


def count_parts(documents: int) -> int:
    """In how many parts so many pages are indexed; doubles as the show grows, so that parts seldom move."""
    parts = 1
    while documents > _WHOLE and parts < min(_MOST, documents / _PART):
        parts *= 2
    return parts


def share_out(documents: Sequence[Document]) -> list[Part]:
    """The parts of the index, in order. None where there is nothing to find."""
    parts = count_parts(len(documents))
    shares: dict[int, list[Document]] = {}
    for document in sorted(documents, key=lambda document: document.page):
        shares.setdefault(_find_part(document.page, parts), []).append(document)
    if shares and 0 not in shares:  # the indexer makes nothing of nothing, and part 0 is the one that is asked first
        shares[0] = shares.pop(min(shares))
    return [Part(number, share) for number, share in sorted(shares.items())]


@cache
def _find_version() -> str:
    """Of the indexer: another one may make another index."""
    return version("pagefind")


def find_folder(number: int) -> str:
    """Where a part lies below the site's root."""
    return f"{FOLDER}/{number}" if number else FOLDER


def _find_part(page: str, parts: int) -> int:
    return crc32(page.encode()) % parts


class _Indexing:
    """A running indexer for one part of the search index, with a temporary folder.

    In memory it reads a folder, beside whatever else is done; elsewhere it is asked page by page once that is wanted.
    """

    def __init__(self, part: Part) -> None:
        self._part = part
        room = _find_room()
        self._folder = tempfile.TemporaryDirectory(prefix=_PREFIX, dir=room)
        self._made = Path(self._folder.name, "made")
        self._process: subprocess.Popen[bytes] | None = None
        try:
            from pagefind_bin import get_executable  # noqa: PLC0415 -- not needed where nothing has changed

            self._program = str(get_executable())
            if room:
                self._process = self._read_folder(Path(self._folder.name, "site"))
        except (ImportError, OSError) as error:
            raise SpacecastError(_describe_missing(error)) from error

    def _read_folder(self, site: Path) -> subprocess.Popen[bytes]:
        site.mkdir()
        for document in self._part.documents:
            file = site / document.page
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(document.load())
        command = [self._program, "--site", str(site), "--output-path", str(self._made), "--quiet"]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # noqa: S603 -- ours, by path

    def finish(self) -> Planned:
        """Wait for the index, and take what is to be published."""
        if self._process:
            _wait(self._process)
        else:
            self._ask_service()
        number, wanted = self._part.number, _INDEX if self._part.number else (*_PROGRAM, *_INDEX)
        files = {path: (self._made / path).read_bytes() for path in sorted(_find_files(self._made, wanted))}
        self._folder.cleanup()
        return Planned(
            targets=[_plan_file(f"{find_folder(number)}/{path}", content) for path, content in files.items()]
        )

    def _ask_service(self) -> None:
        from site_builder.site.search_service import index_pages  # noqa: PLC0415 -- where there is no room in memory

        pages = ((document.page, document.load()) for document in self._part.documents)
        try:
            index_pages(self._program, pages, self._made, _LONGEST)
        except OSError as error:
            raise SpacecastError(_describe_missing(error)) from error


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        said, _ = process.communicate(timeout=_LONGEST)
    except subprocess.TimeoutExpired as error:
        process.kill()
        raise SpacecastError(_describe_missing(error)) from error
    if process.returncode:
        lines = said.decode(errors="replace").strip().splitlines()
        raise SpacecastError(f"the search index could not be made: {lines[-1] if lines else 'Pagefind failed'}")


def _find_room() -> Path | None:
    """Where files live in memory, which saves half the time of files that are soon deleted; None: the usual place."""
    room = platform.find_memory(_AMPLE)
    if room:
        _sweep(room)
    return room


def _sweep(room: Path) -> None:
    """End what builds left that were killed: in memory it would stay until the computer is started anew."""
    for folder in room.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > 2 * _LONGEST:
                shutil.rmtree(folder, ignore_errors=True)


def _describe_missing(error: Exception) -> str:
    from site_builder.text.command_lines import make_install_line  # noqa: PLC0415 -- only where it is missing

    return f"the search index could not be made: {error}; this brings it back: {make_install_line('pagefind[bin]')}"


def _find_files(made: Path, wanted: Sequence[str]) -> Iterator[str]:
    return (file.relative_to(made).as_posix() for pattern in wanted for file in made.glob(pattern))


def _plan_file(path: str, content: bytes) -> Target:
    return bytes_target(path, "bytes/1", {"content": digest_bytes(content)}, partial(bytes, content), "search")
