"""The key `site` of each template context: what every page knows of the show. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any
from urllib.parse import urlsplit

from site_builder.model.podcast import Show
from site_builder.render.pages.episode_rows import describe_artwork, is_local
from site_builder.render.pages.offline import describe_app
from site_builder.render.pages.styles import DEFAULT_ACCENT
from site_builder.render.urls import join_url
from site_builder.text.languages import ENGLISH, Language

_COPYRIGHT = re.compile(r"©|℗|\(c\)|\bcc\b|copyright|public domain|licen[cs]e", re.IGNORECASE)
_LATIN = re.compile("[A-Za-z]")

Context = dict[str, Any]
"""JSON values only: dict, list, str, int, float, bool, None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A labelled address: absolute, or a path below the site's root such as `about/`."""

    label: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """What the person who runs the show chose for its site; everything has a default that works."""

    navigation: tuple[Link, ...] = ()
    """Replaces the usual navigation; empty means Episodes, People, the free pages and Subscribe."""
    pages: tuple[Link, ...] = ()
    """The free pages, for the usual navigation."""
    subscribe: tuple[Link, ...] = ()
    """The show in apps and directories, most used first: `Link(label="Apple Podcasts", href="https://…")`."""
    footer: str = ""
    """Sanitised HTML at the end of every page; links without a scheme lead to paths below the site's root."""
    contact: str = ""
    """Where to ask to be taken out: an e-mail address or an `https` address. Empty: the show's e-mail."""
    accent: str = DEFAULT_ACCENT
    """The show's colour, `#rrggbb`, for icons and the window around the page."""
    has_heading_font: bool = False
    """Whether titles are set in a font of the show's own."""
    logo: str = ""
    """Path of a picture shown in place of the title in the header."""
    home_count: int = 12
    """Episodes on a home page."""
    list_count: int = 100
    """Episodes on a page of the archive, of a tag or of a person."""
    built_by: str = "spacecast"


@dataclass(frozen=True, slots=True)
class Site:
    """A show and how its site looks: what every page is made from."""

    show: Show
    look: SiteSettings = SiteSettings()
    words: Language = ENGLISH
    """Texts of the interface."""
    zone: tzinfo = UTC
    """Where the dates are told."""
    described: Context = field(init=False, compare=False, repr=False)
    """What every page knows of it: `describe_site`, made once."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "described", describe_site(self))


def _mark_copyright(owner: str) -> str:
    """`© Ada Quill`: a bare name says nothing; what says so already stays as it is."""
    return owner if not owner or _COPYRIGHT.search(owner) else f"© {owner}"


def describe_site(site: Site) -> Context:
    """What every page knows of the show."""
    show, look = site.show, site.look
    _ = site.words.gettext
    usual = (Link(label=_("Episodes"), href="archive/"), Link(label=_("People"), href="people/"), *look.pages)
    return {
        "title": show.title,
        "subtitle": show.subtitle,
        "description": show.description,
        "author": show.author,
        "url": show.url,
        "host": urlsplit(show.url).netloc,
        "language": show.language,
        "dir": Language(show.language).direction,
        "copyright": _mark_copyright(show.copyright),
        "feed": "feed.xml",
        "feed_url": join_url(show.url, "feed.xml"),
        "navigation": [
            _describe_link(link) | {"interface": not look.navigation and link not in look.pages}
            for link in look.navigation or usual
        ],
        "subscribe": [_describe_link(link) for link in look.subscribe],
        "funding": [{"label": funding.text, "href": funding.url} for funding in show.funding],
        "moved_to": show.new_feed_url,
        "footer": look.footer,
        "contact": _describe_contact(look.contact or show.email),
        "artwork": describe_artwork(show.artwork),
        "logo": look.logo,
        "media_origin": _find_origin(show.media_url),
        "media_url": show.media_url,
        "built_by": look.built_by,
        "preload": not look.has_heading_font and bool(_LATIN.search(show.title)),
        **describe_app(look.accent),
    }


def _describe_link(link: Link) -> Context:
    return {"label": link.label, "href": link.href, "local": is_local(link.href)}


def _describe_contact(contact: str) -> Context | None:
    if not contact:
        return None
    is_address = "@" in contact and "://" not in contact
    return {"href": f"mailto:{contact}" if is_address else contact, "label": contact.removeprefix("https://")}


def _find_origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
