"""The web applications of the studio: its pages, and the preview of the site."""

from __future__ import annotations

import errno
import traceback
from contextlib import suppress

from markupsafe import Markup
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from site_builder.errors import InvalidDocument, SpacecastError
from site_builder.preview.server import LOOPBACK, PreviewSite
from site_builder.studio.changes.changes import Stale
from site_builder.studio.pages.checks import name_failures
from site_builder.studio.places import describe_places, list_routes
from site_builder.studio.rendering import language_of, render, studio_of
from site_builder.studio.saving import answer_problems, answer_stale, explain_disk, wants_json
from site_builder.studio.security import Guard, make_policy
from site_builder.studio.studio import CACHE, Studio


def make_app(studio: Studio) -> ASGIApp:
    """The studio's pages, guarded."""
    app = Starlette(
        routes=list_routes(),
        exception_handlers={
            HTTPException: _answer_http,
            Stale: answer_stale,
            InvalidDocument: answer_problems,
            SpacecastError: answer_problems,
            OSError: _answer_disk,
            Exception: _answer_mistake,
        },
    )
    app.state.studio = studio
    app.state.describe_places = describe_places
    host = studio.origin.removeprefix("http://")
    return Guard(app, keys=studio.keys, host=host, policy=make_policy(studio.preview_origin))


def make_preview_app(studio: Studio) -> ASGIApp:
    """The application that serves the site's preview, on another origin: its pages cannot act on the studio's."""
    site = PreviewSite(studio.preview, lambda problems: name_failures(studio, problems)).make_app([LOOPBACK])

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
    return render(request, "message.html", error.status_code, title=sentence, sentences=[], back="/")


_DISK = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""What a disk says that will not have something written."""


def _answer_disk(request: Request, error: Exception) -> Response:
    """The disk is full, or the folder may not be written to: no mistake of ours, and a sentence for the host."""
    assert isinstance(error, OSError)
    if error.errno not in _DISK:
        return _answer_mistake(request, error)
    return answer_problems(request, explain_disk(error, language_of(request)))


def _answer_mistake(request: Request, error: Exception) -> Response:
    """A mistake of ours: a sentence for the host, the rest in a file that can be sent to us."""
    studio, language = studio_of(request), language_of(request)
    file = studio.folder / CACHE / "errors.log"
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as log:
            log.write(f"{studio.clock().isoformat()} {request.method} {request.url.path}\n")
            log.write("".join(traceback.format_exception(error)))
    sentence = language.gettext(
        "spacecast itself failed here. Nothing you saved is lost; what happened is written in %(file)s."
    )
    told = sentence % {"file": f"{CACHE}/errors.log"}
    if wants_json(request):
        return JSONResponse({"problems": [{"field": "", "message": told}]}, 500)
    page = Markup("<!DOCTYPE html>\n<title>500</title><p>{}</p><p><a href='/'>{}</a></p>")
    return HTMLResponse(page.format(told, language.gettext("Back")), 500)
