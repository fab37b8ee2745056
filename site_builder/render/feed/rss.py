"""A show as an RSS 2.0 feed that podcast apps and directories accept.

feedgen builds the plain RSS, `extensions` the rest. A feed is its head (all about the show, with room for items) and
its items; each is rendered alone, as bytes that depend on nothing else, and `join_feed(render_head(show, …), items)` is
the whole. So a build renders the items that changed and joins them with the bytes it kept. Namespaces are declared
once, on the root.

Rules: https://podcasters.apple.com/support/823-podcast-requirements, the PSP-1 podcast RSS specification
(https://github.com/Podcast-Standards-Project/PSP-1-Podcast-RSS-Specification), https://www.rssboard.org/rss-specification.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from html import escape

from feedgen.feed import FeedGenerator

from site_builder.model import podcasting20 as p20
from site_builder.model.podcast import Episode, EpisodeKind, Show
from site_builder.render.chapters import render_chapter_list, render_lines
from site_builder.render.feed.extensions import ChannelExtension, ItemExtension, Rendering
from site_builder.render.feed.limits import fit_bytes, fit_line, fit_text
from site_builder.render.urls import absolute_url, media_url, page_url
from site_builder.text.timecode import format_clock

DESCRIPTION_BYTES = 4000
"""The longest `description` Apple and PSP-1 allow, in bytes of UTF-8."""
_TAG = re.compile(r"<([A-Za-z/!?][^<>]*)>")
_TAG_START = re.compile(r"<(?=[A-Za-z/!?])")
_RELATIVE_LINK = re.compile(r"""=(?:(?<=href=)|(?<=src=))["']?(?!["']?[a-z]+:)""", re.IGNORECASE)
"""Begins with the sign there are fewest of: looking for it takes a tenth of the time."""
_PAGE_ONLY = re.compile(r' loading="lazy"(?: srcset="[^"]*" sizes="[^"]*")?(?=>)')
"""What pictures have for pages alone."""
_NO_LINKS = p20.FeedLinks()
_GENERATOR = "spacecast"
"""Without a version: a new one must not change every feed."""


def render_head(
    show: Show,
    *,
    feed_url: str,
    built_at: datetime | None,
    links: p20.FeedLinks = _NO_LINKS,
    trailers: tuple[p20.Trailer, ...] | None = None,
) -> bytes:
    """A feed without items, to be given to `join_feed`, as UTF-8.

    Args:
        show: What the channel says.
        feed_url: Where the feed will be fetched: `https://example.org/show/feed.xml`.
        built_at: When something in it last changed (aware).
        links: Style sheet, WebSub hub and RFC 5005 pages, where there are any.
        trailers: May be those of `make_trailers`; without, they are the show's own.

    Raises:
        ValueError: a date has no time zone.
    """
    feed = _start_feed(show)
    feed.language(show.language)
    feed.generator(_GENERATOR)
    feed.docs("https://www.rssboard.org/rss-specification")
    if show.copyright:
        feed.copyright(fit_line(show.copyright))
    if show.artwork:
        feed.image(url=absolute_url(show, show.artwork.path), title=fit_line(show.title), link=show.url)
    feed.spacecast.rendering = Rendering(
        feed_url=feed_url,
        built_at=built_at,
        guid=show.guid,
        links=links,
        trailers=show.trailers if trailers is None else trailers,
    )
    kind = "text/css" if links.stylesheet.endswith(".css") else "text/xsl"
    sheet = f'<?xml-stylesheet type="{kind}" href="{escape(links.stylesheet)}"?>\n' if links.stylesheet else ""
    body: bytes = feed.rss_str(pretty=True, xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + sheet.encode() + body


def render_item(show: Show, episode: Episode) -> bytes:
    """One `item` element, indented as in the feed, without namespace declarations: they are on the feed's root.

    Of the show it reads `url`, `media_url`, `enclosure_prefix` and `explicit`, and nothing else.
    """
    feed = _start_feed(show)
    item = feed.add_entry()
    item.spacecast.show, item.spacecast.episode = show, episode
    item.title(fit_line(episode.title) or episode.slug)
    item.link(href=page_url(show, episode), rel="alternate")
    item.guid(str(episode.guid), permalink=False)
    enclosure = episode.enclosure
    item.enclosure(media_url(show, enclosure), str(enclosure.size_bytes), enclosure.media_type)
    item.category([{"term": term} for term in map(fit_line, episode.tags) if term])
    item.description(_describe(episode))
    if html := _render_notes(show, episode):
        item.content(html, type="CDATA")
    whole: bytes = feed.rss_str(pretty=True, xml_declaration=False)
    return whole[whole.index(b"    <item>") : whole.rindex(b"</item>") + len(b"</item>\n")]


def join_feed(head: bytes, items: Iterable[bytes]) -> bytes:
    """The feed of a `render_head` and any number of `render_item`s, in the order given."""
    begin, end = split_head(head)
    return b"".join((begin, *items, end))


def split_head(head: bytes) -> tuple[bytes, bytes]:
    """A `render_head` at the place its items go."""
    at = head.rindex(b"  </channel>")
    return head[:at], head[at:]


def make_trailers(show: Show, episodes: Iterable[Episode]) -> tuple[p20.Trailer, ...]:
    """What the channel says of those episodes that are trailers, in the order given."""
    return tuple(
        p20.Trailer(
            title=episode.title,
            url=media_url(show, episode.enclosure),
            published_at=episode.published_at,
            size_bytes=episode.enclosure.size_bytes,
            media_type=episode.enclosure.media_type,
            season=episode.season,
        )
        for episode in episodes
        if episode.kind is EpisodeKind.TRAILER
    )


def _start_feed(show: Show) -> FeedGenerator:
    """A feedgen feed with what it insists on. One link only: feedgen writes the last it was given, of whatever kind."""
    feed = FeedGenerator()
    feed.register_extension("spacecast", ChannelExtension, ItemExtension, atom=False, rss=True)
    feed.spacecast.show = show
    feed.title(fit_line(show.title))
    feed.link(href=show.url, rel="alternate")
    feed.description(fit_bytes(_without_tags(show.description), DESCRIPTION_BYTES) or fit_line(show.title))
    feed._FeedGenerator__rss_lastBuildDate = None  # feedgen would set the locale of the process to write it
    return feed


def _describe(episode: Episode) -> str:
    """Plain text for `description`: the notes, then the chapters where the notes do not name their times already."""
    texts = map(fit_text, (episode.notes_text, episode.summary, episode.title, episode.slug))
    notes = _without_tags(next(filter(None, texts)))
    lines = "" if _names_chapters(notes, episode) else _without_tags(render_lines(episode.chapters))
    room = DESCRIPTION_BYTES - len(lines.encode()) - 2
    if not lines or room < DESCRIPTION_BYTES // 2:
        return fit_bytes(notes, DESCRIPTION_BYTES)
    return f"{fit_bytes(notes, room)}\n\n{lines}"


def _without_tags(text: str) -> str:
    """`text` with `‹b›` for `<b>`: many apps take `description` for HTML and would swallow or obey it."""
    return _TAG_START.sub("‹", _TAG.sub(r"‹\1›", text))


def _render_notes(show: Show, episode: Episode) -> str:
    """HTML for `content:encoded`, every link absolute."""
    page = page_url(show, episode)
    html = fit_text(episode.notes_html)
    html = _PAGE_ONLY.sub("", html)
    if _RELATIVE_LINK.search(html):
        html = _make_absolute(html, page)
    if not _names_chapters(episode.notes_text, episode):
        html += render_chapter_list(episode.chapters, page)
    return html


def _names_chapters(text: str, episode: Episode) -> bool:
    return all(format_clock(chapter.start) in text for chapter in episode.chapters)


def _make_absolute(html: str, page: str) -> str:
    """Sanitised `html` with every relative link and time link resolved against `page`."""
    import lxml.html  # noqa: PLC0415 -- 10 ms for the few notes that need it

    root = lxml.html.fragment_fromstring(html, create_parent="div")
    root.make_links_absolute(page, resolve_base_href=False)
    inner: str = lxml.html.tostring(root, encoding="unicode")
    return inner.removeprefix("<div>").removesuffix("</div>")
