"""Progress events: small frozen values, sent to a `notify` function whose default does nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Notify = Callable[[object], None]
"""Receives events, small frozen values; each module defines its own. Called from any thread."""


def ignore(event: object) -> None:
    """The default `notify`: does nothing."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Another part of the work begins: for measuring where the time goes."""

    name: str


@dataclass(frozen=True, slots=True)
class Renewed:
    """The pages of all episodes are as they should be; lists, search and feed are still to come."""

    remake: Callable[[str], None]
    """Makes the files of the episode in the folder of that name anew, as this build would: for whoever cannot wait for
    the next. SpacecastError where it cannot be made."""


@dataclass(frozen=True, slots=True)
class Started:
    """The plan is compared: `total` targets will be made."""

    total: int


@dataclass(frozen=True, slots=True)
class Making:
    """A target is being made."""

    path: str
    label: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a target is, from 0 to 1.

    Sent by a `make` that takes long; it gets `notify` and `path` through `functools.partial`.
    """

    path: str
    done: float


def tell_progress(notify: Notify, path: str, length: float) -> Callable[[float], None]:
    """What takes how much of `length` is done, and tells how far the target `path` is."""
    return lambda done: notify(Progress(path, min(1.0, done / length) if length else 1.0))


@dataclass(frozen=True, slots=True)
class Made:
    """A target is done; `changed` is false where the new bytes equal the old ones, which then stay untouched."""

    path: str
    label: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """A target could not be made: a sentence for people, and the exception for developers."""

    path: str
    label: str
    message: str
    error: Exception


@dataclass(frozen=True, slots=True)
class Warned:
    """Somebody or something is not used: a sentence for people."""

    message: str


@dataclass(frozen=True, slots=True)
class Removed:
    """A file that no plan names any more is gone."""

    path: str
