"""Runs the studio on two addresses of this computer: one for its pages, one for the preview."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import uvicorn

from site_builder.preview.server import LOOPBACK, configure, find_port, listen
from site_builder.studio.app import make_app, make_preview_app
from site_builder.studio.security import TOKEN
from site_builder.studio.studio import Studio
from site_builder.studio.uploads import clear_uploads

PORT = 8765


def run(studio: Studio, *, port: int | None = None, ready: Callable[[str], None]) -> None:
    """Serve until the person presses Ctrl-C.

    Args:
        studio: What is shown.
        port: 0 for any that is free; None for `PORT`, or where that is taken, the next one that is not.
        ready: Told the address, with its one-time token, once it answers.

    Raises:
        UsageError: it cannot listen there.
    """
    with listen(LOOPBACK, find_port(LOOPBACK, PORT) if port is None else port) as own, listen(LOOPBACK, 0) as frame:
        studio.origin, studio.preview_origin = _describe(own), _describe(frame)
        studio.keys.name = f"spacecast-studio-{own.getsockname()[1]}"
        clear_uploads(studio)
        try:
            with suppress(KeyboardInterrupt):
                asyncio.run(_serve(studio, own, frame, ready))
        finally:
            studio.close()
            clear_uploads(studio)


def _describe(listener: socket.socket) -> str:
    return f"http://{LOOPBACK}:{listener.getsockname()[1]}"


class _Server(uvicorn.Server):
    """One of two in this process: neither takes the signals for itself."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield


async def _serve(studio: Studio, own: socket.socket, frame: socket.socket, ready: Callable[[str], None]) -> None:
    servers = [_Server(configure(make_app(studio))), _Server(configure(make_preview_app(studio)))]
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # not on Windows, where Ctrl-C is an exception
            loop.add_signal_handler(number, over.set)
    running = [
        asyncio.create_task(server.serve(sockets=[listener]))
        for server, listener in zip(servers, (own, frame), strict=True)
    ]
    while not all(server.started for server in servers):
        await asyncio.sleep(0.01)
    ready(f"{studio.origin}/?{TOKEN}={studio.keys.token}")
    await over.wait()
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # what open pages lose now is nobody's mistake
    for server in servers:
        server.should_exit = server.force_exit = True
    await asyncio.wait(running, timeout=2)
