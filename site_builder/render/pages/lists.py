"""Episodes as lists find them (by person, by tag), and placeholders for the HTML of their rows.

A list of ten thousand episodes is planned without reading one of them: in its context each is a `ListEntry`, whose
digest stands for its row; `complete` puts in the rows of a page that is really rendered. `Later` is the same for
whatever else takes long to make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any

from site_builder.engine.serialization import decode_plain, encode_plain
from site_builder.model.podcast import Episode, Person, Role
from site_builder.render.pages.episode_rows import find_person_path, find_tag_path


@dataclass(frozen=True, slots=True)
class Credit:
    """Somebody in an episode."""

    path: str
    """Of their page; empty where they have none."""
    speaking: float
    """Seconds in that episode."""
    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """An episode as lists show it."""

    guid: str
    title: str
    path: str
    year: int
    """Of its publication, where the show is at home."""
    tags: tuple[str, ...] = ()
    people: tuple[Credit, ...] = ()
    digest: str
    """Of the row."""
    read: Callable[[], bytes] = field(repr=False, compare=False)
    """The row as JSON, as `describe_episode_row` gives it."""


class Later:
    """A part of a context that is made only for a page that is rendered."""

    __slots__ = ("digest", "read")

    def __init__(self, digest: str, read: Callable[[], bytes]) -> None:
        """With the same `digest`, `read` gives the same JSON."""
        self.digest = digest
        self.read = read


_STAND_INS = (ListEntry, Later)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPerson:
    """Someone with a page of their own, and the episodes they are heard in, newest first."""

    person: Person
    path: str
    episodes: tuple[ListEntry, ...] = ()
    speaking: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedTag:
    """A topic and the episodes that carry it, newest first."""

    name: str
    path: str
    episodes: tuple[ListEntry, ...] = ()


def list_credits(episode: Episode) -> tuple[Credit, ...]:
    """Everyone in an episode."""
    return tuple(Credit(find_person_path(person), person.speaking, person) for person in episode.people)


def gather_people(hosts: Iterable[Person], episodes: Sequence[ListEntry]) -> list[NamedPerson]:
    """Everyone with a page: hosts first, then by how often they are heard, then by name."""
    found: dict[str, NamedPerson] = {}
    heard: dict[str, dict[str, ListEntry]] = {}
    spoken: dict[str, float] = {}
    for person in hosts:
        if path := find_person_path(person):
            found.setdefault(path, NamedPerson(person=person, path=path))
    for episode in episodes:
        for credit in episode.people:
            if path := credit.path:
                if path not in found:
                    found[path] = NamedPerson(person=credit.person, path=path)
                heard.setdefault(path, {})[episode.guid] = episode
                spoken[path] = spoken.get(path, 0.0) + credit.speaking
    everyone = (
        replace(entry, episodes=tuple(heard.get(path, {}).values()), speaking=spoken.get(path, 0.0))
        for path, entry in found.items()
    )
    return sorted(
        everyone,
        key=lambda entry: (entry.person.role != Role.HOST, -len(entry.episodes), entry.person.name.casefold()),
    )


def gather_tags(episodes: Sequence[ListEntry]) -> list[NamedTag]:
    """Every tag, by name; tags that differ only in case or accents are one."""
    names: dict[str, str] = {}
    found: dict[str, dict[str, ListEntry]] = {}
    for episode in episodes:
        for tag in episode.tags:
            if path := find_tag_path(tag):
                names.setdefault(path, tag)
                found.setdefault(path, {})[episode.guid] = episode
    tags = (NamedTag(name=names[path], path=path, episodes=tuple(tagged.values())) for path, tagged in found.items())
    return sorted(tags, key=lambda tag: tag.name.casefold())


def complete(context: Mapping[str, Any]) -> dict[str, Any]:
    """A context with rows in place of the stand-ins."""
    return _replace(context, lambda listed: decode_plain(listed.read()))


def _replace(context: Mapping[str, Any], put: Callable[[ListEntry | Later], object]) -> dict[str, Any]:
    """A context with what `put` gives in place of the stand-ins."""

    def fill(value: Any) -> Any:
        if isinstance(value, _STAND_INS):
            return put(value)
        if isinstance(value, list):
            return [fill(item) for item in value]
        return _replace(value, put) if isinstance(value, dict) and "episodes" in value else value

    return {key: fill(value) for key, value in context.items()}


def encode_context(context: Mapping[str, Any], site: str) -> bytes:
    """All that a context says, as JSON in one line; in place of `site`, which all pages share, its digest."""
    return encode_plain({**_replace(context, attrgetter("digest")), "site": site})
