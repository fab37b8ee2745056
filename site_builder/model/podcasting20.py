"""What a feed can say beyond the audio: the elements of the Podcasting 2.0 namespace, as frozen values.

Named and limited as https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md says.
A path is below the site's root; a URL is absolute.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Funding:
    """A way to support the show."""

    url: str
    text: str
    """What the button says; at most 128 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class License:
    """Under what terms others may use the audio."""

    name: str
    """An SPDX-like id such as `cc-by-4.0`, or the name of an own licence."""
    url: str = ""
    """Needed for an own licence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place an episode or show is about, or was made at."""

    name: str
    relation: str = "subject"
    """`subject` (what it is about) or `creator` (where it was made)."""
    geo: str = ""
    """RFC 5870, e.g. `geo:30.2672,97.7431`."""
    osm: str = ""
    """OpenStreetMap object, e.g. `R113314`."""
    country: str = ""
    """ISO 3166-1 alpha-2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Soundbite:
    """A passage worth hearing on its own; 15 to 120 seconds are advised."""

    start: float
    duration: float
    title: str = ""
    """Empty where the episode's title serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptFile:
    """A transcript as it lies on the site."""

    path: str
    media_type: str
    """`text/vtt`, `application/x-subrip`, `application/json`, `text/html` or `text/plain`."""
    language: str = ""
    captions: bool = False
    """Whether it is timed to be shown while listening."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SocialPost:
    """A post whose replies are the comments of an episode or show."""

    uri: str
    protocol: str = "activitypub"
    """`activitypub`, `twitter`, `atproto`, `lightning`, `hive`, `matrix`, `nostr` or `disabled`."""
    account_id: str = ""
    account_url: str = ""
    priority: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentLink:
    """A place outside the app where the same conversation can be heard or seen."""

    href: str
    text: str = ""
    """What is to be found there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A room where listeners talk to each other."""

    server: str
    """Host name of the server to connect to."""
    protocol: str
    """`irc`, `xmpp`, `nostr` or `matrix`."""
    account_id: str = ""
    """Who the host is there."""
    space: str = ""
    """The room, where the server has several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRecipient:
    """Somebody who gets a part of what listeners pay."""

    address: str
    """Public key of a Lightning node, or a Lightning address such as `ada@example.org`."""
    split: int
    """Shares of the whole."""
    name: str = ""
    kind: str = "node"
    """`node` or `lnaddress`."""
    custom_key: str = ""
    custom_value: str = ""
    fee: bool = False
    """Taken off the whole before it is divided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteItem:
    """A show elsewhere, or one of its episodes."""

    feed_guid: str
    feed_url: str = ""
    item_guid: str = ""
    medium: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueTimeSplit:
    """A passage during which others are paid: either `recipients` or those of `remote`."""

    start: float
    duration: float
    recipients: tuple[ValueRecipient, ...] = ()
    remote: RemoteItem | None = None
    remote_start: float = 0.0
    """Where in the other episode the passage begins, in seconds."""
    remote_percentage: int | None = None
    """What share goes to the other show; None: all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """How listeners pay while they listen, and whom."""

    recipients: tuple[ValueRecipient, ...]
    kind: str = "lightning"
    """The currency or layer."""
    method: str = "keysend"
    suggested: str = ""
    """A decimal number in that currency, kept as it was written."""
    splits: tuple[ValueTimeSplit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceBlock:
    """Whether one service may list the show."""

    service: str
    """A slug such as `google`; empty: every service."""
    blocked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveItem:
    """A conversation that is announced, takes place or has just ended."""

    guid: str
    title: str
    starts_at: datetime
    ends_at: datetime | None = None
    status: str = "pending"
    """`pending`, `live` or `ended`."""
    description: str = ""
    links: tuple[ContentLink, ...]
    """Where it takes place; at least one."""
    recording: str = ""
    """Id of the recording it will become, where the link tells: then it goes once the episode is published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trailer:
    """A short piece of audio that presents the show or a season."""

    title: str
    url: str
    published_at: datetime
    size_bytes: int = 0
    media_type: str = ""
    season: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendedShow:
    """Another show whose listeners may like this one (an entry of the podroll)."""

    guid: str
    """Its `podcast:guid`."""
    feed_url: str = ""
    title: str = ""
    medium: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateFrequency:
    """How often episodes appear."""

    text: str
    """For people, e.g. `Every second Tuesday`."""
    rule: str = ""
    """RFC 5545 recurrence rule, e.g. `FREQ=WEEKLY;INTERVAL=2;BYDAY=TU`."""
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRecord:
    """Free text for machines, like a DNS TXT record: ownership codes, `ai-content`."""

    text: str
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLinks:
    """Other addresses a feed names: its style sheet, its WebSub hub, its pages (RFC 5005) where it is split."""

    stylesheet: str = ""
    """An XSL file that shows the feed to people; relative to the feed."""
    hub: str = ""
    first: str = ""
    previous: str = ""
    next: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publicity:
    """What a show and an episode alike may say about themselves."""

    funding: tuple[Funding, ...] = ()
    license: License | None = None
    locations: tuple[Location, ...] = ()
    posts: tuple[SocialPost, ...] = ()
    """Where to comment. An episode without any has its announcing post."""
    texts: tuple[TextRecord, ...] = ()
    block: bool = False
    """Keep it out of directories."""
    chat: Chat | None = None
    value: tuple[Value, ...] = ()
