"""The preview answers as a static host would, and to nobody else."""

from __future__ import annotations

import os
import shutil
import socket
import time
from email.parser import BytesParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import etree
from preview_runner import Preview, start_preview
from show_runner import edit, find_bundle, read_show, run_spacecast

from site_builder.model.media_types import find_media_type

MARK = b"/__spacecast__/preview.js"


@pytest.fixture(scope="module")
def audio(preview: Preview) -> tuple[str, bytes, str]:
    """Path of an enclosure, its bytes, and the type that the feed says."""
    feed = etree.fromstring(preview.ask("/show/feed.xml").body)
    enclosure = feed.find("channel/item/enclosure")
    path = urlsplit(enclosure.get("url")).path
    file = preview.show / ".cache/preview/site" / path.removeprefix("/show/")
    assert int(enclosure.get("length")) == file.stat().st_size
    return path, file.read_bytes(), enclosure.get("type")


def test_site_lives_at_its_base_path(preview: Preview) -> None:
    """`https://example.org/show/` is at `/show/` here too, and `/` leads there."""
    assert preview.url.endswith("/show/")
    assert preview.url.startswith("http://127.0.0.1:")
    for path in ("/", "/show"):
        answer = preview.ask(path)
        assert (answer.status, answer.headers["location"]) == (307, "/show/")
    assert "Signals" in preview.ask("/show/").text
    assert preview.ask("/index.html").status == 404


def test_folder_without_slash_is_redirected(preview: Preview) -> None:
    """Relative links of a page need the slash."""
    answer = preview.ask("/show/archive")
    assert (answer.status, answer.headers["location"]) == (307, "/show/archive/")


def test_unknown_address_gets_the_site_s_own_page(preview: Preview) -> None:
    """`404.html` with status 404, its links good at any depth."""
    answer = preview.ask("/show/no/such/page")
    assert answer.status == 404
    assert 'href="/show/' in answer.text
    assert MARK in answer.body


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/show/" + "a" * 9000,
            "/" + "a" * 9000,
            "/show/" + "%C3%BC" * 200,
            "/show/" + "a/" * 2500,
            "/show/" + "a" * 300,
        ),
        *("/show/%00", "/show/a%00b/", "/show/%ff%fe", "/show/%ED%A0%80", "/show/%2e%2e/%2e%2e/config.yaml"),
        *(
            "/show/media/" + "b" * 4000,
            "/show/..%5c..%5cconfig.yaml",
            "/show/%0d%0aX:1",
            "/show/con",
            "/show/a?" + "q" * 9000,
        ),
    ],
)
def test_addresses_no_file_can_have(preview: Preview, path: str) -> None:
    """404, or 414 for what is too long, with a way home; never a failure of the server."""
    answer = preview.ask(path)
    assert answer.status == (414 if len(path) > 4097 and "?" not in path else 404), answer.text[:300]
    assert 'href="/show/' in answer.text
    assert b"Traceback" not in answer.body
    events = preview.ask("/show/")
    assert events.status == 200


def test_outside_of_the_site_there_is_a_way_home(preview: Preview) -> None:
    answer = preview.ask("/elsewhere/")
    assert answer.status == 404
    assert '<a href="/show/">' in answer.text


def test_script_is_in_pages_as_served_only(preview: Preview) -> None:
    """Each HTML answer has the script once, files on disk and other answers never; HEAD tells the same length."""
    answer = preview.ask("/show/")
    assert answer.body.count(MARK) == 1
    assert answer.body.index(MARK) < answer.body.index(b"</head>")
    assert preview.ask("/show/", "HEAD").headers["content-length"] == str(len(answer.body))
    site = preview.show / ".cache/preview/site"
    assert not [file for file in site.rglob("*") if file.is_file() and b"__spacecast__" in file.read_bytes()]
    assert MARK not in preview.ask("/show/feed.xml").body


def test_whole_audio(preview: Preview, audio: tuple[str, bytes, str]) -> None:
    """GET gives it all, HEAD says how much that is; both say that ranges are welcome and what it is."""
    path, content, media_type = audio
    for method, body in (("GET", content), ("HEAD", b"")):
        answer = preview.ask(path, method)
        assert (answer.status, answer.body) == (200, body)
        assert answer.headers["content-length"] == str(len(content))
        assert answer.headers["accept-ranges"] == "bytes"
        assert answer.headers["content-type"] == media_type == "audio/x-m4a"


@pytest.mark.parametrize(
    ("wanted", "start", "end"), [("0-0", 0, 1), ("10-99", 10, 100), ("1000-", 1000, None), ("-500", -500, None)]
)
def test_part_of_audio(preview: Preview, audio: tuple[str, bytes, str], wanted: str, start: int, end: int) -> None:
    """206 with exactly the bytes asked for."""
    path, content, media_type = audio
    answer = preview.ask(path, Range=f"bytes={wanted}")
    assert (answer.status, answer.body) == (206, content[start:end])
    first = start % len(content)
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(answer.body) - 1}/{len(content)}"
    assert answer.headers["content-type"] == media_type


def test_several_parts_of_audio(preview: Preview, audio: tuple[str, bytes, str]) -> None:
    """multipart/byteranges that a mail parser can take apart; a hundred ranges too many get the whole file."""
    path, content, media_type = audio
    answer = preview.ask(path, Range="bytes=0-9,100-119")
    assert answer.status == 206
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    parts: Any = BytesParser().parsebytes(head + answer.body).get_payload()
    assert [part.get_payload(decode=True) for part in parts] == [content[0:10], content[100:120]]
    assert [part["content-range"] for part in parts] == [f"bytes {r}/{len(content)}" for r in ("0-9", "100-119")]
    assert {part.get_content_type() for part in parts} == {media_type}
    many = ",".join(f"{n}-{n}" for n in range(0, 600, 3))
    assert preview.ask(path, Range=f"bytes={many}").body == content


def test_range_beyond_the_end_is_refused(preview: Preview, audio: tuple[str, bytes, str]) -> None:
    """416, and how long it is."""
    path, content, _ = audio
    answer = preview.ask(path, Range=f"bytes={len(content)}-")
    assert (answer.status, answer.headers["content-range"]) == (416, f"bytes */{len(content)}")


def test_if_range_and_known_files(preview: Preview, audio: tuple[str, bytes, str]) -> None:
    """A range of the file one began with, all of another; nothing at all of what the browser has."""
    path, content, _ = audio
    tag = preview.ask(path, "HEAD").headers["etag"]
    assert preview.ask(path, Range="bytes=0-9", If_Range=tag).status == 206
    whole = preview.ask(path, Range="bytes=0-9", If_Range='"another"')
    assert (whole.status, whole.body) == (200, content)
    assert preview.ask(path, If_None_Match=tag).status == 304


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.mp3", "audio/mpeg"),
        ("a.m4a", "audio/x-m4a"),
        ("a.vtt", "text/vtt; charset=utf-8"),
        ("a.srt", "application/x-subrip; charset=utf-8"),
        ("x/chapters.json", "application/json+chapters"),
        ("oembed.json", "application/json"),
        ("feed.xml", "application/xml"),
        ("site.webmanifest", "application/manifest+json"),
        ("pagefind/a.wasm", "application/wasm"),
        ("a.JS", "text/javascript; charset=utf-8"),
        ("a.woff2", "font/woff2"),
        ("a.pf_meta", "application/octet-stream"),
        ("CNAME", "application/octet-stream"),
    ],
)
def test_media_types(name: str, media_type: str) -> None:
    """By name, on every system the same."""
    assert find_media_type(name) == media_type


@pytest.mark.parametrize(
    "path",
    [
        "/show/../config.yaml",
        "/show/%2e%2e/%2e%2e/%2e%2e/config.yaml",
        "/show/..%2f..%2f..%2fconfig.yaml",
        "/show/media/../../state.db",
        "/show/%5c..%5cconfig.yaml",
        "/show/.nojekyll",
        "/show//etc/passwd",
        "/show/%00",
        "/show/feed.xml/",
        "/__spacecast__/server.py",
        "/__spacecast__/..%2fcli.py",
    ],
)
def test_nothing_but_the_site_is_served(preview: Preview, path: str) -> None:
    """No way leads out of the folder, to hidden files or to our own code."""
    answer = preview.ask(path)
    assert answer.status == 404
    assert b"language:" not in answer.body


def test_links_out_of_the_site_are_not_followed(preview: Preview) -> None:
    """A link that somebody put into the preview's folder."""
    link = preview.show / ".cache/preview/site/link.yaml"
    link.symlink_to(preview.show / "config.yaml")
    assert preview.ask("/show/link.yaml").status == 404
    link.unlink()


def test_other_names_are_refused(preview: Preview) -> None:
    """A foreign page whose name was pointed at this computer cannot read drafts."""
    assert preview.ask("/show/", Host="evil.example").status == 400
    assert preview.ask("/show/", Host="localhost:1234").status == 200


def test_writing_is_refused(preview: Preview) -> None:
    """GET and HEAD only."""
    assert preview.ask("/show/", "POST").status == 405


def test_no_service_worker_stays(preview: Preview) -> None:
    """A worker would show old pages: whatever the site registers ends itself."""
    answer = preview.ask("/show/sw.js", Service_Worker="script")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "unregister" in answer.text


def test_drafts_are_shown_and_marked_and_output_stays(show: Path) -> None:
    """Drafts and future episodes are in the preview; `output/` and `content/` are byte for byte as before."""
    edit(find_bundle(show, "2026-10-16") / "index.md", "\nslug:", "\ndraft: true\nslug:")
    edit(find_bundle(show, "2026-10-09") / "index.md", "date: 2026", "date: 2031")
    before = read_show(show)
    with start_preview(show) as preview:
        home = preview.ask("/show/").text
        assert home.count('class="flag">Draft') >= 2
    with start_preview(show, "--no-drafts") as preview:
        assert 'class="flag"' not in preview.ask("/show/").text
    assert read_show(show) == before


def test_audio_of_another_build_is_heard(show: Path) -> None:
    """Where the recording is not here, a preview plays what `output/` has."""
    for recording in show.glob("content/episodes/*/recording-*"):
        recording.unlink()
    for archive in show.glob("content/archives/*.zip"):
        archive.unlink()
    (audio, *_) = (show / "output/media").iterdir()
    with start_preview(show) as preview:
        assert preview.ask(f"/show/media/{audio.name}").body == audio.read_bytes()


def test_ctrl_c_ends_at_once(show: Path) -> None:
    """Also while a page is open: no error, exit code 0, the port is free again."""
    with start_preview(show) as preview:
        port = urlsplit(preview.url).port or 0
        with socket.create_connection(("127.0.0.1", port)) as page:
            page.sendall(b"GET /__spacecast__/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b"200 OK" in page.recv(100)
            started = time.monotonic()
            code, err = preview.stop()
            assert (code, "Traceback" in err) == (0, False)
            assert time.monotonic() - started < 3
        with socket.create_server(("127.0.0.1", port)):
            pass


def test_port_in_use_is_told(show: Path) -> None:
    """One sentence with the way out, before anything is built."""
    shutil.rmtree(show / ".cache/preview")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        run = run_spacecast("-C", show, "serve", "--port", taken.getsockname()[1])
    assert run.code == 2
    assert "is taken by another program" in run.err
    assert "--port" in run.err
    assert not (show / ".cache/preview").exists()


def test_listens_on_loopback_only(preview: Preview) -> None:
    """Unless asked, the network cannot see a preview."""
    port = urlsplit(preview.url).port
    with open("/proc/net/tcp") as table:  # noqa: PTH123
        listening = [line.split()[1] for line in table if line.split()[3] == "0A"]
    assert f"0100007F:{port:04X}" in listening
    assert f"00000000:{port:04X}" not in listening


if not Path("/proc/net/tcp").exists() or os.name != "posix":  # the table of sockets is Linux's
    test_listens_on_loopback_only = pytest.mark.skip("needs /proc")(test_listens_on_loopback_only)
