"""Serves a preview as a static host would: byte ranges, media types, the site's base path, `404.html`.

What a host would not do is confined to one reserved path: a small script, put into each page on its way out, that
reloads it after a build and shows what is wrong. It is a file of the same origin, so the site's own
Content-Security-Policy lets it run.
"""

from __future__ import annotations

import asyncio
import errno
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from html import escape
from pathlib import Path
from types import FrameType
from typing import Final
from urllib.parse import quote

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route
from starlette.types import ASGIApp

from site_builder.errors import UsageError
from site_builder.model.media_types import find_media_type
from site_builder.preview.following import follow_changes
from site_builder.preview.process import SessionProcess
from site_builder.preview.session import Previewed, State
from site_builder.preview.watch import Watch

RESERVED: Final = "/__spacecast__/"
"""Path of what the preview adds; no site has it."""
LOOPBACK: Final = "127.0.0.1"
PORT: Final = 8000
_PORTS: Final = 100
"""How many are tried after it."""
_LONGEST_PATH: Final = 4096
_HEARTBEAT: Final = 15.0  # seconds after which a page that went away is noticed
_OUR_FILES: Final = ("preview.js", "preview.css")
_FRESH: Final = {"cache-control": "no-cache"}
_NO_WORKER: Final = 'self.addEventListener("install", () => self.skipWaiting());\n'
_NO_WORKER_CLEANS: Final = 'self.addEventListener("activate", () => self.registration.unregister());\n'
_NOTHING_YET: Final = (
    b'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Preview</title></head>'
    b"<body><p>There is no site to show yet.</p></body></html>\n"
)


def serve(
    session: SessionProcess, *, host: str = LOOPBACK, port: int | None = None, ready: Callable[[str], None]
) -> None:
    """Build, then serve and rebuild until the person presses Ctrl-C.

    Args:
        session: What is built.
        host: Address to listen at; anything but the default shows the preview, drafts included, to the network.
        port: 0 for any that is free; None for `PORT`, or where that is taken, the next one that is not.
        ready: Told the address of the home page, once it answers.

    Raises:
        UsageError: it cannot listen there.
    """
    with listen(host, find_port(host) if port is None else port) as listener, Watch(session.folder) as watch:
        session.refresh()
        site = PreviewSite(session)
        server = _Server(site, allowed_hosts=_find_names(host))
        worker = threading.Thread(target=_rebuild, args=(session, watch), name="rebuild", daemon=True)
        worker.start()
        shown = LOOPBACK if host in {"", "0.0.0.0"} else f"[{host}]" if ":" in host else host  # noqa: S104
        ready(f"http://{shown}:{listener.getsockname()[1]}{quote(session.state.base)}")
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
        watch.stop()
        session.end()
        worker.join(timeout=2)


def _rebuild(session: SessionProcess, watch: Watch) -> None:
    session.warm_up()
    follow_changes(session, watch)


def find_port(host: str, first: int = PORT) -> int:
    """`first`, or the next port that nobody listens at; `first` as well where that is not the trouble."""
    for port in range(first, min(first + _PORTS, 65536)):
        try:
            _open(host, port).close()
        except socket.gaierror:
            return first
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                return first
        else:
            return port
    return first


def _open(host: str, port: int) -> socket.socket:
    family, *_, address = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    return socket.create_server(address[:2], family=family)


def listen(host: str, port: int) -> socket.socket:
    """A socket at an address of this computer.

    Raises:
        UsageError: that cannot be had.
    """
    try:
        return _open(host, port)
    except socket.gaierror:
        raise UsageError(f"{host!r} is no address of this computer; leave out --host to use {LOOPBACK}") from None
    except OSError as error:
        reason = error.strerror or error
        if error.errno == errno.EADDRINUSE and (free := find_port(host, port)) != port:
            raise UsageError(f"port {port} is taken by another program; `--port {free}` is free") from None
        raise UsageError(f"port {port} of {host} cannot be used ({reason}); choose another with --port") from None


def _find_names(host: str) -> list[str]:
    """Names a browser may call us by. Others are refused on loopback: a foreign page must not reach the drafts."""
    is_local = host in {LOOPBACK, "localhost", "::1"}
    return ["localhost", LOOPBACK, "::1", "[::1]"] if is_local else ["*"]


def configure(app: ASGIApp) -> uvicorn.Config:
    """How an application is served on this computer: quietly, and gone soon when it is told to end."""
    return uvicorn.Config(
        app,
        log_config=None,
        log_level="error",
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=1,
    )


class _Server(uvicorn.Server):
    """Lets open pages go when it is told to end."""

    def __init__(self, site: PreviewSite, allowed_hosts: list[str]) -> None:
        self.site = site
        super().__init__(configure(site.make_app(allowed_hosts)))

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Receive a signal."""
        self.site.release()
        super().handle_exit(sig, frame)


class PreviewSite:
    """The preview as a web application.

    Args:
        session: What builds it.
        describe_problems: Says what is wrong by other names than those of files.
    """

    def __init__(self, session: Previewed, describe_problems: Callable[[tuple[str, ...]], list[str]] = list) -> None:
        self.session = session
        self._describe_problems = describe_problems
        self._streams: set[Callable[[State | None], None]] = set()
        self._is_ending = False

    def make_app(self, allowed_hosts: list[str]) -> Starlette:
        """The application; requests that call the server by another name than these are refused."""
        return Starlette(
            routes=[
                Route(f"{RESERVED}events", self.answer_events),
                Route(f"{RESERVED}{{name}}", self.answer_ours),
                Route("/{path:path}", self.answer),
            ],
            middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=allowed_hosts, www_redirect=False)],
            exception_handlers={404: self.answer_nothing},
        )

    def answer_nothing(self, _request: Request, _error: Exception) -> Response:
        """An address that no route takes, such as one with a line break in it."""
        return _tell("There is nothing here.", self.session.state.base, 404)

    def answer(self, request: Request) -> Response:
        """A file of the site."""
        if request.headers.get("service-worker") == "script":
            return Response(_NO_WORKER + _NO_WORKER_CLEANS, headers=_FRESH, media_type="text/javascript")
        path, base = f"/{request.path_params['path']}", self.session.state.base
        if len(path) > _LONGEST_PATH:
            return _tell(f"This address is too long: no file has a name of {len(path)} characters.", base, 414)
        if path == "/" != base or f"{path}/" == base:
            return RedirectResponse(quote(base), headers=_FRESH)
        if not path.startswith(base):
            return _tell("There is nothing here.", base, 404)
        return self._answer_path(request, path.removeprefix(base))

    def _answer_path(self, request: Request, path: str) -> Response:
        mark = self._mark(path)  # before the page is read: what changes meanwhile is noticed
        found = self._find(path)
        if found is None:
            missing = self._find("404.html")
            page = missing.read_bytes() if missing else _NOTHING_YET
            return self._make_page(page, mark, status_code=404 if self.session.state.number else 503)
        if found.is_dir():
            return RedirectResponse(quote(f"{request.url.path}/"), headers=_FRESH)
        if found.suffix == ".html":
            return self._make_page(found.read_bytes(), mark)
        response = FileResponse(found, headers=_FRESH, media_type=find_media_type(found.name), stat_result=found.stat())
        is_known = request.headers.get("if-none-match") == response.headers["etag"]
        return Response(status_code=304, headers=response.headers) if is_known else response

    def _find(self, path: str) -> Path | None:
        """The file at a path below the base, or a folder whose address lacks its slash.

        Audio whose recording is elsewhere is no part of a preview, but may be in `output/` from another build.
        """
        roots = [self.session.output_paths.output]
        if path.startswith("media/"):
            roots.append(self.session.folder / "output")
        return next((found for root in roots if (found := _find_below(root, path))), None)

    def _mark(self, path: str) -> str:
        """Tells one state of a page from any other; of a page that is not there, whether there is any site."""
        found = self._find(path)
        with suppress(OSError):
            if found:
                status = found.stat()
                return f"{self.session.id}-{status.st_mtime_ns}-{status.st_size}"
        return f"{self.session.id}-{bool(self.session.state.number)}"

    def _make_page(self, page: bytes, mark: str, status_code: int = 200) -> Response:
        """A page with our script in it."""
        script = f'<script defer src="{RESERVED}preview.js" data-mark="{mark}"></script>\n'.encode()
        head, end, rest = page.partition(b"</head>")
        return HTMLResponse(head + script + end + rest if end else page + script, status_code, _FRESH)

    def answer_ours(self, request: Request) -> Response:
        """The script and its style sheet."""
        name = request.path_params["name"]
        if name not in _OUR_FILES:
            return PlainTextResponse("Not found", status_code=404)
        return FileResponse(Path(__file__).with_name(name), headers=_FRESH, media_type=find_media_type(name))

    def answer_events(self, request: Request) -> Response:
        """The state of the page named by `?page=`, now and whenever it may have changed, as server-sent events."""
        headers = {"cache-control": "no-store"}
        page = request.query_params.get("page", "")
        return StreamingResponse(self._follow(page), media_type="text/event-stream", headers=headers)

    async def _follow(self, page: str) -> AsyncIterator[str]:
        states: asyncio.Queue[State | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def receive(state: State | None) -> None:
            with suppress(RuntimeError):  # the loop may have ended
                loop.call_soon_threadsafe(states.put_nowait, state)

        self._streams.add(receive)
        self.session.follow(receive)
        try:
            state: State | None = self.session.state
            while state and not self._is_ending:
                yield await run_in_threadpool(self._describe, state, page)
                state = await self._wait(states)
        finally:
            self.session.leave(receive)
            self._streams.discard(receive)

    async def _wait(self, states: asyncio.Queue[State | None]) -> State | None:
        try:
            return await asyncio.wait_for(states.get(), _HEARTBEAT)
        except TimeoutError:
            return self.session.state

    def _describe(self, state: State, page: str) -> str:
        path = page.removeprefix(state.base) if page.startswith(state.base) else "404.html"
        message = {"mark": self._mark(path), "problems": self._describe_problems(state.problems)}
        return f"data: {json.dumps(message)}\n\n"

    def release(self) -> None:
        """End every stream of events, also one that is just beginning."""
        self._is_ending = True
        for receive in list(self._streams):
            receive(None)


def _tell(sentence: str, base: str, status_code: int) -> Response:
    """A page of our own, with the way to the site."""
    link = f'<a href="{escape(quote(base))}">This site begins at {escape(base)}</a>'
    page = f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{status_code}</title></head>'
    return HTMLResponse(f"{page}<body><p>{escape(sentence)} {link}.</p></body></html>\n", status_code, _FRESH)


def _find_below(root: Path, path: str) -> Path | None:
    """A file, the index of a folder, or a folder named without its slash; None for anything else or elsewhere."""
    try:
        return _locate(root, path)
    except (OSError, ValueError, RuntimeError):  # a name no file can have: too long, or of odd characters
        return None


def _locate(root: Path, path: str) -> Path | None:
    if "\\" in path or "\0" in path or any(part.startswith(".") for part in path.split("/")):
        return None
    root = root.resolve()
    place = (root / path).resolve() if path else root
    if not place.is_relative_to(root):
        return None
    if place.is_dir() and (not path or path.endswith("/")):
        place /= "index.html"
    elif path.endswith("/"):
        return None
    return place if place.is_file() or (place.is_dir() and (place / "index.html").is_file()) else None
