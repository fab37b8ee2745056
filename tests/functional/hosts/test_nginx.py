"""docs/publish-own-server.md, followed on this computer: ssh, rsync or sftp, and both web servers it names."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from manual_runner import read_blocks, run_block, substitute
from online import find_free_port, read_site, serve_ssh, wait_for_port
from shipping import ship_to_loopback
from show_runner import copy_show

from site_builder.hosts import Upload
from site_builder.model.media_types import find_media_type

PAGE = "publish-own-server"
NGINX = """daemon off; pid {folder}/pid; error_log stderr; worker_processes 1; {user}
events {{ }}
http {{
    access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
    uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    {server}
}}
"""


def configure(program: str, folder: Path, place: Path, port: int, *, moved: bool) -> list[str]:
    """Write the manual's snippet as the server's config, that of a show that moved in it; the command that runs it."""
    (snippet,) = read_blocks(PAGE, program)
    if moved:
        (rule,) = read_blocks("moving", program)
        snippet = snippet.replace("{\n", f"{{\n{rule}", 1)
    file = folder / "config"
    if program == "nginx":
        server = substitute(snippet, {"listen 80;": f"listen 127.0.0.1:{port};", "/srv/show": str(place)})
        user = "user root;" if os.geteuid() == 0 else ""  # else it could not read a folder of tests
        file.write_text(NGINX.format(folder=folder, server=server, user=user))
        return ["nginx", "-c", str(file)]
    server = substitute(snippet, {"pod.example.org": f"http://127.0.0.1:{port}", "/srv/show": str(place)})
    file.write_text(f"{{\n    admin off\n}}\n{server}")
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(file)]


@contextmanager
def serve(program: str, folder: Path, place: Path, *, moved: bool = False) -> Iterator[int]:
    """The server with the manual's config; its port."""
    port, found = find_free_port(), shutil.which(program) or f"/usr/sbin/{program}"
    if not Path(found).exists():
        pytest.skip(
            f"{program} is not installed (Debian: apt install {'nginx-light' if program == 'nginx' else program})"
        )
    if not (shutil.which("rsync") and shutil.which("ssh") and Path("/usr/sbin/sshd").exists()):
        pytest.skip("rsync or OpenSSH is not installed (Debian: apt install rsync openssh-server)")
    folder.mkdir()
    _, *arguments = configure(program, folder, place, port, moved=moved)
    with (folder / "said").open("wb") as said:
        server = subprocess.Popen([found, *arguments], stderr=said, stdout=said, env={"HOME": str(folder)})
    try:
        wait_for_port(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
    """One request, as it is."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


@pytest.mark.parametrize(("program", "way"), [("nginx", "rsync:"), ("caddy", "sftp:")])
def test_step_by_step(old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, way: str) -> None:
    """Each block as written, `check --live` among them; then types, cache headers, ranges and 404 are right."""
    place, show = tmp_path / "srv/show", copy_show(old, tmp_path / "show")
    (tmp_path / "ssh").mkdir(mode=0o700)
    make, publish = read_blocks(PAGE, "sh")
    with serve_ssh(tmp_path / "ssh") as ssh, serve(program, tmp_path / "server", place) as port:
        for name, value in ssh.items():
            monkeypatch.setenv(name, value)
        run_block(make, show, tmp_path / "tools", {"me@example.org": "127.0.0.1", "/srv/show": str(place)})
        target = substitute(read_blocks(PAGE, "yaml")[0], {"rsync:me@example.org:/srv/show": f"{way}127.0.0.1:{place}"})
        with (show / "config.yaml").open("a") as config:
            config.write(target)
        send, look = publish.split("spacecast check", 1)
        said = run_block(send, show, tmp_path / "tools")
        assert "would be sent" in said
        assert read_site(place) == read_site(show / "output")
        ship_to_loopback(show, f"{way}127.0.0.1:{place}", f"http://127.0.0.1:{port}/")
        run_block(f"spacecast check{look}", show, tmp_path / "tools")
        site = read_site(place)
        assert site == read_site(show / "output")
        check_answers(port, site)


def check_answers(port: int, site: dict[str, bytes]) -> None:
    """What a browser and a podcast app get."""
    for path, content in site.items():
        if path.startswith("."):
            continue
        wanted = Upload(path=path, source=None, size_bytes=len(content), sha256="")
        response, body = ask(port, f"/{path.removesuffix('index.html')}")
        told = response.headers
        assert (response.status, body) == (200, content), path
        assert told["Cache-Control"] == wanted.cache_control, path
        known = (told["Content-Type"] or "application/octet-stream").lower().split(";")[0]
        types = {find_media_type(path).split(";")[0]}
        assert known in types | ({"text/xml"} if path.endswith(".xml") else set()), path
    (audio, *_) = (path for path in site if path.startswith("media/"))
    response, body = ask(port, f"/{audio}", Range="bytes=100-199")
    assert (response.status, body) == (206, site[audio][100:200])
    assert response.headers["Content-Range"] == f"bytes 100-199/{len(site[audio])}"
    response, _ = ask(port, f"/{audio}", "HEAD")
    assert (response.status, response.headers["Content-Length"]) == (200, str(len(site[audio])))
    for missing in ("/nothing/", "/media/nothing.m4a", "/.spacecast-manifest.json", "/media/.part-x.m4a"):
        response, body = ask(port, missing)
        assert (response.status, body) == (404, site["404.html"]), missing


@pytest.mark.parametrize("program", ["nginx", "caddy"])
def test_a_show_that_moved(old: Path, tmp_path: Path, program: str) -> None:
    """docs/moving.md: requests for the feed are answered with a permanent redirect, all else as before."""
    with serve(program, tmp_path / "server", old / "output", moved=True) as port:
        response, _ = ask(port, "/feed.xml")
        assert (response.status, response.headers["Location"]) == (301, "https://new.example/feed.xml")
        assert ask(port, "/index.html" if program == "nginx" else "/")[0].status == 200
