"""Reads every episode of a show, again only where its folder has changed."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from weakref import WeakKeyDictionary

from site_builder.errors import InvalidDocument, Problem
from site_builder.show.bundles import Bundle, find_bundles, list_described, load_bundle
from site_builder.show.load import ShowFolder, load_show_folder
from site_builder.studio.studio import Studio

_Stamp = tuple[tuple[str, int, int], ...]
_known: WeakKeyDictionary[Studio, dict[str, tuple[_Stamp, Bundle]]] = WeakKeyDictionary()
_lock = threading.Lock()


def load_bundles(studio: Studio) -> Sequence[Bundle]:
    """The episodes that can be read, in order of their folders' names; the others are told of in Checks."""
    return studio.keep("every bundle", lambda: _load_changed(studio), stamp=_list_folders(studio.folder))


def load_whole_show(studio: Studio) -> tuple[ShowFolder, Sequence[Bundle]]:
    """The whole show, as commands read it that look at every episode; but for episodes that cannot be read.

    Raises:
        InvalidDocument: config or people do not say what they must.
    """
    return studio.keep("whole show", lambda: _load_whole(studio), stamp=_list_folders(studio.folder))


def _load_whole(studio: Studio) -> tuple[ShowFolder, Sequence[Bundle]]:
    problems: list[Problem] = []
    show = load_show_folder(studio.folder, problems)
    if show is None or problems:
        raise InvalidDocument(problems)
    bundles = load_bundles(studio)
    return replace(show, people=show.people.describe(list_described(bundles))), bundles


def _load_changed(studio: Studio) -> list[Bundle]:
    with _lock:
        known = _known.get(studio, {})
        found: dict[str, tuple[_Stamp, Bundle]] = {}
        for folder in find_bundles(studio.folder / "content"):
            stamp = _stamp(folder)
            before = known.get(folder.name)
            try:
                found[folder.name] = before if before and before[0] == stamp else (stamp, load_bundle(folder))
            except InvalidDocument:
                continue
        _known[studio] = found
    return [bundle for _, bundle in found.values()]


def _stamp(folder: Path) -> _Stamp:
    with os.scandir(folder) as entries:
        stats = [(entry.name, entry.stat()) for entry in entries]
    return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats))


def _list_folders(show: Path) -> tuple[tuple[str, int], ...]:
    """Changes when a file is added to an episode, or taken away."""
    episodes = show / "content/episodes"
    if not episodes.is_dir():
        return ()
    with os.scandir(episodes) as entries:
        return tuple(sorted((entry.name, entry.stat().st_mtime_ns) for entry in entries))
