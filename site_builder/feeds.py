"""The feed, or its pages: a head and the items of episodes, which are kept and only joined here.

A feed that breaks a rule apps rely on does not replace the last good one. Items that passed once, under the same head,
are not checked again; that no two have one guid, page or file is seen to before anything is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pydantic import TypeAdapter

from site_builder import podcasting20 as p20
from site_builder.config import find_feed_path
from site_builder.digests import JSON, digest_bytes, digest_json
from site_builder.making import Target
from site_builder.model import Show
from site_builder.outlines import Outline
from site_builder.render.feed import render_head, split_head

STYLESHEET = "feed.css"
"""What a browser shows the feed with."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHOW = TypeAdapter(Show)
_LINKS = TypeAdapter(p20.FeedLinks)
_TRAILERS = TypeAdapter(tuple[p20.Trailer, ...])

ReadItems = Callable[[Iterable[str]], Iterator[bytes]]
"""The items of episodes, by guid, in that order."""
Accept = Callable[[str, bytes, str, Sequence[Outline]], None]
"""Given the path of a feed, its head, a digest of what items are held against, and its episodes; raises where it breaks
a rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPlan:
    """What feeds are made of."""

    show: Show
    episodes: Sequence[Outline]
    """Newest first; drafts are left out."""
    hub: str = ""
    """A WebSub hub that the feed names."""
    size: int = 0
    """Episodes in one page of the feed (RFC 5005); 0: all in one."""


def plan_feeds(plan: FeedPlan, read_items: ReadItems, accept: Accept) -> list[Target]:
    """The feed, or its pages from the oldest to the newest: each is there before the one that leads to it."""
    released = sort_released(plan.episodes)
    size = plan.size or max(1, len(released))
    pages = [released[at : at + size] for at in range(0, len(released), size)] or [[]]
    built = _find_change(released)
    trailers = plan.show.trailers or tuple(episode.trailer for episode in released if episode.trailer)
    targets = []
    for number in range(len(pages), 0, -1):
        path, links = find_feed_path(number), _describe_links(plan, number, len(pages))
        inputs: dict[str, JSON] = {
            "show": digest_bytes(_SHOW.dump_json(plan.show)),
            "trailers": digest_bytes(_TRAILERS.dump_json(trailers)),
            "links": digest_bytes(_LINKS.dump_json(links)),
            "built": built.isoformat(),
            "episodes": digest_json([episode.item for episode in pages[number - 1]]),
        }
        head = partial(
            render_head, plan.show, feed_url=plan.show.url + path, built_at=built, links=links, trailers=trailers
        )
        rules = digest_json([inputs["show"], inputs["trailers"], inputs["links"]])
        make = partial(_write_feed, path, head, rules, pages[number - 1], read_items, accept)
        targets.append(Target(path=path, recipe="feed/2", inputs=inputs, make=make, label="feed"))
    return targets


def sort_released(episodes: Iterable[Outline]) -> list[Outline]:
    """Those a feed lists, in its order: no drafts, newest first, equal dates by guid."""
    released = [episode for episode in episodes if not episode.draft]
    return sorted(released, key=lambda episode: (episode.published_at, episode.guid), reverse=True)


def _write_feed(
    path: str,
    render: Callable[[], bytes],
    rules: str,
    episodes: Sequence[Outline],
    read_items: ReadItems,
    accept: Accept,
    out: Path,
) -> None:
    """Item by item: a feed may be larger than the memory it should take."""
    head = render()
    accept(path, head, rules, episodes)
    begin, end = split_head(head)
    with out.open("wb") as file:
        file.write(begin)
        file.writelines(read_items(episode.guid for episode in episodes))
        file.write(end)


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


def _find_change(episodes: Iterable[Outline]) -> datetime:
    """When something in the feed last changed."""
    return max((moment for e in episodes for moment in (e.published_at, e.updated_at) if moment), default=_EPOCH)
