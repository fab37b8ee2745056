"""Finds the files of X archives in a zip or folder, at any depth, of one account or several. Pure but `walk`.

Names inside an archive are untrusted: they are compared with WANTED and never become paths.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

WANTED = re.compile(
    r"(?:manifest|account|profile|spaces[-_]metadata|tweets?|note[-_]tweets?|community[-_]tweets?)(?:-part\d+)?\.js"
    r"|spaces?[-_]media/(?:[^/.\x00-\x1f][^/\x00-\x1f]*/){0,2}[^/.\x00-\x1f][^/\x00-\x1f]*"
)
"""What may be opened, as a name below `data/`."""
_ABOVE = r"(?P<root>(?:(?!data/|assets/|__MACOSX/|\.)[^/]+/){0,8}?)"
_ROOTED = re.compile(rf"{_ABOVE}data/(?P<name>{WANTED.pattern})")
_BARE = re.compile(rf"{_ABOVE}(?P<name>{WANTED.pattern})")
_OF_SPACES = re.compile(r"spaces?[-_]m")
_DEEPEST = 6
_MOST_FOLDERS = 5000
_Found = TypeVar("_Found")
Archives = dict[str, dict[str, _Found]]


def sort_by_archive(entries: Iterable[tuple[str, _Found]]) -> Archives[_Found]:
    """Wanted entries by the folder their archive lies in and their name below `data/`; of equal names the last.

    Archives with Spaces, if any has some, the outermost first. What was packed without its `data/` is found where there
    is nothing else.
    """
    known = list(entries)
    found = _sort(known, _ROOTED) or _only_with_spaces(_sort(known, _BARE))
    outermost_first = dict(sorted(found.items(), key=lambda item: (item[0].count("/"), item[0])))
    return _only_with_spaces(outermost_first) or dict(list(outermost_first.items())[:1])


def _sort(entries: Iterable[tuple[str, _Found]], pattern: re.Pattern[str]) -> Archives[_Found]:
    found: Archives[_Found] = {}
    for name, entry in entries:
        if match := pattern.fullmatch(name):
            found.setdefault(match["root"], {})[match["name"]] = entry
    return found


def _only_with_spaces(found: Archives[_Found]) -> Archives[_Found]:
    return {root: files for root, files in found.items() if any(map(_OF_SPACES.match, files))}


def walk(root: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Plain files that may belong to archives in `root`, with their names below it. Links are not followed."""
    folders, looked_at = [("", 0)], 0
    while folders and looked_at < _MOST_FOLDERS:
        below, depth = folders.pop(0)
        looked_at += 1
        for entry in _scan(root / below):
            name = f"{below}{entry.name}"
            if entry.is_symlink() or entry.name.startswith("."):
                continue
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISDIR(mode):
                if depth < _DEEPEST and _may_lead_on(f"{name}/"):
                    folders.append((f"{name}/", depth + 1))
            elif stat.S_ISREG(mode) and (_ROOTED.fullmatch(name) or _BARE.fullmatch(name)):
                yield name, entry


def _may_lead_on(folder: str) -> bool:
    """Whether wanted files may lie below a folder: not in `assets`, and of `data` only in its recordings."""
    inside = re.search(r"(?:^|/)data/(?P<rest>.*)$", folder)
    if inside:
        return not inside["rest"] or bool(re.match(r"spaces?[-_]media/", inside["rest"]))
    return folder.rstrip("/").rpartition("/")[2] not in {"assets", "__MACOSX", "node_modules"}


def _scan(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except PermissionError:
        return []
