"""Who may be heard and named: from what people said to what an episode may hold. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from site_builder.model import Guid, Person, Recording, Role, Span, Turn
from site_builder.people import Consent, People, PersonRecord

__all__ = ["Consent"]


class PendingPolicy(StrEnum):
    """What happens to people who have not answered: `consent.pending` in config."""

    PUBLISH = "publish"
    ANONYMISE = "anonymise"
    WITHHOLD = "withhold"


class Removal(StrEnum):
    """How a refused person leaves the audio: `consent.removal` in config."""

    MUTE = "mute"
    CUT = "cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What holds for one speaker of one recording."""

    heard: bool
    named: bool
    consent: Consent
    """The answer as recorded; `pending` stays `pending` whatever the policy makes of it."""
    label: str
    """What to call them: the name, `Guest 1`, or nothing for those who are not heard."""
    role: Role = Role.GUEST
    person: PersonRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """What must not be read in an episode, and what is read in its place."""

    replacements: tuple[tuple[PersonRecord, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Casting:
    """Who is heard and named in one episode."""

    verdicts: tuple[Verdict, ...]
    """One for each of the recording's `speakers`, in that order."""
    withheld: str = ""
    """Why the episode may not be published, as a sentence; empty where it may."""
    credits: tuple[Person, ...] = ()
    """Host, co-hosts, then guests by time of speech (recording time); whoever is refused is absent."""
    credit_of: tuple[int | None, ...] = ()
    """For each speaker, the index into `credits`; None for those who are not heard."""
    redaction: Redaction = Redaction()

    @property
    def pending(self) -> tuple[str, ...]:
        """Labels of those published without an answer."""
        raise NotImplementedError

    @property
    def restricted(self) -> bool:
        """Whether anybody in or around this episode must stay hidden: then output is searched for leaks."""
        raise NotImplementedError


def decide(recording: Recording, guid: Guid, people: People, pending: PendingPolicy | str) -> Casting:
    """What people said, applied to one recording."""
    raise NotImplementedError


def cast_turns(recording: Recording, casting: Casting) -> tuple[Turn, ...]:
    """The turns of everyone heard, in recording time, `speaker` being an index into `casting.credits`."""
    raise NotImplementedError


def plan_removals(recording: Recording, casting: Casting) -> tuple[Span, ...]:
    """What has to go from the audio: refused turns, one tick wider on both sides, merged, in recording time."""
    raise NotImplementedError


def redact(text: str, casting: Casting) -> str:
    """`text` without handles, profile links and names of people who are hidden in this episode."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """One person in one episode."""

    guid: Guid
    title: str
    seconds: float
    spans: tuple[Span, ...]
    """When they speak, in recording time; empty where the recording does not tell."""
    consent: Consent
    since: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A line of `spacecast people`."""

    key: str
    name: str
    handle: str
    role: Role
    consent: Consent
    since: date | None
    note: str
    seconds: float
    appearances: tuple[Appearance, ...] = field(default=())


def describe_person_rows(
    people: People, recordings: Iterable[tuple[Guid, Recording]], titles: Mapping[Guid, str]
) -> tuple[PersonRow, ...]:
    """Everyone in `people`, in the order of the file, with where and how long they speak."""
    raise NotImplementedError


def render_request(row: PersonRow, *, show: str, host: str, contact: str, urls: Mapping[Guid, str]) -> str:
    """A message ready to send to somebody who has not answered: which episodes, when, how long, how to say no."""
    raise NotImplementedError


def describe_rows_json(rows: Sequence[PersonRow]) -> list[dict[str, object]]:
    """The rows as plain values for `spacecast people --json`."""
    raise NotImplementedError
