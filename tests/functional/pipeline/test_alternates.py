"""Further encodings: made once, the same conversation, told in feed and page, kept in media.json, never a leak."""

from __future__ import annotations

import base64
import json
import re
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from archive_maker import MadeArchive, MadeSpace
from feed_schema import NAMESPACES, find_faults
from listening import decode, loudest
from lxml import etree
from show_runner import build, copy_show, edit, find_bundle, make_show, read_show, spacecast


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An episode with a cut and a mute, copied, and as MP3 and AAC besides. Not to be changed."""
    show = make_show(tmp_path_factory.mktemp("alternates") / "show", MadeArchive(spaces=[MadeSpace()]))
    assert spacecast("-C", show, "extract", show / "content/archives/first.zip").code == 0
    edit(find_bundle(show) / "index.md", "\nguid:", "\ncut: 0:03-0:04.5\nmute: 0:07-0:09\nguid:")
    with (show / "config.yaml").open("a") as config:
        config.write("audio:\n  alternates: [{format: mp3, bitrate: 96}, {format: aac, bitrate: 48}]\n")
    build(show)
    return show


def read_encodings(show: Path) -> list[Any]:
    """The elements of the one item."""
    return list(etree.parse(show / "output/feed.xml").iterfind(".//podcast:alternateEnclosure", NAMESPACES))


def find_audio(show: Path, element: Any) -> Path:
    """The file an element names."""
    uri: str = element.find("podcast:source", NAMESPACES).get("uri")
    return show / "output/media" / uri.rsplit("/", 1)[1]


def test_feed_offers_each_with_its_digest(show: Path) -> None:
    """The enclosure stays and is the default; every length and every hash is that of the file."""
    feed = (show / "output/feed.xml").read_bytes()
    assert find_faults(feed) == []
    elements = read_encodings(show)
    assert [(one.get("type"), one.get("default")) for one in elements] == [
        ("audio/x-m4a", "true"),
        ("audio/mpeg", None),
        ("audio/x-m4a", None),
    ]
    assert [one.get("title") for one in elements[1:]] == ["MP3, 96 kbit/s", "AAC, 48 kbit/s"]
    enclosure = re.findall(rb'<enclosure url="([^"]*)"', feed)[0].decode()
    assert enclosure == elements[0].find("podcast:source", NAMESPACES).get("uri")
    for element in elements:
        content = find_audio(show, element).read_bytes()
        integrity = element.find("podcast:integrity", NAMESPACES)
        digest = base64.b64encode(sha256(content).digest()).decode()
        assert (integrity.get("type"), integrity.get("value")) == ("sri", f"sha256-{digest}")
        assert int(element.get("length")) == len(content)


def test_all_are_the_same_conversation(show: Path) -> None:
    """As long to a few milliseconds, and silent where the one is; so chapters and transcripts fit each."""
    sounds = [decode(find_audio(show, element)) for element in read_encodings(show)]
    lengths = [len(sounds[0]) / 2 / 48000, *(len(sound) / 48000 for sound in sounds[1:])]
    assert lengths == [pytest.approx(10.5, abs=0.1)] * 3
    assert max(lengths) - min(lengths) < 0.06
    for sound, channels in zip(sounds, (2, 1, 1), strict=True):
        assert loudest(sound, 5.6, 7.4, channels=channels) < 0.001
        assert loudest(sound, 0.5, 5.0, channels=channels) > 0.01


def test_page_offers_each(show: Path) -> None:
    """To play, the usual one first, and to take along, by name."""
    (page,) = (show / "output").glob("episodes/*/index.html")
    text = page.read_text("utf-8")
    names = [find_audio(show, element).name for element in read_encodings(show)]
    sources = re.findall(r'<source src="[^"]*media/([^"]*)" type="([^"]*)"', text)
    assert sources == list(zip(names, ["audio/mp4", "audio/mpeg", "audio/mp4"], strict=True))
    assert [name for name in re.findall(r'<li><a href="[^"]*" download="([^"]*)"', text) if name] == names
    assert "MP3, 96 kbit/s</a>" in text


def test_a_corrected_title_encodes_nothing(show: Path, tmp_path: Path) -> None:
    """Tags change; the sound in the cache does not."""
    copy = copy_show(show, tmp_path / "show")
    sounds = {path: path.stat().st_mtime_ns for path in (copy / ".cache/alternates").iterdir()}
    assert len(sounds) == 2
    edit(find_bundle(copy) / "index.md", "title: Signals", "title: Sygnals")
    report = build(copy)
    assert {path: path.stat().st_mtime_ns for path in (copy / ".cache/alternates").iterdir()} == sounds
    assert len([path for path in report["made"] if path.startswith("media/")]) == 3


def test_clone_without_recordings_offers_the_same(show: Path, tmp_path: Path) -> None:
    """`media.json` is enough for feed and pages, byte for byte; `fetch-media` carries over every encoding."""
    clone = copy_show(show, tmp_path / "clone")
    for gone in ("output", ".cache", "content/archives"):
        shutil.rmtree(clone / gone)
    for recording in clone.glob("content/episodes/*/recording-*"):
        recording.unlink()
    build(clone)
    wanted = {path: digest for path, digest in read_show(show).items() if "/recording-" not in path}
    there = {path: digest for path, digest in wanted.items() if not path.startswith("output/media/")}
    assert read_show(clone) == there
    run = spacecast("-C", clone, "fetch-media", "--from", show / "output")
    assert run.code == 0, run.err
    assert read_show(clone) == wanted
    kept = json.loads((find_bundle(clone) / "media.json").read_text())
    assert [one["title"] for one in kept["alternates"]] == ["MP3, 96 kbit/s", "AAC, 48 kbit/s"]


def test_taken_out_of_the_config_they_go(show: Path, tmp_path: Path) -> None:
    """Files, elements and choice; the usual file stays as it is."""
    copy = copy_show(show, tmp_path / "show")
    (usual, *others) = (find_audio(copy, element).name for element in read_encodings(copy))
    edit(copy / "config.yaml", "alternates:", "x-alternates:")
    report = build(copy)
    assert {f"media/{name}" for name in others} <= set(report["removed"])
    assert [file.name for file in (copy / "output/media").iterdir()] == [usual]
    assert read_encodings(copy) == []


def test_who_refused_is_silent_in_each(show: Path, tmp_path: Path) -> None:
    """The leak check listens to every encoding; each has a new address."""
    copy = copy_show(show, tmp_path / "show")
    before = {file.name for file in (copy / "output/media").iterdir()}
    assert spacecast("-C", copy, "consent", "kit", "refused").code == 0
    report = build(copy)
    assert report["failures"] == []
    after = {file.name for file in (copy / "output/media").iterdir()}
    assert len(after) == 3
    assert not before & after
    for element in read_encodings(copy):
        sound, channels = decode(find_audio(copy, element)), 2 if element.get("default") else 1
        assert loudest(sound, 5.8, 9.2, channels=channels) < 0.0001


def test_the_same_twice_is_told(show: Path) -> None:
    """An encoding that is there already is a mistake in the config."""
    config = show / "config.yaml"
    text = config.read_text()
    try:
        config.write_text(text.replace("{format: aac, bitrate: 48}", "{format: mp3, bitrate: 96}"))
        run = spacecast("-C", show, "build")
    finally:
        config.write_text(text)
    assert run.code == 2
    assert "`alternates` names an encoding that is there already" in run.err


def test_bit_rates_are_those_of_the_sound(show: Path) -> None:
    """Some seconds of sound with a cover in the file: what is said is what is heard a second, not what is sent."""
    elements = etree.parse(show / "output/feed.xml").findall(".//{*}alternateEnclosure")
    rates = [int(element.get("bitrate", "0")) for element in elements]
    assert all(rate < 140_000 for rate in rates)
    assert rates[1] == pytest.approx(96_000, rel=0.05)
    assert int(elements[1].get("length", "0")) * 8 / 96_000 > 15, "the cover is not in the file: the test shows nothing"
