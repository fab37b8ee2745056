"""The practice archive from zip to podcast, held against what is known of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from listening import decode, decode_recording, list_boxes, probe
from lxml import etree
from mutagen.mp4 import MP4
from show_runner import (
    ITUNES,
    PROJECT,
    build,
    find_bundle,
    grep,
    make_show,
    read_feed,
    read_show,
    run_spacecast,
    spacecast,
)

FLOOD, SHORT = "1lDxLnrWjwkGm", "1YqKDoVkzRexV"
TICKS = {FLOOD: 1.01, SHORT: 3.01}
"""Seconds between two readings of who speaks."""
EXPIRED = "ended 61 days before the archive was made; X keeps recordings about 30 days"


@pytest.fixture(scope="module")
def truth(practice_archive: Path) -> list[dict[str, Any]]:
    """What is known of each Space."""
    text = practice_archive.with_name(practice_archive.name.replace(".zip", ".truth.json")).read_text()
    known: list[dict[str, Any]] = json.loads(text)
    return known


def test_two_episodes_and_one_explanation(practice_archive: Path, tmp_path: Path) -> None:
    """`init --archive` and `build` publish what has a recording and say why one has none."""
    init = run_spacecast("init", "show", "--archive", practice_archive, cwd=tmp_path)
    assert init.code == 0
    assert "River Maps Weekly" in init.out
    run = run_spacecast("build", cwd=tmp_path / "show")
    assert run.code == 0
    assert run.err == ""
    assert f"no recording: Conversation on 18 August 2026\n  {EXPIRED}\n" in run.out
    assert "2 episodes (2 min) in output" in run.out
    feed = read_feed(tmp_path / "show")
    assert [item.guid for item in feed] == [SHORT, FLOOD]
    assert [item.title for item in feed] == [
        "Short one: how we draw a river",
        "Flood gauges, explained by people who read them",
    ]


def test_inspect_tells_everything_in_one_document(practice_archive: Path, truth: list[dict[str, Any]]) -> None:
    """`inspect --json`: dates, lengths from frames, parts, speakers and their time, and what is missing and why."""
    run = run_spacecast("inspect", practice_archive, "--json")
    assert (run.code, run.err) == (0, "")
    found = {entry["id"]: entry for entry in run.json["conversations"]}
    assert [entry["id"] for entry in run.json["conversations"]] == ["1vOGwMdBqVwGB", FLOOD, SHORT]
    for known in truth:
        entry = found[known["id"]]
        if not known["audio"]:
            assert (entry["missing"], entry["parts"]) == (EXPIRED, [])
            continue
        assert entry["missing"] is None
        assert entry["duration"] == pytest.approx(known["duration"], abs=0.2)
        spoken = {speaker["handle"]: speaker["seconds"] for speaker in entry["speakers"]}
        for who, seconds in spoken.items():
            wanted = sum(turn["end"] - turn["start"] for turn in known["turns"] if turn["who"] == who)
            turns = sum(turn["who"] == who for turn in known["turns"])
            assert seconds == pytest.approx(wanted, abs=2 * turns * TICKS[known["id"]])
    assert len(found[SHORT]["parts"]) == 2
    table = spacecast("inspect", practice_archive)
    assert "1:35" in table.out
    assert "2 with a recording, 1 without." in table.out


def test_turns_agree_with_the_truth(practice: Path, truth: list[dict[str, Any]]) -> None:
    """Who speaks when, to within a tick at each edge."""
    for known in truth[:2]:
        (file,) = (file for file in practice.glob("content/episodes/*/space.json") if known["id"] in file.read_text())
        said = json.loads(file.read_text())
        found = [(said["speakers"][turn["speaker"]]["handle"], turn["start"], turn["end"]) for turn in said["turns"]]
        assert [turn[0] for turn in found] == [turn["who"] for turn in known["turns"]]
        for (_, start, end), turn in zip(found, known["turns"], strict=True):
            assert start == pytest.approx(turn["start"], abs=said["tick"])
            assert end == pytest.approx(turn["end"], abs=said["tick"])


@pytest.mark.parametrize("part", ["flood", "short"])
def test_episode_sounds_exactly_like_its_recording(practice: Path, tmp_path: Path, part: str) -> None:
    """Copied and joined without a sample's difference; durations, lengths and programs agree."""
    (item,) = (item for item in read_feed(practice) if part in item.url)
    file = item.find_file(practice)
    assert item.length == file.stat().st_size
    assert item.media_type == "audio/x-m4a"
    assert list_boxes(file)[:2] == [b"ftyp", b"moov"]
    recording = tmp_path / "joined.aac"
    recording.write_bytes(b"".join(path.read_bytes() for path in sorted(find_bundle(practice, part).glob("*.aac"))))
    heard, wanted = decode(file), decode_recording(recording)
    assert heard == wanted
    seconds = len(heard) / 2 / 48000
    assert float(probe(file)["format"]["duration"]) == pytest.approx(seconds, abs=0.05)
    assert item.seconds == pytest.approx(seconds, abs=0.5)  # whole seconds, as apps want them
    media = json.loads((find_bundle(practice, part) / "media.json").read_text())
    assert media["enclosure"]["duration"] == pytest.approx(seconds, abs=0.001)


def test_tags_are_ours_alone(practice: Path) -> None:
    """Title, show and date are in the file, and nothing of what X or an encoder wrote into the recording."""
    for item in read_feed(practice):
        tags: dict[str, object] = dict(MP4(item.find_file(practice)).tags or {})  # type: ignore[no-untyped-call]
        assert tags["\xa9nam"] == [item.title]
        assert tags["\xa9alb"] == ["Signals"]
        assert b"Lavf" not in item.find_file(practice).read_bytes()
        assert b"Hydra" not in item.find_file(practice).read_bytes()


def test_bundles_hold_the_recording_byte_for_byte(practice: Path, practice_archive: Path) -> None:
    """Each part is what the zip holds, and its digest is recorded."""
    bundle = find_bundle(practice, "short")
    parts = json.loads((bundle / "space.json").read_text())["parts"]
    assert [part["file"] for part in parts] == ["recording-0.aac", "recording-1.aac"]
    for part in parts:
        member = f"data/spaces_media/{part['origin']}"
        wanted = subprocess.run(["unzip", "-p", practice_archive, member], check=True, capture_output=True).stdout
        assert (bundle / part["file"]).read_bytes() == wanted


def test_notes_come_from_what_was_posted(practice: Path) -> None:
    """The announcement opens the notes; what was shared is stamped with its time; no t.co link is left."""
    index = (find_bundle(practice, "flood") / "index.md").read_text()
    assert "Tonight with @kit_gauges & @lou_on_water! Bring questions." in index
    assert "- 0:40 The gauge map Kit is talking about: <https://example.org/gauges?river=douro&unit=m>" in index
    assert "t.co" not in index
    assert "RT @" not in index
    head = "title: Flood gauges, explained by people who read them\ndate: 2026-10-09T07:30:00Z\n"
    assert index.partition(".schema.json\n")[2].startswith(head)


def test_nothing_private_comes_out(practice: Path, practice_archive: Path) -> None:
    """No word of private files is in content/ or output/."""
    words: list[str] = []
    for member in ("data/direct-messages.js", "data/ip-audit.js"):
        text = subprocess.run(
            ["unzip", "-p", practice_archive, member], check=True, capture_output=True
        ).stdout.decode()
        words += [word for word in re.findall(r'"([^"]{9,})"', text) if not re.fullmatch(r"[a-zA-Z]+", word)]
    account = subprocess.run(
        ["unzip", "-p", practice_archive, "data/account.js"], check=True, capture_output=True
    ).stdout.decode()
    words += re.findall(r"[\w.+-]+@[\w.-]+\.\w+", account)
    assert len(words) >= 3
    for folder in ("output", "content/episodes", "content/pages"):
        assert grep(practice / folder, *words) == []
    assert grep(practice / "content", *words) == []


def test_feed_has_what_directories_require(practice: Path) -> None:
    """Apple's and PSP-1's required tags stand in the channel and in every item."""
    root = etree.fromstring((practice / "output/feed.xml").read_bytes())
    channel = root.find("channel")
    assert channel is not None
    names = ["title", "description", "link", "language", f"{ITUNES}category", f"{ITUNES}explicit", f"{ITUNES}image"]
    assert [name for name in names if channel.find(name) is None] == []
    own = channel.find("{http://www.w3.org/2005/Atom}link[@rel='self']")
    assert own is not None
    assert own.get("href") == "https://example.org/show/feed.xml"
    for item in channel.iterfind("item"):
        assert [name for name in ("title", "enclosure", "guid", "pubDate") if item.find(name) is None] == []


def test_site_has_its_pages(practice: Path) -> None:
    """Home, a page per episode, free pages, 404, sitemap, robots.txt."""
    output = practice / "output"
    pages = ["index.html", "404.html", "sitemap.xml", "robots.txt", "about/index.html", "feed.xml"]
    assert [page for page in pages if not (output / page).is_file()] == []
    assert len(list(output.glob("episodes/*/index.html"))) == 2
    home = (output / "index.html").read_text()
    assert "Short one: how we draw a river" in home
    assert "feed.xml" in home


def test_dead_air_is_trimmed_by_default(practice: Path, practice_archive: Path, tmp_path: Path) -> None:
    """Without `dead_air: keep` the silent twelve seconds go, all but one; the rest is the recording."""
    show = make_show(tmp_path / "show", practice_archive)
    build(show)
    (item,) = (item for item in read_feed(show) if item.guid == FLOOD)
    whole = next(item for item in read_feed(practice) if item.guid == FLOOD)
    trimmed = decode(item.find_file(show))
    everything = decode(whole.find_file(practice))
    gone = len(everything) - len(trimmed)
    assert gone % (2 * 1024) == 0
    assert gone / 2 / 48000 == pytest.approx(11, abs=1.1)
    assert trimmed[4096:] == everything[gone + 4096 :]


def test_two_builds_give_the_same_bytes(practice: Path, practice_archive: Path, tmp_path: Path) -> None:
    """One job or many, another folder, another day, umask, time zone and language: the same bytes."""
    show = make_show(tmp_path / "elsewhere/a show ü")
    (show / "content/archives" / practice_archive.name).symlink_to(practice_archive)
    with (show / "config.yaml").open("a") as config:
        config.write("audio:\n  dead_air: keep\n")
    run = subprocess.run(
        ["sh", "-c", 'umask 077; exec "$@"', "sh", *_command(show, "build", "--jobs", "4")],
        env=_strange_environment(),
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert read_show(show) == read_show(practice)


def _command(show: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "site_builder", "-C", str(show), *arguments]


def _strange_environment() -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PROJECT),
        "SOURCE_DATE_EPOCH": "1890000000",
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "7",
        "HOME": "/nonexistent",
    }


def test_people_are_gathered(practice: Path) -> None:
    """`people` tells who is heard, where, how long, and what they said; `--json` is one document."""
    run = spacecast("-C", practice, "people", "--json")
    assert run.err == ""
    rows = {row["who"]: row for row in run.json}
    assert list(rows) == ["rivermaps", "kit_gauges", "lou_on_water"]
    assert rows["rivermaps"]["consent"] == "granted"
    assert rows["kit_gauges"]["consent"] == "pending"
    assert len(rows["kit_gauges"]["episodes"]) == 2
    assert rows["kit_gauges"]["seconds"] == pytest.approx(22 + 10 + 16, abs=4)
    table = spacecast("-C", practice, "people")
    assert "Lou <on> Water" in table.out
    assert spacecast("-C", practice, "people", "--ask").code == 2  # nobody could answer at example.org
