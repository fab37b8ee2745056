"""The manual in the studio, the same pages as `spacecast help`."""

from __future__ import annotations

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from site_builder.commands.help import MANUALS, find_picture, list_manuals, read_manual
from site_builder.studio.rendering import render

_PLACE = "/help/"


def begin(request: Request) -> Response:  # noqa: ARG001 -- Starlette's
    """What leads through the studio."""
    return RedirectResponse(f"{_PLACE}studio", 303)


def show_page(request: Request) -> Response:
    """A page beside the list of all."""
    topic = request.path_params["topic"]
    if topic not in MANUALS:
        raise HTTPException(404)
    page = read_manual(topic)
    titles = {manual.topic: manual.title for manual in list_manuals()}
    return render(request, "manual.html", page=page, titles=titles, text=Markup(page.render_html(_PLACE)))  # noqa: S704 -- our own pages


def show_picture(request: Request) -> Response:
    """A picture of a page."""
    file = find_picture(request.path_params["name"])
    if file is None:
        raise HTTPException(404)
    return FileResponse(file, media_type="image/png", headers={"cache-control": "no-cache"})


ROUTES = [
    Route("/help", begin),
    Route("/help/pictures/{name}", show_picture),
    Route("/help/{topic}", show_page),
]
