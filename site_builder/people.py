"""`content/people.yaml`: everyone heard on the show and what they said to being published. Both directions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from site_builder.model import Guid, Recording, Role, Speaker


class Consent(StrEnum):
    """What somebody said to being published."""

    GRANTED = "granted"
    """Heard and named."""
    PENDING = "pending"
    """No answer yet."""
    ANONYMOUS = "anonymous"
    """Heard, but named `Guest 1`, without handle, picture or link."""
    REFUSED = "refused"
    """Neither heard nor named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of one person, for the show or for one episode."""

    status: Consent = Consent.PENDING
    since: date | None = None
    note: str = ""
    episode: Guid | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """One person of `people.yaml`, as written there."""

    key: str
    """The person's name in the file and on the command line; unique."""
    name: str = ""
    handle: str = ""
    """Without `@`."""
    other_handles: tuple[str, ...] = ()
    """Handles this person had before or has besides."""
    other_names: tuple[str, ...] = ()
    """What else this person is called; hidden like the name where the name is."""
    links: tuple[str, ...] = ()
    avatar_url: str = ""
    role: Role = Role.GUEST
    x_ids: tuple[str, ...] = ()
    periscope_ids: tuple[str, ...] = ()
    consent: Answer = Answer()
    """The answer for the whole show."""
    history: tuple[Answer, ...] = ()
    """Earlier answers, oldest first."""
    episodes: Mapping[Guid, Answer] = field(default_factory=dict)
    """Answers for single episodes; each wins over the one for the show."""

    def answer_for(self, guid: Guid) -> Answer:
        """The answer that holds in one episode."""
        return self.episodes.get(guid, self.consent)


@dataclass(frozen=True, slots=True)
class People:
    """Everyone in `people.yaml`, in the order of the file."""

    records: tuple[PersonRecord, ...] = ()

    def find(self, who: str) -> PersonRecord | None:
        """The person with this key, @handle, name (any case), X id or Periscope id.

        Raises:
            UsageError: several people could be meant; the message names them.
        """
        raise NotImplementedError

    def get(self, who: str) -> PersonRecord:
        """As `find`, but raises UsageError (with the nearest names) where there is nobody."""
        raise NotImplementedError

    def candidates(self, speaker: Speaker) -> tuple[PersonRecord, ...]:
        """Everyone this speaker could be, the most trusted first: Periscope id, X id, handle."""
        raise NotImplementedError

    def match(self, speaker: Speaker) -> PersonRecord | None:
        """Who this speaker is; None where nobody is, or where only the handle fits and the ids say otherwise."""
        raise NotImplementedError


def load_people(path: Path) -> People:
    """Read `people.yaml`; a missing or empty file is nobody.

    Raises:
        InvalidDocument: the file does not say what it must; every problem with its line.
    """
    raise NotImplementedError


def find_conflicts(people: People, recordings: Iterable[tuple[Guid, Recording]]) -> tuple[str, ...]:
    """Sentences for the host about speakers whose ids point to different people; such people are never merged."""
    raise NotImplementedError


def add_newcomers(path: Path, recordings: Iterable[tuple[Guid, Recording]]) -> tuple[str, ...]:
    """Add whoever is new to `people.yaml`, and new ids and handles to those known; return the names added.

    What a person wrote stays as written; with nothing new the file is not touched.
    """
    raise NotImplementedError


def set_consent(
    path: Path, who: str, status: Consent, *, on: date, note: str = "", episode: Guid | None = None
) -> PersonRecord:
    """Write down an answer, for the show or one episode, and keep the earlier one in the person's history.

    Raises:
        UsageError: nobody, or more than one, is called `who`.
    """
    raise NotImplementedError
