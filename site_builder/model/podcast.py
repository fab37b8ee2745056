"""Episodes, shows, recordings and people as frozen values, named as podcasters name them.

Times are seconds as floats. In `content/` and in `Recording` they count from the first sample of the recording
(*recording time*); in an `Episode` they count from the first sample a listener hears (*published time*).
Only `edits.EditList` turns one into the other. Moments are aware datetimes in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from site_builder.model import podcasting20 as p20

Guid = NewType("Guid", str)
"""What identifies an episode in every podcast app, for ever (RSS 2.0 `guid`)."""


class Role(StrEnum):
    """What a person who is heard does in an episode; `credits` has every role there is."""

    HOST = "host"
    CO_HOST = "co-host"
    GUEST = "guest"


class Timeline(StrEnum):
    """How it is known who speaks when."""

    LEVELS = "levels"
    """Audio levels inside the recording: exact to one tick."""
    SESSIONS = "sessions"
    """Spoken sessions named by the archive: when somebody was on stage, not each sentence."""
    NONE = "none"
    """Not known."""


class EpisodeKind(StrEnum):
    """Apple's `episodeType`."""

    FULL = "full"
    TRAILER = "trailer"
    BONUS = "bonus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `start` up to, not including, `end`; in seconds."""

    start: float
    end: float

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Someone heard in a recording, as its source names them. Nothing here is known to be consented to."""

    role: Role = Role.GUEST
    handle: str = ""
    """Without `@`; empty where the source does not tell."""
    name: str = ""
    """Display name; may hold any text, markup included: escape it."""
    x_id: str = ""
    """X user id (digits)."""
    periscope_id: str = ""
    """Id inside the recording's own tags; not the X user id."""
    avatar_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One speaker's uninterrupted speech."""

    speaker: int
    """Index into the `speakers` (of a Recording) or `people` (of an Episode)."""
    start: float
    end: float

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Audio that the source lost: at `at` the wall clock jumps ahead of the media clock by `lost` seconds."""

    at: float
    lost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of a recording, byte for byte as the source held it."""

    file: str
    """File name inside the bundle, e.g. `recording-0.aac`."""
    origin: str
    """What the source called it, e.g. `space-1lDxLnrWjwkGm_0.ts`; for provenance only."""
    sha256: str
    size_bytes: int
    container: str
    """`adts`, `mpegts`, `mp4`, `mp3`, or FFmpeg's name for anything else."""
    codec: str
    """FFmpeg's codec name, e.g. `aac`."""
    sample_rate: int
    channels: int
    samples: int
    """Decoded samples per channel, counted from frames."""
    started_at: datetime | None = None
    """Wall clock of the first sample, where the recording tells."""

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.samples / self.sample_rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What a source says about one conversation. Times are recording time over all parts joined."""

    id: str
    """Stable across sources of the same kind: the guid of the episode made from it."""
    source: str
    """Kind of source, e.g. `x-space` or `audio-file`."""
    url: str = ""
    """Where the conversation took place; may be dead."""
    announced_url: str = ""
    """The post that announced it."""
    title: str = ""
    """The title it was given when it was taken in; the episode's own may have been changed since."""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    archive_made_at: datetime | None = None
    """When the archive this comes from was made."""
    parts: tuple[Part, ...] = ()
    speakers: tuple[Speaker, ...] = ()
    turns: tuple[Turn, ...] = ()
    """Who speaks when, as far as it can be told."""
    on_stage: tuple[Speaker, ...] = ()
    """People whom the source names besides, of whom no sound is known. One without a span in `may_speak` may have
    spoken at any time, unless they are one of `speakers`, of whom this is another handle or name."""
    may_speak: tuple[Turn, ...] = ()
    """When each guest may be heard, however quietly and unsurely: of use where somebody refused. `speaker` counts in
    `speakers`, then in `on_stage`."""
    timeline: Timeline = Timeline.NONE
    tick: float = 1.0
    """Uncertainty of each turn edge in seconds: the longest regular distance between two level readings."""
    silences: tuple[Span, ...] = ()
    """Spans in which every level reading is zero."""
    unknown: tuple[Span, ...] = ()
    """Spans longer than a tick without a level reading: anybody may speak there."""
    gaps: tuple[Gap, ...] = ()
    participants: int | None = None
    """How many people listened, where the source tells."""

    @property
    def duration(self) -> float:
        """Length of all parts together in seconds."""
        return sum(part.duration for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One time-stamped line of show notes: something shared during the conversation."""

    at: float
    """Recording time in seconds."""
    text: str
    """Plain text, links expanded; not yet Markdown."""
    links: tuple[str, ...] = ()
    """Every link in `text`, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone named in an episode or of a show."""

    name: str
    role: str = Role.GUEST
    """One of `credits.ROLES`."""
    group: str = ""
    """One of the groups of `credits.TAXONOMY`; empty: the usual one of the role."""
    handle: str = ""
    href: str = ""
    avatar_url: str = ""
    """Absolute, or a path below the site's root."""
    speaking: float = 0.0
    """Seconds of speech in the episode at hand."""
    anonymous: bool = False
    """Heard without a name: `name` says the role and a number, in the show's language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A titled point in an episode; ends where the next begins."""

    start: float
    title: str
    href: str = ""
    image: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A line of a transcript."""

    start: float
    end: float
    text: str
    speaker: str = ""
    times: tuple[tuple[float, float], ...] = ()
    """From when to when each word of `text` is said (`text/spoken.py:split_words`); empty where it is not known.

    Times alone: words are read from `text`, so that what is replaced there cannot come back from here (decision 37).
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """The audio file of an episode as a feed names it (RSS 2.0 `enclosure`)."""

    path: str
    """Below the site's root, e.g. `media/flood-gauges.m4a`."""
    size_bytes: int
    media_type: str
    """`audio/x-m4a` or `audio/mpeg`."""
    duration: float
    """Seconds, counted from frames."""
    sha256: str
    bitrate: int = 0
    """Bits per second of its sound, on average: without cover and tags."""
    channels: int = 2
    sample_rate: int = 48000
    codecs: str = ""
    """RFC 6381, e.g. `mp4a.40.2` or `opus`."""
    title: str = ""
    """What a listener choosing between encodings sees; at most 32 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedAudio:
    """What was made of a recording: enough to publish the episode where the recording itself is absent."""

    enclosure: Enclosure
    alternates: tuple[Enclosure, ...] = ()
    """The same audio in further encodings."""
    edits: str
    """The edit list as canonical JSON (see `edits.EditList`)."""
    peaks: tuple[int, ...] = ()
    """Loudness over time for drawing, 0 to 100, equally spaced over the published length."""
    sources: tuple[str, ...] = ()
    """sha256 of each original part, in order."""
    made_by: str = ""
    """Name and version of the program that made it."""
    taken_out: int = 0
    """How many speakers were taken out because they refused."""
    facts: dict[str, str] = field(default_factory=dict, hash=False)
    """Provenance, label to value, as the page shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artwork:
    """A square picture."""

    path: str
    """Below the site's root."""
    width: int
    height: int
    media_type: str = "image/jpeg"
    alt: str = ""
    purpose: str = "artwork"
    """`artwork`, `social`, `canvas`, `banner`, `poster` or `circular`."""
    drawn: bool = False
    """Made by this program of the words beside it, where the host gave no picture."""
    smaller: tuple[Artwork, ...] = ()
    """The same picture in smaller sizes for pages, largest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """An Apple Podcasts category, with its subcategory where there is one."""

    name: str
    sub: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(p20.Publicity):
    """A podcast: everything that is true of all its episodes."""

    title: str
    description: str
    """Plain text, one or more paragraphs."""
    url: str
    """Where the site lives, with a trailing slash: `https://example.org/show/`."""
    language: str
    """BCP 47 as feeds write it, e.g. `en` or `en-us`."""
    author: str
    email: str
    categories: tuple[Category, ...]
    explicit: bool = False
    copyright: str = ""
    kind: str = "episodic"
    """Apple's `itunes:type`: `episodic` or `serial`."""
    subtitle: str = ""
    artwork: Artwork | None = None
    guid: str = ""
    """Podcasting 2.0 `podcast:guid`, a UUIDv5."""
    people: tuple[Person, ...] = ()
    media_url: str = ""
    """Where the audio lives when it is not below `url`; with a trailing slash."""
    enclosure_prefix: str = ""
    """A measuring service put before every enclosure's address, e.g. `https://op3.dev/e/`."""
    new_feed_url: str = ""
    complete: bool = False
    """No further episode will ever appear."""
    locked: bool = True
    """Other hosts may not import the feed."""
    medium: str = "podcast"
    countries: tuple[str, ...] = ()
    """Where most listeners are (Spotify), most important first: ISO 3166-1 alpha-2."""
    trailers: tuple[p20.Trailer, ...] = ()
    podroll: tuple[p20.RecommendedShow, ...] = ()
    pictures: tuple[Artwork, ...] = ()
    """Pictures beyond the artwork: banners, social cards."""
    update_frequency: p20.UpdateFrequency | None = None
    publisher: p20.RemoteItem | None = None
    """The feed of whoever publishes several shows."""
    podping: bool = False
    """Changes are told to podping.cloud."""
    services: tuple[p20.ServiceBlock, ...] = ()
    """Services that may, or may not, list the show, beyond what `block` says of all."""
    live: tuple[p20.LiveItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode(p20.Publicity):
    """One published (or drafted) episode. Everything timed is in published time."""

    guid: Guid
    slug: str
    title: str
    published_at: datetime
    enclosure: Enclosure
    summary: str = ""
    """Plain text, a sentence or two."""
    itunes_title: str = ""  # what Apple's apps show in place of the title
    notes_html: str = ""
    """Sanitised HTML."""
    notes_text: str = ""
    """The notes as plain text, for apps that show no HTML."""
    tags: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    turns: tuple[Turn, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    floors: tuple[Chapter, ...] = ()
    """Where somebody begins to hold the floor, titled by name: for the page, not for apps."""
    kind: EpisodeKind = EpisodeKind.FULL
    season: int | None = None
    number: int | None = None
    explicit: bool | None = None
    artwork: Artwork | None = None
    recorded_at: datetime | None = None
    updated_at: datetime | None = None
    source_url: str = ""
    announced_url: str = ""
    gaps: tuple[Gap, ...] = ()
    draft: bool = False
    cues: tuple[Cue, ...] = ()
    """The transcript."""
    transcripts: tuple[p20.TranscriptFile, ...] = ()
    chapters_path: str = ""
    """JSON chapters below the site's root; empty where there are none."""
    alternates: tuple[Enclosure, ...] = ()
    """The same audio in further encodings."""
    soundbites: tuple[p20.Soundbite, ...] = ()
    links: tuple[p20.ContentLink, ...] = ()  # where it can be heard or seen outside of apps
    pictures: tuple[Artwork, ...] = ()
    season_name: str = ""
    number_shown: str = ""
    """What apps show in place of `number`, e.g. `Ch. 3`; at most 32 characters."""
    cover_alt: str = ""
    """What is to be seen on its own cover."""
    facts: dict[str, str] = field(default_factory=dict, hash=False)
    """Provenance for the page, label to value."""

    @property
    def path(self) -> str:
        """The page's folder below the site's root."""
        return f"episodes/{self.slug}/"
