"""A web server on loopback with byte ranges, and with every fault that a test asks for."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Host:
    """What is served, how, and what was asked for."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    """By path, without the leading slash."""
    statuses: dict[str, list[int]] = field(default_factory=dict)
    """Answers given instead, one for each request, before the file is."""
    redirects: dict[str, str] = field(default_factory=dict)
    cuts: dict[str, list[int]] = field(default_factory=dict)
    """After how many bytes of the body the connection breaks, for each request in turn."""
    no_ranges: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Path and `Range` of each request."""

    def put(self, path: str, content: bytes | str) -> str:
        """Serve a file; returns its address."""
        self.files[path] = content.encode() if isinstance(content, str) else content
        return self.url + path


class _Handler(BaseHTTPRequestHandler):
    host: Host

    def do_GET(self) -> None:
        path, wanted = self.path.lstrip("/"), self.headers.get("Range", "")
        self.host.asked.append((path, wanted))
        if self.host.statuses.get(path):
            self.send_error(self.host.statuses[path].pop(0))
        elif path in self.host.redirects:
            self.send_response(302)
            self.send_header("Location", self.host.redirects[path])
            self.end_headers()
        elif path not in self.host.files:
            self.send_error(404)
        else:
            self._send(path, self.host.files[path], wanted)

    def _send(self, path: str, content: bytes, wanted: str) -> None:
        tag = f'"{sha256(content).hexdigest()[:16]}"'
        start = re.fullmatch(r"bytes=(\d+)-", wanted)
        is_part = start and not self.host.no_ranges and self.headers.get("If-Range", tag) == tag
        begin = int(start[1]) if start and is_part else 0
        self.send_response(206 if is_part else 200)
        if is_part:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(content) - begin))
        self.end_headers()
        body = content[begin:]
        if self.host.cuts.get(path):
            body = body[: self.host.cuts[path].pop(0)]
            self.close_connection = True
        with suppress(ConnectionError):  # whoever asked has heard enough
            self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@contextmanager
def serve_files() -> Iterator[Host]:
    """A server on a free port."""
    host = Host()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"host": host}))
    host.url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield host
    server.shutdown()
    server.server_close()
