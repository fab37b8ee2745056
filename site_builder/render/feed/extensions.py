"""What feedgen cannot say: Apple's, Podcasting 2.0's, Podlove's, Spotify's and Atom's elements, as feedgen extensions.

feedgen's own `podcast` extension is not used: it refuses `itunes:explicit` true and false, drops images by their file
name and knows nothing of Podcasting 2.0. Dates are written here too, because feedgen changes the locale of the whole
process for each.

Sources: https://podcasters.apple.com/support/823-podcast-requirements,
https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md,
https://podlove.org/simple-chapters, https://www.rfc-editor.org/rfc/rfc5005, https://www.w3.org/TR/websub/.
"""

from __future__ import annotations

import base64
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import groupby
from typing import Any

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from site_builder.model import podcasting20 as p20
from site_builder.model.podcast import Artwork, Chapter, Enclosure, Episode, Person, Show
from site_builder.render.feed.limits import fit_line, fit_text
from site_builder.render.urls import absolute_url, media_url, web_url
from site_builder.text.timecode import format_timestamp, format_utc

NAMESPACES = {
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "psc": "http://podlove.org/simple-chapters",
}
"""Declared on every feed, beside `atom` and `content`, which feedgen declares."""
_NAMESPACES = {
    **NAMESPACES,
    "atom": "http://www.w3.org/2005/Atom",
    "spotify": "http://www.spotify.com/ns/rss",
}
_STATUS = re.compile(r"https://(?:x|twitter)\.com/(\w{1,15})/status/\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """What a feed says about itself rather than about the show; arguments of `feed.render_head`."""

    feed_url: str
    built_at: datetime
    guid: str
    links: p20.FeedLinks
    trailers: tuple[p20.Trailer, ...]


class ChannelExtension(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """Everything about the show beyond plain RSS; nothing where only items are wanted (`rendering` is None)."""

    show: Show
    rendering: Rendering | None = None

    def extend_ns(self) -> dict[str, str]:
        """Prefixes to declare on the root element."""
        return NAMESPACES | ({"spotify": _NAMESPACES["spotify"]} if self.show.countries else {})

    def extend_rss(self, feed: Any) -> Any:
        """Add this extension's elements to the channel of `feed`."""
        if self.rendering:
            channel = feed[0]
            _add(channel, "lastBuildDate", format_rfc2822(self.rendering.built_at))
            _add_links(channel, self.rendering.feed_url, self.rendering.links)
            self._add_itunes(channel)
            self._add_podcasting20(channel, self.rendering)
            if self.show.countries:
                _add(channel, "spotify:countryOfOrigin", " ".join(self.show.countries).lower())
        return feed

    def _add_itunes(self, channel: Any) -> None:
        show = self.show
        _add_text(channel, "itunes:author", show.author)
        _add_text(channel, "itunes:subtitle", show.subtitle)
        _add(channel, "itunes:type", show.kind)
        _add(channel, "itunes:explicit", _true_false(show.explicit))
        if show.artwork:
            _add(channel, "itunes:image", href=absolute_url(show, show.artwork.path))
        for name, categories in groupby(show.categories, key=lambda category: category.name):
            parent = _add(channel, "itunes:category", text=name)
            for category in categories:
                if category.sub:
                    _add(parent, "itunes:category", text=category.sub)
        if show.email:
            owner = _add(channel, "itunes:owner")
            _add_text(owner, "itunes:name", show.author)
            _add_text(owner, "itunes:email", show.email)
        _add_text(channel, "itunes:new-feed-url", show.new_feed_url)
        _add_yes(channel, "itunes:block", show.block)
        _add_yes(channel, "itunes:complete", show.complete)

    def _add_podcasting20(self, channel: Any, rendering: Rendering) -> None:
        show = self.show
        _add(channel, "podcast:guid", rendering.guid)
        _add(channel, "podcast:locked", "yes" if show.locked else "no", owner=show.email)
        _add(channel, "podcast:medium", show.medium)
        _add_publicity(channel, show, show.posts)
        _add_people(channel, show, show.people)
        _add_pictures(channel, show, show.artwork, show.pictures)
        for trailer in rendering.trailers:
            _add_trailer(channel, show, trailer)
        self._add_update_frequency(channel)
        if show.podroll:
            podroll = _add(channel, "podcast:podroll")
            for item in show.podroll:
                _add(
                    podroll,
                    "podcast:remoteItem",
                    feedGuid=item.guid,
                    feedUrl=item.feed_url,
                    medium=item.medium,
                    title=item.title,
                )

    def _add_update_frequency(self, channel: Any) -> None:
        frequency = self.show.update_frequency
        if self.show.complete:
            _add(channel, "podcast:updateFrequency", frequency.text if frequency else "Complete", complete="true")
        elif frequency:
            starts_at = format_utc(frequency.starts_at) if frequency.starts_at else ""
            _add(
                channel,
                "podcast:updateFrequency",
                fit_line(frequency.text, 128),
                rrule=frequency.rule,
                dtstart=starts_at,
            )


class ItemExtension(BaseEntryExtension):  # type: ignore[misc]  # feedgen has no types
    """Everything about an episode beyond plain RSS."""

    show: Show
    episode: Episode

    def extend_rss(self, item: Any) -> Any:
        """Add this extension's elements to `item`."""
        _add(item, "pubDate", format_rfc2822(self.episode.published_at))
        self._add_itunes(item)
        self._add_podcasting20(item)
        self._add_alternates(item)
        _add_simple_chapters(item, self.show, self.episode.chapters)
        return item

    def _add_itunes(self, item: Any) -> None:
        show, episode = self.show, self.episode
        explicit = show.explicit if episode.explicit is None else episode.explicit
        _add(item, "itunes:duration", str(max(1, round(episode.enclosure.duration))))
        _add(item, "itunes:explicit", _true_false(explicit))
        _add(item, "itunes:episodeType", episode.kind.value)
        if episode.artwork:
            _add(item, "itunes:image", href=absolute_url(show, episode.artwork.path))
        if episode.season:
            _add(item, "itunes:season", str(episode.season))
        if episode.number:
            _add(item, "itunes:episode", str(episode.number))
        _add_yes(item, "itunes:block", episode.block)

    def _add_podcasting20(self, item: Any) -> None:
        show, episode = self.show, self.episode
        if episode.season:
            _add(item, "podcast:season", str(episode.season), name=fit_line(episode.season_name, 128))
        if episode.number:
            _add(item, "podcast:episode", str(episode.number), display=fit_line(episode.number_shown, 32))
        for file in episode.transcripts:
            rel = "captions" if file.captions else ""
            url = absolute_url(show, file.path)
            _add(item, "podcast:transcript", url=url, type=file.media_type, language=file.language, rel=rel)
        if episode.chapters_path:
            url = absolute_url(show, episode.chapters_path)
            _add(item, "podcast:chapters", url=url, type="application/json+chapters")
        for bite in episode.soundbites:
            times = {"startTime": _seconds(bite.start), "duration": _seconds(bite.duration)}
            _add(item, "podcast:soundbite", fit_line(bite.title, 128), **times)
        _add_people(item, show, episode.people)
        _add_pictures(item, show, episode.artwork, episode.pictures)
        _add_publicity(item, episode, episode.posts or _announcing_post(episode))

    def _add_alternates(self, item: Any) -> None:
        """The enclosure again and its other encodings, so that an app can choose; nothing where there is no choice."""
        if self.episode.alternates:
            _add_alternate(item, self.show, self.episode.enclosure, default="true")
        for enclosure in self.episode.alternates:
            _add_alternate(item, self.show, enclosure)


def format_rfc2822(moment: datetime) -> str:
    """`Fri, 02 Oct 2026 18:30:00 +0000` in every locale; raises ValueError where the time zone is missing."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return format_datetime(moment.astimezone(UTC))


def _add(parent: Any, name: str, text: str = "", /, **attributes: str) -> Any:
    """Append element `prefix:name`; attributes without a value are left out."""
    prefix, _, local = name.rpartition(":")
    element = etree.SubElement(parent, f"{{{_NAMESPACES[prefix]}}}{local}" if prefix else local)
    if text:
        element.text = fit_text(text)
    for attribute, value in attributes.items():
        if value:
            element.set(attribute, fit_text(value))
    return element


def _add_text(parent: Any, name: str, text: str) -> None:
    if line := fit_line(text):
        _add(parent, name, line)


def _add_yes(parent: Any, name: str, value: bool) -> None:
    """Apple's switches act on `Yes` alone, so their absence is their other value."""
    if value:
        _add(parent, name, "Yes")


def _true_false(value: bool) -> str:
    return "true" if value else "false"


def _seconds(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _add_links(channel: Any, feed_url: str, links: p20.FeedLinks) -> None:
    _add(channel, "atom:link", href=feed_url, rel="self", type="application/rss+xml")
    for rel in ("first", "previous", "next", "last"):
        if href := getattr(links, rel):
            _add(channel, "atom:link", href=href, rel=rel, type="application/rss+xml")
    if links.hub:
        _add(channel, "atom:link", href=links.hub, rel="hub")


def _add_people(parent: Any, show: Show, people: tuple[Person, ...]) -> None:
    for person in people:
        image = absolute_url(show, person.avatar_url)
        img = web_url(image) if image.startswith("https://") else ""
        if name := fit_line(person.name, 128):
            _add(parent, "podcast:person", name, role=person.role.value, href=web_url(person.href), img=img)


def _add_pictures(parent: Any, show: Show, artwork: Artwork | None, pictures: tuple[Artwork, ...]) -> None:
    for picture in (artwork, *pictures) if artwork else pictures:
        factor = math.gcd(picture.width, picture.height) or 1
        shape = {"aspect-ratio": f"{picture.width // factor}/{picture.height // factor}"}
        _add(
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


def _add_publicity(parent: Any, publicity: p20.Publicity, posts: tuple[p20.SocialPost, ...]) -> None:
    for funding in publicity.funding:
        _add(parent, "podcast:funding", fit_line(funding.text, 128), url=funding.url)
    if publicity.license:
        _add(parent, "podcast:license", fit_line(publicity.license.name, 128), url=publicity.license.url)
    for place in publicity.locations:
        where = {"rel": place.relation, "geo": place.geo, "osm": place.osm, "country": place.country}
        _add(parent, "podcast:location", fit_line(place.name, 128), **where)
    for post in posts:
        account = {"accountId": post.account_id, "accountUrl": post.account_url}
        priority = "" if post.priority is None else str(post.priority)
        _add(parent, "podcast:socialInteract", protocol=post.protocol, uri=post.uri, priority=priority, **account)
    for record in publicity.texts:
        _add(parent, "podcast:txt", fit_line(record.text, 4000), purpose=fit_line(record.purpose, 128))


def _announcing_post(episode: Episode) -> tuple[p20.SocialPost, ...]:
    """The post that announced the episode: its replies are the conversation about it."""
    post = _STATUS.fullmatch(episode.announced_url)
    if not post:
        return ()
    handle, uri = post[1], episode.announced_url
    return (
        p20.SocialPost(protocol="twitter", uri=uri, account_id=f"@{handle}", account_url=f"https://x.com/{handle}"),
    )


def _add_trailer(channel: Any, show: Show, trailer: p20.Trailer) -> None:
    _add(
        channel,
        "podcast:trailer",
        fit_line(trailer.title, 128),
        url=absolute_url(show, trailer.url),
        pubdate=format_rfc2822(trailer.published_at),
        length=str(trailer.size_bytes or ""),
        type=trailer.media_type,
        season=str(trailer.season or ""),
    )


def _add_alternate(item: Any, show: Show, enclosure: Enclosure, default: str = "") -> None:
    element = _add(
        item,
        "podcast:alternateEnclosure",
        type=enclosure.media_type,
        length=str(enclosure.size_bytes),
        bitrate=str(enclosure.bitrate or ""),
        title=fit_line(enclosure.title, 32),
        codecs=enclosure.codecs,
        default=default,
    )
    _add(element, "podcast:source", uri=media_url(show, enclosure))
    digest = base64.b64encode(bytes.fromhex(enclosure.sha256)).decode()
    _add(element, "podcast:integrity", type="sri", value=f"sha256-{digest}")


def _add_simple_chapters(item: Any, show: Show, chapters: tuple[Chapter, ...]) -> None:
    """Podlove Simple Chapters, with full timestamps: AntennaPod takes a bare number for zero."""
    if not chapters:
        return
    parent = _add(item, "psc:chapters", version="1.2")
    for chapter in chapters:
        start, image = format_timestamp(chapter.start), absolute_url(show, chapter.image)
        title, href = fit_line(chapter.title) or start, web_url(chapter.href)
        _add(parent, "psc:chapter", start=start, title=title, href=href, image=image)
