"""Options that config.yaml and front matter share, as a person writes them; `to_model` gives the value of `model/`."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from site_builder.model import podcasting20 as p20
from site_builder.model.countries import COUNTRIES
from site_builder.model.credits import parse_group, parse_role
from site_builder.model.podcast import Person, Role
from site_builder.show.documents.document import Document
from site_builder.show.documents.fields import Handle, Line, Picture, Title, WebAddress

_GEO = re.compile(r"geo:-?\d+(\.\d+)?,-?\d+(\.\d+)?(,-?\d+(\.\d+)?)?(;[\w.=;-]+)?")
_PLAIN_GEO = re.compile(r"-?\d+(\.\d+)?\s*,\s*-?\d+(\.\d+)?")


def _geo(text: str) -> str:
    if _PLAIN_GEO.fullmatch(text):
        text = "geo:" + re.sub(r"\s", "", text)
    if not _GEO.fullmatch(text):
        raise ValueError("expected latitude and longitude such as 52.52,13.40")
    latitude, longitude = (float(part) for part in re.split("[:,;]", text)[1:3])
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise ValueError("expected a latitude up to 90 and a longitude up to 180, such as 52.52,13.40")
    return text


def _osm(text: str) -> str:
    if not re.fullmatch(r"[NWR]\d+(#\d+)?", text.upper()):
        raise ValueError("expected an OpenStreetMap object such as R113314")
    return text.upper()


def _country(text: str) -> str:
    if text.upper() not in COUNTRIES:
        raise ValueError("expected a country code of two letters such as DE (ISO 3166)")
    return text.upper()


Country = Annotated[str, AfterValidator(_country)]
"""ISO 3166-1 alpha-2, in capitals."""


class NamedEntry(Document):
    """An entry that may be written as a bare name."""

    @model_validator(mode="before")
    @classmethod
    def _take_name(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value


class PersonEntry(NamedEntry):
    """Someone named; a bare name will do."""

    name: Title
    """As it is shown."""
    role: Annotated[str, AfterValidator(parse_role)] = Role.GUEST.value
    """`host`, `co-host`, `guest`, or another of https://podcasttaxonomy.com such as `producer` or `audio editor`."""
    group: Annotated[str, AfterValidator(parse_group)] | None = None
    """The taxonomy's group, where it is not the usual one of the role."""
    handle: Handle = ""
    """Account on X, with or without `@`."""
    href: WebAddress | None = None
    """The person's own page."""
    image: Picture | None = None
    """A portrait: a file in the show's folder, or an https address."""

    def to_model(self) -> Person:
        """As the model has it; `avatar_url` is the picture as written."""
        return Person(
            name=self.name,
            role=self.role,
            group=self.group or "",
            handle=self.handle,
            href=self.href or "",
            avatar_url=self.image or "",
        )


class HostEntry(PersonEntry):
    """Someone of the show; a host unless said otherwise."""

    role: Annotated[str, AfterValidator(parse_role)] = Role.HOST.value


class FundingEntry(Document):
    """A way to support the show."""

    url: WebAddress
    """Where to."""
    text: Annotated[Title, Field(max_length=128)] = "Support the show"
    """What the button says."""

    def to_model(self) -> p20.Funding:
        """As the model has it."""
        return p20.Funding(url=self.url, text=self.text)


class LicenseEntry(NamedEntry):
    """Under what terms others may use the audio; a bare id such as `cc-by-4.0` will do."""

    name: Title
    """An id of https://spdx.org/licenses/ in small letters, or the name of your own licence."""
    url: WebAddress | None = None
    """The text of your own licence."""

    def to_model(self) -> p20.License:
        """As the model has it."""
        return p20.License(name=self.name, url=self.url or "")


class LocationEntry(NamedEntry):
    """A place the show or episode is about, or was made at; a bare name will do."""

    name: Annotated[Title, Field(max_length=128)]
    """As people call it."""
    relation: Literal["subject", "creator"] = "subject"
    """`subject` (what it is about) or `creator` (where it was made)."""
    geo: Annotated[str, AfterValidator(_geo)] | None = None
    """Latitude and longitude: `52.52,13.40`."""
    osm: Annotated[str, AfterValidator(_osm)] | None = None
    """OpenStreetMap object: `R62422`."""
    country: Country | None = None
    """Two letters: `DE`."""

    def to_model(self) -> p20.Location:
        """As the model has it."""
        return p20.Location(
            name=self.name,
            relation=self.relation,
            geo=self.geo or "",
            osm=self.osm or "",
            country=self.country or "",
        )


class TextRecordEntry(Document):
    """Free text for machines: an ownership code that a directory asks for, or `ai-content`."""

    text: Annotated[Title, Field(max_length=4000)]
    """The code."""
    purpose: Annotated[Line, Field(max_length=128)] = ""
    """What for, e.g. `verify` or `applepodcastsverify`."""

    def to_model(self) -> p20.TextRecord:
        """As the model has it."""
        return p20.TextRecord(text=self.text, purpose=self.purpose)
