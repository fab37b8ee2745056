"""What every deploy refuses before anything is sent, and how targets are found."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from online import find_broken, read_site
from shipping import kill_often, kill_shipping, measure_shipping, watch_shipping
from show_runner import copy_show, edit, find_bundle, spacecast

from site_builder.commands.deploy import deploy
from site_builder.commands.deployment.target import find_target
from site_builder.commands.people import record_answer
from site_builder.errors import UsageError


@pytest.mark.parametrize(
    ("targets", "name", "found"),
    [
        ({"default": "github-pages"}, None, "github-pages"),
        ({"web": "s3://b/x"}, None, "s3://b/x"),
        ({"default": "github-pages", "copy": "folder:/x"}, "copy", "folder:/x"),
        ({}, "folder:/y", "folder:/y"),
    ],
)
def test_targets(targets: dict[str, str], name: str | None, found: str) -> None:
    """A name, an address, or the only one there is."""
    assert find_target(targets, name).address == found


@pytest.mark.parametrize(
    ("targets", "name", "said"),
    [
        ({}, None, "does not say where"),
        ({"a": "folder:/x", "b": "folder:/y"}, None, "say which: a, b"),
        ({"a": "folder:/x"}, "b", "names a"),
        ({}, "ftp://me:pw@h/", r"\*\*\*@h"),
    ],
)
def test_targets_that_are_none(targets: dict[str, str], name: str | None, said: str) -> None:
    """What could be meant is listed; a password in it is not printed."""
    with pytest.raises(UsageError, match=said):
        find_target(targets, name)


def test_what_nobody_has_seen_is_not_sent(old: Path, tmp_path: Path) -> None:
    """After a change `deploy` builds and stops; the second time it sends."""
    show = copy_show(old, tmp_path / "show")
    edit(find_bundle(show, "2026-10-09") / "index.md", "title: ", "title: Renamed ")
    run = spacecast("-C", show, "deploy", f"folder:{tmp_path}/www")
    assert run.code == 1
    assert "nothing was sent" in run.err
    assert not (tmp_path / "www").exists()
    assert spacecast("-C", show, "deploy", f"folder:{tmp_path}/www").code == 0


def test_a_no_while_somebody_thinks_it_over(old: Path, tmp_path: Path) -> None:
    """What was built before is not sent any more, and nothing is promised; a yes changes nothing that was shown."""
    show, www = copy_show(old, tmp_path / "show"), tmp_path / "www"

    def say(answer: str) -> bool:
        return bool(record_answer(show, "kit", answer, on=date(2026, 11, 29)))

    with pytest.raises(
        UsageError, match=r"nothing was sent: .*people\.yaml.*Kit <of the> Rails is not to be heard any more"
    ):
        deploy(show, f"folder:{www}", datetime.now(UTC), review=lambda _: say("refused"))
    assert not www.exists()
    assert not (show / "content/published.json").exists()
    say("pending")
    deploy(show, f"folder:{www}", datetime.now(UTC), review=lambda _: say("granted"))
    assert (www / "feed.xml").exists()


def test_a_no_while_it_is_sent(old: Path, tmp_path: Path) -> None:
    """It is too late for this deploy, which says so at the end."""
    show, answers = copy_show(old, tmp_path / "show"), iter(["refused"])

    def interrupt(event: object) -> None:
        if "Sending" in str(event) and (answer := next(answers, "")):
            record_answer(show, "kit", answer, on=date(2026, 11, 29))

    report = deploy(show, f"folder:{tmp_path}/www", datetime.now(UTC), notify=interrupt)
    (warning,) = [warning for warning in report.warnings if "must change again" in warning]
    assert "is not to be heard any more" in warning


def test_a_build_that_fails_is_not_sent(old: Path, tmp_path: Path) -> None:
    """A show that cannot be built whole stays offline, with the reason."""
    show = copy_show(old, tmp_path / "show")
    bundle = find_bundle(show, "2026-10-09")
    for file in [*bundle.glob("recording-*"), bundle / "media.json", *(show / "content/archives").glob("*.zip")]:
        file.unlink()
    run = spacecast("-C", show, "deploy", f"folder:{tmp_path}/www")
    assert run.code != 0
    assert not (tmp_path / "www").exists()


def make_large(show: Path, size: int, seconds: float = 0) -> None:
    """Give an episode whose recording is elsewhere an audio file of `size` bytes: its own, with nothing after it.

    Its feed says that it lasts `seconds`, where that is told.
    """
    bundle = find_bundle(show, "2026-10-09")
    for file in [*bundle.glob("recording-*"), *(show / "content/archives").glob("*.zip")]:
        file.unlink()
    media = json.loads((bundle / "media.json").read_text())
    enclosure = media["enclosure"]
    audio = show / "output" / enclosure["path"]
    room = size - audio.stat().st_size
    content = audio.read_bytes() + room.to_bytes(4, "big") + b"free" + bytes(room - 8)
    audio.unlink()
    enclosure["path"] = enclosure["path"].replace(".m4a", "-long.m4a")
    enclosure |= {"size_bytes": size, "sha256": sha256(content).hexdigest()} | (
        {"duration": seconds} if seconds else {}
    )
    (bundle / "media.json").write_text(json.dumps(media))
    (show / "output" / enclosure["path"]).write_bytes(content)
    spacecast("-C", show, "build")


def test_a_file_too_large_for_the_host(old: Path, tmp_path: Path) -> None:
    """101 MB for GitHub Pages: refused before anything is pushed, with the bit rate that would fit."""
    show = copy_show(old, tmp_path / "show")
    make_large(show, 101_000_000, 3 * 3600)
    run = spacecast("-C", show, "deploy", f"github-pages:{tmp_path}/remote.git")
    assert run.code == 1
    assert "101.0 MB, but GitHub Pages takes 100.0 MB a file" in run.err
    assert "bitrate: 64" in run.err
    assert "nothing was sent" in run.err


def test_a_file_the_host_warns_of(old: Path, tmp_path: Path) -> None:
    """60 MB: git warns above 50, which is told before it is sent, with what would keep it below."""
    show = copy_show(old, tmp_path / "show")
    make_large(show, 60_000_000)
    for command in (["init", "-q"], ["remote", "add", "origin", str(tmp_path / "remote.git")]):
        subprocess.run(["git", *command], cwd=show, check=True)
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "remote.git"], check=True)
    run = spacecast("-C", show, "deploy", "github-pages", "--dry-run")
    assert run.code == 0, run.err
    assert "60.0 MB: git warns above 50.0 MB" in run.err
    assert "`audio: {format: aac" in run.err
    assert "git warns" not in spacecast("-C", show, "deploy", f"folder:{tmp_path}/www", "--dry-run").err


def test_audio_only_the_host_has_stays(old: Path, tmp_path: Path) -> None:
    """Without recordings and without the audio: what is online stays there; to a new host nothing is sent."""
    www = tmp_path / "www"
    spacecast("-C", old, "deploy", f"folder:{www}")
    before = read_site(www)
    show = copy_show(old, tmp_path / "show")
    for file in [*(show / "content/archives").glob("*.zip"), *show.glob("content/episodes/*/recording-*")]:
        file.unlink()
    for file in (show / "output/media").iterdir():
        file.unlink()
    spacecast("-C", show, "build")
    run = spacecast("-C", show, "deploy", f"folder:{www}")
    assert run.code == 0, run.err
    assert read_site(www) == before
    run = spacecast("-C", show, "deploy", f"folder:{tmp_path}/other")
    assert run.code == 1
    assert "fetch-media" in run.err
    assert not (tmp_path / "other").exists()


def test_json(old: Path, tmp_path: Path) -> None:
    """`--json` is one document: what went where."""
    run = spacecast("-C", old, "deploy", f"folder:{tmp_path}/www", "--json")
    (leg,) = run.json["legs"]
    assert leg["to"] == f"{tmp_path}/www"
    assert leg["send"][-1]["path"] == "feed.xml"
    assert len(leg["send"]) == len(read_site(old / "output"))


def test_two_hosts_killed_at_any_moment(old: Path, new: Path, tmp_path: Path, kills: int) -> None:
    """Audio on a store, pages elsewhere: whenever it is killed, the online feed names what is at the store."""
    sound, www = tmp_path / "sound", tmp_path / "www"
    shows = [copy_show(show, tmp_path / f"show{number}") for number, show in enumerate((old, new))]
    for show in shows:
        with (show / "config.yaml").open("a") as config:
            config.write(f"media: {{store: 'folder:{sound}', url: 'https://audio.signals.podcast/'}}\n")
        spacecast("-C", show, "build")
        longest = measure_shipping(show, f"folder:{www}")
    look: Callable[[], list[str]] = lambda: find_broken(read_site(www), media=read_site(sound))  # noqa: E731
    for show in shows:
        assert watch_shipping(show, f"folder:{www}", look) == []
    for _ in kill_often(lambda at, delay: kill_shipping(shows[at % 2], f"folder:{www}", delay), longest, kills):
        assert not look()
    measure_shipping(shows[1], f"folder:{www}")
    assert {**read_site(www), **read_site(sound)} == read_site(shows[1] / "output")
