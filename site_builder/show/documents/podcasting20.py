"""Options for Podcasting 2.0 apps, as a person writes them; `to_model` gives the value of `model/`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import tzinfo
from typing import Annotated, Any, Literal, Self
from uuid import NAMESPACE_URL, uuid5

from pydantic import AfterValidator, AliasChoices, Field, model_validator

from site_builder.model import podcasting20 as p20
from site_builder.show.documents.document import Document
from site_builder.show.documents.fields import (
    NO,
    AsList,
    Line,
    Moment,
    Text,
    Timecode,
    Title,
    Uuid,
    WebAddress,
    to_utc,
)

_NODE = re.compile(r"0[23][0-9a-f]{64}")
_LIGHTNING_ADDRESS = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]{1,5})?", re.IGNORECASE)
_SPACE = re.compile(r"https://(?:www\.)?(?:x|twitter)\.com/i/spaces/(\w+)(?:/peek)?/?", re.ASCII)
_PROTOCOLS = (
    ("atproto", re.compile(r"at:|https://bsky\.app/")),
    ("twitter", re.compile(r"https://(?:www\.)?(?:x|twitter)\.com/")),
    ("nostr", re.compile(r"nostr:|https://njump\.me/")),
    ("matrix", re.compile(r"matrix:|https://matrix\.to/")),
    ("activitypub", re.compile(r"https?:")),
)
"""Which protocol an address belongs to, unless something else is written; the last is for everything on the web."""


def _post(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9+.-]*:[^\s<>\"]+", text):
        raise ValueError("expected the address of a post, such as https://mastodon.social/@ada/1122334455")
    return text


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(f"expected {what}")
        return text

    return check


Slug = Annotated[str, AfterValidator(_matching(re.compile(r"[a-z0-9.-]{1,40}"), "a service such as google or spotify"))]
"""A service as https://github.com/Podcastindex-org/podcast-namespace/blob/main/serviceslugs.txt calls it."""


class CommentsEntry(Document):
    """A post whose replies are the comments; its bare address will do, `none` says that there are none."""

    url: Annotated[str, AfterValidator(_post)] = ""
    """The post."""
    protocol: (
        Literal["activitypub", "atproto", "twitter", "lightning", "hive", "matrix", "nostr", "disabled"] | None
    ) = None
    """Found out from the address, unless it is written."""
    account: Line = ""
    """Who wrote it: `@ada@mastodon.social`."""
    account_url: WebAddress | None = None
    """That account's page."""

    @model_validator(mode="before")
    @classmethod
    def _take_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"protocol": "disabled"} if value.strip().lower() in NO else {"url": value}
        return value

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.url and self.protocol != "disabled":
            raise ValueError("`url` is missing: the address of the post")
        if not self.protocol and not any(pattern.match(self.url) for _, pattern in _PROTOCOLS):
            raise ValueError("`protocol` is missing: this address does not tell it")
        return self

    def to_model(self, priority: int | None = None) -> p20.SocialPost:
        """As the model has it."""
        guessed = next((name for name, pattern in _PROTOCOLS if pattern.match(self.url)), "disabled")
        return p20.SocialPost(
            uri=self.url,
            protocol=self.protocol or guessed,
            account_id=self.account,
            account_url=self.account_url or "",
            priority=priority,
        )


Comments = Annotated[tuple[CommentsEntry, ...], AsList]


def list_posts(entries: tuple[CommentsEntry, ...]) -> tuple[p20.SocialPost, ...]:
    """The posts, of several the first as the most important."""
    if len(entries) < 2:
        return tuple(entry.to_model() for entry in entries)
    return tuple(entry.to_model(priority) for priority, entry in enumerate(entries, 1))


class ContentLinkEntry(Document):
    """A place where the conversation can be heard or seen outside of apps; a bare address will do."""

    url: WebAddress
    """Where."""
    text: Annotated[Line, Field(max_length=128)] = ""
    """What is to be found there: `Watch on YouTube`."""

    @model_validator(mode="before")
    @classmethod
    def _take_text(cls, value: Any) -> Any:
        return {"url": value} if isinstance(value, str) else value

    def to_model(self) -> p20.ContentLink:
        """As the model has it."""
        return p20.ContentLink(href=self.url, text=self.text)


class ChatEntry(Document):
    """A room where listeners talk to each other."""

    protocol: Literal["irc", "xmpp", "nostr", "matrix"]
    """`irc`, `xmpp`, `nostr` or `matrix`."""
    server: Annotated[str, AfterValidator(_matching(_HOST, "the name of a server such as irc.libera.chat"))]
    """Name of the server: `irc.libera.chat`."""
    account: Line = ""
    """Who you are there."""
    room: Line = ""
    """The room: `#river-hours`."""

    def to_model(self) -> p20.Chat:
        """As the model has it."""
        return p20.Chat(server=self.server, protocol=self.protocol, account_id=self.account, space=self.room)


class RecipientEntry(Document):
    """Somebody who gets a part of what listeners pay; a bare address will do."""

    address: Annotated[str, Field(min_length=1, max_length=255)]
    """A Lightning address such as `ada@example.org`, or the public key of a node."""
    name: Annotated[Line, Field(max_length=128)] = ""
    """Who that is."""
    split: Annotated[int, Field(ge=0, le=1_000_000)] = 1
    """Shares of the whole."""
    kind: Annotated[str, Field(max_length=40)] | None = Field(default=None, alias="type")
    """`lnaddress` or `node`; found out from the address, unless it is written."""
    custom_key: Annotated[Line, Field(max_length=64)] = ""
    """What some wallets need beside the address."""
    custom_value: Annotated[Line, Field(max_length=255)] = ""
    """The value of `custom_key`."""
    fee: bool = False
    """Whether it is taken off the whole before that is divided."""

    @model_validator(mode="before")
    @classmethod
    def _take_text(cls, value: Any) -> Any:
        return {"address": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.kind in {None, "lnaddress"} and _LIGHTNING_ADDRESS.fullmatch(self.address):
            return self
        if self.kind in {None, "node"} and _NODE.fullmatch(self.address.lower()):
            return self
        if self.kind in {None, "node", "lnaddress"}:
            raise ValueError("expected `address` to be like ada@example.org, or a node's public key of 66 characters")
        return self

    def to_model(self) -> p20.ValueRecipient:
        """As the model has it."""
        return p20.ValueRecipient(
            address=self.address,
            split=self.split,
            name=self.name,
            kind=self.kind or ("lnaddress" if "@" in self.address else "node"),
            custom_key=self.custom_key,
            custom_value=self.custom_value,
            fee=self.fee,
        )


class ValueEntry(Document):
    """How listeners can pay while they listen; the bare address of one recipient will do."""

    recipients: Annotated[tuple[RecipientEntry, ...], AsList, Field(min_length=1, max_length=100)]
    """Who gets it."""
    kind: Annotated[Title, Field(max_length=40)] = Field(default="lightning", alias="type")
    """The currency."""
    method: Annotated[Title, Field(max_length=40)] = "keysend"
    """How it is sent."""
    suggested: Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,15})?$")] = ""
    """How much a minute you suggest, in that currency: `0.00000015`."""

    @model_validator(mode="before")
    @classmethod
    def _take_text(cls, value: Any) -> Any:
        return {"recipients": value} if isinstance(value, str | list) else value

    def to_model(self) -> p20.Value:
        """As the model has it."""
        return p20.Value(
            recipients=tuple(entry.to_model() for entry in self.recipients),
            kind=self.kind,
            method=self.method,
            suggested=self.suggested,
        )


class RemoteEntry(Document):
    """A show elsewhere, or one of its episodes."""

    guid: Uuid
    """The show's `podcast:guid`; podcastindex.org tells it."""
    feed_url: WebAddress | None = None
    """Its feed."""
    item_guid: Annotated[Line, Field(max_length=255)] = ""
    """The guid of one of its episodes."""

    def to_model(self, medium: str = "") -> p20.RemoteItem:
        """As the model has it."""
        return p20.RemoteItem(
            feed_guid=self.guid, feed_url=self.feed_url or "", item_guid=self.item_guid, medium=medium
        )


class PublisherEntry(Document):
    """The feed of a publisher of several shows."""

    guid: Uuid
    """That feed's `podcast:guid`."""
    feed_url: WebAddress | None = None
    """Its address."""

    def to_model(self) -> p20.RemoteItem:
        """As the model has it."""
        return p20.RemoteItem(feed_guid=self.guid, feed_url=self.feed_url or "", medium="publisher")


class TimeSplitEntry(Document):
    """A passage during which others are paid."""

    start: Timecode = Field(validation_alias=AliasChoices("from", "start"))
    end: Timecode = Field(validation_alias=AliasChoices("to", "end"))
    recipients: Annotated[tuple[RecipientEntry, ...], AsList, Field(max_length=100)] = ()
    """Who is paid; or `remote`."""
    remote: RemoteEntry | None = None
    """The show, or the episode, whose own recipients are paid."""
    remote_from: Timecode | None = None
    """Where in that episode the passage begins."""
    percentage: Annotated[int, Field(ge=0, le=100)] | None = None
    """What share `remote` gets; otherwise all."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.end <= self.start:
            raise ValueError("the passage ends before it begins")
        if bool(self.recipients) == bool(self.remote):
            raise ValueError("write either `recipients` or `remote`")
        return self

    def to_model(self) -> p20.ValueTimeSplit:
        """As the model has it, still in recording time."""
        return p20.ValueTimeSplit(
            start=self.start,
            duration=self.end - self.start,
            recipients=tuple(entry.to_model() for entry in self.recipients),
            remote=self.remote.to_model() if self.remote else None,
            remote_start=self.remote_from or 0.0,
            remote_percentage=self.percentage,
        )


class EpisodeValueEntry(ValueEntry):
    """How listeners can pay during an episode."""

    splits: Annotated[tuple[TimeSplitEntry, ...], AsList, Field(max_length=1000)] = ()
    """Passages during which others are paid."""


class LiveEntry(Document):
    """A conversation you have announced, such as the next Space."""

    title: Annotated[Title, Field(max_length=255)]
    """Its title."""
    url: WebAddress
    """Where it takes place: `https://x.com/i/spaces/1eaKbrPaYLrKX`."""
    starts_at: Moment
    """When it begins."""
    ends_at: Moment | None = None
    """When it is to end."""
    status: Literal["pending", "live", "ended"] = "pending"
    """`pending`, `live` or `ended`."""
    description: Text = ""
    """What it will be about."""
    text: Annotated[Title, Field(max_length=128)] = "Listen on X"
    """What the link says."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.ends_at and self.ends_at.replace(tzinfo=None) <= self.starts_at.replace(tzinfo=None):
            raise ValueError("it ends before it begins")
        return self

    def to_model(self, zone: tzinfo) -> p20.LiveItem:
        """As the model has it; `zone` is the show's, for dates without one."""
        starts_at = to_utc(self.starts_at, zone)
        space = _SPACE.fullmatch(self.url)
        return p20.LiveItem(
            guid=f"live-{space[1]}" if space else str(uuid5(NAMESPACE_URL, f"{self.url} {starts_at.isoformat()}")),
            title=self.title,
            starts_at=starts_at,
            ends_at=to_utc(self.ends_at, zone) if self.ends_at else None,
            status=self.status,
            description=self.description,
            links=(p20.ContentLink(href=self.url, text=self.text),),
            recording=space[1] if space else "",
        )
