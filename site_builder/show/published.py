"""What subscribers have been given: `content/published.json`, append-only and kept in git.

Apps know an episode by its guid alone, and people by its address. So a guid that was published never vanishes, changes
or comes back as something else; an address that changes leaves a redirect. A build that would break this stops.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from site_builder.errors import InvalidDocument, Problem
from site_builder.show.bundles import write_file
from site_builder.show.layout import INDEX
from site_builder.text.timecode import format_utc, parse_utc

FILE = Path("content/published.json")
_ALWAYS = 3
"""Fields that every entry has."""


class Pin(NamedTuple):
    """One episode as it was published. There are thousands, in every build."""

    guid: str
    slug: str
    """Of its page, now."""
    first_published: datetime
    enclosure: str
    """Path of its audio when last built."""
    former_slugs: tuple[str, ...] = ()
    """Slugs it had before; each leaves a redirect."""
    retired: bool = False
    """Withdrawn: its guid never comes back as another episode."""


Pins = Mapping[str, Pin]
"""By guid."""


def load_pins(show: Path) -> Pins:
    """What has been published so far; nothing where there is no file.

    Raises:
        InvalidDocument: the file is damaged.
    """
    try:
        entries = json.loads((show / FILE).read_bytes())
        return {guid: _parse_pin(guid, entry) for guid, entry in entries.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError):
        message = "this file is damaged; restore it from git: it keeps subscribers from getting episodes twice"
        raise InvalidDocument([Problem(message, file=FILE)]) from None


def _parse_pin(guid: str, entry: dict[str, Any]) -> Pin:
    pin = Pin(guid, str(entry["slug"]), parse_utc(entry["first_published"]), str(entry["enclosure"]))
    if len(entry) == _ALWAYS:
        return pin
    return pin._replace(
        former_slugs=tuple(map(str, entry.get("former_slugs", ()))), retired=bool(entry.get("retired", False))
    )


def write_pins(show: Path, pins: Pins, known: Pins) -> None:
    """Write the file where it does not say so already; `known` is what it says."""
    if pins and pins != known:
        text = json.dumps({guid: _describe_pin(pin) for guid, pin in pins.items()}, indent=1, ensure_ascii=False)
        write_file(show / FILE, f"{text}\n".encode())


def _describe_pin(pin: Pin) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "slug": pin.slug,
        "first_published": format_utc(pin.first_published),
        "enclosure": pin.enclosure,
    }
    if pin.former_slugs:
        entry["former_slugs"] = list(pin.former_slugs)
    return {**entry, "retired": True} if pin.retired else entry


class Written(Protocol):
    """What of an episode in `content/episodes/` decides whether promises are kept."""

    @property
    def guid(self) -> str:
        """As its front matter has it."""

    @property
    def slug(self) -> str:
        """Last part of its page's address."""

    @property
    def draft(self) -> bool:
        """Not to be published yet."""

    @property
    def withdrawn(self) -> str | None:
        """Why it is taken back; None: it is not."""


Bundles = Mapping[str, Written]
"""By the name of the folder."""


class Released(Protocol):
    """What of a published episode is pinned."""

    @property
    def guid(self) -> str:
        """Its identity."""

    @property
    def slug(self) -> str:
        """Last part of its page's address."""

    @property
    def published_at(self) -> datetime:
        """Aware."""

    @property
    def enclosure(self) -> str:
        """Path of its audio."""


def keep_promises(
    pins: Pins, bundles: Bundles, *, going_out: Iterable[str], held_back: Iterable[str], within: Path
) -> Pins:
    """The pins, if a build keeps to them; arguments as for `find_broken`.

    Raises:
        InvalidDocument: it does not; each problem with the way out.
    """
    if problems := find_broken(pins, bundles, going_out, held_back, within):
        raise InvalidDocument(problems)
    return pins


def find_broken(
    pins: Pins, bundles: Bundles, going_out: Iterable[str], held_back: Iterable[str], within: Path
) -> list[Problem]:
    """What a build may not do to subscribers, each with the way out.

    Args:
        pins: What has been published.
        bundles: Everything in `content/episodes/`, by the name of its folder.
        going_out: Guids to be published now.
        held_back: Guids that consent or a failure keeps back for now: that is never a broken promise.
        within: The folder that the bundles are in.
    """
    by_guid = {bundle.guid: (name, bundle) for name, bundle in bundles.items()}
    out, held = set(going_out), set(held_back)
    present = out | held
    problems = [
        _explain_vanished(pin, bundles, within) for pin in pins.values() if _has_vanished(pin, by_guid, present)
    ]
    problems += _find_hidden(pins, by_guid, present, within)
    problems += [_explain_reuse(guid, within / by_guid[guid][0]) for guid in out if guid in pins and pins[guid].retired]
    return problems


def _has_vanished(pin: Pin, by_guid: Collection[str], present: set[str]) -> bool:
    return not pin.retired and pin.guid not in by_guid and pin.guid not in present


def _explain_vanished(pin: Pin, bundles: Bundles, within: Path) -> Problem:
    """No file has the guid any more: it was changed, or the folder is gone."""
    for name, bundle in bundles.items():
        if pin.slug in {bundle.slug, name} and bundle.guid != pin.guid:
            message = f"was published as {pin.guid!r}; put that back, or every subscriber gets the episode again"
            return Problem(message, file=within / name / INDEX, field="guid")
    message = (
        f"the published episode {pin.slug!r} ({pin.guid}) is gone from content/episodes/; restore its folder, "
        f"or take it back for good with `spacecast build --retire {pin.slug}`"
    )
    return Problem(message, file=FILE)


def _find_hidden(
    pins: Pins, by_guid: Mapping[str, tuple[str, Written]], present: set[str], within: Path
) -> Iterator[Problem]:
    for guid in [guid for guid in pins if guid in by_guid and guid not in present]:
        name, bundle = by_guid[guid]
        if not pins[guid].retired and bundle.withdrawn is None:
            field = "draft" if bundle.draft else "date"
            message = "was published already; to take it back write `withdrawn: true`, which leaves a note in its place"
            yield Problem(message, file=within / name / INDEX, field=field)


def _explain_reuse(guid: str, folder: Path) -> Problem:
    message = f"{guid!r} was taken back and never comes back; give the episode a guid of its own"
    return Problem(message, file=folder / INDEX, field="guid")


def retire(pins: Pins, names: Iterable[str]) -> Pins:
    """The pins with those named (by slug or guid) retired.

    Raises:
        InvalidDocument: nothing was published under a name.
    """
    changed = dict(pins)
    problems = []
    for name in names:
        found = [pin for pin in pins.values() if name in {pin.guid, pin.slug}]
        changed |= {pin.guid: pin._replace(retired=True) for pin in found}
        if not found:
            problems.append(Problem(f"nothing was published as {name!r}", file=FILE))
    if problems:
        raise InvalidDocument(problems)
    return changed


def update(pins: Pins, episodes: Iterable[Released], withdrawn: Iterable[str]) -> Pins:
    """The pins after a build that published `episodes`; `withdrawn` are guids taken back. Oldest entries stay first."""
    changed = dict(pins)
    for episode in sorted(_find_new(pins, episodes), key=lambda episode: (episode.published_at, episode.guid)):
        pin = changed.get(episode.guid) or Pin(
            guid=episode.guid, slug=episode.slug, first_published=episode.published_at, enclosure=""
        )
        former = [slug for slug in (*pin.former_slugs, pin.slug) if slug != episode.slug]
        changed[episode.guid] = pin._replace(
            slug=episode.slug, enclosure=episode.enclosure, former_slugs=tuple(dict.fromkeys(former))
        )
    changed |= {guid: changed[guid]._replace(retired=True) for guid in withdrawn if guid in changed}
    return changed


def _find_new(pins: Pins, episodes: Iterable[Released]) -> Iterator[Released]:
    """Those that are not pinned as they are."""
    for episode in episodes:
        pin = pins.get(episode.guid)
        if pin is None or (pin.slug, pin.enclosure) != (episode.slug, episode.enclosure):
            yield episode


def find_redirects(pins: Pins, episodes: Iterable[Released]) -> dict[str, str]:
    """Slug an episode once had to the one it has now; a slug that another episode has by now is that episode's."""
    now: dict[str, str] = {episode.guid: episode.slug for episode in episodes}
    taken = set(now.values())
    return {
        slug: now[pin.guid]
        for pin in pins.values()
        if pin.guid in now
        for slug in (*pin.former_slugs, pin.slug)
        if slug not in taken
    }
