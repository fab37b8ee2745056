"""Sending to GitHub while everything goes wrong: refusals, broken ways, other people. A few small files do."""

from __future__ import annotations

import os
import signal
import traceback
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from git_remotes import git
from github_server import TOKEN, Bend, GitHubServer
from small_github_site import FILES, LATER, PLACE, lay_out, open_github, read_online, send

from site_builder.commands.deploy import HostPlan, ship
from site_builder.errors import SpacecastError, UsageError
from site_builder.hosts import Setting, Upload, open_host
from site_builder.hosts.github.api import Servers


@pytest.fixture
def github(github: GitHubServer, monkeypatch: pytest.MonkeyPatch) -> GitHubServer:
    """As for all, with packs of a few thousand bytes, and no keyring."""
    monkeypatch.setattr("site_builder.hosts.github.packing.PACK_BYTES", 5000)
    monkeypatch.setattr("site_builder.net.credentials._find_keyring", lambda: None)
    return github


def at(where: str, bend: Bend) -> Callable[[str, str], Bend | None]:
    """A bend for each request to a place."""
    return lambda method, path: bend if path.partition("?")[0].endswith(where) or path.endswith(where) else None


@pytest.mark.parametrize(
    ("bend", "says"),
    [
        (Bend(401, body={"message": "Bad credentials"}), "does not take the token"),
        (Bend(403, body={"message": "Resource not accessible by personal access token"}), "Contents and Pages, both"),
        (Bend(403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795003600"}), "asks for patience"),
        (Bend(429, {"retry-after": "60"}), "asks for patience"),
        (Bend(422, body={"message": "Validation Failed", "errors": [{"message": "no such plan"}]}), "no such plan"),
        (Bend(502), "just now (status 502)"),
        (Bend(301, {"location": "/elsewhere"}), "was the repository renamed?"),
        (Bend(after=0), "what is online is whole"),
        (Bend(200, {"Content-Type": "text/html"}, {"message": "<html>"}), ""),
    ],
    ids=["401", "403", "limit", "429", "422", "502", "301", "cut", "odd"],
)
@pytest.mark.parametrize("where", ["/api/repos/you/show", "git-receive-pack", "/api/user/repos", "/pages", "info/refs"])
def test_refusals_are_told(where: str, bend: Bend, says: str, github: GitHubServer, tmp_path: Path) -> None:
    """Each answer at each step, in a sentence that keeps the token; then the same command goes through."""
    github.bend = at(where, bend)
    is_odd_but_harmless = bend.status == 200 and where == "/pages"
    if is_odd_but_harmless:
        send(tmp_path, FILES)
    else:
        with pytest.raises(SpacecastError) as refused:
            send(tmp_path, FILES)
        assert says in str(refused.value)
        assert TOKEN not in "".join(traceback.format_exception(refused.value))
    github.bend = lambda method, path: None
    send(tmp_path, FILES)
    assert read_online(github, tmp_path / "clone") == FILES
    assert github.refs(PLACE) == ["refs/heads/gh-pages"]


def test_a_broken_push_goes_on_where_it_was(github: GitHubServer, tmp_path: Path) -> None:
    """What was sent is not sent again; until the end the old site is whole; then nothing of ours is left beside it."""
    send(tmp_path, FILES)
    files = {**LATER, **{f"media/{number}.m4a": os.urandom(6000) for number in range(4)}}
    pushes: list[int] = []

    def cut(method: str, path: str) -> Bend | None:
        if path.endswith("git-receive-pack") and method == "POST":
            pushes.append(1)
            return Bend(after=3000) if len(pushes) > 2 else None
        return None

    github.bend = cut
    with pytest.raises(SpacecastError, match="what is online is whole; deploy again"):
        send(tmp_path, files)
    assert read_online(github, tmp_path / "clone") == FILES
    assert "refs/spacecast/upload" in github.refs(PLACE)
    github.bend = lambda method, path: None
    github.requests.clear()
    _, told = send(tmp_path, files)
    sent = [
        int(line.rsplit(" ", 1)[1]) for line in github.requests if line.startswith("POST") and "receive-pack" in line
    ]
    assert sum(sent) < 27_000  # of 37,000: two files of 6,000 arrived the first time
    assert set(told) == {path for path in files if path not in FILES or path == "index.html"}
    assert read_online(github, tmp_path / "clone") == files
    assert github.refs(PLACE) == ["refs/heads/gh-pages"]


def test_killed_at_each_push(github: GitHubServer, tmp_path: Path, kills: int) -> None:
    """At every push there is: the old site is whole, or the new one; then the deploy goes through. KILLS=20: longer."""
    send(tmp_path, FILES)
    for number in range(kills + 2):
        files = {**LATER, "index.html": f"<p>{number}</p>".encode()}
        files |= {f"media/{n}.m4a": bytes([number, n]) * 4000 for n in range(3)}
        before, pushes = read_online(github, tmp_path / "clone"), 0
        child = os.fork()
        if child == 0:
            with suppress(BaseException):
                send(tmp_path, files)
            os._exit(0)

        def kill(method: str, path: str, at: int = number % 5, child: int = child) -> Bend | None:
            nonlocal pushes
            if path.endswith("git-receive-pack") and method == "POST":
                pushes += 1
                if pushes > at:
                    os.kill(child, signal.SIGKILL)
                    return Bend(after=500 if at % 2 else None)
            return None

        github.bend = kill
        os.waitpid(child, 0)
        assert read_online(github, tmp_path / "clone") in (before, files)
    github.bend = lambda method, path: None
    send(tmp_path, files)
    assert read_online(github, tmp_path / "clone") == files
    assert github.refs(PLACE) == ["refs/heads/gh-pages"]


def test_a_lost_answer_is_no_failure(github: GitHubServer, tmp_path: Path) -> None:
    """GitHub did it, and the way broke before it could say so."""
    lost: list[str] = []

    def lose(method: str, path: str) -> Bend | None:
        if path.endswith("git-receive-pack") and method == "POST" and len(lost) < 2:
            lost.append(path)
            return Bend(lose_answer=True)
        return None

    github.bend = lose
    send(tmp_path, FILES)
    assert len(lost) == 2
    assert read_online(github, tmp_path / "clone") == FILES


def test_somebody_else_meanwhile(github: GitHubServer, tmp_path: Path) -> None:
    """A branch that moved since it was looked at is not replaced."""
    send(tmp_path, FILES)
    host, wanted = open_github(tmp_path), lay_out(tmp_path / "output", LATER)
    plan = HostPlan(host=host, wanted=tuple(wanted), difference=host.compare(wanted))
    clone = github.clone(PLACE, tmp_path / "clone")
    git(clone, "commit", "-q", "--allow-empty", "-m", "Mine")
    git(clone, "push", "-q")
    with pytest.raises(SpacecastError, match="somebody else"):
        ship([plan], lambda _: None)
    assert read_online(github, tmp_path / "clone") == FILES


def test_what_is_refused_in_the_repository(github: GitHubServer, tmp_path: Path) -> None:
    """A rule of the repository; its reason is passed on, without the token and without anything that is no text."""
    place = github.make(PLACE)
    hook = place / "hooks/pre-receive"
    hook.write_text(f"#!/bin/sh\nprintf 'error: GH001: Large \\033[31m files {TOKEN}\\n' >&2; exit 1\n")
    hook.chmod(0o755)
    with pytest.raises(SpacecastError, match="GH001: Large") as refused:
        send(tmp_path, FILES)
    assert TOKEN not in str(refused.value)
    assert str(refused.value).isprintable()


def test_too_much_is_refused_before_anything_is_sent(github: GitHubServer, tmp_path: Path) -> None:
    """A file over 100 MiB, a site over 1 GB, an address of somebody else: nobody is asked anything."""

    def wanted(size: int, count: int) -> list[Upload]:
        return [Upload(path=f"media/{n}.m4a", source=None, size_bytes=size, sha256="") for n in range(count)]

    with pytest.raises(UsageError, match="no file of more than 100 MiB"):
        open_github(tmp_path).compare(wanted((100 << 20) + 1, 1))
    with pytest.raises(UsageError, match=r"has 1\.05 GB"):
        open_github(tmp_path).compare(wanted(100 << 20, 10))
    with pytest.raises(UsageError, match=r"https://you\.github\.io/show/"):
        open_github(tmp_path, url="https://ada.github.io/show/").compare([])
    for address in (
        "github://you",
        "github://you/..",
        "github://you:tok@github.com/show",
        "github://-you/show",
        "github:",
    ):
        with pytest.raises(UsageError):
            open_host(address, Setting(folder=tmp_path, site_url="https://example.org/"))
    assert github.requests == []


def test_a_domain_of_its_own(github: GitHubServer, tmp_path: Path) -> None:
    """CNAME is in the branch, and stays there."""
    host, wanted = open_github(tmp_path, url="https://pod.you.dev/"), lay_out(tmp_path / "output", FILES)
    ship([HostPlan(host=host, wanted=tuple(wanted), difference=host.compare(wanted))], lambda _: None)
    assert read_online(github, tmp_path / "clone")["CNAME"] == b"pod.you.dev"
    again = open_github(tmp_path, url="https://pod.you.dev/")
    assert not again.compare(wanted).missing
    again.settle()
    assert read_online(github, tmp_path / "clone")["CNAME"] == b"pod.you.dev"


def test_pages_that_show_something_else_are_turned(github: GitHubServer, tmp_path: Path) -> None:
    """Also where a deploy was stopped between the push and the switch."""
    send(tmp_path, FILES)
    github.pages[PLACE] = {"build_type": "workflow", "source": None}
    send(tmp_path, FILES)
    assert github.pages[PLACE]["source"] == {"branch": "gh-pages", "path": "/"}


@pytest.mark.parametrize(
    "name", ["you/sh\u00f6w", "you/my show", "\u202eyou/show", "you/..", "you", "you/show/x", "-/x"]
)
def test_names_that_github_does_not_take(name: str, tmp_path: Path) -> None:
    """Before anybody is asked for a token: what would do is said."""
    with pytest.raises(UsageError, match=r"expected github://OWNER/NAME"):
        open_host(f"github://{name}", Setting(folder=tmp_path, site_url="https://pod.you.dev/"))


def test_no_network_and_no_proxy(github: GitHubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who cannot be reached, and by which way, in one sentence; a login for the proxy is not shown."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with monkeypatch.context() as patch:
        patch.setattr("site_builder.hosts.github.site.find_servers", lambda: Servers("http://127.0.0.1:1", "x"))
        with pytest.raises(SpacecastError, match=r"^GitHub cannot be reached \(Connection refused\); what is online"):
            send(tmp_path, FILES)
    monkeypatch.setenv("http_proxy", "http://me:s3cr3t@127.0.0.1:1")
    with pytest.raises(SpacecastError, match=r"cannot be reached \(.*by way of the proxy 127.0.0.1:1\)") as unreached:
        send(tmp_path, FILES)
    monkeypatch.setenv("http_proxy", "socks5://me:s3cr3t@127.0.0.1:1")
    with pytest.raises(SpacecastError, match=r"socks5://\*\*\*@127.0.0.1:1, the proxy") as refused:
        send(tmp_path, FILES)
    for error in (unreached, refused):
        assert "s3cr3t" not in str(error.value)
        assert "renamed" not in str(error.value)


@pytest.mark.parametrize("address", ["https://127.0.0.1:1", "http://github.example", "http://10.0.0.1", "ftp://x"])
def test_no_other_place_gets_the_token(
    address: str, github: GitHubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way to a stand-in leads to this computer only."""
    monkeypatch.setenv("SPACECAST_TEST_GITHUB", address)
    with pytest.raises(UsageError, match="is for tests"):
        send(tmp_path, FILES)


def test_long_audio_is_never_in_memory(github: GitHubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is read, packed and sent piece by piece, and arrives whole."""
    monkeypatch.setattr("site_builder.hosts.github.packing.PACK_BYTES", 50_000_000)
    files = {**FILES, "media/long.m4a": os.urandom(1 << 20) * 60}
    tracemalloc.start()
    send(tmp_path, files)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read_online(github, tmp_path / "clone") == files
    assert peak < 200_000_000  # the stand-in runs in this process and the content is held by the test
