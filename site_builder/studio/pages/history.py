"""Undo and Redo, on every page."""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from site_builder.errors import SpacecastError
from site_builder.studio.changes.changes import Stale
from site_builder.studio.rendering import studio_of
from site_builder.studio.saving import answer_problems, answer_stale, find_page, read_form


async def undo(request: Request) -> Response:
    """Take the last change back, and show where it was made."""
    return await _step(request, studio_of(request).changes.undo, -1)


async def redo(request: Request) -> Response:
    """Do again what was undone last."""
    return await _step(request, studio_of(request).changes.redo, 1)


async def _step(request: Request, take: Callable[..., object], by: int) -> Response:
    """One step; where its file changed since, `seen` has it made all the same, and `do=skip` leaves it out."""
    form = await read_form(request)
    page = form.get("back") if form.get("back").startswith("/") and not form.get("back").startswith("//") else ""
    if form.get("do") == "skip":
        await run_in_threadpool(lambda: studio_of(request).changes.skip(by, seen=form.get("seen")))
    else:
        try:
            await run_in_threadpool(lambda: take(seen=form.get("seen")))
        except Stale as error:
            return answer_stale(request, error)
        except SpacecastError as error:
            return answer_problems(request, error)
    return RedirectResponse(page or find_page(request), 303)


ROUTES = [Route("/undo", undo, methods=["POST"]), Route("/redo", redo, methods=["POST"])]
