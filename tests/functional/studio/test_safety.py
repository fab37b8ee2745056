"""Whoever is not the person at this browser gets 403 and changes nothing; no name in a request leads anywhere else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from path_traversals import list_traversals
from show_runner import copy_show
from starlette.routing import Route
from studio_runner import RunningStudio, start_studio

from site_builder.studio.places import list_routes

SECRET = "a-secret-outside-of-the-show"
URLENCODED = "application/x-www-form-urlencoded"
STRANGERS = {
    "without the cookie": {"cookie": ""},
    "with another cookie": {"cookie": "spacecast-studio-1=AAAA"},
    "another site's form": {"origin": "https://evil.example", "sec_fetch_site": "cross-site"},
    "another site's fetch": {
        "origin": "https://evil.example",
        "sec_fetch_mode": "cors",
        "sec_fetch_site": "cross-site",
    },
    "another site's image": {"sec_fetch_site": "cross-site", "sec_fetch_dest": "image", "sec_fetch_mode": "no-cors"},
    "a sandboxed frame": {"origin": "null"},
    "another port of this computer": {"origin": "http://127.0.0.1:1", "sec_fetch_site": "same-site"},
    "a name pointed at this computer": {"host": "evil.example", "origin": "http://evil.example"},
    "the name of this computer": {"host": "localhost:8765"},
    "a WebSocket": {"upgrade": "websocket", "connection": "Upgrade", "sec_websocket_key": "AAAA"},
}


def list_addresses(studio: RunningStudio) -> list[tuple[str, str]]:
    """Every method and path of the studio, with names that are there."""
    episode = min((studio.show / "content/episodes").iterdir()).name
    found = []
    for route in list_routes():
        assert isinstance(route, Route)
        path = route.path.replace("{name}", episode).replace("{key}", "kit").replace("{file}", "x")
        methods = route.methods or set()
        found += [(method, path.partition("{")[0]) for method in methods - {"HEAD"}]
    return found


def take_fingerprint(*folders: Path) -> dict[str, str]:
    """Every file of a person below the folders; what the studio builds by itself left out."""
    return {
        str(file): sha256(file.read_bytes()).hexdigest()
        for folder in folders
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not {".cache", "output"} & set(file.parts)
    }


@pytest.fixture(scope="module")
def guarded(built_show: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    """A studio with a secret beside its show."""
    place = tmp_path_factory.mktemp("guarded")
    show = copy_show(built_show, place / "show")
    (place / "secret.txt").write_text(SECRET)
    with start_studio(show) as studio:
        yield studio.enter()


@pytest.mark.parametrize("stranger", STRANGERS)
def test_strangers_get_nothing_of_any_page(guarded: RunningStudio, stranger: str) -> None:
    before = take_fingerprint(guarded.show.parent)
    for method, path in list_addresses(guarded):
        body = b"title=Taken&where=folder:/tmp/x&answer=no" if method == "POST" else b""
        answer = guarded.ask(path, method, body, content_type=URLENCODED, **STRANGERS[stranger])
        assert answer.status == 403, (method, path)
        assert "access-control-allow-origin" not in answer.headers
        assert b"Signals" not in answer.body
    assert take_fingerprint(guarded.show.parent) == before


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
def test_other_methods(guarded: RunningStudio, method: str) -> None:
    assert guarded.ask("/show", method, origin=guarded.origin).status == 403


def test_a_form_that_does_not_say_where_it_is_from(guarded: RunningStudio) -> None:
    before = take_fingerprint(guarded.show)
    for method, path in list_addresses(guarded):
        if method == "POST":
            assert guarded.ask(path, "POST", b"title=x", content_type=URLENCODED).status == 403, path
    assert take_fingerprint(guarded.show) == before


def test_it_listens_on_this_computer_only(guarded: RunningStudio) -> None:
    port = urlsplit(guarded.address).port
    others = {str(found[4][0]) for found in socket.getaddrinfo(socket.gethostname(), port, socket.AF_INET)}
    for address in others - {"127.0.0.1"}:
        if not address.startswith("127."):
            with socket.socket() as knock:
                knock.settimeout(2)
                assert knock.connect_ex((address, port)) != 0


def test_requests_that_are_none(guarded: RunningStudio) -> None:
    """What is no HTTP, two hosts, a huge header: refused, and the studio goes on."""
    place = (urlsplit(guarded.address).hostname, urlsplit(guarded.address).port)
    host = f"Host: 127.0.0.1:{place[1]}\r\n".encode()
    for request in (
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"GET /show HTTP/1.1\r\n" + host + host + b"\r\n",
        b"GET /show HTTP/1.1\r\nHost: evil.example\r\n" + host + b"\r\n",
        b"GET http://evil.example/show HTTP/1.1\r\n" + host + b"\r\n",
        b"GET /show HTTP/1.1\r\n" + host + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
    ):
        with socket.create_connection(place, timeout=5) as connection:
            connection.sendall(request)
            connection.settimeout(5)
            answer = connection.recv(64)
        assert answer == b"" or answer.split()[1] in {b"400", b"403", b"431"}, answer
    guarded.get("/episodes")


@pytest.mark.parametrize(
    "pattern",
    [
        "/{}",
        "/assets/{}",
        "/episodes/{}",
        "/episodes/{}/words",
        "/people/{}",
        "/show/{}",
        "/files/{}",
        "/files/episodes/{}",
    ],
)
def test_no_address_leads_elsewhere(guarded: RunningStudio, pattern: str) -> None:
    traversals = list_traversals("secret.txt")
    assert len(traversals) >= 90
    for name in traversals:
        path = pattern.format(quote(name, safe="/%;:~$\\"))
        answer = guarded.ask(path)
        assert answer.status < 500, path
        assert SECRET.encode() not in answer.body
        assert b"root:" not in answer.body
        assert answer.status != 200 or b"<h1" in answer.body or name in {".", "%2e", "..", "%2e%2e", "/", "//"}, path


def test_no_name_in_a_form_leads_elsewhere(guarded: RunningStudio, tmp_path: Path) -> None:
    """Names of uploads, ids of Spaces, of deploys and of people: taken for what they are, and never for paths."""
    (tmp_path / "picture").write_bytes(b"no picture")
    before = take_fingerprint(guarded.show.parent)
    for name in list_traversals("secret.txt"):
        body = f'--x\r\nContent-Disposition: form-data; name="archive"; filename="{name}"\r\n\r\nPK\r\n--x--\r\n'
        multipart = {"origin": guarded.origin, "content_type": "multipart/form-data; boundary=x"}
        answers = [
            guarded.ask("/show/cover", "POST", body.replace("archive", "cover").encode(), **multipart),
            guarded.ask(f"/show/cover?name={quote(name, safe='')}", "POST", b"PK", origin=guarded.origin),
            guarded.post("/start/take", ("space", name)),
            guarded.post("/publish/back", ("name", name)),
            guarded.post(f"/episodes/{quote(name, safe='')}", ("title", "Taken")),
            guarded.post(f"/people/{quote(name, safe='')}", ("answer", "no")),
            guarded.post(f"/files/{quote(name, safe='')}", ("text", "Taken")),
            guarded.post(f"/files/episodes/{quote(name, safe='')}", ("text", "Taken")),
            guarded.post("/jobs/cancel", ("job", name)),
        ]
        assert all(answer.status < 500 for answer in answers), (name, [answer.status for answer in answers])
        assert not any(SECRET.encode() in answer.body for answer in answers)
    assert take_fingerprint(guarded.show.parent) == before
    uploads = guarded.show / ".cache/studio/uploads"
    assert not uploads.is_dir() or not list(uploads.iterdir())


def test_no_back_link_leads_to_another_site(guarded: RunningStudio) -> None:
    """The page to go back to is one of ours, whatever a request says of where it comes from."""
    for referer in (
        "http://evil.example/x",
        "//evil.example",
        f"{guarded.origin}//evil.example/x",
        "javascript:alert(1)",
    ):
        headers = {"origin": guarded.origin, "referer": referer, "content_type": URLENCODED}
        answer = guarded.ask("/undo", "POST", b"x=1", **headers)
        assert answer.headers.get("location", "/").startswith("/")
        assert not answer.headers.get("location", "/").startswith("//")
