"""A podcast's RSS feed, from wherever it is published now, as values. Everything in it is untrusted text.

RSS 2.0 (https://www.rssboard.org/rss-specification) with Apple's, Podcasting 2.0's and Podlove's elements. Feeds in the
wild are crooked: what is wrong is passed over, and said in `remarks` where it costs something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree

from site_builder.errors import UnusableSource
from site_builder.model import podcasting20 as p20
from site_builder.model.podcast import Chapter, EpisodeKind, Person, Role
from site_builder.sources.feed.channel import Standing, read_standing
from site_builder.sources.feed.elements import Element, line_of, text_of
from site_builder.text.plain import clean
from site_builder.text.timecode import parse_timecode

_ROLES = {"host": Role.HOST, "co-host": Role.CO_HOST, "cohost": Role.CO_HOST, "guest host": Role.CO_HOST}
_ROLES |= {"guest": Role.GUEST}
_SOUND = re.compile(r"\.(?:mp3|m4a|m4b|aac|ogg|oga|opus|wav|flac)(?:[?#]|$)", re.IGNORECASE)
_SIGN = re.compile(r"^(?:(?:copyright|\(c\)|©|℗)\s*|[\d–-]{4,9},?\s+)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file that a feed names."""

    url: str
    media_type: str = ""
    size_bytes: int = 0
    """As the feed claims; often wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One episode as the feed has it. Times are those of its enclosure."""

    guid: str
    title: str
    audio: RemoteFile
    published_at: datetime | None = None
    notes: str = ""
    """HTML or plain text, not sanitised."""
    subtitle: str = ""
    link: str = ""
    """The episode's page on the old site."""
    season: int | None = None
    season_name: str = ""
    number: int | None = None
    number_shown: str = ""
    kind: EpisodeKind = EpisodeKind.FULL
    explicit: bool | None = None
    block: bool = False
    people: tuple[Person, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    """Podlove Simple Chapters."""
    chapters_url: str = ""
    """JSON chapters, which go before the others."""
    transcripts: tuple[RemoteFile, ...] = ()
    cover_url: str = ""
    cover_alt: str = ""
    """What is to be seen on it; empty where the title alone says that."""
    tags: tuple[str, ...] = ()
    soundbites: tuple[p20.Soundbite, ...] = ()
    license: p20.License | None = None
    locations: tuple[p20.Location, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PodcastFeed:
    """A show and its episodes, in the feed's order."""

    title: str
    description: str = ""
    """HTML or plain text."""
    link: str = ""
    language: str = ""
    author: str = ""
    email: str = ""
    categories: tuple[str, ...] = ()
    """As the config writes them: `Arts > Books`."""
    explicit: bool = False
    copyright: str = ""
    kind: str = "episodic"
    guid: str = ""
    """Podcasting 2.0 `podcast:guid`."""
    people: tuple[Person, ...] = ()
    funding: tuple[p20.Funding, ...] = ()
    license: p20.License | None = None
    locations: tuple[p20.Location, ...] = ()
    cover_url: str = ""
    url: str = ""
    """The feed's own address, as it says."""
    moved_to: str = ""
    locked: bool = False
    standing: Standing = field(default_factory=Standing)
    next_url: str = ""
    """The next page of a feed in pages (RFC 5005)."""
    items: tuple[FeedItem, ...] = ()
    remarks: list[str] = field(default_factory=list)
    """What was passed over, a sentence each."""


def parse_feed(content: bytes, name: str) -> PodcastFeed:
    """The feed in `content`; `name` is what a person calls it.

    Raises:
        UnusableSource: it is no RSS feed of a podcast.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, remove_comments=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    channel = root.find("channel") if root is not None else None
    if channel is None:
        raise UnusableSource(f"{name} is no podcast feed; give the address that podcast apps use (RSS)")
    feed = _Reader(channel).read_show(name)
    if parser.error_log:
        first = parser.error_log[0]
        feed.remarks.append(f"line {first.line} of the feed is not well-formed; what could be read was taken")
    return feed


class _Reader(Element):
    """What show and episode say alike."""

    def read_show(self, name: str) -> PodcastFeed:
        remarks: list[str] = []
        owner = Element(self.all("itunes:owner")[0]) if self.all("itunes:owner") else self
        return PodcastFeed(
            title=self.line("title", "itunes:title") or name,
            description=self.text("description", "itunes:summary"),
            link=self.line("link"),
            language=self.line("language"),
            author=self.line("itunes:author") or owner.line("itunes:name"),
            email=owner.line("itunes:email"),
            categories=tuple(_read_categories(self.all("itunes:category"))),
            explicit=self.yes("itunes:explicit") or False,
            copyright=_SIGN.sub("", self.line("copyright")),
            kind="serial" if self.line("itunes:type").lower() == "serial" else "episodic",
            guid=self.line("podcast:guid"),
            people=self.read_people(remarks),
            funding=self._read_funding(),
            license=self.read_license(),
            locations=self.read_locations(),
            cover_url=self.href("itunes:image") or self._find_image(),
            url=self._find_link("self"),
            moved_to=self.line("itunes:new-feed-url"),
            locked=self.line("podcast:locked").lower() == "yes",
            standing=read_standing(self),
            next_url=self._find_link("next"),
            items=tuple(_read_items(self.all("item"), remarks)),
            remarks=remarks,
        )

    def read_people(self, remarks: list[str]) -> tuple[Person, ...]:
        people = []
        for child in self.all("podcast:person"):
            name = line_of(child)
            role = _ROLES.get((child.get("role") or "host").strip().lower())
            if name and role:
                href, image = (child.get("href") or "").strip(), (child.get("img") or "").strip()
                people.append(Person(name=name, role=role, href=href, avatar_url=image))
            elif name:
                remarks.append(
                    f"{name} is left out: only hosts, co-hosts and guests are named, not “{child.get('role')}”"
                )
        return tuple(people)

    def read_license(self) -> p20.License | None:
        name = self.line("podcast:license")
        return p20.License(name=name, url=self.href("podcast:license", "url")) if name else None

    def read_locations(self) -> tuple[p20.Location, ...]:
        found = ((line_of(child), child) for child in self.all("podcast:location"))
        return tuple(
            p20.Location(
                name=name,
                relation="creator" if child.get("rel") == "creator" else "subject",
                geo=child.get("geo") or "",
                osm=child.get("osm") or "",
                country=child.get("country") or "",
            )
            for name, child in found
            if name
        )

    def _find_image(self) -> str:
        return next((Element(child).line("url") for child in self.all("image")), "")

    def _read_funding(self) -> tuple[p20.Funding, ...]:
        return tuple(
            p20.Funding(url=child.get("url", "").strip(), text=line_of(child)) for child in self.all("podcast:funding")
        )

    def _find_link(self, relation: str) -> str:
        links = (child for child in self.all("atom:link") if child.get("rel") == relation)
        return next((child.get("href", "").strip() for child in links), "")


def _read_items(elements: list[Any], remarks: list[str]) -> Iterator[FeedItem]:
    seen: set[str] = set()
    for element in elements:
        item = _read_item(_Reader(element), remarks)
        if item and item.guid in seen:
            remarks.append(f"“{item.title}” has the guid of another episode, so apps never showed it; it was left out")
        elif item:
            seen.add(item.guid)
            yield item


def _read_item(reader: _Reader, remarks: list[str]) -> FeedItem | None:
    title = reader.line("title", "itunes:title") or "Untitled episode"
    audio = _find_audio(reader)
    if audio is None:
        remarks.append(f"“{title}” has no audio and was left out")
        return None
    season, episode = reader.all("podcast:season"), reader.all("podcast:episode")
    kind = reader.line("itunes:episodeType").lower()
    notes = reader.text("content:encoded", "description", "itunes:summary")
    return FeedItem(
        guid=text_of(reader.all("guid")[0]).strip() if reader.line("guid") else audio.url,
        title=title,
        audio=audio,
        published_at=parse_date(reader.line("pubDate", "dc:date", "atom:published", "atom:updated")),
        notes=notes if notes != title else "",  # feeds must say something, and say the title again
        subtitle=reader.line("itunes:subtitle"),
        link=reader.line("link"),
        season=_read_number(reader.line("itunes:season", "podcast:season")),
        season_name=clean(season[0].get("name") or "", keep_lines=False) if season else "",
        number=_read_number(reader.line("itunes:episode", "podcast:episode")),
        number_shown=clean(episode[0].get("display") or "", keep_lines=False)[:32] if episode else "",
        kind=EpisodeKind(kind) if kind in set(EpisodeKind) else EpisodeKind.FULL,
        explicit=reader.yes("itunes:explicit"),
        block=reader.line("itunes:block").lower() == "yes",
        people=reader.read_people(remarks),
        chapters=tuple(_read_simple_chapters(reader)),
        chapters_url=reader.href("podcast:chapters", "url"),
        transcripts=tuple(
            RemoteFile(url=url, media_type=(child.get("type") or "").strip().lower())
            for child in reader.all("podcast:transcript")
            if (url := (child.get("url") or "").strip())
        ),
        cover_url=reader.href("itunes:image"),
        cover_alt=_find_alt(reader, title),
        tags=tuple(dict.fromkeys(line[:100] for line in reader.lines("category")))[:20],
        soundbites=tuple(_read_soundbites(reader)),
        license=reader.read_license(),
        locations=reader.read_locations(),
    )


def _find_alt(reader: _Reader, title: str) -> str:
    """Podcasting 2.0's words for Apple's picture."""
    cover = reader.href("itunes:image")
    images = (child for child in reader.all("podcast:image") if (child.get("href") or "").strip() == cover)
    alt = next((clean(child.get("alt") or "", keep_lines=False) for child in images), "")
    return alt if alt != title else ""


def _find_audio(reader: _Reader) -> RemoteFile | None:
    """The first enclosure that is sound; a type that says nothing is made up for by the name."""
    for child in reader.all("enclosure"):
        url, media_type = (child.get("url") or "").strip(), (child.get("type") or "").strip().lower()
        length = (child.get("length") or "").strip()
        if url and (media_type.startswith("audio/") or _SOUND.search(url)):
            size = int(length) if length.isascii() and length.isdigit() and len(length) < 16 else 0
            return RemoteFile(url=url, media_type=media_type, size_bytes=size)
    return None


def _read_simple_chapters(reader: _Reader) -> Iterator[Chapter]:
    for parent in reader.all("psc:chapters"):
        for child in Element(parent).all("psc:chapter"):
            title = clean(child.get("title") or "", keep_lines=False)
            try:
                start = parse_timecode((child.get("start") or "").strip())
            except ValueError:
                continue
            if title:
                yield Chapter(start=start, title=title, href=child.get("href") or "", image=child.get("image") or "")


def _read_soundbites(reader: _Reader) -> Iterator[p20.Soundbite]:
    for child in reader.all("podcast:soundbite"):
        try:
            start, duration = float(child.get("startTime")), float(child.get("duration"))
        except (TypeError, ValueError):
            continue
        if 0 <= start < 1e6 and 0 < duration < 1e6:
            yield p20.Soundbite(start=start, duration=duration, title=line_of(child))


def _read_categories(elements: list[Any]) -> Iterator[str]:
    for element in elements:
        name = clean(element.get("text") or "", keep_lines=False)
        subs = [clean(child.get("text") or "", keep_lines=False) for child in Element(element).all("itunes:category")]
        yield from (f"{name} > {sub}" for sub in subs if sub)
        if name and not any(subs):
            yield name


def parse_date(text: str) -> datetime | None:
    """A moment as feeds write it: RFC 2822 or ISO 8601, in UTC where no zone is named; None where it is neither."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text)
            moment = moment.replace(tzinfo=UTC) if moment.utcoffset() is None else moment.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return moment.replace(microsecond=0) if 1970 < moment.year < 2200 else None
    return None


def _read_number(text: str) -> int | None:
    found = re.fullmatch(r"0*([1-9][0-9]{0,5})(?:\.0*)?", text)
    return int(found[1]) if found else None
