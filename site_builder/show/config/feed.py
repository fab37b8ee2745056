"""`feed`: how podcast apps and directories see the show."""

from __future__ import annotations

from datetime import tzinfo
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from site_builder.model import podcasting20 as p20
from site_builder.model.recurrence import find_fault
from site_builder.show.documents import Document
from site_builder.show.documents.entries import TextRecordEntry
from site_builder.show.documents.fields import AsList, Line, Moment, SecureAddress, Title, Uuid, WebAddress, to_utc
from site_builder.show.documents.podcasting20 import LiveEntry, PublisherEntry, Slug


class PodrollEntry(Document):
    """Another show to recommend."""

    guid: Uuid
    """Its `podcast:guid`, as podcastindex.org tells it."""
    feed_url: WebAddress | None = None
    """Its feed."""
    title: Line = ""
    """Its name."""

    def to_model(self) -> p20.RecommendedShow:
        """As the model has it."""
        return p20.RecommendedShow(guid=self.guid, feed_url=self.feed_url or "", title=self.title)


def _recurrence(text: str) -> str:
    if fault := find_fault(text) if text else "":
        raise ValueError(fault)
    return text


class UpdateFrequencyEntry(Document):
    """How often episodes appear; a bare text will do."""

    text: Annotated[Title, Field(max_length=128)]
    """For people: `Every second Tuesday`."""
    rule: Annotated[str, Field(max_length=500), AfterValidator(_recurrence)] = ""
    """For machines, RFC 5545: `FREQ=WEEKLY;INTERVAL=2;BYDAY=TU`."""
    starts_at: Moment | None = None
    """When the rule begins."""

    def to_model(self, zone: tzinfo) -> p20.UpdateFrequency:
        """As the model has it; `zone` is the show's, for a date without one."""
        starts_at = to_utc(self.starts_at, zone) if self.starts_at else None
        return p20.UpdateFrequency(text=self.text, rule=self.rule, starts_at=starts_at)

    @model_validator(mode="before")
    @classmethod
    def _take_text(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value


class FeedConfig(Document):
    """`feed`: how podcast apps and directories see the show."""

    guid: Uuid | None = None
    """The show's identity in the open podcast index. Set it once and never change it, even when the address changes."""
    locked: bool = True
    """Other hosts may not import the feed."""
    moved_to: SecureAddress | None = None
    """The show lives elsewhere now: address of its new feed. Apps follow."""
    block: bool = False
    """Keep the show out of directories."""
    block_services: Annotated[tuple[Slug, ...], AsList, Field(max_length=100)] = ()
    """Services that may not list the show, though others may: `[google, amazon]`."""
    allow_services: Annotated[tuple[Slug, ...], AsList, Field(max_length=100)] = ()
    """Services that may list the show in spite of `block`."""
    complete: bool = False
    """No further episode will ever appear; apps stop looking. There is no quick way back."""
    medium: Literal["podcast", "music", "audiobook", "newsletter", "course"] = "podcast"
    """What it is, for apps that treat them differently."""
    page_size: Annotated[int, Field(ge=0)] = 0
    """Episodes in one page of the feed; older ones go to further pages (RFC 5005). 0: all in one."""
    hub: SecureAddress | None = None
    """A WebSub hub that tells apps at once about new episodes."""
    op3: bool = False
    """Count downloads with the Open Podcast Prefix Project. Every listener's download then passes through op3.dev."""
    txt: Annotated[tuple[TextRecordEntry, ...], AsList] = ()
    """Ownership codes that directories ask for."""
    podroll: Annotated[tuple[PodrollEntry, ...], AsList] = ()
    """Shows you recommend."""
    update_frequency: UpdateFrequencyEntry | None = None
    """How often episodes appear."""
    publisher: PublisherEntry | None = None
    """The feed of whoever publishes this show among others."""
    podping: bool = False
    """Say that changes are told to podping.cloud, so that apps need not look. Something else has to tell them."""
    live: Annotated[tuple[LiveEntry, ...], AsList, Field(max_length=100)] = ()
    """Conversations you have announced, such as the next Space. Each goes once its episode is published."""
