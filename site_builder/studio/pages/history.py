"""Undo and Redo, which stand in the same corner of every page."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from site_builder.studio.changes.changes import Stale
from site_builder.studio.rendering import studio_of
from site_builder.studio.saving import answer_stale, find_page


async def undo(request: Request) -> Response:
    """Take the last change back, and show where it was made."""
    return await _step(request, studio_of(request).changes.undo)


async def redo(request: Request) -> Response:
    """Do again what was undone last."""
    return await _step(request, studio_of(request).changes.redo)


async def _step(request: Request, take: object) -> Response:
    assert callable(take)
    try:
        await run_in_threadpool(take)
    except Stale as error:
        return answer_stale(request, error)
    return RedirectResponse(find_page(request), 303)


ROUTES = [Route("/undo", undo, methods=["POST"]), Route("/redo", redo, methods=["POST"])]
