"""The list of episodes in the studio: each with the state it is in, found by name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from starlette.exceptions import HTTPException

from site_builder.commands.deployment.history import list_deploys
from site_builder.errors import InvalidDocument, Problem
from site_builder.show.bundles import Bundle, find_bundles, load_bundle
from site_builder.show.layout import EPISODES, INDEX, MEDIA
from site_builder.show.load import ShowFolder, load_show_folder
from site_builder.show.published import Pin, State, load_pins
from site_builder.studio.loading import load_bundles
from site_builder.studio.studio import Studio


class Standing(StrEnum):
    """The state of an episode as the list shows it: new, held back, ready, online, changed, withdrawn or broken."""

    NEW = "new"
    """Taken, and nobody has looked after it yet."""
    HELD_BACK = "held-back"
    """A draft, dated in the future, or kept back because somebody's answer demands it."""
    READY = "ready"
    """Goes out with the next publishing."""
    ONLINE = "online"
    CHANGED = "changed"
    """Online, and changed since."""
    WITHDRAWN = "withdrawn"
    BROKEN = "broken"
    """Its files cannot be read."""


@dataclass(frozen=True, slots=True)
class ListedEpisode:
    """One row of the list."""

    name: str
    """Of its folder."""
    bundle: Bundle | None
    standing: Standing
    published_at: datetime | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def title(self) -> str:
        """As the host wrote it."""
        return self.bundle.matter.title if self.bundle else self.name


def find_episode(studio: Studio, name: str) -> Bundle:
    """The episode in the folder of that name: one that is there, so no name leads anywhere else.

    Raises:
        HTTPException: there is none.
        InvalidDocument: its files cannot be read.
    """
    episodes = studio.folder / EPISODES
    names = set(os.listdir(episodes)) if episodes.is_dir() else set()  # noqa: PTH208
    if name not in names or name.startswith(".") or not (episodes / name / INDEX).is_file():
        raise HTTPException(404)
    return load_bundle(episodes / name)


def index_of(bundle: Bundle) -> str:
    """Path of its `index.md`, as changes name it."""
    return f"{EPISODES}/{bundle.folder.name}/{INDEX}"


def load_show(studio: Studio) -> ShowFolder:
    """Config, people and pages.

    Raises:
        InvalidDocument: one of them does not say what it must.
    """

    def read() -> ShowFolder:
        problems: list[Problem] = []
        show = load_show_folder(studio.folder, problems)
        if show is None:
            raise InvalidDocument(problems)
        return show

    return studio.keep("show-folder", read)


def list_episodes(studio: Studio) -> list[ListedEpisode]:
    """All of them, the newest first."""
    return studio.keep("listed-episodes", lambda: _list(studio), stamp=_stamp_deploys(studio))


def _stamp_deploys(studio: Studio) -> object:
    folder = studio.folder / ".cache/deploys"
    return folder.stat().st_mtime_ns if folder.is_dir() else 0


def _list(studio: Studio) -> list[ListedEpisode]:
    pins = load_pins(studio.folder)
    sent = _find_sent(studio.folder)
    touched = {patch.path for entry in studio.changes.history.entries for patch in entry.patches}
    zone = load_show(studio).config.show.zone
    readable = {bundle.folder.name: bundle for bundle in load_bundles(studio)}
    listed = []
    for folder in find_bundles(studio.folder / "content"):
        bundle = readable.get(folder.name)
        if bundle is None:
            listed.append(ListedEpisode(folder.name, None, Standing.BROKEN, None, _explain(folder)))
            continue
        pin = pins.get(bundle.matter.guid)
        at = bundle.matter.published_at(zone)
        is_new = index_of(bundle) not in touched and not bundle.media
        is_waiting = at > studio.clock()
        standing = _find_standing(bundle, pin, sent.get(bundle.matter.guid), is_waiting=is_waiting, is_new=is_new)
        listed.append(ListedEpisode(folder.name, bundle, standing, at))
    oldest = datetime.min.replace(tzinfo=zone)
    return sorted(listed, key=lambda episode: episode.published_at or oldest, reverse=True)


def _explain(folder: Path) -> tuple[Problem, ...]:
    try:
        load_bundle(folder)
    except InvalidDocument as error:
        return error.problems
    return ()


def _find_sent(folder: Path) -> Mapping[str, datetime]:
    """When each episode was sent last, by guid."""
    return {guid: deploy.at for deploy in reversed(list_deploys(folder)) for guid in deploy.guids}


def _find_standing(
    bundle: Bundle, pin: Pin | None, sent: datetime | None, *, is_waiting: bool, is_new: bool
) -> Standing:
    if bundle.matter.withdrawn is not None or (pin and pin.state is State.WITHDRAWN):
        return Standing.WITHDRAWN
    if pin and pin.state is State.ONLINE:
        return Standing.CHANGED if sent and _find_last_change(bundle.folder) > sent.timestamp() else Standing.ONLINE
    if bundle.matter.draft or is_waiting:
        return Standing.HELD_BACK
    return Standing.NEW if is_new else Standing.READY


def _find_last_change(folder: Path) -> float:
    """When somebody last changed a file of an episode; what a build writes does not count."""
    with os.scandir(folder) as files:
        return max((file.stat().st_mtime for file in files if file.name != MEDIA), default=0.0)
