"""A person who is heard on the show, and what they answered about being published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from site_builder.model.podcast import Guid, Role, Speaker


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

    @property
    def strictness(self) -> int:
        """How much has to be hidden: of several answers that could hold, the one with the most does."""
        return _STRICTNESS[self]


_STRICTNESS = {consent: strictness for strictness, consent in enumerate(Consent)}


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
    asked: date | None = None
    """When a message was last written that asks them; None: never."""
    consent: Answer = Answer()
    """The answer for the whole show."""
    history: tuple[Answer, ...] = ()
    """Earlier answers, oldest first."""
    episodes: Mapping[Guid, Answer] = field(default_factory=dict)
    """Answers for single episodes; each wins over the one for the show."""
    exceptions: tuple[str, ...] = ()
    """Phrases in which a word that is this person's name is none: `Will it scale`."""
    described: tuple[Speaker, ...] = field(default=(), compare=False)
    """This person as recordings describe them: for what must not be read, never for who they are."""

    @property
    def handles(self) -> tuple[str, ...]:
        """Every handle, the one in use first."""
        return (*filter(None, [self.handle]), *self.other_handles)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name, the one to show first."""
        return (*filter(None, [self.name]), *self.other_names)

    def answer_for(self, guid: Guid) -> Answer:
        """The answer that holds in one episode."""
        return self.episodes.get(guid, self.consent)
