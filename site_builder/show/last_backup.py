"""When and where the last backup of a show's recordings was made, and which it holds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from site_builder.engine.files import write_file
from site_builder.show.layout import EPISODES
from site_builder.text.timecode import format_utc, parse_utc

_FILE = Path(".cache/backup.json")
"""Can be deleted: then no copy is known of, and the next one is noted again."""


class LastBackup(NamedTuple):
    """The last copy that was made."""

    folder: str
    made: datetime
    recordings: frozenset[str]
    """Paths below the show's folder."""

    def __str__(self) -> str:
        return f"{self.made:%Y-%m-%d}, in {self.folder}"


def load_last_backup(show: Path) -> LastBackup | None:
    """The last copy, or None where none is known of."""
    try:
        values = json.loads((show / _FILE).read_bytes())
        return LastBackup(str(values["folder"]), parse_utc(values["made"]), frozenset(map(str, values["recordings"])))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def note_backup(show: Path, folder: Path, made: datetime, recordings: Iterable[str]) -> None:
    """Remember a copy."""
    values = {"folder": str(folder), "made": format_utc(made), "recordings": sorted(recordings)}
    (show / _FILE).parent.mkdir(exist_ok=True)
    write_file(show / _FILE, json.dumps(values, indent=1, ensure_ascii=False).encode())


def find_recordings(show: Path) -> tuple[str, ...]:
    """Every recording in the show, relative to its folder."""
    files = (show / EPISODES).glob("*/recording-*")
    return tuple(sorted(file.relative_to(show).as_posix() for file in files if file.is_file()))
