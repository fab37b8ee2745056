"""`check --live`: against a host with good manners, and against every bad one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import quote

import pytest
from certificates import make_certificate
from online import RangeServer, answer, send_file
from shipping import move_unpromised
from show_runner import copy_show, edit, read_feed, spacecast

from site_builder.commands.check_live import check_live, ping_hub
from site_builder.errors import SpacecastError, UsageError

Manner = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture(scope="module")
def site(old: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A built site whose feed names addresses that a test can serve, and one of its audio files."""
    output = copy_show(old, tmp_path_factory.mktemp("live") / "show") / "output"
    audio = output / "media" / read_feed(output.parent)[0].url.rsplit("/", 1)[1]
    return output, audio


def at(output: Path, server: RangeServer) -> Path:
    """The feed as it would have been built for this server."""
    feed = output / "feed.xml"
    original = output.parent / "feed.original"
    original.exists() or original.write_bytes(feed.read_bytes())
    feed.write_bytes(original.read_bytes().replace(b"https://signals.podcast/show/", server.url.encode()))
    return feed


def check(site: tuple[Path, Path], manner: Manner | None = None, path: str = "") -> list[str]:
    """Names of the rules that a server with this manner breaks."""
    output, audio = site
    manners = {path or f"/media/{audio.name}": manner} if manner else {}
    with RangeServer(output, manners, base="/show") as server:
        feed = at(output, server)
        return [finding.rule.name for finding in check_live(server.url, built=feed, timeout=5)]


def test_a_good_host(site: tuple[Path, Path]) -> None:
    """Nothing is found, and nothing but the feed is downloaded: each file gets a HEAD and a request for two bytes."""
    output, _ = site
    with RangeServer(output, base="/show") as server:
        assert check_live(server.url, built=at(output, server)) == ()
        assert sorted(request.split()[0] for request in server.requests) == ["GET"] * 3 + ["HEAD"] * 2


def redirect(handler: BaseHTTPRequestHandler, target: Path) -> None:
    """Send the client to the same file elsewhere at the server, once."""
    if handler.path.endswith("?again"):
        send_file(handler, target)
        return
    handler.send_response(302)
    handler.send_header("Location", f"{handler.path}?again")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def test_bad_hosts(site: tuple[Path, Path]) -> None:
    """Each bad manner is found, as what it is."""
    _, audio = site
    head = f"HEAD /media/{audio.name}"
    assert check(site, partial(answer, status=404)) == ["live-audio-there"]
    assert check(site, partial(send_file, file=audio, cut=1)) == ["live-audio-length", "live-audio-head"]
    assert check(site, partial(send_file, file=audio, media_type="application/octet-stream")) == ["live-audio-type"]
    assert check(site, partial(send_file, file=audio, media_type="audio/mp4")) == []
    assert check(site, partial(send_file, file=audio, ranges=False)) == ["live-audio-ranges"]
    assert check(site, partial(answer, status=405), head) == ["live-audio-head"]
    assert check(site, partial(redirect, target=audio)) == ["live-audio-direct"]
    assert check(site, partial(answer, status=503), "/feed.xml") == ["live-feed-there"]


def test_the_feed_online_is_another(site: tuple[Path, Path]) -> None:
    """A page in place of the feed, a feed of yesterday, a wrong type: each is told."""
    output, _ = site
    page = output / "index.html"
    assert "live-feed-there" in check(site, partial(send_file, file=page), "/feed.xml")
    typed = partial(send_file, file=output / "feed.xml", media_type="text/plain")
    assert check(site, typed, "/feed.xml") == ["live-feed-type"]
    with RangeServer(output, base="/show") as server:
        at(output, server)
        stale = output.parent / "stale.xml"
        stale.write_bytes(b"<rss/>")
        assert [found.rule.name for found in check_live(server.url, built=stale)] == ["live-feed-current"]


def test_a_silent_server_is_given_up(site: tuple[Path, Path]) -> None:
    """No answer at all is a finding, not a wait without end or a traceback."""
    (finding,) = check_live("http://127.0.0.1:1/feed.xml", timeout=2)
    assert finding.rule.name == "live-feed-there"


@pytest.mark.parametrize("url", ["", "feed.xml", "file:///etc/passwd", "ftp://example.org/feed.xml"])
def test_addresses_that_are_none(url: str) -> None:
    """Only the web is asked."""
    with pytest.raises(UsageError, match="web address"):
        check_live(url)


def test_the_hub_is_told(site: tuple[Path, Path]) -> None:
    """A WebSub hub gets the message the standard asks for; a hub that refuses is named."""
    with RangeServer(site[0]) as server:
        ping_hub(f"{server.url}hub", "https://example.org/feed.xml")
        assert server.requests == ["POST /hub hub.mode=publish&hub.url=https%3A%2F%2Fexample.org%2Ffeed.xml"]
    with pytest.raises(SpacecastError, match="did not take"):
        ping_hub("http://127.0.0.1:1/", "https://example.org/feed.xml", timeout=2)


def test_on_the_command_line(old: Path, tmp_path: Path) -> None:
    """`check --live` takes the address of the config, and fails where something is found."""
    show = copy_show(old, tmp_path / "show")
    with RangeServer(show / "output", base="/show") as server:
        move_unpromised(show, server.url)
        spacecast("-C", show, "build")
        run = spacecast("-C", show, "check", "--live", "--json")
        assert run.code == 0, run.err
        assert run.json["findings"] == []
        next((show / "output/media").iterdir()).unlink()
        assert spacecast("-C", show, "check", "--live").code == 1


def test_the_hub_is_told_where_all_is_well(old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`check --live --ping`: a hub over TLS gets the feed's address once all enclosures are there, and not before."""
    show, certificate = copy_show(old, tmp_path / "show"), make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with RangeServer(show / "output", base="/show") as server, RangeServer(tmp_path) as hub:
        address = f"{hub.secure(certificate)}hub"
        move_unpromised(show, server.url)
        assert spacecast("-C", show, "check", "--live", "--ping").code == 2
        edit(show / "config.yaml", "\nfeed:\n", f"\nfeed:\n  hub: {address}\n")
        spacecast("-C", show, "build")
        audio = next((show / "output/media").iterdir())
        away = audio.rename(tmp_path / "away")
        broken = spacecast("-C", show, "check", "--live", "--ping")
        assert (broken.code, hub.requests) == (1, [])
        assert f"{address} was not told" in broken.out
        away.rename(audio)
        whole = spacecast("-C", show, "check", "--live", "--ping")
        assert whole.code == 0, whole.out
        assert f"{address} was told" in whole.out
        topic = quote(f"{server.url}feed.xml", safe="")
        assert hub.requests == [f"POST /hub hub.mode=publish&hub.url={topic}"]
