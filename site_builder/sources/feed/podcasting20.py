"""What a feed's show and episodes may both say to Podcasting 2.0 apps: support, comments, chat, value, links. Pure.

https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from site_builder.model import podcasting20 as p20
from site_builder.sources.feed.dates import parse_date
from site_builder.sources.feed.elements import Element, line_of, text_of
from site_builder.text.plain import clean

_LONGEST_TEXT = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What a feed says to Podcasting 2.0 apps, unchecked."""

    funding: tuple[p20.Funding, ...] = ()
    posts: tuple[p20.SocialPost, ...] = ()
    """Where to comment, the most important first."""
    texts: tuple[p20.TextRecord, ...] = ()
    chat: p20.Chat | None = None
    values: tuple[p20.Value, ...] = ()
    links: tuple[p20.ContentLink, ...] = ()


def read_talk(reader: Element, elsewhere: Iterable[p20.ContentLink] = ()) -> Talk:
    """Of a channel or an item, with links that were found `elsewhere`."""
    funding = ((child.get("url", "").strip(), line_of(child)) for child in reader.all("podcast:funding"))
    chats = (_read_chat(child) for child in reader.all("podcast:chat"))
    return Talk(
        funding=tuple(p20.Funding(url=url, text=text) for url, text in funding),
        posts=tuple(_read_posts(reader)),
        texts=tuple(_read_texts(reader)),
        chat=next(chats, None),
        values=tuple(_read_value(reader.inside(child)) for child in reader.all("podcast:value")),
        links=(*read_links(reader), *elsewhere),
    )


def read_links(reader: Element) -> Iterator[p20.ContentLink]:
    """Places where an episode can be heard or seen outside of apps."""
    for child in reader.all("podcast:contentLink"):
        if href := _said(child, "href"):
            text = line_of(child)
            yield p20.ContentLink(href=href, text=text if text != href else "")


def read_remote_item(child: Any, medium: str = "") -> p20.RemoteItem:
    """A show elsewhere, or one of its episodes."""
    guid, url, item = (_said(child, name) for name in ("feedGuid", "feedUrl", "itemGuid"))
    title = clean(child.get("title") or "", keep_lines=False)[:255]
    return p20.RemoteItem(feed_guid=guid, feed_url=url, item_guid=item, medium=medium, title=title)


def read_live_items(channel: Element) -> Iterator[p20.LiveItem]:
    """What is announced, with a date and a place."""
    for child in channel.all("podcast:liveItem"):
        item = channel.inside(child)
        starts_at = parse_date(_said(child, "start"))
        if starts_at and (links := tuple(read_links(item))):
            yield p20.LiveItem(
                guid=item.line("guid"),
                title=item.line("title"),
                starts_at=starts_at,
                ends_at=parse_date(_said(child, "end")),
                status=_said(child, "status").lower() or "pending",
                description=item.text("description"),
                links=links,
            )


def _said(child: Any, name: str) -> str:
    return str(child.get(name) or "").strip()


def _read_posts(reader: Element) -> Iterator[p20.SocialPost]:
    found = [
        p20.SocialPost(
            uri=_said(child, "uri"),
            protocol=_said(child, "protocol").lower(),
            account_id=_said(child, "accountId"),
            account_url=_said(child, "accountUrl"),
            priority=int(priority) if (priority := _said(child, "priority")[:9]).isdecimal() else None,
        )
        for child in reader.all("podcast:socialInteract")
    ]
    first = [post for post in found if post.priority is not None]
    yield from sorted(first, key=lambda post: post.priority or 0)
    yield from (post for post in found if post.priority is None)


def _read_texts(reader: Element) -> Iterator[p20.TextRecord]:
    for child in reader.all("podcast:txt"):
        if text := clean(text_of(child), keep_lines=False)[:_LONGEST_TEXT]:
            yield p20.TextRecord(text=text, purpose=_said(child, "purpose")[:128])


def _read_chat(child: Any) -> p20.Chat:
    said = {name: _said(child, name) for name in ("server", "protocol", "accountId", "space")}
    return p20.Chat(
        server=said["server"], protocol=said["protocol"].lower(), account_id=said["accountId"], space=said["space"]
    )


def _read_value(reader: Element) -> p20.Value:
    element = reader.element
    return p20.Value(
        recipients=tuple(_read_recipients(reader)),
        kind=_said(element, "type"),
        method=_said(element, "method"),
        suggested=_said(element, "suggested"),
        splits=tuple(_read_splits(reader)),
    )


def _read_recipients(reader: Element) -> Iterator[p20.ValueRecipient]:
    for child in reader.all("podcast:valueRecipient"):
        split = _said(child, "split")
        yield p20.ValueRecipient(
            address=_said(child, "address"),
            split=int(split) if split.isdecimal() and len(split) < 8 else -1,
            name=_said(child, "name"),
            kind=_said(child, "type"),
            custom_key=_said(child, "customKey"),
            custom_value=_said(child, "customValue"),
            fee=_said(child, "fee").lower() in {"true", "yes"},
        )


def _read_splits(reader: Element) -> Iterator[p20.ValueTimeSplit]:
    for child in reader.all("podcast:valueTimeSplit"):
        passage = reader.inside(child)
        remote = next(map(read_remote_item, passage.all("podcast:remoteItem")), None)
        share = _said(child, "remotePercentage")
        yield p20.ValueTimeSplit(
            start=_seconds(child, "startTime"),
            duration=_seconds(child, "duration"),
            recipients=() if remote else tuple(_read_recipients(passage)),
            remote=remote,
            remote_start=_seconds(child, "remoteStartTime"),
            remote_percentage=int(share) if share.isdecimal() and len(share) < 4 else None,
        )


def _seconds(child: Any, name: str) -> float:
    try:
        seconds = float(_said(child, name) or 0)
    except ValueError:
        return 0.0
    return seconds if 0 <= seconds < 1e6 else 0.0
