"""Archives lying in `content/archives/`, and which of them have been taken in already."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from site_builder.content import iter_source_files, write_file
from site_builder.digests import digest_json, digest_tree

_MEMORY = "archives.json"


def find_new(folder: Path) -> tuple[Path, ...]:
    """Archives and audio files that no build has taken in yet, or that changed since.

    An archive of 50 GB is known by its name, size and times, not by reading it; taking one in twice does no harm.
    """
    known = _load(folder)
    files = iter_source_files(folder / "content")
    return tuple(path for path in files if known.get(path.name) != _mark_of(path))


def remember(folder: Path, taken: Iterable[Path]) -> None:
    """Note that these have been taken in."""
    marks = {path.name: _mark_of(path) for path in taken}
    if marks:
        file = folder / ".cache" / _MEMORY
        file.parent.mkdir(parents=True, exist_ok=True)
        write_file(file, json.dumps(_load(folder) | marks, indent=1, sort_keys=True).encode())


def _load(folder: Path) -> dict[str, str]:
    with suppress(OSError, ValueError):
        known = json.loads((folder / ".cache" / _MEMORY).read_bytes())
        if isinstance(known, dict):
            return known
    return {}


def _mark_of(path: Path) -> str:
    if path.is_dir():
        return digest_json(digest_tree(path))
    status = path.stat()
    return f"{status.st_size}-{status.st_mtime_ns}"
