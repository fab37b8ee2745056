"""A stand-in for GitHub on this computer: git's own HTTP server, and the few calls of the API that a deploy makes.

Shapes of requests and answers are those of https://docs.github.com/en/rest; `bend` lets any request go wrong.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TOKEN = "github_pat_11AAAAAAA0stand1nForTests_onlyHere"
_PIECE = 1 << 16


@dataclass
class Bend:
    """What becomes of a request instead."""

    status: int = 0
    """0: it is answered as usual, as far as the connection lasts."""
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    after: int | None = None
    """Bytes of the request's body after which the connection is cut."""
    lose_answer: bool = False
    """Do as asked, then cut the connection."""


class _Server(ThreadingHTTPServer):
    """Without a word of who was killed before it had its answer."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Told of by the test, if it matters."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class GitHubServer:
    """GitHub as far as a deploy knows it.

    Args:
        root: Where its repositories lie, as `OWNER/NAME.git`.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.private: set[str] = set()
        self.pages: dict[str, dict[str, Any]] = {}
        self.requests: list[str] = []
        """Method, path and bytes of the body, in order."""
        self.bend: Callable[[str, str], Bend | None] = lambda method, path: None
        self.token = TOKEN
        self.device: list[str] = []
        """Errors with which a device login is answered, in order; empty for the token."""
        outer = self

        class Handler(_Handler):
            server_of = outer

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> GitHubServer:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def make(self, name: str) -> Path:
        """An empty repository."""
        place = self.root / f"{name}.git"
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(place)], check=True)
        for key in ("http.receivepack", "uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
            subprocess.run(["git", "-C", str(place), "config", key, "true"], check=True)
        return place

    def find(self, name: str) -> Path | None:
        """Where a repository lies."""
        place = self.root / f"{name}.git"
        return place if place.is_dir() else None

    def clone(self, name: str, to: Path) -> Path:
        """What Pages show of it."""
        shutil.rmtree(to, ignore_errors=True)
        branch = self.pages[name]["source"]["branch"]
        command = ["git", "clone", "-q", "-b", branch, str(self.root / f"{name}.git"), str(to)]
        subprocess.run(command, check=True, capture_output=True)
        return to

    def refs(self, name: str) -> list[str]:
        """Every name in a repository."""
        command = ["git", "-C", str(self.root / f"{name}.git"), "for-each-ref", "--format=%(refname)"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


class _Handler(BaseHTTPRequestHandler):
    server_of: GitHubServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        outer, path = self.server_of, urlsplit(self.path).path
        outer.requests.append(f"{self.command} {self.path} {self.headers.get('Content-Length', 0)}")
        bend = outer.bend(self.command, self.path) or Bend()
        self.close_connection = True
        if bend.after is not None and not int(self.headers.get("Content-Length", 0)):
            return
        if bend.status:
            self._read_body(bend)
            self._say(bend.status, bend.body, bend.headers)
        elif path.startswith("/login/"):
            sent = dict(parse_qsl((self._read_body(bend) or b"").decode()))
            self._say(200, self._log_in(path.removeprefix("/login/"), sent))
        elif path.startswith("/api/"):
            content = self._read_body(bend)
            if content is not None:
                self._say(*self._answer(path.removeprefix("/api"), content))
        else:
            self._serve_git(path, bend)

    do_POST = do_PUT = do_GET  # noqa: N815

    def _read_body(self, bend: Bend) -> bytes | None:
        wanted = int(self.headers.get("Content-Length", 0))
        content = self.rfile.read(wanted if bend.after is None else min(wanted, bend.after))
        return content if len(content) == wanted else None

    def _say(self, status: int, body: Any = None, headers: dict[str, str] | None = None) -> None:
        content = json.dumps(body).encode() if body is not None else b""
        self.send_response(status)
        for name, value in {"Content-Type": "application/json; charset=utf-8", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _log_in(self, path: str, sent: dict[str, str]) -> dict[str, Any]:
        """https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#device-flow"""
        if sent.get("client_id") != "Iv1.known" or "application/json" not in self.headers.get("Accept", ""):
            return {"error": "Not Found"}
        if path == "device/code":
            place = f"{self.server_of.url}/login/device"
            codes = {"device_code": "3584d83530557fdd1f46af8289938c8ef79f9dc5", "user_code": "WDJB-MJHT"}
            return {**codes, "verification_uri": place, "expires_in": 900, "interval": 0}
        assert path == "oauth/access_token"
        assert sent["device_code"] == "3584d83530557fdd1f46af8289938c8ef79f9dc5"
        assert sent["grant_type"] == "urn:ietf:params:oauth:grant-type:device_code"
        if error := self.server_of.device.pop(0):
            return {"error": error, "error_description": f"{error}, in words."}
        return {"access_token": self.server_of.token, "token_type": "bearer", "scope": "repo"}

    def _answer(self, path: str, content: bytes) -> tuple[int, Any]:
        outer = self.server_of
        if self.headers.get("Authorization") != f"Bearer {outer.token}":
            return 401, {"message": "Bad credentials", "status": "401"}
        sent = json.loads(content) if content else {}
        if path == "/user":
            return 200, {"login": "you", "id": 1, "type": "User"}
        if path == "/user/repos" and self.command == "POST":
            if outer.find(f"you/{sent['name']}"):
                return 422, {"message": "Repository creation failed.", "errors": [{"message": "name already exists"}]}
            outer.make(f"you/{sent['name']}")
            return 201, self._describe(f"you/{sent['name']}")
        found = re.fullmatch(r"/repos/([^/]+/[^/]+)(/pages)?", path)
        if not found or not outer.find(found[1]):
            return 404, {"message": "Not Found", "status": "404"}
        return self._answer_pages(found[1], sent) if found[2] else (200, self._describe(found[1]))

    def _answer_pages(self, name: str, sent: dict[str, Any]) -> tuple[int, Any]:
        pages = self.server_of.pages
        if self.command == "GET":
            return (200, pages[name]) if name in pages else (404, {"message": "Not Found"})
        if f"refs/heads/{sent['source']['branch']}" not in self.server_of.refs(name):
            return 422, {"message": "The gh-pages branch must exist before GitHub Pages can be built."}
        if (self.command == "POST") == (name in pages):
            return (409, {"message": "GitHub Pages is already enabled."}) if name in pages else (404, {})
        pages[name] = {"url": "", "status": None, "build_type": sent["build_type"], "source": sent["source"]}
        return (201, pages[name]) if self.command == "POST" else (204, None)

    def _describe(self, name: str) -> dict[str, Any]:
        private = name in self.server_of.private
        return {"id": 1, "full_name": name, "private": private, "archived": False, "default_branch": "main", "size": 0}

    def _serve_git(self, path: str, bend: Bend) -> None:
        login = base64.b64encode(f"x-access-token:{self.server_of.token}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {login}":
            self._say(401, None, {"WWW-Authenticate": 'Basic realm="GitHub"'})
            return
        process = subprocess.Popen(
            ["git", "http-backend"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self._describe_request(path),
            start_new_session=True,
        )
        assert process.stdin
        assert process.stdout
        left = int(self.headers.get("Content-Length", 0))
        cut = bend.after is not None and bend.after < left
        left = min(left, bend.after) if bend.after is not None else left
        while left and (piece := self.rfile.read(min(left, _PIECE))):
            left -= len(piece)
            process.stdin.write(piece)
        process.stdin.close()
        if left or cut:  # it would wait for the rest for ever
            os.killpg(process.pid, signal.SIGKILL)
        with process:
            answer = process.stdout.read()
        if not cut and not bend.lose_answer:
            self._pass_on(answer)

    def _describe_request(self, path: str) -> dict[str, str]:
        return {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.server_of.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": urlsplit(self.path).query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": self.headers.get("Content-Length", "0"),
            "REMOTE_USER": "you",
        }

    def _pass_on(self, answer: bytes) -> None:
        head, _, body = answer.partition(b"\r\n\r\n")
        lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        self.send_response(int(lines.pop("Status", "200").split()[0]))
        for name, value in lines.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
