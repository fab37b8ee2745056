"""A podcast's feed as a source: each of its episodes, with audio, chapters, transcript and cover, fetched when read."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from site_builder.errors import InvalidDocument, UnusableSource
from site_builder.events import Making, Notify, Progress, ignore
from site_builder.model.conversation import Account, Announcement, Conversation
from site_builder.model.podcast import Chapter, Recording
from site_builder.show.transcript_files import parse_transcript
from site_builder.sources.feed.http import Web
from site_builder.sources.feed.parser import FeedItem, PodcastFeed, RemoteFile, parse_feed
from site_builder.sources.parts import read_part
from site_builder.text.plain import clean

_LARGEST_FEED = 200_000_000  # bytes
_LARGEST_FILE = 20_000_000
_MOST_PAGES = 500
_TRANSCRIPTS = {
    "text/vtt": "vtt",
    "application/json": "json",
    "application/x-subrip": "srt",
    "application/srt": "srt",
    "text/srt": "srt",
}
"""Kinds that can be read, best first."""
_PICTURES = {b"\xff\xd8\xff": "jpg", b"\x89PNG": "png"}
_OLDEST = datetime(1, 1, 1, tzinfo=UTC)


def open_feed(reference: str, cache: Path, notify: Notify = ignore) -> FeedSource:
    """The feed at an address or in a file, all its pages (RFC 5005) joined.

    Raises:
        UnusableSource: it cannot be had, or is no podcast feed.
    """
    if re.match(r"https?:", reference, re.IGNORECASE):
        web = Web(reference)
        notify(Making(reference, f"Fetching {reference}"))
        answer = web.fetch(reference, largest=_LARGEST_FEED)
        feed = parse_feed(answer.body, reference)
        return FeedSource(reference, _join_pages(feed, web), web, cache, notify)
    try:
        content = Path(reference).read_bytes()
    except OSError as error:
        raise UnusableSource(
            f"{reference} cannot be read ({error.strerror}); give the address of a feed, or a file"
        ) from None
    web = Web()
    return FeedSource(Path(reference).name, _join_pages(parse_feed(content, reference), web), web, cache, notify)


def _join_pages(feed: PodcastFeed, web: Web) -> PodcastFeed:
    items = {item.guid: item for item in feed.items}
    page, seen = feed, {feed.url}
    while page.next_url and page.next_url not in seen and len(seen) < _MOST_PAGES:
        seen.add(page.next_url)
        page = parse_feed(web.fetch(page.next_url, largest=_LARGEST_FEED).body, page.next_url)
        items = {item.guid: item for item in page.items} | items
        feed.remarks.extend(page.remarks)
    return replace(feed, items=tuple(items.values()))


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
        """Whoever makes the show."""
        return Account(name=self.feed.author)

    @property
    def made_at(self) -> datetime | None:
        """A feed is always of today."""
        return None

    def find_ids(self) -> tuple[str, ...]:
        """Guids, oldest first."""
        return tuple(sorted(self.items, key=lambda guid: (self.items[guid].published_at or _OLDEST, guid)))

    def count_parts(self, id: str) -> int:  # noqa: A002, ARG002 -- see Source
        """One."""
        return 1

    def read(self, id: str, copy_into: Path | None = None) -> Conversation:  # noqa: A002
        """An episode; `missing` says why where its audio cannot be had. See `Source.read`."""
        item = self.items[id]
        announcement = Announcement(title=item.title, tags=item.tags)
        recording = Recording(id=id, source="podcast-feed", ended_at=item.published_at)
        try:
            part = self._read_audio(item, copy_into)
        except UnusableSource as error:
            return Conversation(recording=recording, announcement=announcement, missing=str(error), unreadable=True)
        self.chapters[id] = self._read_chapters(item)
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
                content = self._web.fetch(item.chapters_url, largest=_LARGEST_FILE).body
                return parse_json_chapters(content) or item.chapters
            except UnusableSource as error:
                self._regret(item, "chapters", error)
        return item.chapters

    def _read_transcript(self, item: FeedItem, folder: Path) -> None:
        """The best that can be read, as `transcript.vtt` or the like."""
        for kind, file in _sort_transcripts(item.transcripts):
            name = f"transcript.{kind}"
            try:
                content = self._web.fetch(file.url, largest=_LARGEST_FILE).body
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
        part.write_bytes(content)
        if reason := self.refuse_cover(part):
            part.unlink()
            self.remarks.append(f"a cover was left out: {url}: {reason}")
            return ""
        part.replace(folder / name)
        return name

    def _regret(self, item: FeedItem, what: str, error: Exception) -> None:
        self.remarks.append(f"“{item.title}” lost its {what}: {error}")


def parse_json_chapters(content: bytes) -> tuple[Chapter, ...]:
    """Visible chapters of a JSON chapters file; whatever is none is passed over.

    https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/chapters/jsonChapters.md
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return ()
    entries = document.get("chapters") if isinstance(document, dict) else None
    found = _list_chapters(entries if isinstance(entries, list) else ())
    return tuple(chapter for chapter in found if chapter.title)


def _list_chapters(entries: Iterable[Any]) -> Iterable[Chapter]:
    text: Callable[[Any], str] = lambda value: clean(value, keep_lines=False) if isinstance(value, str) else ""  # noqa: E731
    for entry in entries:
        start = entry.get("startTime") if isinstance(entry, dict) else None
        if isinstance(start, int | float) and 0 <= start < 360_000 and entry.get("toc") is not False:
            yield Chapter(
                start=float(start),
                title=text(entry.get("title")),
                href=text(entry.get("url")),
                image=text(entry.get("img")),
            )


def _sort_transcripts(files: Iterable[RemoteFile]) -> list[tuple[str, RemoteFile]]:
    """Those that can be read, with their suffix, best first."""
    order = list(_TRANSCRIPTS)
    found = []
    for file in files:
        named = re.search(r"\.(vtt|srt|json)(?:[?#]|$)", file.url, re.IGNORECASE)
        kind = _TRANSCRIPTS.get(file.media_type.partition(";")[0].strip()) or (named[1].lower() if named else "")
        if kind:
            found.append((order.index(next(type_ for type_ in order if _TRANSCRIPTS[type_] == kind)), kind, file))
    return [(kind, file) for _, kind, file in sorted(found, key=lambda entry: entry[0])]
