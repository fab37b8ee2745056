"""All episodes, the newest first, each with what is to be done about it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from site_builder.errors import InvalidDocument
from site_builder.show.bundles import Bundle, find_bundles, load_bundle
from site_builder.studio.rendering import render, studio_of
from site_builder.studio.studio import Studio
from site_builder.text.languages import Language


def count(_studio: Studio, _language: Language) -> str:
    """What this place wants, in a word or two."""
    return ""


def show(request: Request) -> Response:
    """The page."""
    studio = studio_of(request)
    bundles = studio.keep("bundles", lambda: read_bundles(studio))
    return render(request, "episodes.html", bundles=bundles)


def read_bundles(studio: Studio) -> list[Bundle]:
    """Every episode that can be read, the newest first."""
    found = []
    for folder in reversed(find_bundles(studio.folder / "content")):
        try:
            found.append(load_bundle(folder))
        except InvalidDocument:
            continue
    return found


ROUTES = [Route("/episodes", show)]
