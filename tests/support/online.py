"""What is online, as a listener finds it: servers on loopback, faults between, and the one promise a deploy keeps.

The promise: each enclosure that the online feed names is there with the size the feed says, and each asset that an
online page names is there.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import etree

from site_builder.model.media_types import find_media_type

Site = Mapping[str, bytes]
"""Path to content of everything online."""
MANIFEST = ".spacecast-manifest.json"


def read_site(root: Path) -> dict[str, bytes]:
    """A folder as a site, what a deploy keeps for itself aside."""
    files = (path for path in root.rglob("*") if path.is_file())
    named = {path.relative_to(root).as_posix(): path for path in files}
    return {
        name: path.read_bytes()
        for name, path in named.items()
        if name != MANIFEST and not name.startswith(".git/") and ".part-" not in name
    }


def find_broken(site: Site, *, media: Site | None = None) -> list[str]:
    """Every broken promise, as a sentence; `media` where the audio is somewhere else."""
    audio = site if media is None else media
    broken = []
    if feed := site.get("feed.xml"):
        for enclosure in etree.fromstring(feed).iterfind("channel/item/enclosure"):
            path = "media/" + unquote(urlsplit(enclosure.get("url")).path).rsplit("/", 1)[1]
            size = len(audio[path]) if path in audio else None
            if size != int(enclosure.get("length")):
                broken.append(f"{path}: {size} bytes, the feed says {enclosure.get('length')}")
    for page, content in site.items():
        if page.endswith(".html"):
            names = set(re.findall(rb'(?:href|src)="[^"]*?(assets/[^"?#]+)"', content))
            broken += [f"{page} names {name.decode()}" for name in names if name.decode() not in site]
    return broken


class RangeServer:
    """Serves a folder as a good host does: HEAD, byte ranges, right types. `manners` take that away again.

    Args:
        root: The folder.
        manners: Path to a function that answers instead, given the request's handler; `""` stands for every other path.
        base: Path before everything, e.g. `/show`.
    """

    def __init__(
        self, root: Path, manners: Mapping[str, Callable[[BaseHTTPRequestHandler], None]] | None = None, base: str = ""
    ) -> None:
        self.requests: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.requests.append(f"{self.command} {self.path}")
                path = unquote(urlsplit(self.path).path).removeprefix(base)
                bends = (manners or {}).get
                bend = bends(path) or bends(f"{self.command} {path}") or bends("")
                bend(self) if bend else send_file(self, root / path.lstrip("/"))

            do_HEAD = do_GET  # noqa: N815

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                outer.requests.append(f"POST {self.path} {self.rfile.read(length).decode()}")
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}{base}/"
        self.base = base

    def secure(self, certificate: Path) -> str:
        """Speak TLS, with this certificate and its key; the address from now on."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = self.url.replace("http://", "https://")
        return self.url

    def __enter__(self) -> RangeServer:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def send_file(
    handler: BaseHTTPRequestHandler, file: Path, *, media_type: str = "", ranges: bool = True, cut: int = 0
) -> None:
    """Answer with a file; `cut` bytes of it are missing."""
    if not file.is_file():
        handler.send_response(404)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return
    content = file.read_bytes()
    content = content[: len(content) - cut]
    wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", handler.headers.get("Range", "")) if ranges else None
    part = content[int(wanted[1]) : int(wanted[2]) + 1] if wanted else content
    handler.send_response(206 if wanted else 200)
    if wanted:
        handler.send_header("Content-Range", f"bytes {wanted[1]}-{wanted[2]}/{len(content)}")
    handler.send_header("Content-Type", media_type or find_media_type(file.name))
    handler.send_header("Content-Length", str(len(part)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(part)


def answer(handler: BaseHTTPRequestHandler, status: int, text: str = "") -> None:
    """Answer with a status, and a text."""
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(text.encode())))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(text.encode())


class CuttingProxy:
    """A way to a server that breaks: after `budget` bytes sent there, every connection is cut, until `mend`.

    With `seconds` it is mended so long after it broke.
    """

    def __init__(self, port: int, budget: int, seconds: float | None = None) -> None:
        self.target, self.budget, self.seconds = port, budget, seconds
        self.broken = False
        self.has_broken = threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def mend(self) -> None:
        """The way is whole again."""
        self.budget, self.broken = 1 << 60, False

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            if self.broken:
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self._pump, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, False), daemon=True).start()

    def _break(self) -> None:
        self.broken = True
        if self.seconds is not None and not self.has_broken.is_set():
            threading.Timer(self.seconds, self.mend).start()
        self.has_broken.set()

    def _pump(self, source: socket.socket, sink: socket.socket, counts: bool) -> None:
        with suppress(OSError):
            while chunk := source.recv(16384):
                if counts:
                    self.budget -= len(chunk)
                if self.budget < 0:
                    self._break()
                if self.broken:
                    break
                sink.sendall(chunk)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def serve_ssh(folder: Path) -> Iterator[dict[str, str]]:
    """An sshd of our own; yields the environment in which rsync and ssh reach 127.0.0.1 through it."""
    port = find_free_port()
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    shutil.copy(folder / "user.pub", folder / "known")
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/known\n"
        f"PidFile {folder}/pid\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\n"
        "Subsystem sftp internal-sftp\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    sshd = shutil.which("sshd") or "/usr/sbin/sshd"
    server = subprocess.Popen([sshd, "-D", "-f", folder / "config"], stderr=subprocess.DEVNULL)
    quiet = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o BatchMode=yes"
    options = f"-o Port={port} -i {folder}/user -o IdentitiesOnly=yes {quiet}"
    tools = folder / "bin"
    write_tools(tools, {name: f"{shutil.which(name)} {options}" for name in ("ssh",)})
    try:
        wait_for_port(port)
        yield {"RSYNC_RSH": "ssh", "PATH": f"{tools}:{os.environ['PATH']}"}
    finally:
        server.terminate()
        server.wait()


def write_tools(folder: Path, commands: Mapping[str, str]) -> None:
    """Programs for the front of PATH: name to the command it stands for."""
    folder.mkdir(exist_ok=True)
    for name, command in commands.items():
        (folder / name).write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        (folder / name).chmod(0o755)


def find_free_port() -> int:
    """A port of loopback nobody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port: int = free.getsockname()[1]
        return port


def wait_for_port(port: int) -> None:
    """Until something listens there; a busy computer starts a server in half a minute."""
    for _ in range(600):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("the server does not start")
