"""Opens a file of a show only where it is a plain file in the show's own folder.

A link may lead from one place of the folder to another. What it leads to elsewhere is not the show's to publish, and a
pipe or a device would keep a build waiting for ever; neither is opened.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from site_builder.errors import InvalidDocument, Problem

_OUTSIDE = "is a link that leads out of the show's folder; put the file itself there"
_SPECIAL = "is no plain file but a pipe, a socket or a device; remove it"


def explain_foreign(file: Path, show: Path) -> str:
    """Why `file` is not opened: a sentence that goes on from its name; empty where it may be, or is not there."""
    try:
        status = file.stat()
        if not os.path.realpath(file).startswith(f"{os.path.realpath(show).rstrip(os.sep)}{os.sep}"):
            return _OUTSIDE
    except OSError:  # not there, or a circle of links
        with suppress(OSError):  # a name that is too long for any file
            return _OUTSIDE if file.is_symlink() else ""
        return ""
    return "" if stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode) else _SPECIAL


def is_plain_file(file: Path) -> bool:
    """Whether there is such a file; of a name that is too long there is none, and `Path.is_file` raises."""
    try:
        return file.is_file()
    except OSError:
        return False


def read_own_file(file: Path, show: Path) -> bytes:
    """The bytes of a file of the show.

    Raises:
        InvalidDocument: it leads elsewhere, or is no plain file.
        OSError: it cannot be read.
    """
    check_own_file(file, show)
    return file.read_bytes()


def check_own_file(file: Path, show: Path) -> None:
    """Nothing, where `file` is not there or may be opened.

    Raises:
        InvalidDocument: it leads elsewhere, or is no plain file.
    """
    if reason := explain_foreign(file, show):
        raise InvalidDocument([Problem(reason, file=file)])


def find_foreign(root: Path, show: Path) -> Iterator[Problem]:
    """Everything at or below `root` that is not opened; links to folders are not gone into."""
    if root.is_symlink() or not root.is_dir():
        reason = explain_foreign(root, show)
        yield from [Problem(reason, file=root)] if reason else []
        return
    for name, is_plain in list_folder(root).items():
        if not is_plain or (name not in {"__pycache__", ".git"} and (root / name).is_dir()):
            yield from find_foreign(root / name, show)


def list_folder(folder: Path) -> dict[str, bool]:
    """What lies in a folder, by name, and whether it is a plain file or folder itself: quick, of thousands."""
    with os.scandir(folder) as entries:
        return {
            entry.name: entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False) for entry in entries
        }
