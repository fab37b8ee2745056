"""What a feed says to Podcasting 2.0 apps, as front matter and config write it. Pure.

What cannot be used is refused by whoever reads the options, and told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from site_builder.model import podcasting20 as p20
from site_builder.sources.feed.podcasting20 import Talk
from site_builder.text.timecode import format_timestamp


def describe_shared_options(talk: Talk) -> dict[str, object]:
    """Options that show and episode share; those of which nothing is said are empty."""
    return {
        "funding": [{"url": entry.url, "text": entry.text or "Support the show"} for entry in talk.funding],
        "comments": _describe_comments(talk.posts),
        "chat": _describe_chat(talk.chat) if talk.chat else None,
        "value": describe_value(talk.values[0]) if talk.values else None,
        "txt": [drop_empty({"purpose": text.purpose, "text": text.text}) for text in talk.texts],
    }


def drop_empty(entry: Mapping[str, object]) -> dict[str, object]:
    """`entry` without what says nothing."""
    return {name: value for name, value in entry.items() if value not in (None, "", [], False)}


def describe_links(links: Iterable[p20.ContentLink]) -> list[dict[str, object]]:
    """Places where an episode can be heard or seen."""
    return [drop_empty({"url": link.href, "text": link.text}) for link in links]


def describe_remote(item: p20.RemoteItem) -> dict[str, object]:
    """A show elsewhere, or one of its episodes."""
    return drop_empty({"guid": item.feed_guid, "feed_url": item.feed_url, "item_guid": item.item_guid})


def describe_live(item: p20.LiveItem) -> dict[str, object]:
    """A conversation that was announced."""
    link = item.links[0]
    described = {"title": item.title, "url": link.href, "starts_at": item.starts_at, "ends_at": item.ends_at}
    return drop_empty({**described, "status": item.status, "description": item.description, "text": link.text})


def describe_value(value: p20.Value) -> dict[str, object]:
    """How listeners pay."""
    return drop_empty(
        {
            "type": value.kind,
            "method": value.method,
            "suggested": value.suggested,
            "recipients": [_describe_recipient(recipient) for recipient in value.recipients],
            "splits": [_describe_split(split) for split in value.splits],
        }
    )


def _describe_comments(posts: Iterable[p20.SocialPost]) -> object:
    listed = [
        drop_empty(
            {"url": post.uri, "protocol": post.protocol, "account": post.account_id, "account_url": post.account_url}
        )
        for post in posts
        if post.protocol != "disabled"
    ]
    return listed or ("none" if any(post.protocol == "disabled" for post in posts) else None)


def _describe_chat(chat: p20.Chat) -> dict[str, object]:
    return drop_empty(
        {"protocol": chat.protocol, "server": chat.server, "account": chat.account_id, "room": chat.space}
    )


def _describe_recipient(recipient: p20.ValueRecipient) -> dict[str, object]:
    described = {"name": recipient.name, "address": recipient.address, "type": recipient.kind}
    custom = {"custom_key": recipient.custom_key, "custom_value": recipient.custom_value, "fee": recipient.fee}
    return {**drop_empty(described), "split": recipient.split, **drop_empty(custom)}


def _describe_split(split: p20.ValueTimeSplit) -> dict[str, object]:
    start, end = (format_timestamp(moment) for moment in (split.start, split.start + split.duration))
    return drop_empty(
        {
            "from": start,
            "to": end,
            "recipients": [_describe_recipient(recipient) for recipient in split.recipients],
            "remote": describe_remote(split.remote) if split.remote else None,
            "remote_from": format_timestamp(split.remote_start) if split.remote_start else None,
            "percentage": split.remote_percentage if split.remote else None,
        }
    )
