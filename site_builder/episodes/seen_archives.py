"""Archives lying in `content/archives/`, and which of them have been taken in already."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from site_builder.engine.digests import digest_json, digest_tree
from site_builder.episodes.catalog import Card
from site_builder.show.bundles import iter_source_files, write_file

_MEMORY = "archives.json"


def find_new(folder: Path, cards: Iterable[Card]) -> tuple[Path, ...]:
    """Archives and audio files that no build has taken in yet, or that changed since.

    An archive of 50 GB is known by its name, size and times, not by reading it; taking one in twice does no harm.
    Where an episode has lost its recording since, every source is worth another look.
    """
    known = _load(folder)
    files = iter_source_files(folder / "content")
    if not set(_find_incomplete(cards)) <= set(known["incomplete"]):
        return tuple(files)
    return tuple(path for path in files if known["marks"].get(path.name) != _mark_of(path))


def remember(folder: Path, taken: Iterable[Path], cards: Iterable[Card]) -> None:
    """Note that these have been taken in, and which bundles lack their recording all the same."""
    marks = _load(folder)["marks"] | {path.name: _mark_of(path) for path in taken}
    memory = {"marks": marks, "incomplete": _find_incomplete(cards)}
    file = folder / ".cache" / _MEMORY
    file.parent.mkdir(parents=True, exist_ok=True)
    write_file(file, json.dumps(memory, indent=1, sort_keys=True).encode())


def _find_incomplete(cards: Iterable[Card]) -> Sequence[str]:
    return sorted(card.guid for card in cards if not card.has_recording)


def _load(folder: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError, TypeError, KeyError):
        memory = json.loads((folder / ".cache" / _MEMORY).read_bytes())
        return {"marks": dict(memory["marks"]), "incomplete": list(memory["incomplete"])}
    return {"marks": {}, "incomplete": []}


def _mark_of(path: Path) -> str:
    if path.is_dir():
        return digest_json(digest_tree(path))
    status = path.stat()
    return f"{status.st_size}-{status.st_mtime_ns}"
