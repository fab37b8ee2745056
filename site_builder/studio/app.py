"""The studio as a web application, and the site as it will be as another."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from site_builder.errors import InvalidDocument, SpacecastError
from site_builder.preview.server import LOOPBACK, PreviewSite
from site_builder.studio.changes.changes import Stale
from site_builder.studio.places import describe_places, list_routes
from site_builder.studio.rendering import language_of, render
from site_builder.studio.saving import answer_problems, answer_stale
from site_builder.studio.security import Guard, make_policy
from site_builder.studio.studio import Studio


def make_app(studio: Studio) -> ASGIApp:
    """The studio's pages, guarded."""
    app = Starlette(
        routes=list_routes(),
        exception_handlers={
            HTTPException: _answer_http,
            Stale: answer_stale,
            InvalidDocument: answer_problems,
            SpacecastError: answer_problems,
        },
    )
    app.state.studio = studio
    app.state.describe_places = describe_places
    host = studio.origin.removeprefix("http://")
    return Guard(app, keys=studio.keys, host=host, policy=make_policy(studio.preview_origin))


def make_preview_app(studio: Studio) -> ASGIApp:
    """The site as it will be, for whoever may see the studio; its pages can do nothing to the studio's."""
    site = PreviewSite(studio.preview).make_app([LOOPBACK])

    async def begin(scope: Scope, receive: Receive, send: Send) -> None:
        studio.preview.start()
        await site(scope, receive, send)

    host = studio.preview_origin.removeprefix("http://")
    policy = f"frame-ancestors {studio.origin}"
    return Guard(begin, keys=studio.keys, host=host, is_frame=True, policy=policy)


def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    language = language_of(request)
    sentence = (
        language.gettext("There is nothing here.")
        if error.status_code == 404
        else language.gettext("This cannot be done.")
    )
    return render(request, "message.html", error.status_code, title=sentence, sentences=[])
