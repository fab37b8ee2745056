"""Takes over the caches of earlier versions once, so that an upgrade encodes and draws nothing again.

They had a ledger for each folder, `digests.json` and `archives.json`; now there are two databases
(docs/decisions/0035). Whatever cannot be read is left out: it is made again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import chain
from pathlib import Path

from site_builder.engine.cache import FileDigests, ValueCache
from site_builder.engine.ledger import Entry, Ledger
from site_builder.engine.stamps import FileStamp
from site_builder.engine.state import StateDatabase
from site_builder.episodes.intake.seen_archives import keep_memory
from site_builder.show.layout import find_artifact_database, find_output_paths

_OUTPUT = "output.ledger"
_CACHED = {"soundings.ledger": "", "audio.ledger": "", "alternates.ledger": "", "pictures.ledger": "pictures/"}
"""By ledger of what lies in `.cache/`, what its paths begin with now."""
_OTHERS = ("kept.db", "digests.json", "archives.json", "check-digests.json", "check-sounds.json")
_VERSION = 4


def take_over(folder: Path) -> None:
    """Move the caches that an earlier version left in a show into the two databases, and delete them."""
    cache = folder / ".cache"
    places = [find_output_paths(folder, preview=preview) for preview in (False, True)]
    for paths in places:
        _move_ledger(paths.state / _OUTPUT, "", paths.database)
    for name, prefix in _CACHED.items():
        _move_ledger(cache / name, prefix, find_artifact_database(folder))
    with suppress(OSError, ValueError, TypeError, KeyError):
        _move_digests(cache / "digests.json", find_artifact_database(folder))
    with suppress(OSError, ValueError, TypeError, KeyError):
        keep_memory(folder, json.loads((cache / "archives.json").read_bytes()))
    for file in chain.from_iterable([paths.state / name for name in _OTHERS] for paths in places):
        file.unlink(missing_ok=True)


def is_former(folder: Path) -> bool:
    """Whether a show has caches of an earlier version."""
    names = (_OUTPUT, "kept.db", "digests.json", "archives.json", f"preview/{_OUTPUT}")
    return any((folder / ".cache" / name).exists() for name in names)


def _move_ledger(file: Path, prefix: str, database: Path) -> None:
    begun = file.with_name(f"{file.name}.begun")
    if file.is_file() and not begun.exists():  # or what a killed build was at may be otherwise
        with StateDatabase(database) as state:
            Ledger(state).finish({prefix + path: entry for path, entry in _read_ledger(file)})
    for old in (file, begun):
        old.unlink(missing_ok=True)


def _read_ledger(file: Path) -> Iterator[tuple[str, Entry]]:
    with suppress(sqlite3.DatabaseError, ValueError), closing(sqlite3.connect(file)) as database:
        if database.execute("PRAGMA user_version").fetchone() == (_VERSION,):
            for path, group, fingerprint, recipe, inputs, size_bytes, sha256, facts, _ in database.execute(
                "SELECT * FROM files"
            ):
                known = json.loads(inputs), size_bytes, sha256, json.loads(facts)
                yield path, Entry(fingerprint, recipe, *known, group=group)


def _move_digests(file: Path, database: Path) -> None:
    known = json.loads(file.read_bytes())["known"]
    with StateDatabase(database) as state:
        digests = FileDigests(ValueCache(state))
        for place, (stamp, digest) in known.items():
            digests.note(place, FileStamp(*stamp), digest)
        digests.save()
