"""Archives lying in `content/archives/`, and which of them have been taken in already."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from site_builder.engine.cache import open_values
from site_builder.engine.digests import digest_bytes
from site_builder.engine.files import write_file
from site_builder.engine.snapshot import take_snapshot
from site_builder.engine.stamps import FileStamp
from site_builder.episodes.catalog_entry import CatalogEntry
from site_builder.show.bundles import iter_source_files
from site_builder.show.layout import find_artifact_database

_KIND, _NAME = "archives", "seen"
_ELSEWHERE = Path("content/archives/elsewhere.txt")
"""Archives that lie somewhere else, a path in each line. What was taken in once need not be there any more."""

_TAKEN = Path("content/archives/taken.txt")
"""Ids of all recordings that were ever taken in, one in each line. It lies with the archives, for `.cache` may go."""
_TAKEN_HEAD = """\
# Recordings that were taken in, by their ids. What you deleted since is not taken in again.
# To have it again: `spacecast extract ARCHIVE --only ID`.
"""


def find_new(folder: Path, entries: Iterable[CatalogEntry]) -> tuple[Path, ...]:
    """Archives and audio files that no build has taken in yet, or that changed since.

    An archive of 50 GB is known by its name, size and times, not by reading it; taking one in twice does no harm:
    what was deleted since is known by `list_taken`.
    Where an episode has lost its recording since, every source is worth another look.
    """
    known = _load(folder)
    files = [path for path in iter_source_files(folder / "content") if path.exists()]
    elsewhere = [path for path in list_elsewhere(folder) if path.exists()]
    if not set(_find_incomplete(entries)) <= set(known["incomplete"]):
        return (*files, *elsewhere)
    new = tuple(path for path in files if known["marks"].get(path.name) != _mark_of(path))
    return new + tuple(path for path in elsewhere if str(path) not in known["marks"])


def list_elsewhere(folder: Path) -> tuple[Path, ...]:
    """Archives that lie somewhere else, as `record_elsewhere` noted them."""
    return tuple(map(Path, _read_lines(folder / _ELSEWHERE)))


def list_taken(folder: Path) -> tuple[str, ...]:
    """Ids of recordings that were taken in once, whether their episode is still there or not."""
    return _read_lines(folder / _TAKEN)


def note_taken(folder: Path, ids: Iterable[str]) -> None:
    """Remember that these recordings were taken in."""
    known = list_taken(folder)
    if new := [id_ for id_ in dict.fromkeys(ids) if id_ not in known]:
        (folder / _TAKEN).parent.mkdir(parents=True, exist_ok=True)
        write_file(folder / _TAKEN, (_TAKEN_HEAD + "".join(f"{id_}\n" for id_ in (*known, *new))).encode())


def _read_lines(file: Path) -> tuple[str, ...]:
    """What is not a comment; nothing where there is no such file."""
    with suppress(OSError, UnicodeError):
        lines = file.read_text("utf-8").splitlines()
        return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))
    return ()


def record_elsewhere(folder: Path, archive: Path) -> None:
    """Have the next build take in an archive that stays where it is."""
    known = list_elsewhere(folder)
    if archive.absolute() not in known:
        head = "# Archives that lie elsewhere, for `spacecast build`. What was taken in may be deleted there.\n"
        text = head + "".join(f"{path}\n" for path in (*known, archive.absolute()))
        (folder / _ELSEWHERE).parent.mkdir(parents=True, exist_ok=True)
        write_file(folder / _ELSEWHERE, text.encode())


def find_missing_archives(folder: Path) -> tuple[Path, ...]:
    """Archives that were to be taken in from elsewhere, and are not there."""
    marks = _load(folder)["marks"]
    return tuple(path for path in list_elsewhere(folder) if str(path) not in marks and not path.exists())


def remember(folder: Path, taken: Iterable[Path], entries: Iterable[CatalogEntry]) -> None:
    """Note that these have been taken in, and which bundles lack their recording all the same."""
    elsewhere = set(list_elsewhere(folder))
    marks = _load(folder)["marks"]
    marks |= {str(path): "taken" for path in taken if path in elsewhere}
    marks |= {path.name: _mark_of(path) for path in taken if path not in elsewhere}
    keep_memory(folder, {"marks": marks, "incomplete": _find_incomplete(entries)})


def keep_memory(folder: Path, memory: Mapping[str, Any]) -> None:
    """Have this known to later builds: `marks` of what was taken in, and guids of those that are `incomplete`."""
    text = json.dumps(memory, sort_keys=True).encode()
    with open_values(find_artifact_database(folder)) as values:
        values.put(_KIND, {_NAME: (digest_bytes(text), text)})


def _find_incomplete(entries: Iterable[CatalogEntry]) -> Sequence[str]:
    return sorted(entry.guid for entry in entries if not entry.has_recording)


def _load(folder: Path) -> dict[str, Any]:
    with open_values(find_artifact_database(folder)) as values:
        key, text = values.load(_KIND).get(_NAME, ("", b""))
    memory: dict[str, Any] = json.loads(text) if key == digest_bytes(text) else {"marks": {}, "incomplete": []}
    return memory


def _mark_of(path: Path) -> str:
    if path.is_dir():
        return take_snapshot(path).marks
    stamp = FileStamp.take(path)
    return f"{stamp.size_bytes}-{stamp.mtime_ns}"
