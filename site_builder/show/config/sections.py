"""The sections of `config.yaml`: what may be written, what it means, and what holds where nothing is."""

from __future__ import annotations

import re
from datetime import UTC, tzinfo
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from site_builder.model.categories import parse_category
from site_builder.model.podcast import Category
from site_builder.show.documents import Document
from site_builder.show.documents.entries import (
    Country,
    FundingEntry,
    HostEntry,
    LicenseEntry,
    LocationEntry,
)
from site_builder.show.documents.fields import (
    AsList,
    Colour,
    EmailAddress,
    FolderAddress,
    Font,
    Language,
    Line,
    Link,
    LocalPath,
    SecureAddress,
    SomeText,
    Text,
    TimeZone,
    Title,
    contact_address,
)
from site_builder.show.documents.podcasting20 import (
    ChatEntry,
    Comments,
    ValueEntry,
)


def _category(value: object) -> object:
    return Category(**parse_category(value)._asdict()) if isinstance(value, str) else value


AppleCategory = Annotated[Category, BeforeValidator(_category)]
"""`Arts > Books`, `Technology`."""


class ShowKind(StrEnum):
    """Apple's `itunes:type`."""

    EPISODIC = "episodic"
    """Newest first."""
    SERIAL = "serial"
    """Meant to be heard from the first episode on; each needs a number."""


class AudioFormat(StrEnum):
    """What published audio is."""

    COPY = "copy"
    """The recording's own AAC, untouched, in an .m4a file."""
    MP3 = "mp3"
    AAC = "aac"


class Level(StrEnum):
    """What is brought to one loudness."""

    EPISODE = "episode"
    """The episode as a whole."""
    SPEAKERS = "speakers"
    """Each voice, then the whole."""


class DeadAir(StrEnum):
    """What happens to the silence before a room gets going and after it ends."""

    TRIM = "trim"
    KEEP = "keep"


class ChapterSource(StrEnum):
    """Whether episodes without chapters of the host's get some made from the conversation."""

    AUTO = "auto"
    OFF = "off"


class Pending(StrEnum):
    """What happens with somebody who has not answered yet."""

    PUBLISH = "publish"
    ANONYMISE = "anonymise"
    WITHHOLD = "withhold"


class Removal(StrEnum):
    """How somebody who refused is taken out of the audio."""

    MUTE = "mute"
    """Silence; the clock stays."""
    CUT = "cut"
    """Gone; what follows moves up."""


class EpisodeCovers(StrEnum):
    """What stands for an episode that has no cover of its own."""

    DRAW = "draw"
    SHOW = "show"


class ShowConfig(Document):
    """`show`: what the podcast is."""

    title: Title
    """The show's name. No key words, no host's name: Apple removes shows for that."""
    description: SomeText
    """What it is about, one or more paragraphs of plain text; at most 4000 bytes are read by apps."""
    url: FolderAddress
    """Where the site will live, e.g. `https://example.org/show/`. Every link in the feed begins with it."""
    language: Language
    """Language spoken: `en`, `de`, `pt-br`. The site's own texts follow it."""
    author: Title
    """Who makes it, as apps show it."""
    email: EmailAddress
    """Public. Directories send their ownership codes to it."""
    categories: Annotated[tuple[AppleCategory, ...], AsList, Field(min_length=1, max_length=5)] = Field(
        alias="category"
    )
    """One or several of Apple's categories; most apps read the first only."""
    subtitle: Annotated[Line, Field(max_length=255)] = ""
    """One line below the title."""
    explicit: bool = False
    """Whether there may be strong language or adult themes."""
    kind: ShowKind = Field(default=ShowKind.EPISODIC, alias="type")
    """`episodic` (newest first) or `serial` (first to last)."""
    timezone: TimeZone = "UTC"
    """Zone of all dates written without one, and of the dates the site shows."""
    cover: LocalPath | None = None
    """Square JPEG or PNG, 1400 to 3000 pixels. Without it `content/cover.jpg` or `.png` is taken; else one is drawn."""
    episode_covers: EpisodeCovers = EpisodeCovers.DRAW
    """`draw` (an episode without a cover of its own gets one) or `show` (the show's cover serves all)."""
    copyright: Line = ""
    """Whose it is, without the word or the sign: `Ada Example`."""
    people: Annotated[tuple[HostEntry, ...], AsList] = ()
    """Hosts of all episodes that name nobody themselves."""
    funding: Annotated[tuple[FundingEntry, ...], AsList] = ()
    """Ways to support the show."""
    license: LicenseEntry | None = None
    """Terms of use of the audio, e.g. `cc-by-4.0`."""
    location: Annotated[tuple[LocationEntry, ...], AsList] = ()
    """Places the show is about or made at."""
    countries: Annotated[tuple[Country, ...], AsList] = ()
    """Where most listeners are, most important first (Spotify)."""
    comments: Comments = ()
    """Posts whose replies are the comments on the show."""
    chat: ChatEntry | None = None
    """A room where listeners talk to each other."""
    value: ValueEntry | None = None
    """How listeners can pay while they listen."""
    seasons: dict[Annotated[int, Field(ge=1)], Title] = Field(default_factory=dict)
    """Names of seasons, by number."""

    @property
    def zone(self) -> tzinfo:
        """The show's time zone."""
        return UTC if self.timezone == "UTC" else ZoneInfo(self.timezone)


Bitrate = Literal[32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]


def _whole(value: object) -> object:
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,4}", value) else value


class AlternateFormat(StrEnum):
    """What a further encoding is."""

    MP3 = "mp3"
    AAC = "aac"


_EVEN_LOUDNESS = -16.0
"""LUFS of an encoding whose voices are made equally loud, unless the host says otherwise; what Apple advises."""


class AlternateEntry(Document):
    """A further encoding of every episode; a bare format will do."""

    format: AlternateFormat
    """`mp3` or `aac`."""
    bitrate: Annotated[Bitrate, BeforeValidator(_whole)] = 64
    """Kilobits a second."""
    channels: Annotated[Literal[1, 2], BeforeValidator(_whole)] = 1
    """1 (mono) or 2 (stereo)."""
    level: Level = Level.EPISODE
    """`speakers` makes every voice equally loud in this one."""

    @model_validator(mode="before")
    @classmethod
    def _take_format(cls, value: Any) -> Any:
        return {"format": value} if isinstance(value, str) else value


class AudioConfig(Document):
    """`audio`: what becomes of the recordings. They themselves are never changed."""

    format: AudioFormat = AudioFormat.COPY
    """`copy` (as recorded, nothing lost, quick), `mp3` or `aac` (encoded anew)."""
    bitrate: Annotated[Bitrate, BeforeValidator(_whole)] = 64
    """Kilobits a second when encoding; 64 is good for speech in one channel."""
    channels: Annotated[Literal[1, 2], BeforeValidator(_whole)] = 1
    """Channels when encoding: 1 (mono) or 2 (stereo)."""
    loudness: Annotated[float, Field(ge=-30, le=-8)] | None = None
    """Bring each episode to this loudness in LUFS when encoding; apps advise -16. Nothing: as recorded."""
    level: Level = Level.EPISODE
    """`speakers` makes every voice equally loud when encoding, at `loudness` or else -16 LUFS."""
    alternates: Annotated[tuple[AlternateEntry, ...], AsList, Field(max_length=8)] = ()
    """Further encodings of every episode, for apps and listeners to choose from; the one above stays the usual one."""
    dead_air: DeadAir = DeadAir.TRIM
    """`trim` (long silence at both ends goes) or `keep`."""
    chapters: ChapterSource = ChapterSource.AUTO
    """`auto` (episodes without chapters get some made from the conversation) or `off`."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.loudness is not None and self.format is AudioFormat.COPY:
            raise ValueError("`loudness` needs `format: mp3` or `format: aac`; `copy` leaves the sound as it is")
        if self.level is Level.SPEAKERS and self.format is AudioFormat.COPY:
            raise ValueError(
                "`level: speakers` needs `format: mp3` or `format: aac`, or an entry of `alternates` of its own; "
                "`copy` leaves the sound as it is"
            )
        ways = [(self.format.value, self.bitrate, self.channels, self.level)]
        ways += [(entry.format.value, entry.bitrate, entry.channels, entry.level) for entry in self.alternates]
        if len(set(ways)) < len(ways):
            raise ValueError("`alternates` names an encoding that is there already; take it out")
        return self

    def find_loudness(self, level: Level) -> float | None:
        """LUFS that an encoding of that kind is brought to."""
        return _EVEN_LOUDNESS if self.loudness is None and level is Level.SPEAKERS else self.loudness


class ConsentConfig(Document):
    """`consent`: what happens with people who have not said yes, or have said no."""

    pending: Pending = Pending.ANONYMISE
    """Who has not answered is heard without a name (`anonymise`) or with it (`publish`), or the episode is withheld."""
    removal: Removal = Removal.MUTE
    """Who refuses is made silent (`mute`) or `cut` out."""
    contact: Annotated[str, AfterValidator(contact_address)] | None = None
    """Address to ask to be taken out, shown on each episode page: e-mail or web. Nothing: `show.email`."""

    @property
    def says_pending(self) -> bool:
        """Whether the host wrote down what happens with who has not answered."""
        return "pending" in self.model_fields_set


class FontsConfig(Document):
    """`site.fonts`: installed fonts, by CSS name; nothing is loaded from elsewhere."""

    body: Font | None = None
    """Running text."""
    headings: Font | None = None
    """Titles."""


def _style_sheet(path: str) -> str:
    if not path.lower().endswith(".css"):
        raise ValueError("expected a style sheet, whose name ends in .css: it is published as it is")
    return path


StyleSheet = Annotated[LocalPath, AfterValidator(_style_sheet)]
"""A file of CSS, never one of the show's private ones."""


class SiteConfig(Document):
    """`site`: how the website looks."""

    accent: Colour | None = None
    """The one colour of links and buttons, in quotes: `"#1a7f64"`. Nothing: taken from the cover."""
    logo: LocalPath | None = None
    """A picture in place of the title at the top."""
    navigation: dict[Title, Link] | None = None
    """Links at the top: `About: about/`. Nothing: the free pages, in their order."""
    footer: Text = ""
    """Markdown at the foot of each page."""
    episodes_per_page: Annotated[int, Field(ge=1, le=200)] = 20
    """Episodes on the home page and on each page of the archive."""
    fonts: FontsConfig = FontsConfig.model_construct()
    """Other fonts than the theme's."""
    css: Annotated[tuple[StyleSheet, ...], AsList] = ()
    """Your own style sheets, applied after the theme's."""
    texts: dict[Title, Line] = Field(default_factory=dict)
    """Your own words for texts of the interface: `Newest episodes: Fresh from the river`."""


def _store(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9+-]*(:[^\x00-\x1f\x7f]*)?", text):
        raise ValueError(
            "expected where to, such as github-pages, s3://bucket/folder, rsync:user@host:/srv/show, "
            "sftp:user@host:/srv/show or folder:/srv/show"
        )
    if re.search(r"//[^/@]*:[^/@]*@", text):
        raise ValueError(
            "write it without a password: this file may be published; hosts take secrets from their own tools"
        )
    return text


Store = Annotated[str, AfterValidator(_store)]
"""A place to send files to: a scheme, and what that host needs."""


class MediaConfig(Document):
    """`media`: audio somewhere else than the site."""

    store: Store | None = None
    """Where audio is sent, e.g. `s3://my-show/audio`."""
    url: FolderAddress | None = None
    """Where listeners get it from, e.g. `https://audio.example.org/`."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.store and not self.url:
            raise ValueError("`store` needs `url`: the address listeners get the audio from")
        return self


Deploy = Annotated[
    dict[Title, Store], BeforeValidator(lambda value: {"default": value} if isinstance(value, str) else value)
]
"""Targets of `spacecast deploy` by name; a single one is called `default`."""


class RepositoryConfig(Document):
    """`repository`: the show's own git repository, where it has one."""

    private: bool = False
    """Whether nobody else can read it: only then may people.yaml and notes lie in it. `spacecast workflow` notes it."""


Subscribe = dict[Title, SecureAddress]
"""Name of an app or directory to the show's page there."""
