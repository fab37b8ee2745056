"""Pictures that hosts give beside covers: portraits of people, pictures of chapters.

Only their pixels are published, as JPEG under a name made from what they show and not from whom: no camera data, no
place, no name. A picture of a person that lies elsewhere, on X say, is none: whoever reads the feed would call there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from site_builder.engine.digests import digest_file, digest_json
from site_builder.engine.target import Target, bytes_target
from site_builder.episodes.summary import SharedPicture
from site_builder.errors import InvalidDocument, Problem
from site_builder.model.podcast import Chapter, Episode, Person, Show
from site_builder.show.layout import CONFIG, INDEX
from site_builder.show.own_files import is_plain_file
from site_builder.site.note_pictures import illustrate

PORTRAIT = 400
"""Pixels each way."""
CHAPTER = 1400
_TO_ROOT = "../../"
"""From the page of an episode."""
_RECIPE = "portrait/2"


class Portraits:
    """Collects the portraits and chapter pictures that episodes name."""

    def __init__(self) -> None:
        self._pictures: dict[str, SharedPicture] = {}

    @property
    def pictures(self) -> tuple[SharedPicture, ...]:
        """For `plan_portraits`."""
        return tuple(self._pictures.values())

    def add_show_pictures(self, show: Show, folder: Path) -> Show:
        """The show with its people's portraits; files are below `folder`.

        Raises:
            InvalidDocument: a file is not there.
        """
        return replace(show, people=tuple(self._portray(person, folder, Path(CONFIG)) for person in show.people))

    def add_episode_pictures(self, episode: Episode, folder: Path, show: Show) -> Episode:
        """The episode with portraits, the show's for its hosts, pictures of chapters and notes; files are in `folder`.

        Raises:
            InvalidDocument: a file is not there.
        """
        index = folder / INDEX
        notes = illustrate(episode.notes_html, folder, folder.parents[2], _TO_ROOT)
        self._pictures |= {picture.path: picture for picture in notes.pictures}
        people = (self._portray(_remember(person, show), folder, index) for person in episode.people)
        return replace(
            episode,
            notes_html=notes.html,
            people=tuple(people),
            chapters=tuple(self._picture(chapter, folder, index) for chapter in episode.chapters),
        )

    def _portray(self, person: Person, folder: Path, said: Path) -> Person:
        if person.anonymous or "://" in person.avatar_url:
            return replace(person, avatar_url="")
        if not person.avatar_url or _is_hung(person.avatar_url):
            return person
        path = self._plan(folder, person.avatar_url, PORTRAIT, said, "people")
        return replace(person, avatar_url=path)

    def _picture(self, chapter: Chapter, folder: Path, said: Path) -> Chapter:
        if not chapter.image or _is_hung(chapter.image):
            return chapter
        return replace(chapter, image=self._plan(folder, chapter.image, CHAPTER, said, "chapters"))

    def _plan(self, folder: Path, name: str, size: int, said: Path, field: str) -> str:
        """Where the picture will lie, which is planned."""
        file = folder / name
        if not is_plain_file(file) or not file.resolve().is_relative_to(folder.resolve()):
            where = "the show's folder" if said.name == CONFIG else "the episode's folder"
            message = f"there is no file {name!r} in {where}"
            raise InvalidDocument([Problem(message, file=said, field=field)])
        digest = digest_file(file)
        path = f"artwork/{field}-{digest_json([_RECIPE, size, digest])[:12]}.jpg"
        self._pictures[path] = SharedPicture(path=path, file=str(file), sha256=digest, size=size)
        return path


def plan_portraits(pictures: Iterable[SharedPicture]) -> list[Target]:
    """For `output/`: each picture once, however many show it."""
    return [
        bytes_target(
            picture.path,
            _RECIPE,
            {"picture": picture.sha256, "size": picture.size},
            partial(_convert, Path(picture.file), picture.size, picture.path),
            Path(picture.file).name,
        )
        for picture in {picture.path: picture for picture in pictures}.values()
    ]


def _convert(file: Path, size: int, path: str) -> bytes:
    from site_builder.render.artwork.images import check_size, convert_picture, convert_portrait  # noqa: PLC0415 -- Pillow, where needed

    check_size(file.stat().st_size, file.name)
    content, name = file.read_bytes(), file.name
    if size == PORTRAIT:
        return convert_portrait(content, size, name)
    return convert_picture(content, size, name, "image/webp" if path.endswith(".webp") else "image/jpeg")


def _remember(person: Person, show: Show) -> Person:
    """Somebody of the show with what the show says of them, where the episode says nothing of its own."""
    host = next((one for one in show.people if _is_same(one, person)), None)
    if host is None or person.anonymous:
        return person
    has_portrait = person.avatar_url and "://" not in person.avatar_url
    return replace(
        person,
        handle=person.handle or host.handle,
        href=person.href or host.href,
        avatar_url=person.avatar_url if has_portrait else host.avatar_url or person.avatar_url,
    )


def _is_same(one: Person, other: Person) -> bool:
    if one.handle and other.handle:
        return one.handle.lower() == other.handle.lower()
    return one.name.casefold() == other.name.casefold()


def _is_hung(address: str) -> bool:
    """Whether it is somewhere else, or in its place already."""
    return "://" in address or address.startswith(("artwork/people-", "artwork/chapters-"))
