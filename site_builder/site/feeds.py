"""Plans the feed and its further pages: which items, newest first, behind a head; kept items are copied, not rendered.

A feed that breaks a rule apps rely on does not replace the last good one. Items that passed once, under the same head,
are not checked again; that no two have one guid, page or file is seen to before anything is made.
`lastBuildDate` is a date of content, not of the build: docs/decisions/0025.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import groupby
from pathlib import Path

from site_builder.engine.cache import open_values
from site_builder.engine.digests import JSON, digest_json
from site_builder.engine.files import HashingWriter
from site_builder.engine.ledger import Facts
from site_builder.engine.processes.forking import Task
from site_builder.engine.serialization import digest_value
from site_builder.engine.target import Target
from site_builder.episodes.summary import EpisodeSummary
from site_builder.model import podcasting20 as p20
from site_builder.model.paths import find_feed_path
from site_builder.model.podcast import Show
from site_builder.render.feed.rss import render_head, split_head
from site_builder.site.previous_feed import PreviousFeed, describe_layout

STYLESHEET = "feed.css"
"""What a browser shows the feed with."""

MANY = 1000
"""Episodes from which on it pays to write a feed ahead, in another process."""

ReadItems = Callable[[Iterable[str]], Iterator[bytes]]
"""The items of episodes, by guid, in that order."""
FindLast = Callable[[str], PreviousFeed]
"""The feed that is at a path below the site's root."""
Accept = Callable[[str, bytes, str, Sequence[EpisodeSummary]], None]
"""Given the path of a feed, its head, a digest of what items are held against, and its episodes; raises where it breaks
a rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPlan:
    """What feeds are made of."""

    show: Show
    episodes: Sequence[EpisodeSummary]
    """Newest first; drafts are left out."""
    hub: str = ""
    """A WebSub hub that the feed names."""
    size: int = 0
    """Episodes in one page of the feed (RFC 5005); 0: all in one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """The feed, or one page of it."""

    path: str
    """Below the site's root."""
    inputs: Mapping[str, JSON]
    """All that it depends on."""
    rules: str
    """Digest of all that its items are held against."""
    render_head: Callable[[], bytes]
    episodes: Sequence[EpisodeSummary]
    """Whose items it has, in their order."""

    def write(self, read_items: ReadItems, out: Path, last: PreviousFeed) -> Facts:
        """Item by item: a feed may be larger than the memory it should take. Gives its layout, size and digest."""
        begin, end = split_head(self.render_head())
        sizes: list[int] = []
        with HashingWriter(out) as file:
            file.write(begin)
            for is_there, some in groupby(self.episodes, lambda episode: episode.item in last):
                if is_there:
                    sizes += last.copy([episode.item for episode in some], file.write)
                else:
                    sizes += map(file.write, read_items(episode.guid for episode in some))
            file.write(end)
        layout = describe_layout(len(begin), [episode.item for episode in self.episodes], sizes)
        return {**layout, **file.describe()}

    def plan(self, write: Callable[[FeedPage, Path], Facts], accept: Accept) -> Target:
        """The file to be; `write` is asked for it once it is accepted."""

        def make(out: Path) -> Facts:
            accept(self.path, self.render_head(), self.rules, self.episodes)
            return write(self, out)

        return Target(path=self.path, recipe="feed/2", inputs=self.inputs, make=make, label="feed")


class FeedWriter:
    """Writes feeds where they are wanted; large ones ahead of that, in a process of its own and a folder of its own."""

    def __init__(self, read_items: ReadItems, folder: Path) -> None:
        self._read_items = read_items
        self._folder = folder
        self._places: Mapping[str, Path] = {}
        self._layouts: Mapping[str, Facts] = {}
        self._task: Task[Mapping[str, Facts]] | None = None

    def begin(self, pages: Sequence[FeedPage], kept: Path, find_last: FindLast) -> None:
        """Write these from now on. `kept` is where items are kept; the folder is made, and whatever is in it goes."""
        self._places = {page.path: self._folder / f"{number}.xml" for number, page in enumerate(pages)}
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        self._task = Task(partial(self._write_all, pages, kept, find_last))

    def _write_all(self, pages: Sequence[FeedPage], file: Path, find_last: FindLast) -> dict[str, Facts]:
        with open_values(file) as kept:
            read = partial(kept.read, "item")
            return {page.path: page.write(read, self._places[page.path], find_last(page.path)) for page in pages}

    def write(self, page: FeedPage, out: Path) -> Facts:
        """Move a page to `out` that was begun, or write it now; gives what `FeedPage.write` gave."""
        if page.path not in self._places:
            return page.write(self._read_items, out, PreviousFeed())
        if self._task:
            self._layouts, self._task = self._task.result(), None
        shutil.move(self._places[page.path], out)
        return self._layouts[page.path]

    def end(self) -> None:
        """Leave nothing of what was begun and not wanted."""
        shutil.rmtree(self._folder, ignore_errors=True)


def describe_feeds(plan: FeedPlan) -> list[FeedPage]:
    """The feed, or its pages from the oldest to the newest: each is there before the one that leads to it."""
    released = sort_released(plan.episodes)
    size = plan.size or max(1, len(released))
    shares = [released[at : at + size] for at in range(0, len(released), size)] or [[]]
    built = _find_change(released)
    trailers = plan.show.trailers or tuple(episode.trailer for episode in released if episode.trailer)
    plan = replace(plan, show=replace(plan.show, live=_find_coming(plan.show, released)))
    describe = partial(_describe_page, plan, built, trailers, len(shares))
    return [describe(number, shares[number - 1]) for number in range(len(shares), 0, -1)]


def _find_coming(show: Show, released: Sequence[EpisodeSummary]) -> tuple[p20.LiveItem, ...]:
    """The conversations that are announced, and no episodes yet."""
    known = {episode.guid for episode in released}
    return tuple(item for item in show.live if item.recording not in known)


def _describe_page(
    plan: FeedPlan,
    built: datetime | None,
    trailers: tuple[p20.Trailer, ...],
    last: int,
    number: int,
    episodes: Sequence[EpisodeSummary],
) -> FeedPage:
    path, links = find_feed_path(number), _describe_links(plan, number, last)
    show = plan.show if number == 1 else replace(plan.show, live=())
    fixed = {
        "show": digest_value(show),
        "trailers": digest_value(trailers),
        "links": digest_value(links),
    }
    return FeedPage(
        path=path,
        inputs={
            **fixed,
            "built": built.isoformat() if built else None,
            "episodes": digest_json([episode.item for episode in episodes]),
        },
        rules=digest_json([fixed["show"], fixed["trailers"], fixed["links"]]),
        render_head=partial(
            render_head, show, feed_url=show.url + path, built_at=built, links=links, trailers=trailers
        ),
        episodes=episodes,
    )


def sort_released(episodes: Iterable[EpisodeSummary]) -> list[EpisodeSummary]:
    """Those a feed lists, in its order: no drafts, newest first, equal dates by guid."""
    released = [episode for episode in episodes if not episode.draft]
    return sorted(released, key=lambda episode: (episode.published_at, episode.guid), reverse=True)


def _describe_links(plan: FeedPlan, number: int, last: int) -> p20.FeedLinks:
    """What page `number` names beside itself; pages only where there are several."""

    def address(page: int) -> str:
        return plan.show.url + find_feed_path(page) if last > 1 and 1 <= page <= last else ""

    return p20.FeedLinks(
        stylesheet=STYLESHEET,
        hub=plan.hub if number == 1 else "",
        first=address(1),
        previous=address(number - 1),
        next=address(number + 1),
        last=address(last),
    )


def _find_change(episodes: Iterable[EpisodeSummary]) -> datetime | None:
    """When something in the feed last changed, as its episodes say (decision 25); None where there are none."""
    return max((moment for e in episodes for moment in (e.published_at, e.updated_at) if moment), default=None)
