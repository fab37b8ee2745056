"""Elements that feedgen lacks: Apple, Podcasting 2.0, Podlove, Spotify and Atom, as feedgen extensions.

feedgen's own `podcast` extension is not used: it refuses `itunes:explicit` true and false, drops images by their file
name and knows nothing of Podcasting 2.0. Dates are written here too, because feedgen changes the locale of the whole
process for each.

Sources: https://podcasters.apple.com/support/823-podcast-requirements,
https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md,
https://podlove.org/simple-chapters, https://www.rfc-editor.org/rfc/rfc5005, https://www.w3.org/TR/websub/.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from feedgen.ext.base import BaseEntryExtension, BaseExtension

from site_builder.model import podcasting20 as p20
from site_builder.model.podcast import Chapter, Enclosure, Episode, Show
from site_builder.render.feed.elements import (
    ALL_NAMESPACES,
    NAMESPACES,
    add,
    add_line,
    add_yes,
    format_rfc2822,
    format_seconds,
    true_false,
)
from site_builder.render.feed.limits import fit_line
from site_builder.render.feed.podcasting20 import (
    add_links,
    add_live_item,
    add_people,
    add_pictures,
    add_publicity,
    add_remote_item,
    add_talk,
    find_announcing_post,
)
from site_builder.render.urls import absolute_url, media_url, web_url
from site_builder.text.timecode import format_timestamp, format_utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """What a feed says about itself rather than about the show; arguments of `feed.render_head`."""

    feed_url: str
    built_at: datetime | None
    """When something in it last changed; None where nothing is in it."""
    guid: str
    links: p20.FeedLinks
    trailers: tuple[p20.Trailer, ...]


class ChannelExtension(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """Everything about the show beyond plain RSS; nothing where only items are wanted (`rendering` is None)."""

    show: Show
    rendering: Rendering | None = None

    def extend_ns(self) -> dict[str, str]:
        """Prefixes to declare on the root element."""
        return NAMESPACES | ({"spotify": ALL_NAMESPACES["spotify"]} if self.show.countries else {})

    def extend_rss(self, feed: Any) -> Any:
        """Add this extension's elements to the channel of `feed`."""
        if self.rendering:
            channel = feed[0]
            if self.rendering.built_at:
                add(channel, "lastBuildDate", format_rfc2822(self.rendering.built_at))
            _add_links(channel, self.rendering.feed_url, self.rendering.links)
            self._add_itunes(channel)
            self._add_podcasting20(channel, self.rendering)
            if self.show.countries:
                add(channel, "spotify:countryOfOrigin", " ".join(self.show.countries).lower())
        return feed

    def _add_itunes(self, channel: Any) -> None:
        show = self.show
        add_line(channel, "itunes:author", show.author)
        add_line(channel, "itunes:subtitle", show.subtitle)
        add(channel, "itunes:type", show.kind)
        add(channel, "itunes:explicit", true_false(show.explicit))
        if show.artwork:
            add(channel, "itunes:image", href=absolute_url(show, show.artwork.path))
        for name, categories in groupby(show.categories, key=lambda category: category.name):
            parent = add(channel, "itunes:category", text=name)
            for category in categories:
                if category.sub:
                    add(parent, "itunes:category", text=category.sub)
        if show.email:
            owner = add(channel, "itunes:owner")
            add_line(owner, "itunes:name", show.author)
            add_line(owner, "itunes:email", show.email)
        add_line(channel, "itunes:new-feed-url", show.new_feed_url)
        add_yes(channel, "itunes:block", show.block)
        add_yes(channel, "itunes:complete", show.complete)

    def _add_podcasting20(self, channel: Any, rendering: Rendering) -> None:
        show = self.show
        add(channel, "podcast:guid", rendering.guid)
        add(channel, "podcast:locked", "yes" if show.locked else "no", owner=show.email)
        add(channel, "podcast:medium", show.medium)
        add_publicity(channel, show, show.posts)
        add_people(channel, show, show.people)
        add_pictures(channel, show, show.artwork, show.pictures)
        for trailer in rendering.trailers:
            _add_trailer(channel, show, trailer)
        self._add_update_frequency(channel)
        if show.podroll:
            podroll = add(channel, "podcast:podroll")
            for item in show.podroll:
                add(
                    podroll,
                    "podcast:remoteItem",
                    feedGuid=item.guid,
                    feedUrl=item.feed_url,
                    medium=item.medium,
                    title=item.title,
                )
        add_talk(channel, show)
        self._add_network(channel)
        for live in show.live:
            add_live_item(channel, live)

    def _add_network(self, channel: Any) -> None:
        """Who publishes it, who may list it, and who tells of changes."""
        show = self.show
        if show.publisher:
            add_remote_item(add(channel, "podcast:publisher"), show.publisher)
        if show.block and show.services:
            add(channel, "podcast:block", "yes")
        for service in show.services:
            add(channel, "podcast:block", "yes" if service.blocked else "no", id=service.service)
        if show.podping:
            add(channel, "podcast:podping", usesPodping="true")

    def _add_update_frequency(self, channel: Any) -> None:
        frequency = self.show.update_frequency
        if self.show.complete:
            add(channel, "podcast:updateFrequency", frequency.text if frequency else "Complete", complete="true")
        elif frequency:
            starts_at = format_utc(frequency.starts_at) if frequency.starts_at else ""
            add(
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
        add(item, "pubDate", format_rfc2822(self.episode.published_at))
        self._add_itunes(item)
        self._add_podcasting20(item)
        self._add_alternates(item)
        _add_simple_chapters(item, self.show, self.episode.chapters)
        return item

    def _add_itunes(self, item: Any) -> None:
        show, episode = self.show, self.episode
        explicit = show.explicit if episode.explicit is None else episode.explicit
        if episode.itunes_title:
            add(item, "itunes:title", fit_line(episode.itunes_title, 255))
        add(item, "itunes:duration", str(max(1, round(episode.enclosure.duration))))
        add(item, "itunes:explicit", true_false(explicit))
        add(item, "itunes:episodeType", episode.kind.value)
        if episode.artwork:
            add(item, "itunes:image", href=absolute_url(show, episode.artwork.path))
        if episode.season:
            add(item, "itunes:season", str(episode.season))
        if episode.number:
            add(item, "itunes:episode", str(episode.number))
        add_yes(item, "itunes:block", episode.block)

    def _add_podcasting20(self, item: Any) -> None:
        show, episode = self.show, self.episode
        if episode.season:
            add(item, "podcast:season", str(episode.season), name=fit_line(episode.season_name, 128))
        if episode.number:
            add(item, "podcast:episode", str(episode.number), display=fit_line(episode.number_shown, 32))
        for file in episode.transcripts:
            rel = "captions" if file.captions else ""
            url = absolute_url(show, file.path)
            add(item, "podcast:transcript", url=url, type=file.media_type, language=file.language, rel=rel)
        if episode.chapters_path:
            url = absolute_url(show, episode.chapters_path)
            add(item, "podcast:chapters", url=url, type="application/json+chapters")
        for bite in episode.soundbites:
            times = {"startTime": format_seconds(bite.start), "duration": format_seconds(bite.duration)}
            add(item, "podcast:soundbite", fit_line(bite.title, 128), **times)
        add_people(item, show, episode.people)
        add_pictures(item, show, episode.artwork, episode.pictures)
        add_publicity(item, episode, episode.posts or find_announcing_post(episode))
        add_talk(item, episode)
        add_links(item, episode.links)

    def _add_alternates(self, item: Any) -> None:
        """The enclosure again and its other encodings, so that an app can choose; nothing where there is no choice."""
        if self.episode.alternates:
            _add_alternate(item, self.show, self.episode.enclosure, default="true")
        for enclosure in self.episode.alternates:
            _add_alternate(item, self.show, enclosure)


def _add_links(channel: Any, feed_url: str, links: p20.FeedLinks) -> None:
    add(channel, "atom:link", href=feed_url, rel="self", type="application/rss+xml")
    for rel in ("first", "previous", "next", "last"):
        if href := getattr(links, rel):
            add(channel, "atom:link", href=href, rel=rel, type="application/rss+xml")
    if links.hub:
        add(channel, "atom:link", href=links.hub, rel="hub")


def _add_trailer(channel: Any, show: Show, trailer: p20.Trailer) -> None:
    add(
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
    element = add(
        item,
        "podcast:alternateEnclosure",
        type=enclosure.media_type,
        length=str(enclosure.size_bytes),
        bitrate=str(enclosure.bitrate or ""),
        title=fit_line(enclosure.title, 32),
        codecs=enclosure.codecs,
        default=default,
    )
    add(element, "podcast:source", uri=media_url(show, enclosure))
    digest = base64.b64encode(bytes.fromhex(enclosure.sha256)).decode()
    add(element, "podcast:integrity", type="sri", value=f"sha256-{digest}")


def _add_simple_chapters(item: Any, show: Show, chapters: tuple[Chapter, ...]) -> None:
    """Podlove Simple Chapters, with full timestamps: AntennaPod takes a bare number for zero."""
    if not chapters:
        return
    parent = add(item, "psc:chapters", version="1.2")
    for chapter in chapters:
        start, image = format_timestamp(chapter.start), absolute_url(show, chapter.image)
        title, href = fit_line(chapter.title) or start, web_url(chapter.href)
        add(parent, "psc:chapter", start=start, title=title, href=href, image=image)
