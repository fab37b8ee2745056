"""Routes that every page uses: start, styles and scripts, news of running jobs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from site_builder.errors import SpacecastError
from site_builder.model.media_types import find_media_type
from site_builder.render.pages.styles import DEFAULT_ACCENT, render_favicon, render_look
from site_builder.show.config import load_config
from site_builder.studio.background.jobs import Job
from site_builder.studio.rendering import list_assets, studio_of
from site_builder.studio.saving import find_page, read_form
from site_builder.studio.studio import Studio

_HEARTBEAT = 15.0  # seconds after which a page that went away is noticed


def begin(request: Request) -> Response:
    """The first page: episodes, or how to make a show."""
    return RedirectResponse("/episodes" if studio_of(request).has_show else "/start", 303)


def answer_asset(request: Request) -> Response:
    """A script, a style sheet or a font of ours."""
    name = request.path_params["name"]
    studio = studio_of(request)
    if name == "look.css":
        return Response(render_look(_find_accent(studio)), media_type="text/css", headers={"cache-control": "no-cache"})
    if name == "favicon.svg":
        return Response(render_favicon(_find_accent(studio)), media_type="image/svg+xml")
    file = list_assets().get(name)
    if file is None:
        raise HTTPException(404)
    return FileResponse(file, media_type=find_media_type(name), headers={"cache-control": "no-cache"})


def _find_accent(studio: Studio) -> str:
    def read() -> str:
        try:
            return load_config(studio.folder).site.accent or DEFAULT_ACCENT
        except SpacecastError:
            return DEFAULT_ACCENT

    return studio.keep("accent", read)


async def answer_events(request: Request) -> Response:
    """Every job as it is now, and whenever it gets on, as server-sent events."""
    return StreamingResponse(_follow(studio_of(request)), media_type="text/event-stream")


async def _follow(studio: Studio) -> AsyncIterator[str]:
    news: asyncio.Queue[Job] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def receive(job: Job) -> None:
        with suppress(RuntimeError):  # the loop may have ended
            loop.call_soon_threadsafe(news.put_nowait, job)

    studio.jobs.follow(receive)
    try:
        yield "retry: 1000\n\n"
        for job in reversed(studio.jobs.find()):
            yield _describe(job)
        while True:
            try:
                yield _describe(await asyncio.wait_for(news.get(), _HEARTBEAT))
            except TimeoutError:
                yield ": still here\n\n"
    finally:
        studio.jobs.leave(receive)


def _describe(job: Job) -> str:
    return f"event: job\ndata: {json.dumps(job.as_json())}\n\n"


async def warm_up(request: Request) -> Response:
    """Begin to build the site as it will be: a page was opened, so somebody will want to see it."""
    studio_of(request).preview.start()
    return Response(status_code=204)


async def cancel(request: Request) -> Response:
    """End a job."""
    form = await read_form(request)
    number = form.get("job")
    if number.isdecimal():
        studio_of(request).jobs.cancel(int(number))
    return RedirectResponse(find_page(request), 303)


ROUTES = [
    Route("/", begin),
    Route("/assets/{name}", answer_asset),
    Route("/events", answer_events),
    Route("/preview", warm_up, methods=["POST"]),
    Route("/jobs/cancel", cancel, methods=["POST"]),
]
