"""A podcast's feed as a source: each of its episodes, with audio, chapters, transcript and cover, fetched when read."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from site_builder.errors import InvalidDocument, UnusableSource
from site_builder.events import Making, Notify, Progress, ignore
from site_builder.model.conversation import Account, Announcement, Conversation
from site_builder.model.podcast import Chapter, Recording
from site_builder.show.transcripts.files import parse_transcript
from site_builder.sources.feed.document import LARGEST as LARGEST_FEED
from site_builder.sources.feed.html_transcript import convert_html_transcript
from site_builder.sources.feed.http import USUAL, Bounds, Web
from site_builder.sources.feed.items import FeedItem, sort_transcripts
from site_builder.sources.feed.parser import PodcastFeed, parse_feed
from site_builder.sources.parts import read_part
from site_builder.text.plain import clean
from site_builder.text.timecode import format_clock

_LARGEST_CHAPTERS = 2_000_000  # bytes
_LARGEST_FILE = 20_000_000
_LARGEST_SHOW = 4 * LARGEST_FEED
"""Of all pages of a feed."""
_PICTURES = {b"\xff\xd8\xff": "jpg", b"\x89PNG": "png"}
_OLDEST = datetime(1, 1, 1, tzinfo=UTC)


def open_feed(reference: str, cache: Path, bounds: Bounds = USUAL, notify: Notify = ignore) -> FeedSource:
    """The feed at an address or in a file, its pages (RFC 5005) joined.

    Raises:
        UnusableSource: it cannot be had, or is no podcast feed.
    """
    if re.match(r"https?:", reference, re.IGNORECASE):
        name, web = reference, Web(reference, bounds)
        notify(Making(reference, f"Fetching {reference}"))
        content = web.fetch(reference, largest=LARGEST_FEED).body
    else:
        name, web = Path(reference).name, Web(bounds=bounds)
        content = _read_file(reference)
    feed = _join_pages(parse_feed(content, reference), len(content), web, bounds.pages)
    return FeedSource(name, replace(feed, items=order_items(feed.items)), web, cache, notify)


def _read_file(reference: str) -> bytes:
    try:
        with Path(reference).open("rb") as file:
            return file.read(LARGEST_FEED + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnusableSource(f"{reference} cannot be read ({reason}); give the address of a feed, or a file") from None


def _join_pages(feed: PodcastFeed, size: int, web: Web, most: int) -> PodcastFeed:
    """All items, the first page's first; an item that two pages have is the first one's."""
    items = {item.guid: item for item in feed.items}
    page, seen = feed, {feed.url}
    for number in range(2, most + 2):
        if not page.next_url or page.next_url in seen:
            break
        if number > most:
            feed.remarks.append(f"the feed has further pages; the episodes of the first {most} were taken")
            break
        seen.add(page.next_url)
        content = _fetch_page(web, page.next_url, number)
        size += len(content)
        if size > _LARGEST_SHOW:
            raise UnusableSource(f"the pages of the feed are longer than {_LARGEST_SHOW // 1_000_000} MB together")
        page = parse_feed(content, page.next_url)
        items = items | {item.guid: item for item in page.items if item.guid not in items}
        feed.remarks.extend(page.remarks)
        feed.left_out.add(page.left_out)
    return replace(feed, items=tuple(items.values()))


def _fetch_page(web: Web, url: str, number: int) -> bytes:
    try:
        return web.fetch(url, largest=LARGEST_FEED).body
    except UnusableSource as error:
        before = "page 1 alone is" if number == 2 else f"pages 1 to {number - 1} are"
        raise UnusableSource(
            f"page {number} of the feed is missing: {error}; nothing was taken. If {before} enough, "
            f"import with --pages {number - 1}"
        ) from None


def order_items(items: Sequence[FeedItem]) -> tuple[FeedItem, ...]:
    """`items` with no two dates alike: where the feed has several of a second, its order decides, by microseconds.

    Lists are sorted by date everywhere, and feeds write seconds; see docs/decisions/0024.
    """
    later: dict[datetime | None, int] = {}
    ordered = []
    for item in reversed(items):
        date, count = item.published_at, later.get(item.published_at, 0)
        later[date] = count + 1
        ordered.append(replace(item, published_at=date + timedelta(microseconds=count)) if date and count else item)
    return tuple(reversed(ordered))


class FeedSource:
    """A `Source`. Ids are the guids of the feed.

    Attributes:
        feed: what it says.
        chapters: of each episode read so far, by guid.
        covers: file name of the cover of each episode read so far that has its own.
        refuse_cover: says why a picture is no cover; empty where it is one.
    """

    def __init__(self, name: str, feed: PodcastFeed, web: Web, cache: Path, notify: Notify) -> None:
        self.name = name
        self.feed = feed
        self.remarks = feed.remarks
        self.items = {item.guid: item for item in feed.items}
        self.chapters: dict[str, tuple[Chapter, ...]] = {}
        self.covers: dict[str, str] = {}
        self.refuse_cover: Callable[[Path], str] = lambda _: ""
        self._web = web
        self._cache = cache
        self._notify = notify

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is kept open."""

    @property
    def account(self) -> Account:
        """The maker of the show."""
        return Account(name=self.feed.author)

    @property
    def made_at(self) -> datetime | None:
        """A feed is always of today."""
        return None

    def find_ids(self) -> tuple[str, ...]:
        """Guids, oldest first."""
        backwards = reversed(self.items)
        return tuple(sorted(backwards, key=lambda guid: self.items[guid].published_at or _OLDEST))

    def count_parts(self, id: str) -> int:  # noqa: A002, ARG002 -- see Source
        """One."""
        return 1

    def read_sound(self, id: str, copy_into: Path | None = None) -> None:  # noqa: A002
        """Nothing is read ahead: a connection belongs to one process."""

    def read(self, id: str, copy_into: Path | None = None, sound: Any = None) -> Conversation:  # noqa: A002, ARG002
        """An episode; `missing` says why where its audio cannot be had. See `Source.read`."""
        item = self.items[id]
        announcement = Announcement(title=item.title, tags=item.tags)
        recording = Recording(id=id, source="podcast-feed", ended_at=item.published_at)
        try:
            part = self._read_audio(item, copy_into)
        except UnusableSource as error:
            return Conversation(recording=recording, announcement=announcement, missing=str(error), unreadable=True)
        self._fit(item, self._read_chapters(item), part.duration)
        if copy_into:
            self._read_transcript(item, copy_into)
            self._read_cover(item, copy_into)
        return Conversation(recording=replace(recording, parts=(part,)), announcement=announcement)

    def _read_audio(self, item: FeedItem, copy_into: Path | None) -> Any:
        """Through a file in the cache, where an interrupted download is taken up again."""
        self._cache.mkdir(parents=True, exist_ok=True)
        file = self._cache / hashlib.sha256(item.guid.encode()).hexdigest()[:32]
        self._notify(Making(item.guid, item.title))
        if not file.is_file():
            self._web.download(item.audio.url, file, lambda done, total: self._tell(item, done, total))
        try:
            size = file.stat().st_size
            if item.audio.size_bytes not in {0, 1, size}:
                self.remarks.append(
                    f"“{item.title}”: the feed claims {item.audio.size_bytes} bytes of audio, there are {size}"
                )
            with file.open("rb") as stream:
                return read_part(stream, clean(item.audio.url, keep_lines=False), folder=copy_into).part
        finally:
            file.unlink(missing_ok=True)

    def _tell(self, item: FeedItem, done: int, total: int) -> None:
        self._notify(Progress(item.guid, min(done / total, 1.0) if total else 0.0))

    def _read_chapters(self, item: FeedItem) -> tuple[Chapter, ...]:
        if item.chapters_url:
            try:
                content = self._web.fetch(item.chapters_url, largest=_LARGEST_CHAPTERS).body
            except UnusableSource as error:
                self._regret(item, "chapters", error)
                return item.chapters
            found, lost = parse_json_chapters(content)
            if lost:
                many = "s" if lost > 1 else ""
                self.remarks.append(f"“{item.title}” lost {lost} chapter{many}: what it begins at is no time")
            return found or item.chapters
        return item.chapters

    def _fit(self, item: FeedItem, chapters: Sequence[Chapter], duration: float) -> None:
        """Keep what lies within the audio: it may have been cut since the times were written."""
        end = math.floor(duration * 1000) / 1000
        kept = tuple(chapter for chapter in chapters if chapter.start < end)
        bites = tuple(replace(b, duration=min(b.duration, end - b.start)) for b in item.soundbites if b.start < end)
        lost = [(len(chapters) - len(kept), "chapter"), (len(item.soundbites) - len(bites), "soundbite")]
        lost_names = [f"{count} {name}{'s' if count > 1 else ''}" for count, name in lost if count]
        audio = f"the end of the audio, which is {format_clock(duration)} long"
        if lost_names:
            self.remarks.append(f"“{item.title}” lost {' and '.join(lost_names)}: beyond {audio}")
        if any(bite not in item.soundbites for bite in bites):
            self.remarks.append(f"“{item.title}” has a soundbite that was cut at {audio}")
        self.chapters[item.guid] = kept
        self.items[item.guid] = replace(item, soundbites=bites)

    def _read_transcript(self, item: FeedItem, folder: Path) -> None:
        """The best that can be read, as `transcript.vtt` or the like."""
        for kind, file in sort_transcripts(item.transcripts):
            name = f"transcript.{kind if kind != 'html' else 'vtt'}"
            try:
                content = self._web.fetch(file.url, largest=_LARGEST_FILE).body
                content = convert_html_transcript(content) if kind == "html" else content
                parse_transcript(content, Path(name))
            except (UnusableSource, InvalidDocument) as error:
                self._regret(item, "transcript", error)
                continue
            (folder / name).write_bytes(content)
            return

    def _read_cover(self, item: FeedItem, folder: Path) -> None:
        if (
            item.cover_url
            and item.cover_url != self.feed.cover_url
            and (name := self.fetch_cover(item.cover_url, folder))
        ):
            self.covers[item.guid] = name

    def fetch_cover(self, url: str, folder: Path) -> str:
        """Bring a picture into a folder as `cover.jpg` or `cover.png`; empty, and a remark, where there is none."""
        try:
            content = self._web.fetch(url, largest=_LARGEST_FILE).body
        except UnusableSource as error:
            self.remarks.append(f"a cover was left out: {error}")
            return ""
        suffix = next((suffix for start, suffix in _PICTURES.items() if content.startswith(start)), "")
        if not suffix:
            self.remarks.append(f"a cover was left out: {url} is neither JPEG nor PNG")
            return ""
        name = f"cover.{suffix}"
        part = folder / f".part-{name}"
        try:
            part.write_bytes(content)
            if reason := self.refuse_cover(part):
                self.remarks.append(f"a cover was left out: {url}: {reason}")
                return ""
            part.replace(folder / name)
        finally:
            part.unlink(missing_ok=True)
        return name

    def _regret(self, item: FeedItem, what: str, error: Exception) -> None:
        self.remarks.append(f"“{item.title}” lost its {what}: {error}")


def parse_json_chapters(content: bytes) -> tuple[tuple[Chapter, ...], int]:
    """Visible chapters of a JSON chapters file, and how many begin at no time; whatever is no chapter is passed over.

    https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/chapters/jsonChapters.md
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return (), 0
    entries = document.get("chapters") if isinstance(document, dict) else None
    listed = entries if isinstance(entries, list) else []
    shown = [one for one in listed if isinstance(one, dict) and one.get("toc") is not False]
    timed = [(_find_start(one.get("startTime")), one) for one in shown]
    found = (_make_chapter(start, one) for start, one in timed if start is not None)
    return tuple(chapter for chapter in found if chapter.title), sum(start is None for start, _ in timed)


def _find_start(said: object) -> float | None:
    """Seconds, also where a number is written as text; None where it is no time of an episode."""
    if isinstance(said, bool) or not isinstance(said, int | float | str):
        return None
    try:
        start = float(said)
    except (ValueError, OverflowError):
        return None
    return start if 0 <= start < 360_000 else None


def _make_chapter(start: float, entry: dict[str, Any]) -> Chapter:
    text: Callable[[Any], str] = lambda value: clean(value, keep_lines=False) if isinstance(value, str) else ""  # noqa: E731
    title, href, image = (text(entry.get(name)) for name in ("title", "url", "img"))
    return Chapter(start=start, title=title, href=href, image=image)
