"""One episode of a feed, as values. Everything in it is untrusted text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from site_builder.model import podcasting20 as p20
from site_builder.model.credits import find_group, parse_group, parse_role
from site_builder.model.podcast import Chapter, EpisodeKind, Person
from site_builder.sources.feed.dates import DateReading, read_date
from site_builder.sources.feed.elements import Element, line_of, text_of
from site_builder.sources.feed.left_out import LeftOut
from site_builder.sources.feed.podcasting20 import Talk, read_talk
from site_builder.text.plain import clean
from site_builder.text.timecode import parse_timecode

_SOUND = re.compile(r"\.(?:mp3|m4a|m4b|aac|ogg|oga|opus|wav|flac)(?:[?#]|$)", re.IGNORECASE)
_NOTES = ("content:encoded", "description", "itunes:summary")
_DATES = ("pubDate", "dc:date", "atom:published", "atom:updated")
_TRANSCRIPTS = {
    "text/vtt": "vtt",
    "application/json": "json",
    "application/x-subrip": "srt",
    "application/srt": "srt",
    "text/srt": "srt",
    "text/html": "html",
    "text/plain": "txt",
}
"""Kinds that can be read, best first."""
SHOWN_TITLE = 255
"""Characters that feeds show of a title."""


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
    date_text: str = ""
    """What the feed says to that; empty where it says nothing."""
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
    talk: Talk = field(default_factory=Talk)
    itunes_title: str = ""
    """What Apple shows, where that is another title."""
    has_other_files: bool = False
    """Some further encoding lies at the old host, or at no address of the web."""


class Reader(Element):
    """What show and episode say alike."""

    def read_people(self, left_out: LeftOut) -> tuple[Person, ...]:
        """People named with a role of the Podcast Taxonomy."""
        people = []
        for child in self.all("podcast:person"):
            name = line_of(child)
            if not name:
                continue
            try:
                role, group = parse_role(child.get("role") or "host"), (child.get("group") or "").strip()
            except ValueError:
                left_out.remarks.append(f"{name} is left out: nobody knows the role “{child.get('role')[:80]}”")
                continue
            href, image = (child.get("href") or "").strip(), (child.get("img") or "").strip()
            group = _find_group(group, role)
            people.append(Person(name=name, role=role, group=group, href=href, avatar_url=image))
        return tuple(people)

    def read_license(self) -> p20.License | None:
        """Terms of use."""
        name = self.line("podcast:license")
        return p20.License(name=name, url=self.href("podcast:license", "url")) if name else None

    def read_locations(self) -> tuple[p20.Location, ...]:
        """Places."""
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


def _find_group(group: str, role: str) -> str:
    """A group that is not the usual one of its role."""
    try:
        known = parse_group(group) if group else ""
    except ValueError:
        return ""
    return known if known != find_group(role) else ""


def read_items(elements: Iterable[Reader], left_out: LeftOut, author: str) -> Iterator[FeedItem]:
    """The episodes among the items of a feed; `author` is the show's."""
    seen: set[str] = set()
    for reader in elements:
        item = _read_item(reader, left_out)
        if item and item.guid in seen:
            left_out.remarks.append(
                f"“{item.title}” has the guid of another episode, so apps never showed it; it was left out"
            )
        elif item:
            seen.add(item.guid)
            _tell(reader, item, left_out, author)
            yield item


def _tell(reader: Reader, item: FeedItem, left_out: LeftOut, author: str) -> None:
    """What of an episode is lost."""
    left_out.count_episode(reader.children)
    own = {"itunes:author": author}
    number, season = reader.line("itunes:episode", "podcast:episode"), reader.line("itunes:season", "podcast:season")
    lost = {
        **{f"{name} of its own": reader.line(name) not in {"", usual} for name, usual in own.items()},
        "podcast:value beyond the first": len(item.talk.values) > 1,
        "further enclosures": len(reader.all("enclosure")) > 1,
        "categories beyond 20": len({*reader.lines("category")}) > len(item.tags),
        "podcast:alternateEnclosure at the old host, or at no address": item.has_other_files,
        "transcript of another kind": bool(item.transcripts) and not sort_transcripts(item.transcripts),
        "episode number other than 1, 2, 3 … (pages show it)": bool(number) and item.number is None,
        "season number other than 1, 2, 3 …": bool(season) and item.season is None,
    }
    for what in (name for name, is_lost in lost.items() if is_lost):
        left_out.note(what)
    if len(item.title) > SHOWN_TITLE:
        left_out.remarks.append(
            f"“{item.title[:60]}…” has a title of {len(item.title)} characters; feeds show {SHOWN_TITLE} of them"
        )


def _read_item(reader: Reader, left_out: LeftOut) -> FeedItem | None:
    title = reader.line("title", "itunes:title") or "Untitled episode"
    audio = _find_audio(reader)
    if audio is None:
        left_out.remarks.append(f"“{title}” has no audio and was left out")
        return None
    season, episode = reader.all("podcast:season"), reader.all("podcast:episode")
    notes, elsewhere = reader.text(*_NOTES), tuple(_find_elsewhere(reader, audio))
    date, date_text = _read_date(reader, title, left_out)
    number, number_shown = _read_numbers(reader)
    return FeedItem(
        guid=text_of(reader.all("guid")[0]).strip(" \t\r\n") if reader.line("guid") else audio.url,
        title=title,
        audio=audio,
        published_at=date.moment,
        date_text=date_text,
        notes=notes if notes != title else "",  # feeds must say something, and say the title again
        subtitle=reader.line("itunes:subtitle"),
        link=reader.line("link"),
        season=_read_number(reader.line("itunes:season", "podcast:season")),
        season_name=clean(season[0].get("name") or "", keep_lines=False) if season else "",
        number=number,
        number_shown=(clean(episode[0].get("display") or "", keep_lines=False)[:32] if episode else "") or number_shown,
        kind=_read_kind(reader),
        explicit=reader.yes("itunes:explicit"),
        block=reader.line("itunes:block").lower() == "yes",
        people=reader.read_people(left_out),
        chapters=tuple(_read_simple_chapters(reader, title, left_out)),
        chapters_url=reader.href("podcast:chapters", "url"),
        transcripts=tuple(_find_transcripts(reader)),
        cover_url=reader.href("itunes:image"),
        cover_alt=_find_alt(reader, title),
        tags=tuple(dict.fromkeys(line[:100] for line in reader.lines("category")))[:20],
        soundbites=tuple(_read_soundbites(reader, title, left_out)),
        license=reader.read_license(),
        locations=reader.read_locations(),
        talk=read_talk(reader, elsewhere),
        itunes_title=own if (own := reader.line("itunes:title")) != title else "",
        has_other_files=len(elsewhere) < len(reader.all("podcast:alternateEnclosure")),
    )


def _read_kind(reader: Reader) -> EpisodeKind:
    kind = reader.line("itunes:episodeType").lower()
    return EpisodeKind(kind) if kind in set(EpisodeKind) else EpisodeKind.FULL


def _find_elsewhere(reader: Reader, audio: RemoteFile) -> Iterator[p20.ContentLink]:
    """Further encodings that lie at another host than the audio, such as a film: links, for that host stays."""
    for child in reader.all("podcast:alternateEnclosure"):
        sources = ((source.get("uri") or "").strip() for source in reader.inside(child).all("podcast:source"))
        for url in sources:
            if url.startswith(("https://", "http://")) and urlsplit(url).hostname != urlsplit(audio.url).hostname:
                title = clean(child.get("title") or child.get("type") or "", keep_lines=False)
                yield p20.ContentLink(href=url, text=title)
                break


def _find_transcripts(reader: Reader) -> Iterator[RemoteFile]:
    for child in reader.all("podcast:transcript"):
        if url := (child.get("url") or "").strip():
            yield RemoteFile(url=url, media_type=(child.get("type") or "").strip().lower())


def _read_date(reader: Reader, title: str, left_out: LeftOut) -> tuple[DateReading, str]:
    """When it appeared, and how the feed writes that; what cannot be read is told with the episode's name."""
    texts = [text for name in _DATES for text in reader.lines(name)]
    readings = [(read_date(text), text) for text in texts]
    found = next((reading for reading in readings if reading[0].moment), None)
    if found is None:
        if texts:
            left_out.remarks.append(
                f"“{title}” became a draft, for its date “{texts[0][:80]}” cannot be read: write its `date`, and "
                "remove `draft: true`"
            )
        return DateReading(), texts[0] if texts else ""
    if zone := found[0].unknown_zone:
        left_out.remarks.append(f"“{title}”: nobody knows the time zone “{zone[:40]}” of its date; UTC was taken")
    return found


def _read_numbers(reader: Reader) -> tuple[int | None, str]:
    """The episode's number, and what is shown where it is no whole one (`12a`, `3.5`)."""
    texts = [*reader.lines("itunes:episode"), *reader.lines("podcast:episode")]
    number = next((number for text in texts if (number := _read_number(text))), None)
    return number, texts[0][:32] if texts and number is None else ""


def sort_transcripts(files: Iterable[RemoteFile]) -> list[tuple[str, RemoteFile]]:
    """Those that can be read, with their suffix, best first."""
    order = list(_TRANSCRIPTS)
    found = []
    for file in files:
        named = re.search(r"\.(vtt|srt|json|html|txt)(?:[?#]|$)", file.url, re.IGNORECASE)
        kind = _TRANSCRIPTS.get(file.media_type.partition(";")[0].strip()) or (named[1].lower() if named else "")
        if kind:
            found.append((order.index(next(type_ for type_ in order if _TRANSCRIPTS[type_] == kind)), kind, file))
    return [(kind, file) for _, kind, file in sorted(found, key=lambda entry: entry[0])]


def _find_alt(reader: Reader, title: str) -> str:
    """Podcasting 2.0's words for Apple's picture."""
    cover = reader.href("itunes:image")
    images = (child for child in reader.all("podcast:image") if (child.get("href") or "").strip() == cover)
    alt = next((clean(child.get("alt") or "", keep_lines=False) for child in images), "")
    return alt if alt != title else ""


def _find_audio(reader: Reader) -> RemoteFile | None:
    """The first enclosure that is sound; a type that says nothing is made up for by the name."""
    for child in reader.all("enclosure"):
        url, media_type = (child.get("url") or "").strip(), (child.get("type") or "").strip().lower()
        length = (child.get("length") or "").strip()
        if url and (media_type.startswith("audio/") or _SOUND.search(url)):
            size = int(length) if length.isascii() and length.isdigit() and len(length) < 16 else 0
            return RemoteFile(url=url, media_type=media_type, size_bytes=size)
    return None


def _read_simple_chapters(reader: Reader, title: str, left_out: LeftOut) -> Iterator[Chapter]:
    lost = 0
    for child in (child for parent in reader.all("psc:chapters") for child in reader.inside(parent).all("psc:chapter")):
        name = clean(child.get("title") or "", keep_lines=False)
        try:
            start = parse_timecode((child.get("start") or "").strip())
        except ValueError:
            lost += 1
            continue
        if name:
            yield Chapter(start=start, title=name, href=child.get("href") or "", image=child.get("image") or "")
    if lost:
        left_out.remarks.append(f"“{title}” lost {lost} chapter{'s' if lost > 1 else ''}: what it begins at is no time")


def _read_soundbites(reader: Reader, title: str, left_out: LeftOut) -> Iterator[p20.Soundbite]:
    for child in reader.all("podcast:soundbite"):
        try:
            start, duration = float(child.get("startTime")), float(child.get("duration"))
        except (TypeError, ValueError):
            start, duration = -1.0, 0.0
        if 0 <= start < 1e6 and 0 < duration < 1e6:
            yield p20.Soundbite(start=start, duration=duration, title=line_of(child))
        else:
            left_out.remarks.append(f"“{title}” lost a soundbite: it has no usable time")


def _read_number(text: str) -> int | None:
    found = re.fullmatch(r"0*([1-9][0-9]{0,5})(?:\.0*)?", text)
    return int(found[1]) if found else None
