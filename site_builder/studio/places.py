"""The entries of the studio's navigation, in order, and the count that stands beside each."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from starlette.routing import BaseRoute

from site_builder.errors import SpacecastError
from site_builder.studio.pages import (
    checks,
    episodes,
    files,
    frame,
    history,
    manual,
    people,
    person,
    publish,
    show,
    show_cover,
    start,
)
from site_builder.studio.pages.episode import chapters, cover, details, page, pictures, sound, words
from site_builder.studio.studio import Studio
from site_builder.text.languages import Language

PAGES: tuple[ModuleType, ...] = (
    *(frame, history, start, episodes, show, show_cover, people, person, checks, publish, files, manual),
    *(page, sound, details, chapters, cover, pictures, words),
)
"""Every module with `ROUTES`; to add a page is to add a module here."""


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation."""

    path: str
    title: str
    count: str
    """What it wants, in a word or two: `3 new`; empty for nothing."""


def list_routes() -> list[BaseRoute]:
    """Routes of all pages."""
    return [route for page in PAGES for route in page.ROUTES]


def describe_places(studio: Studio, language: Language) -> list[Place]:
    """The navigation; empty while there is no show."""
    if not studio.has_show:
        return []
    titles = {
        episodes: ("/episodes", language.gettext("Episodes")),
        show: ("/show", language.gettext("Show")),
        people: ("/people", language.gettext("People")),
        checks: ("/checks", language.gettext("Checks")),
        publish: ("/publish", language.gettext("Publish")),
    }
    return [Place(path, title, _count(page, studio, language)) for page, (path, title) in titles.items()]


def _count(page: ModuleType, studio: Studio, language: Language) -> str:
    """What `count` of the page's module says: it must be quick, for it stands on every page."""
    try:
        counted: str = page.count(studio, language)
    except SpacecastError:  # a broken file is told where it is mended
        return ""
    return counted
