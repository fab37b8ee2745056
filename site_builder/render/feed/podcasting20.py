"""Podcasting 2.0 elements that a show, an episode and a live item may all have: people, pictures, support, talk, value.

Source: https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

from site_builder.model import podcasting20 as p20
from site_builder.model.credits import CAST, find_group
from site_builder.model.podcast import Artwork, Episode, Person, Show
from site_builder.render.feed.elements import add, add_line, format_seconds
from site_builder.render.feed.limits import fit_line
from site_builder.render.urls import absolute_url, web_url
from site_builder.text.timecode import format_utc

_STATUS = re.compile(r"https://(?:x|twitter)\.com/(\w{1,15})/status/\d+")


def add_people(parent: Any, show: Show, people: tuple[Person, ...]) -> None:
    """Who is heard, or has helped; a group is named where it is not the one apps assume."""
    for person in people:
        image = absolute_url(show, person.avatar_url)
        img = web_url(image) if image.startswith("https://") else ""
        group = person.group or find_group(person.role)
        attributes = {"role": str(person.role), "group": "" if group == CAST else group}
        if name := fit_line(person.name, 128):
            add(parent, "podcast:person", name, **attributes, href=web_url(person.href), img=img)


def add_pictures(parent: Any, show: Show, artwork: Artwork | None, pictures: tuple[Artwork, ...]) -> None:
    """The artwork and further pictures, each with its measures."""
    for picture in (artwork, *pictures) if artwork else pictures:
        factor = math.gcd(picture.width, picture.height) or 1
        shape = {"aspect-ratio": f"{picture.width // factor}/{picture.height // factor}"}
        add(
            parent,
            "podcast:image",
            href=absolute_url(show, picture.path),
            alt=picture.alt,
            width=str(picture.width),
            height=str(picture.height),
            type=picture.media_type,
            purpose=picture.purpose,
            **shape,
        )


def add_publicity(parent: Any, publicity: p20.Publicity, posts: tuple[p20.SocialPost, ...]) -> None:
    """What a show and an episode alike say about themselves; `posts` are those to comment on."""
    for funding in publicity.funding:
        add(parent, "podcast:funding", fit_line(funding.text, 128), url=funding.url)
    if publicity.license:
        add(parent, "podcast:license", fit_line(publicity.license.name, 128), url=publicity.license.url)
    for place in publicity.locations:
        where = {"rel": place.relation, "geo": place.geo, "osm": place.osm, "country": place.country}
        add(parent, "podcast:location", fit_line(place.name, 128), **where)
    for post in posts:
        account = {"accountId": post.account_id, "accountUrl": post.account_url}
        priority = "" if post.priority is None else str(post.priority)
        add(parent, "podcast:socialInteract", protocol=post.protocol, uri=post.uri, priority=priority, **account)
    for record in publicity.texts:
        add(parent, "podcast:txt", fit_line(record.text, 4000), purpose=fit_line(record.purpose, 128))


def find_announcing_post(episode: Episode) -> tuple[p20.SocialPost, ...]:
    """The post that announced the episode: its replies are the conversation about it."""
    post = _STATUS.fullmatch(episode.announced_url)
    if not post:
        return ()
    handle, uri = post[1], episode.announced_url
    return (
        p20.SocialPost(protocol="twitter", uri=uri, account_id=f"@{handle}", account_url=f"https://x.com/{handle}"),
    )


def add_talk(parent: Any, publicity: p20.Publicity) -> None:
    """The chat, and how listeners can pay."""
    if chat := publicity.chat:
        add(
            parent,
            "podcast:chat",
            server=chat.server,
            protocol=chat.protocol,
            accountId=chat.account_id,
            space=chat.space,
        )
    for value in publicity.value:
        _add_value(parent, value)


def _add_value(parent: Any, value: p20.Value) -> None:
    element = add(parent, "podcast:value", type=value.kind, method=value.method, suggested=value.suggested)
    _add_recipients(element, value.recipients)
    for split in value.splits:
        times = {
            "startTime": format_seconds(split.start),
            "duration": format_seconds(split.duration),
            "remoteStartTime": format_seconds(split.remote_start) if split.remote and split.remote_start else "",
        }
        share = "" if split.remote_percentage is None or not split.remote else str(split.remote_percentage)
        passage = add(element, "podcast:valueTimeSplit", **times, remotePercentage=share)
        _add_recipients(passage, split.recipients)
        if split.remote:
            add_remote_item(passage, split.remote)


def _add_recipients(parent: Any, recipients: Iterable[p20.ValueRecipient]) -> None:
    for recipient in recipients:
        add(
            parent,
            "podcast:valueRecipient",
            name=fit_line(recipient.name, 128),
            type=recipient.kind,
            address=recipient.address,
            customKey=recipient.custom_key,
            customValue=recipient.custom_value,
            split=str(recipient.split),
            fee="true" if recipient.fee else "",
        )


def add_remote_item(parent: Any, item: p20.RemoteItem) -> None:
    """A show or an episode elsewhere."""
    add(
        parent,
        "podcast:remoteItem",
        feedGuid=item.feed_guid,
        feedUrl=item.feed_url,
        itemGuid=item.item_guid,
        medium=item.medium,
        title=item.title,
    )


def add_links(parent: Any, links: Iterable[p20.ContentLink]) -> None:
    """Where else the conversation can be heard or seen."""
    for link in links:
        if href := web_url(link.href):
            add(parent, "podcast:contentLink", fit_line(link.text, 128) or href, href=href)


def add_live_item(channel: Any, item: p20.LiveItem) -> None:
    """A conversation that is announced or takes place: an item without audio of its own, with a link to it."""
    end = format_utc(item.ends_at) if item.ends_at else ""
    element = add(channel, "podcast:liveItem", status=item.status, start=format_utc(item.starts_at), end=end)
    add_line(element, "title", item.title)
    if item.description:
        add(element, "description", item.description)
    add(element, "guid", item.guid, isPermaLink="false")
    add_links(element, item.links)
