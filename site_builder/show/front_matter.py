"""Front matter of episodes and free pages as types, and front matter as text.

All times are recording time. Names that begin with `x-` are the host's own and mean nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Annotated, Any, Self

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, model_validator

from site_builder.model import podcasting20 as p20
from site_builder.model.podcast import Chapter, EpisodeKind, Span
from site_builder.show.documents import Document
from site_builder.show.documents.entries import (
    FundingEntry,
    LicenseEntry,
    LocationEntry,
    PersonEntry,
    TextRecordEntry,
)
from site_builder.show.documents.fields import (
    NO,
    AsList,
    Identity,
    Line,
    LocalPath,
    Moment,
    Picture,
    Slug,
    Text,
    Timecode,
    Title,
    WebAddress,
    to_utc,
)
from site_builder.show.documents.front_lines import NAMES, TIMED_LINES, WHOLE_LINE, WORDS
from site_builder.show.documents.podcasting20 import ChatEntry, Comments, ContentLinkEntry, EpisodeValueEntry

_BETWEEN = re.compile(r"\s*(?:[-–—]|\bto\b|\.\.+|…)\s*")


def _read_span(value: object) -> object:
    """`0:12-1:30` as named values; either side may be missing."""
    if not isinstance(value, str):
        return value
    sides = _BETWEEN.split(value.strip(), maxsplit=1)
    if len(sides) != 2:
        raise ValueError("expected from and to, such as 0:12-1:30")
    return {name: side for name, side in zip(("from", "to"), sides, strict=True) if side}


class SpanEntry(Document):
    """From one time to another: `0:12-1:30`."""

    start: Timecode = Field(validation_alias=AliasChoices("from", "start"))
    end: Timecode = Field(validation_alias=AliasChoices("to", "end"))

    @model_validator(mode="before")
    @classmethod
    def _take_text(cls, value: Any) -> Any:
        return _read_span(value)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.end <= self.start:
            raise ValueError("the span ends before it begins")
        return self

    def to_model(self) -> Span:
        """As the model has it."""
        return Span(start=self.start, end=self.end)


class TrimEntry(Document):
    """What of the recording is published: from `start` up to `end`. Both None: all of it."""

    start: Timecode | None = Field(default=None, validation_alias=AliasChoices("from", "start"))
    end: Timecode | None = Field(default=None, validation_alias=AliasChoices("to", "end"))

    @model_validator(mode="before")
    @classmethod
    def _take_text(cls, value: Any) -> Any:
        return {} if isinstance(value, str) and value.strip().lower() in NO else _read_span(value)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError("the span ends before it begins")
        return self


class ChapterEntry(Document):
    """A titled point: `0:00 Opening`."""

    start: Timecode = Field(validation_alias=AliasChoices("at", "start"))
    """When it begins."""
    title: Title
    """Five words at most are shown whole."""
    url: WebAddress | None = None
    """A page about it."""
    image: Picture | None = None
    """A picture of it: a file in the episode's folder, or an https address."""

    @model_validator(mode="before")
    @classmethod
    def _take_text(cls, value: Any) -> Any:
        if isinstance(value, str) and len(words := value.split(maxsplit=1)) == 2:
            return {"at": words[0].rstrip(":"), "title": words[1].lstrip("-–— ")}
        if isinstance(value, dict) and len(value) == 1 and (time := next(iter(value)))[:1].isdigit():
            return {"at": time, "title": value[time]}
        return value

    def to_model(self) -> Chapter:
        """As the model has it."""
        return Chapter(start=self.start, title=self.title, href=self.url or "", image=self.image or "")


def _list_chapters(value: object) -> object:
    """`none` as no chapters; `0:00: Opening` lines as a list."""
    if isinstance(value, str) and value.strip().lower() in NO:
        return []
    if isinstance(value, dict):
        return [
            {"at": time, **title} if isinstance(title, dict) else {"at": time, "title": title}
            for time, title in value.items()
        ]
    return value


def _list_links(value: object) -> object:
    """`none` as no links at all, not even that of the Space."""
    return [] if isinstance(value, str) and value.strip().lower() in NO else value


def _order_chapters(chapters: tuple[ChapterEntry, ...]) -> tuple[ChapterEntry, ...]:
    if len({chapter.start for chapter in chapters}) < len(chapters):
        raise ValueError("two chapters begin at the same time")
    return tuple(sorted(chapters, key=lambda chapter: chapter.start))


class SoundbiteEntry(Document):
    """A passage worth hearing on its own: `12:30-13:15`; 15 to 120 seconds are advised."""

    start: Timecode = Field(validation_alias=AliasChoices("from", "start"))
    end: Timecode = Field(validation_alias=AliasChoices("to", "end"))
    title: Annotated[Line, Field(max_length=128)] = ""
    """Without one, the episode's."""

    @model_validator(mode="before")
    @classmethod
    def _take_text(cls, value: Any) -> Any:
        return _read_span(value)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.end <= self.start:
            raise ValueError("the soundbite ends before it begins")
        return self

    def to_model(self) -> p20.Soundbite:
        """As the model has it, still in recording time."""
        return p20.Soundbite(start=self.start, duration=self.end - self.start, title=self.title)


def _read_withdrawn(value: object) -> object:
    if isinstance(value, str) and value.strip().lower() in {"true", "yes", "on"}:
        return ""
    return None if isinstance(value, str) and value.strip().lower() in NO else value


_COMMAS = re.compile(r"\s*[,;，；、،]\s*")


def _split(value: object) -> object:
    """`Mara, Owen` as a list; a single entry as a list of one."""
    if isinstance(value, str):
        return [part for part in _COMMAS.split(value.strip()) if part]
    return value if isinstance(value, list | tuple) else [value]


def _split_tags(value: object) -> object:
    """`fog, sleep` and `#fog #sleep` as a list."""
    if isinstance(value, str) and value.lstrip().startswith("#"):
        return [part.lstrip("#") for part in re.split(r"[\s,;，；、،]+", value) if part.strip("#")]
    return _split(value)


def keep_distinct(tags: Iterable[str]) -> tuple[str, ...]:
    """Each tag once, as it is written first; capitals make no other one.

    >>> keep_distinct(["rivers", "Gauges", "Rivers"])
    ('rivers', 'Gauges')
    """
    found: dict[str, str] = {}
    for tag in tags:
        found.setdefault(tag.casefold(), tag)
    return tuple(found.values())


class EpisodeMatter(Document):
    """Front matter of `content/episodes/*/index.md`: what the host says of an episode."""

    title: Annotated[Title, WHOLE_LINE]
    """Without number, season or the show's name: apps show those themselves."""
    itunes_title: Annotated[Line, Field(max_length=255), WHOLE_LINE] = ""
    """What Apple's apps show in place of the title, where that is another one."""
    date: Moment
    """When it is published; in the future it waits. Without a time zone: the show's. See `published_at`."""
    guid: Annotated[Identity, Field(max_length=255)]
    """Identity of the episode in all apps, written by `extract`. Never change it."""
    slug: Slug | None = None
    """Last part of the page's address; fixed once published."""
    summary: Annotated[Text, WHOLE_LINE] = ""
    """A sentence or two for lists; without it the beginning of the notes."""
    tags: Annotated[tuple[Title, ...], WORDS, BeforeValidator(_split_tags), AfterValidator(keep_distinct)] = ()
    """Key words; each gets a page."""
    draft: bool = False
    """Not to be published yet."""
    season: Annotated[int, Field(ge=1)] | None = None
    """Number of the season."""
    episode: Annotated[int, Field(ge=1)] | None = None
    """Number of the episode; needed in a serial show."""
    episode_display: Annotated[Line, Field(max_length=32), WHOLE_LINE] = ""
    """What apps show in place of the number: `Ch. 3`."""
    kind: EpisodeKind = Field(default=EpisodeKind.FULL, alias="type")
    """`full`, `trailer` or `bonus`."""
    explicit: bool | None = None
    """As in the show, where nothing is said."""
    cover: LocalPath | None = None
    """The episode's own picture: a file in its folder."""
    cover_alt: Annotated[Line, WHOLE_LINE] = ""
    """What is to be seen on it, for those who do not see it."""
    people: Annotated[Annotated[tuple[PersonEntry, ...], BeforeValidator(_split)] | None, NAMES] = None
    """Who is named, in place of those heard in the recording."""
    chapters: Annotated[
        Annotated[tuple[ChapterEntry, ...], BeforeValidator(_list_chapters), AfterValidator(_order_chapters)] | None,
        TIMED_LINES,
    ] = None
    """Lines such as `0:00: Opening`; `none`: none at all; nothing: made from the conversation."""
    soundbites: Annotated[tuple[SoundbiteEntry, ...], BeforeValidator(_split)] = ()
    """Passages worth hearing on their own."""
    trim: TrimEntry | None = None
    """What is published, `0:12-1:30:00`; `none`: all of it; nothing: all but the dead air at both ends."""
    cut: Annotated[tuple[SpanEntry, ...], BeforeValidator(_split)] = ()
    """Spans that are taken out."""
    mute: Annotated[tuple[SpanEntry, ...], BeforeValidator(_split)] = ()
    """Spans that are made silent."""
    license: LicenseEntry | None = None
    """Terms of use, where they differ from the show's."""
    location: Annotated[tuple[LocationEntry, ...], AsList] = ()
    """Places it is about or was made at."""
    links: Annotated[tuple[ContentLinkEntry, ...], AsList, BeforeValidator(_list_links)] | None = None
    """Where it can be heard or seen outside of apps, beside the Space; `none`: nowhere, not even there."""
    funding: Annotated[tuple[FundingEntry, ...], AsList] = ()
    """Ways to support it, where they are not the show's."""
    comments: Comments = ()
    """Posts whose replies are the comments, in place of the one that announced it; `none`: no comments."""
    chat: ChatEntry | None = None
    """A room for this episode, in place of the show's."""
    value: EpisodeValueEntry | None = None
    """How listeners can pay while they listen, in place of what the show says."""
    txt: Annotated[tuple[TextRecordEntry, ...], AsList] = ()
    """Free text for machines: `{purpose: ai-content, text: "false"}`."""
    block: bool = False
    """Keep it out of directories."""
    updated: Moment | None = None
    """When it was changed in a way listeners should know of."""
    withdrawn: Annotated[Line | None, BeforeValidator(_read_withdrawn)] = None
    """Taken back: `true`, or the reason to be shown in its place. None: it is not; empty: without a reason."""

    def published_at(self, zone: tzinfo) -> datetime:
        """`date` in UTC; `zone` is the show's, for a date without one."""
        return to_utc(self.date, zone)

    def updated_at(self, zone: tzinfo) -> datetime | None:
        """`updated` in UTC."""
        return to_utc(self.updated, zone) if self.updated else None


def _read_nav(value: object) -> object:
    known = dict.fromkeys(NO, None) | dict.fromkeys(("true", "yes", "on"), "0")
    return known.get(value.strip().lower(), value) if isinstance(value, str) else value


class PageMatter(Document):
    """Front matter of `content/pages/*.md`."""

    title: Annotated[Title, WHOLE_LINE]
    """Heading and text of its link."""
    slug: Slug | None = None
    """Last part of the page's address; without it the file's name."""
    description: Annotated[Line, WHOLE_LINE] = ""
    """A sentence for search engines."""
    nav: Annotated[int | None, BeforeValidator(_read_nav)] = 0
    """Place among the links at the top, smallest first; `false`: not there (None)."""
    draft: bool = False
    """Not to be published yet."""
