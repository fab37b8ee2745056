"""`rsync:`: to a folder of this computer, and over ssh to an sshd of our own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from online import MANIFEST, find_broken, read_site, serve_ssh
from shipping import kill_often, kill_shipping, measure_shipping, watch_shipping
from show_runner import spacecast

from site_builder.errors import UsageError
from site_builder.hosts import Setting, open_host
from site_builder.hosts.servers import parse_server_folder

pytestmark = pytest.mark.skipif(not shutil.which("rsync"), reason="rsync is not installed (apt install rsync)")


@pytest.fixture
def ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """rsync reaches 127.0.0.1 over ssh."""
    if not (shutil.which("sshd") or Path("/usr/sbin/sshd").exists()):
        pytest.skip("sshd is not installed (apt install openssh-server)")
    (tmp_path / "ssh").mkdir(mode=0o700)
    with serve_ssh(tmp_path / "ssh") as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield


def send(show: Path, address: str, *options: str) -> str:
    """`spacecast deploy rsync:…`: what it prints."""
    run = spacecast("-C", show, "deploy", address, *options)
    assert run.code == 0, run.err
    return run.out


@pytest.mark.parametrize("part", ["", "content", "content/episodes/new", "output", ".git", ".spacecast/x", ".."])
@pytest.mark.parametrize("scheme", ["rsync", "folder"])
def test_the_show_itself_is_no_place(old: Path, scheme: str, part: str) -> None:
    """Neither as a folder of this computer by rsync, nor by whatever way around."""
    with pytest.raises(UsageError, match="the show itself lies there"):
        open_host(f"{scheme}:{old}/content/../{part}", Setting(folder=old, site_url="https://x.example/"))


@pytest.mark.usefixtures("ssh")
def test_over_ssh(old: Path, new: Path, tmp_path: Path) -> None:
    """The folder at the server becomes the site; then only what differs goes, and only what is ours is removed."""
    place = tmp_path / "w w w"
    place.mkdir()
    address = f"rsync:127.0.0.1:{place}"
    assert "would be sent" in send(old, address, "--dry-run")
    assert not list(place.iterdir())
    send(old, address)
    assert read_site(place) == read_site(old / "output")
    assert " 0 sent" in send(old, address)
    (place / "media/mine.txt").write_text("mine")
    (place / "about/mine.txt").write_text("mine")
    send(new, address)
    assert read_site(place) == {
        **read_site(new / "output"),
        "media/mine.txt": b"mine",
        "about/mine.txt": b"mine",
    }
    assert {path.stat().st_mode & 0o777 for path in place.rglob("*") if path.is_file()} <= {0o644}


def test_whole_at_every_step(states: tuple[Path, ...], tmp_path: Path) -> None:
    """Before and after each file that is sent, all that the online feed and pages name is there."""
    place = tmp_path / "www"
    place.mkdir()
    for show in states:
        assert watch_shipping(show, f"rsync:{place}", lambda: find_broken(read_site(place))) == []


@pytest.mark.usefixtures("ssh")
def test_killed_at_any_moment(old: Path, new: Path, states: tuple[Path, ...], tmp_path: Path, kills: int) -> None:
    """kill -9 of everything at this end: what is named online is there; the next deploy finishes."""
    place = tmp_path / "www"
    place.mkdir()
    address = f"rsync:127.0.0.1:{place}"
    measure_shipping(old, address)
    longest = measure_shipping(new, address)
    for _ in kill_often(lambda at, delay: kill_shipping(states[at % 4], address, delay), longest, kills):
        assert not find_broken(read_site(place))
    measure_shipping(new, address)
    found = read_site(place)
    assert {path: found[path] for path in read_site(new / "output")} == read_site(new / "output")
    assert not {path for path in found if path.startswith(("about/", "media/"))} - set(read_site(new / "output"))


def test_emptied_folders_go(old: Path, new: Path, tmp_path: Path) -> None:
    """A folder in which nothing is left goes with its last file."""
    place = tmp_path / "www"
    place.mkdir()
    send(old, f"rsync:{place}")
    assert (place / "about").is_dir()
    send(new, f"rsync:{place}")
    assert not (place / "about").exists()
    assert (place / MANIFEST).is_file()


def test_a_server_that_is_not_there(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence with what ssh said and the remedy, no traceback."""
    monkeypatch.setenv("RSYNC_RSH", "ssh -p 1 -o BatchMode=yes -o StrictHostKeyChecking=no")
    run = spacecast("-C", old, "deploy", "rsync:127.0.0.1:/srv/show")
    assert run.code == 1
    assert "deploy again" in run.err


NO_PLACES = ["", "-oProxyCommand=x:/srv", "//host/x", "host:", "host:-rf", "a b:/x", "me@-h:/x"]
NO_NUMBERS = ["[::1:/srv", "::1]:/srv", "[::1]]:/srv", "[fe80]:/srv", "[1.2.3.4]:/srv", "me@[::zz]:/x", "[]:/x"]


@pytest.mark.parametrize("place", NO_PLACES + NO_NUMBERS)
def test_addresses_that_are_none(old: Path, place: str) -> None:
    """Nothing that ssh or rsync would take for an option gets through."""
    with pytest.raises(UsageError, match="expected rsync:"):
        open_host(f"rsync:{place}", Setting(folder=old, site_url="https://example.org/"))


@pytest.mark.parametrize(
    ("place", "server"),
    [("[::1]:/srv", "[::1]"), ("me@[fe80::1%eth0]:x", "me@[fe80::1%eth0]"), ("me@host.dev:w w w", "me@host.dev")],
)
def test_servers_by_name_and_number(place: str, server: str) -> None:
    """A number in brackets, a zone, a user, spaces in the folder."""
    assert parse_server_folder(place) == (server, place.removeprefix(f"{server}:"))
