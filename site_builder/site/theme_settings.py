"""The part of a show's config and pages that its theme reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from site_builder.consent import Redaction, redact
from site_builder.consent.redaction import redact_markup
from site_builder.render.notes import render_notes
from site_builder.render.pages.site_context import Link, SiteSettings
from site_builder.render.pages.styles import render_favicon, render_look
from site_builder.render.pages.theme import Theme, load_theme
from site_builder.show.bundles import FreePage
from site_builder.show.config import Config
from site_builder.show.load import ShowFolder
from site_builder.show.own_files import read_own_file
from site_builder.site.note_pictures import illustrate
from site_builder.site.pages import Page

_NEVER = -1.0
"""Where there is nothing to be heard, a clock is text."""


def load_show_theme(show_folder: ShowFolder, accent: str) -> Theme:
    """The theme in the show's own colours, fonts and language, with its own style sheets after the theme's."""
    folder, site = show_folder.folder, show_folder.config.site
    look = render_look(accent, heading_font=site.fonts.headings or "", body_font=site.fonts.body or "")
    own = b"".join((folder / name).read_bytes() for name in site.css)
    generated = {"look.css": look + own, "favicon.svg": render_favicon(accent)}
    if site.logo:
        generated[_name_logo(show_folder.config)] = _read_logo(folder, site.logo)
    return load_theme(folder, generated, show_folder.words, compiled=folder / ".cache" / "templates")


def _read_logo(folder: Path, name: str) -> bytes:
    from site_builder.render.artwork.images import check_size, strip_picture  # noqa: PLC0415 -- Pillow, where needed

    check_size((folder / name).stat().st_size, name)
    return strip_picture(read_own_file(folder / name, folder), name)


def describe_look(show_folder: ShowFolder, theme: Theme, accent: str, redaction: Redaction) -> SiteSettings:
    """What the person who runs the show chose for its site."""
    config, logo = show_folder.config, _name_logo(show_folder.config)
    shown = sorted((page.matter.nav, page.slug, page) for page in show_folder.pages if page.matter.nav is not None)
    return SiteSettings(
        navigation=tuple(_links(config.site.navigation or {})),
        pages=tuple(Link(label=redact(page.matter.title, redaction), href=f"{page.slug}/") for _, _, page in shown),
        subscribe=tuple(_links(config.subscribe)),
        footer=render_notes(config.site.footer, end=_NEVER).html if config.site.footer else "",
        contact=config.contact,
        accent=accent,
        home_count=config.site.episodes_per_page,
        has_heading_font=config.site.fonts.headings is not None,
        logo=theme.find_asset(logo) if logo else "",
    )


def lay_out(page: FreePage, redaction: Redaction) -> Page:
    """A free page, ready for its template, without those who are not to be named."""
    html = redact_markup(render_notes(page.text, end=_NEVER).html, redaction)
    text = illustrate(html, page.file.parent, page.file.parents[2], "../")
    return Page(
        slug=page.slug,
        title=redact(page.matter.title, redaction),
        html=text.html,
        pictures=text.pictures,
        summary=redact(page.matter.description, redaction),
    )


def _links(named: Mapping[str, str]) -> Iterator[Link]:
    return (Link(label=label, href=href) for label, href in named.items())


def _name_logo(config: Config) -> str:
    """The asset it becomes; empty where there is none."""
    logo = config.site.logo
    return f"logo{PurePosixPath(logo).suffix.lower()}" if logo else ""
