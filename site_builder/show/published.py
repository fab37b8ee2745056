"""`content/published.json`: the episodes and addresses that subscribers have, kept in git.

Apps know an episode by its guid alone, and people by its address. What is promised is written here, and safe on disk,
before the first byte of it is sent anywhere. `promises.py` says what follows from it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from site_builder.engine.files import write_file
from site_builder.errors import InvalidDocument, Problem
from site_builder.show.layout import PUBLISHED
from site_builder.show.own_files import read_own_file
from site_builder.text.timecode import format_utc, parse_utc

FILE = Path(PUBLISHED)
_FORMAT = 2
"""Files without a number are from before there was one: guid to entry, as each local build left them."""


class State(StrEnum):
    """Whether an episode is promised, online or withdrawn; what is not in the file has no state."""

    PROMISED = "promised"
    """It is about to be in somebody's app, or may be."""
    ONLINE = "online"
    """A deploy finished, or it was seen online."""
    WITHDRAWN = "withdrawn"
    """The host took it back; its guid is never used again."""


class Pin(NamedTuple):
    """One episode as it was promised. There are thousands, in every build."""

    guid: str
    slug: str
    """Of its page."""
    first_published: datetime
    enclosure: str
    """Path of its audio when last promised."""
    former_slugs: tuple[str, ...] = ()
    """Slugs it was promised with before; each leaves a redirect."""
    retired: bool = False
    """Withdrawn: its guid never comes back as another episode."""
    online: tuple[tuple[str, datetime], ...] = ()
    """Where it is known to be online, and since when."""

    @property
    def state(self) -> State:
        """How far it has gone out."""
        return State.WITHDRAWN if self.retired else State.ONLINE if self.online else State.PROMISED


Pins = Mapping[str, Pin]
"""By guid."""


class ShowPin(NamedTuple):
    """What was promised of the show itself. Empty: nothing yet."""

    guid: str = ""
    """`podcast:guid` of its feed."""
    url: str = ""
    """Of its site; the feed's address follows from it."""
    moved_to: str = ""
    """Where the feed at `url` told apps to go."""


class Published(NamedTuple):
    """All of `published.json`."""

    pins: Pins = MappingProxyType({})
    show: ShowPin = ShowPin()
    is_old: bool = False
    """Written by a version that noted every local build: what is in it counts as promised, but may never have been
    online."""


def load_published(show: Path) -> Published:
    """What has been promised so far; nothing where there is no file.

    Raises:
        InvalidDocument: the file is damaged.
    """
    try:
        values = json.loads(read_own_file(show / FILE, show))
        if "format" not in values or isinstance(values["format"], dict):
            return Published(_parse_pins(values), is_old=bool(values))
        if values["format"] != _FORMAT:
            message = f"this file is from a newer version of spacecast (format {values['format']}); use that one"
            raise InvalidDocument([Problem(message, file=FILE)])
        said = values.get("show", {})
        return Published(_parse_pins(values["episodes"]), ShowPin(**{name: str(said[name]) for name in said}))
    except FileNotFoundError:
        return Published()
    except (ValueError, KeyError, TypeError, AttributeError):
        message = "this file is damaged; restore it from git: it keeps subscribers from getting episodes twice"
        raise InvalidDocument([Problem(message, file=FILE)]) from None


def load_pins(show: Path) -> Pins:
    """Episodes that have been promised so far, as `load_published`."""
    return load_published(show).pins


def _parse_pins(entries: Mapping[str, Any]) -> Pins:
    return {guid: _parse_pin(guid, entry) for guid, entry in entries.items()}


def _parse_pin(guid: str, entry: Mapping[str, Any]) -> Pin:
    return Pin(
        guid,
        str(entry["slug"]),
        parse_utc(entry["first_published"]),
        str(entry["enclosure"]),
        tuple(map(str, entry["former_slugs"])) if "former_slugs" in entry else (),
        entry.get("retired", False) is True,
        tuple((target, parse_utc(since)) for target, since in entry["online"].items()) if "online" in entry else (),
    )


def write_published(show: Path, published: Published, known: Published) -> bool:
    """Write the file where it does not say so already (`known` is what it says); safe on disk when this returns.

    Gives whether it was written.
    """
    if (published.pins, published.show) == (known.pins, known.show):
        return False
    values = {
        "format": _FORMAT,
        "show": {name: value for name, value in published.show._asdict().items() if value},
        "episodes": {guid: _describe_pin(pin) for guid, pin in published.pins.items()},
    }
    # What is sent after this was promised, whatever happens to the machine.
    write_file(show / FILE, f"{json.dumps(values, indent=1, ensure_ascii=False)}\n".encode(), durable=True)
    return True


def _describe_pin(pin: Pin) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "slug": pin.slug,
        "first_published": format_utc(pin.first_published),
        "enclosure": pin.enclosure,
    }
    if pin.former_slugs:
        entry["former_slugs"] = list(pin.former_slugs)
    if pin.retired:
        entry["retired"] = True
    if pin.online:
        entry["online"] = {target: format_utc(since) for target, since in pin.online}
    return entry
