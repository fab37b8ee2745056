"""What people may write in `people.yaml`, checked field by field."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, RootModel

from site_builder.model.podcast import Guid, Role
from site_builder.show.documents import Document
from site_builder.show.people.records import Answer, Consent, PersonRecord
from site_builder.text.plain import clean

_WEB = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)


def _web_address(text: str) -> str:
    if text and not _WEB.fullmatch(text):
        raise ValueError(f"expected an address that begins with https://, got {text!r}")
    return text


def _alone(value: object) -> object:
    """One value where a list may stand."""
    return [] if value is None else value if isinstance(value, list) else [value]


def _status_alone(value: object) -> object:
    """`consent: refused` is short for `consent: {status: refused}`."""
    return {} if value is None else value if isinstance(value, dict) else {"status": value}


_Handle = Annotated[str, AfterValidator(lambda text: text.strip().removeprefix("@"))]
_Link = Annotated[str, AfterValidator(_web_address)]
_Words = Annotated[tuple[str, ...], BeforeValidator(_alone)]


class _Ids(Document):
    x: _Words = ()
    periscope: _Words = ()


class _Answer(Document):
    status: Consent = Consent.PENDING
    since: date | None = None
    note: str = ""

    def make(self, episode: str | None = None) -> Answer:
        return Answer(status=self.status, since=self.since, note=self.note, episode=Guid(episode) if episode else None)


class _EarlierAnswer(_Answer):
    episode: str | None = None


class _Consent(_Answer):
    history: tuple[_EarlierAnswer, ...] = ()


class PersonEntry(Document):
    """One person."""

    name: str = ""
    other_names: _Words = ()
    handle: _Handle = ""
    other_handles: Annotated[tuple[_Handle, ...], BeforeValidator(_alone)] = ()
    also: _Words = ()
    exceptions: _Words = Field(default=(), alias="not")
    role: Role = Role.GUEST
    links: Annotated[tuple[_Link, ...], BeforeValidator(_alone)] = ()
    avatar: _Link = ""
    ids: _Ids = _Ids.model_construct()
    asked: date | None = None
    consent: Annotated[_Consent, BeforeValidator(_status_alone)] = _Consent.model_construct()
    episodes: dict[str, Annotated[_Answer, BeforeValidator(_status_alone)]] = Field(default_factory=dict)

    def make(self, key: str) -> PersonRecord:
        """The person, without what only the file needs."""
        links, handles, names = _sort_out(self.also)
        return PersonRecord(
            key=key,
            name=clean(self.name, keep_lines=False),
            handle=self.handle,
            other_handles=(*filter(None, self.other_handles), *handles),
            other_names=(*filter(None, self.other_names), *names),
            links=(*filter(None, self.links), *links),
            avatar_url=self.avatar,
            role=self.role,
            x_ids=self.ids.x,
            periscope_ids=self.ids.periscope,
            asked=self.asked,
            consent=self.consent.make(),
            history=tuple(answer.make(answer.episode) for answer in self.consent.history),
            exceptions=tuple(filter(None, self.exceptions)),
            episodes={Guid(guid): answer.make(guid) for guid, answer in self.episodes.items()},
        )


def _sort_out(texts: tuple[str, ...]) -> tuple[list[str], list[str], list[str]]:
    """What else somebody is known by: addresses, handles (with `@`) and names."""
    known = [text for text in texts if text]
    links = [text for text in known if _WEB.fullmatch(text)]
    handles = [text.removeprefix("@") for text in known if text.startswith("@")]
    return links, handles, [text for text in known if text not in links and not text.startswith("@")]


def _nobody(value: object) -> object:
    """A person of whom nothing is written but the key."""
    return {} if value is None else value


class PeopleFile(RootModel[dict[str, Annotated[PersonEntry, BeforeValidator(_nobody)]]]):
    """All of `people.yaml`."""
