"""A server on loopback that sends the bytes it is told to, well-formed or not, fast or slow."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

Script = Callable[[bytes], Iterable[bytes | float]]
"""Request to what is sent: bytes, or seconds to wait."""


def respond(body: bytes = b"", *headers: str, status: str = "200 OK", length: int | None = -1) -> bytes:
    """An answer; `length` None leaves Content-Length out."""
    lines = [f"HTTP/1.1 {status}", *headers]
    if length is not None:
        lines.append(f"Content-Length: {len(body) if length < 0 else length}")
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextmanager
def serve_raw(script: Script) -> Iterator[str]:
    """Its address; every request is answered by the script, then the connection is closed."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_accept, args=(server, script), daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


def _accept(server: socket.socket, script: Script) -> None:
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_answer, args=(connection, script), daemon=True).start()


def _answer(connection: socket.socket, script: Script) -> None:
    with connection, suppress(OSError):
        request = b""
        while b"\r\n\r\n" not in request:
            request += connection.recv(65536)
        for step in script(request):
            time.sleep(step) if isinstance(step, float) else connection.sendall(step)
