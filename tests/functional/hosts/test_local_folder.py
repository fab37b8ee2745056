"""`folder:`: what is online is what was built, at any moment it is whole, and nothing of anybody else's goes."""

from __future__ import annotations

from pathlib import Path

import pytest
from online import MANIFEST, find_broken, read_site
from shipping import NOW, kill_often, kill_shipping, measure_shipping, watch_shipping
from show_runner import spacecast

from site_builder.commands.deploy import deploy
from site_builder.errors import SpacecastError, UsageError
from site_builder.hosts import Setting, open_host
from site_builder.hosts.manifest import parse_manifest


def send(show: Path, place: Path, *options: str) -> str:
    """`spacecast deploy`: what it prints."""
    run = spacecast("-C", show, "deploy", f"folder:{place}", *options)
    assert run.code == 0, run.err
    return run.out


def test_the_folder_becomes_the_site(old: Path, tmp_path: Path) -> None:
    """After a deploy every built file is there, readable by a web server, and nothing is sent twice."""
    place = tmp_path / "www"
    assert f"{len(read_site(old / 'output'))} sent" in send(old, place)
    assert read_site(place) == read_site(old / "output")
    assert {path.stat().st_mode & 0o777 for path in place.rglob("*") if path.is_file()} == {0o644}
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*") if path.is_file()}
    assert " 0 sent" in send(old, place)
    assert before == {path: path.stat().st_mtime_ns for path in place.rglob("*") if path.is_file()}


def test_changes_replace_and_remove(old: Path, new: Path, tmp_path: Path) -> None:
    """What is no longer built goes, with its folder; what somebody else put there stays."""
    place = tmp_path / "www"
    send(old, place)
    (place / "media" / "mine.txt").write_text("mine")
    (place / "google123.html").write_text("proof")
    send(new, place)
    site = read_site(place)
    assert (site.pop("media/mine.txt"), site.pop("google123.html")) == (b"mine", b"proof")
    assert site == read_site(new / "output")
    assert not (place / "about").exists()


def test_dry_run_changes_nothing(old: Path, new: Path, tmp_path: Path) -> None:
    """`--dry-run` lists everything in the order it would be done, and leaves the place alone."""
    place = tmp_path / "www"
    listed = send(old, place, "--dry-run")
    assert not place.exists()
    lines = [line.split()[1] for line in listed.splitlines() if line.startswith("send ")]
    assert sorted(lines) == sorted(read_site(old / "output"))
    assert lines[0].startswith("media/")
    assert lines[-1] == "feed.xml"
    send(old, place)
    before = read_site(place)
    assert "remove  about/index.html" in send(new, place, "--dry-run")
    assert read_site(place) == before


def test_a_file_changed_at_the_host_is_mended(old: Path, tmp_path: Path) -> None:
    """Comparison is by content: a file of the same size and time that differs is sent again."""
    place = tmp_path / "www"
    send(old, place)
    page = place / "index.html"
    page.write_bytes(page.read_bytes()[::-1])
    assert " 1 sent" in send(old, place)
    assert read_site(place) == read_site(old / "output")


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"format": 1, "files": {"../../x": ""}}', b"\xff" * 90])
def test_a_damaged_manifest_removes_nothing(old: Path, tmp_path: Path, damage: bytes) -> None:
    """What earlier deploys noted may be anything; nothing outside the site is ever touched."""
    place, other = tmp_path / "a/b/www", tmp_path / "a/x"
    send(old, place)
    other.write_text("x")
    (place / MANIFEST).write_bytes(damage)
    send(old, place)
    assert read_site(place) == read_site(old / "output")
    assert other.exists()


def test_whole_at_every_step(states: tuple[Path, ...], tmp_path: Path) -> None:
    """Before and after each file that is sent, all that the online feed and pages name is there."""
    place = tmp_path / "www"
    for show in states:
        assert watch_shipping(show, f"folder:{place}", lambda: find_broken(read_site(place))) == []


def test_killed_at_any_moment(old: Path, new: Path, states: tuple[Path, ...], tmp_path: Path, kills: int) -> None:
    """kill -9 at random moments: whatever the online feed and pages name is there; the next deploy finishes."""
    place = tmp_path / "www"
    longest, address = measure_shipping(old, f"folder:{place}"), f"folder:{place}"
    for number in kill_often(lambda at, delay: kill_shipping(states[at % 4], address, delay), longest, 2 * kills):
        assert not find_broken(read_site(place))
        if number % 3 == 2:
            measure_shipping(states[number % 4], address)
            assert read_site(place) == read_site(states[number % 4] / "output")
            assert not list(place.rglob(".part-*"))
    send(new, place)
    assert read_site(place) == read_site(new / "output")
    assert "" not in parse_manifest((place / MANIFEST).read_bytes()).values()


@pytest.mark.parametrize("name", ["", ".", "..", "output", "content/x", ".cache/x"])
def test_the_show_itself_is_no_place(old: Path, name: str) -> None:
    """A deploy never writes into what it is made from."""
    with pytest.raises(UsageError, match=r"folder"):
        open_host(f"folder:{name}", Setting(folder=old, site_url="https://example.org/"))


def test_a_place_that_cannot_be_written(old: Path, tmp_path: Path) -> None:
    """A sentence with the place and the remedy, no traceback."""
    (tmp_path / "file").write_text("in the way")
    run = spacecast("-C", old, "deploy", f"folder:{tmp_path}/file")
    assert run.code == 1
    assert "deploy again" in run.err


def test_a_link_at_the_host_is_not_followed(old: Path, tmp_path: Path) -> None:
    """A folder that is a link there would lead out of the place: the deploy stops."""
    place, outside = tmp_path / "www", tmp_path / "outside"
    place.mkdir()
    outside.mkdir()
    (place / "media").symlink_to(outside)
    with pytest.raises(SpacecastError, match="media is a link"):
        deploy(old, f"folder:{place}", NOW)
    assert not list(outside.iterdir())


def test_corrected_tags_keep_what_is_online_whole(old: Path, repainted: Path, tmp_path: Path) -> None:
    """Audio under a name that is online already is sent last but for the feed, and has the size the old feed tells."""
    place = tmp_path / "www"
    send(old, place)
    listed = [line.split()[1] for line in send(repainted, place, "--dry-run").splitlines() if line.startswith("send ")]
    (retagged,) = (path for path in listed if path.startswith("media/"))
    assert listed[-2:] == [retagged, "feed.xml"]
    (place / retagged).write_bytes((repainted / "output" / retagged).read_bytes())
    assert not find_broken(read_site(place))
    send(repainted, place)
    assert read_site(place) == read_site(repainted / "output")
