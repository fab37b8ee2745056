"""`sftp:`: to an sshd of our own, by the system's ssh."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from online import MANIFEST, find_broken, read_site, serve_ssh, write_tools
from shipping import kill_often, kill_shipping, measure_shipping, watch_shipping
from show_runner import Run, spacecast

from site_builder.errors import SpacecastError, UsageError
from site_builder.hosts import Setting, Upload, open_host
from site_builder.hosts.manifest import parse_manifest, render_manifest

SERVERS = [Path(folder, "sftp-server") for folder in ("/usr/lib/openssh", "/usr/libexec/openssh", "/usr/lib/ssh")]
pytestmark = pytest.mark.skipif(
    not (shutil.which("ssh") and Path("/usr/sbin/sshd").exists()),
    reason="OpenSSH is not installed (apt install openssh-client openssh-server)",
)


@pytest.fixture(scope="module")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """ssh reaches 127.0.0.1."""
    folder = tmp_path_factory.mktemp("ssh")
    folder.chmod(0o700)
    with serve_ssh(folder) as environment, pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        yield


@pytest.fixture
def place(ssh: None, tmp_path: Path) -> Path:
    """A folder at the server."""
    folder = tmp_path / "w w w"
    folder.mkdir()
    return folder


def send(show: Path, place: Path, *options: str) -> Run:
    """`spacecast deploy sftp:…`."""
    return spacecast("-C", show, "deploy", f"sftp:127.0.0.1:{place}", *options)


def test_the_folder_becomes_the_site(old: Path, new: Path, place: Path) -> None:
    """Everything goes there, then only what differs; only what is ours is removed, folders left empty with it."""
    assert "would be sent" in send(old, place, "--dry-run").out
    assert not list(place.iterdir())
    first = send(old, place)
    assert first.code == 0, first.err
    assert read_site(place) == read_site(old / "output")
    assert " 0 sent" in send(old, place).out
    (place / "media/mine.txt").write_text("mine")
    assert (place / "about").is_dir()
    assert send(new, place).code == 0
    assert read_site(place) == {**read_site(new / "output"), "media/mine.txt": b"mine"}
    assert not (place / "about").exists()
    assert not list(place.rglob(".part-*"))
    ours = [path for path in place.rglob("*") if path.name != "mine.txt"]
    assert {path.stat().st_mode & 0o777 for path in ours if path.is_file()} == {0o644}
    assert {path.stat().st_mode & 0o777 for path in ours if path.is_dir()} == {0o755}


def test_whole_at_every_step(states: tuple[Path, ...], place: Path) -> None:
    """Before and after each file that is sent, all that the online feed and pages name is there."""
    for show in states:
        assert watch_shipping(show, f"sftp:127.0.0.1:{place}", lambda: find_broken(read_site(place))) == []


def test_killed_at_any_moment(old: Path, new: Path, states: tuple[Path, ...], place: Path, kills: int) -> None:
    """kill -9 of everything at this end: what is named online is there; the next deploy finishes."""
    address = f"sftp:127.0.0.1:{place}"
    measure_shipping(old, address)
    longest = measure_shipping(new, address)
    for _ in kill_often(lambda at, delay: kill_shipping(states[at % 4], address, delay), longest, kills):
        assert not find_broken(read_site(place))
    measure_shipping(new, address)
    assert read_site(place) == read_site(new / "output")
    assert not list(place.rglob(".part-*"))
    assert "" not in parse_manifest((place / MANIFEST).read_bytes()).values()


def test_names_mean_nothing_but_themselves(place: Path, tmp_path: Path) -> None:
    """Quotes, spaces, wildcards, letters of other languages, a hyphen first: sent, found again, and removed."""
    names = ["-rf", "a *[x]?.css", 'it\'s "so"/# é ü 名.js', 'it\'s "so"/plain.js', " a  b "]
    uploads = []
    for number, name in enumerate(names):
        source = tmp_path / f"[{number}] *.txt"
        source.write_text(name)
        uploads.append(Upload(path=name, source=source, size_bytes=len(name.encode()), sha256=_digest(name)))
    for wanted in (uploads, uploads[:1]):
        host = open_host(f"sftp:127.0.0.1:{place}", Setting(folder=tmp_path, site_url="https://example.org/"))
        difference = host.compare(wanted)
        assert set(difference.missing) == (set(names) if wanted is uploads else set())
        host.begin(difference)
        if difference.missing:
            host.send(wanted, lambda _: None)
        host.remove(difference.surplus)
        host.settle()
        assert read_site(place) == {upload.path: upload.path.encode() for upload in wanted}


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def test_a_link_in_place_of_a_folder_is_not_followed(old: Path, place: Path, tmp_path: Path) -> None:
    """It would lead out of the place: the deploy stops, with a sentence."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (place / "media").symlink_to(outside)
    run = send(old, place)
    assert run.code == 1
    assert "deploy again" in run.err
    assert not list(outside.iterdir())


@pytest.mark.usefixtures("ssh")
def test_no_such_folder(old: Path, tmp_path: Path) -> None:
    """The folder at the server is not made by guess: a slip of the pen would publish somewhere else."""
    run = send(old, tmp_path / "nowhere")
    assert run.code == 1
    assert "no such folder at the server" in run.err


def test_sizes_are_those_at_the_server(place: Path, tmp_path: Path) -> None:
    """A file of more than 4 GB is known by its size, one that lost a byte is sent again; lines in names are names."""
    size, name = 5 * 1024**3 + 1, "media/a  b.mp3"
    (place / "media").mkdir()
    (place / name).touch()
    (place / "media/a\n-rw-r--r--    1 0        0        1 Nov 28 20:00 .").mkdir()
    (place / "media/b\n-rw-r--r--    1 0        0        1 Nov 28 20:00 media").write_text("x")
    (place / MANIFEST).write_bytes(render_manifest({name: "0" * 64}))
    wanted = [Upload(path=name, source=None, size_bytes=size, sha256="0" * 64)]
    for length, missing in ((size, []), (size - 1, [name]), (1, [name])):
        os.truncate(place / name, length)
        host = open_host(f"sftp:127.0.0.1:{place}", Setting(folder=tmp_path, site_url="https://example.org/"))
        assert list(host.compare(wanted).missing) == missing


def put_in_front(monkeypatch: pytest.MonkeyPatch, folder: Path, command: str) -> None:
    """Have a command stand for `ssh`."""
    write_tools(folder / "front", {"ssh": command})
    monkeypatch.setenv("PATH", f"{folder / 'front'}:/usr/bin:/bin")


SERVER = next((str(path) for path in SERVERS if path.exists()), "")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        pytest.param("/usr/bin/ssh -o Port=1", "Connection refused", id="nobody listens"),
        pytest.param("/bin/echo Welcome to our server, dear", "does its shell print a greeting?", id="greeting"),
        pytest.param("/bin/sh -c 'echo No such user >&2; exit 255'", "No such user", id="ssh says why"),
        pytest.param("/bin/sh -c 'exit 3'", "ssh ended with code 3", id="ssh says nothing"),
        pytest.param(f"/bin/sh -c '{SERVER} -R'", "ermission denied", id="read only"),
    ],
)
def test_a_server_that_does_not_help(
    command: str, told: str, old: Path, place: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A sentence with what ssh or the server said and the remedy, no traceback."""
    put_in_front(monkeypatch, tmp_path, command)
    run = send(old, place)
    assert run.code == 1
    assert told in run.err
    assert run.err.splitlines()[-1].endswith("deploy again to finish")
    assert "Traceback" not in run.err
    assert not list(place.iterdir())


def test_a_server_that_cannot_replace(
    old: Path, new: Path, place: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without that extension the second deploy is refused, and what is online stays whole."""
    put_in_front(monkeypatch, tmp_path, f"/bin/sh -c '{SERVER} -P posix-rename'")
    run = send(old, place)
    assert run.code == 1
    assert "cannot put a file in the place of another" in run.err
    assert not find_broken(read_site(place))


@pytest.mark.parametrize(
    "place", ["", "-oProxyCommand=x:/srv", "//me@host/x", "host:", "host:-rf", "a b:/x", "me@-h:/x", "-l@h:/x", "/x"]
)
def test_addresses_that_are_none(old: Path, place: str) -> None:
    """Nothing that ssh or sftp would take for an option gets through."""
    with pytest.raises(UsageError, match="expected sftp:"):
        open_host(f"sftp:{place}", Setting(folder=old, site_url="https://example.org/"))


def test_a_name_too_long(place: Path, tmp_path: Path) -> None:
    """The server refuses it: told, with the name."""
    source = tmp_path / "x"
    source.write_text("x")
    upload = Upload(path="a/" + "x" * 300, source=source, size_bytes=1, sha256=_digest("x"))
    host = open_host(f"sftp:127.0.0.1:{place}", Setting(folder=tmp_path, site_url="https://example.org/"))
    host.begin(host.compare([upload]))
    with pytest.raises(SpacecastError, match=r"a/xxx.*the server says.*deploy again"):
        host.send([upload], lambda _: None)
