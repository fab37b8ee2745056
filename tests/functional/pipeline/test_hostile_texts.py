"""Whatever a host writes comes out as written, in every file a build makes, the sound included."""

from __future__ import annotations

import html as markup
import json
import re
from pathlib import Path
from typing import Any
from xml.dom import minidom

import pytest
import srt
import webvtt
import yaml
from archive_maker import MadeArchive
from episode_maker import HOSTILE_TEXT
from feed_schema import find_faults
from lxml import etree, html
from mutagen.id3 import ID3
from mutagen.mp4 import MP4
from PIL import Image
from show_runner import build, find_bundle, make_show, spacecast

DIRTY = "bell\x07 escape\x1b[31m null\x00 line\x85break\u2028end \ufffe\ufeff"
TITLE = " ".join(HOSTILE_TEXT.split())
"""Emoji, right to left, `]]>`, `&<>"'`, markup and entities, on one line."""
LONG = "Wörter über Wasser & Wind < 5 kB. " * 160
"""More than 5 kB."""
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
CUES = f"WEBVTT\n\n00:00:01.000 --> 00:00:05.000\n<v {markup.escape(TITLE)}>{markup.escape(TITLE)}</v>\n"


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A show that says hostile things wherever a host may say something. Not to be changed."""
    show = make_show(tmp_path_factory.mktemp("hostile") / "show", MadeArchive(), draws_covers=True)
    assert spacecast("-C", show, "extract", show / "content/archives/first.zip").code == 0
    config = yaml.safe_load((show / "config.yaml").read_text("utf-8"))
    config["show"] |= {"title": TITLE, "subtitle": TITLE, "description": f"{TITLE}\n\n{LONG}", "author": TITLE}
    config["show"] |= {
        "copyright": TITLE,
        "people": [TITLE],
        "funding": {"url": "https://example.org/", "text": TITLE[:120]},
    }
    config |= {
        "audio": {"alternates": "mp3"},
        "site": {"footer": HOSTILE_TEXT},
        "subscribe": {TITLE: "https://example.org/"},
    }
    (show / "config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    bundle = find_bundle(show)
    _, front, notes = (bundle / "index.md").read_text("utf-8").split("---\n", 2)
    matter = yaml.safe_load(front) | {"title": TITLE + DIRTY, "summary": TITLE, "tags": [TITLE], "cover_alt": TITLE}
    matter |= {
        "chapters": [{"at": "0:00", "title": TITLE}, {"at": "0:05", "title": "B" + DIRTY}],
        "episode_display": TITLE[:32],
        "itunes_title": TITLE + DIRTY,
    }
    matter |= {
        "people": [{"name": TITLE, "href": "https://example.org/?a=1&b='"}],
        "location": TITLE,
        "license": {"name": TITLE[:100], "url": "https://example.org/l"},
    }
    matter |= {"soundbites": [{"from": "0:02", "to": "0:08", "title": TITLE}]}
    matter["date"] = str(matter["date"])
    front = yaml.safe_dump(matter, allow_unicode=True)
    text = f"---\n{front}---\n\n{HOSTILE_TEXT}\n\n{LONG}\n\n]]>\n\n```\n<b>]]></b>\n```\n{notes}"
    (bundle / "index.md").write_text(text, "utf-8")
    (bundle / "transcript.vtt").write_text(CUES, "utf-8")
    build(show)
    return show


@pytest.fixture(scope="module")
def title(show: Path) -> str:
    """The episode's title as everything must have it: as written, without what no file may hold."""
    told = str(etree.parse(show / "output/feed.xml").findtext("channel/item/title"))
    assert told.startswith(f"{TITLE}bell")
    assert not UNFIT.search(told)
    return told


def find_file(show: Path, pattern: str) -> Path:
    """The one file of the site."""
    (found,) = (show / "output").glob(pattern)
    return found


def test_feed(show: Path) -> None:
    """Valid, and every text reads back; `description` has no markup and at most 4000 bytes."""
    feed = (show / "output/feed.xml").read_bytes()
    assert find_faults(feed) == []
    minidom.parseString(feed)
    channel: Any = etree.fromstring(feed).find("channel")
    assert channel.findtext("title") == TITLE
    assert channel.findtext("{*}author") == TITLE
    described = channel.findtext("item/description")
    assert len(described.encode()) <= 4000
    assert "<" not in described.replace(" < ", "")
    content = channel.findtext("item/{*}encoded")
    assert "<script" not in content
    assert LONG.split(".", maxsplit=1)[0].replace("&", "&amp;").replace("<", "&lt;") in content
    assert content.count("]]") >= 2
    assert [one.text for one in channel.iterfind("item/{*}person")] == [TITLE]
    assert channel.find("item/{*}chapters[@version]")[0].get("title") == TITLE


def test_pages(show: Path, title: str) -> None:
    """Headings, tabs and cards say it; nothing of it is markup on any page."""
    document = html.fromstring(find_file(show, "episodes/*/index.html").read_bytes())
    assert document.xpath("string(//h1)") == title
    assert document.xpath("//meta[@property='og:title']/@content") == [title]
    assert document.xpath("string(//ol[@class='chapters']/li[1]/a/span[2])") == TITLE
    home = html.fromstring((show / "output/index.html").read_bytes())
    assert home.xpath("string(//h1)").strip() == TITLE
    for file in (show / "output").rglob("*.html"):
        page = html.fromstring(file.read_bytes())
        assert not [
            script.text for script in page.iter("script") if "alert" in (script.text or "") and not script.get("type")
        ]
        assert not page.xpath("//@onclick | //@onerror")


def test_linked_data_and_oembed(show: Path, title: str) -> None:
    """JSON-LD and oEmbed are JSON whose texts are the title; the code to embed has it as one attribute."""
    document = html.fromstring(find_file(show, "episodes/*/index.html").read_bytes())
    (data,) = (json.loads(text) for text in document.xpath("//script[@type='application/ld+json']/text()"))
    assert (data["name"], data["partOfSeries"]["name"]) == (title, TITLE)
    oembed = json.loads(find_file(show, "episodes/*/oembed.json").read_bytes())
    assert (oembed["title"], oembed["provider_name"]) == (title, TITLE)
    frame = html.fragment_fromstring(oembed["html"])
    assert (frame.tag, frame.get("title")) == ("iframe", title)


def test_chapters_and_transcripts(show: Path) -> None:
    """JSON chapters, WebVTT with its speaker, SRT and JSON."""
    chapters = json.loads(find_file(show, "episodes/*/chapters.json").read_bytes())["chapters"]
    assert chapters[0]["title"] == TITLE
    (vtt,) = (file for file in (show / "output").glob("episodes/*/*.vtt"))
    cues = webvtt.read(str(vtt)).captions
    assert " ".join(markup.unescape(" ".join(cue.text.split())) for cue in cues).split() == TITLE.split()
    lines = [line.content for line in srt.parse(find_file(show, "episodes/*/*.srt").read_text("utf-8"))]
    assert "👩🏽‍🔬" in "".join(lines)
    (segments,) = (
        json.loads(file.read_bytes())["segments"]
        for file in (show / "output").glob("episodes/*/*.json")
        if b"segments" in file.read_bytes()
    )
    assert " ".join(one["body"] for one in segments).split() == TITLE.split()
    assert {one["speaker"] for one in segments} == {TITLE}


def test_tags_in_the_sound(show: Path, title: str) -> None:
    """MP4 atoms and ID3 frames."""
    mp4: Any = MP4(find_file(show, "media/*.m4a"))  # type: ignore[no-untyped-call]
    assert (mp4["\xa9nam"], mp4["\xa9alb"], mp4["desc"]) == ([title], [TITLE], [TITLE])
    id3: Any = ID3(find_file(show, "media/*.mp3"))  # type: ignore[no-untyped-call]
    assert (str(id3["TIT2"]), str(id3["TALB"]), str(id3["CHAP:chp0"].sub_frames["TIT2"])) == (title, TITLE, TITLE)


def test_covers(show: Path) -> None:
    """Drawn for texts in any script."""
    for file in (show / "output/artwork").iterdir():
        with Image.open(file) as picture:
            picture.load()


def test_no_file_holds_what_none_may(show: Path) -> None:
    """No control character, lone surrogate or non-character in any text file; all JSON and XML parses."""
    kinds = {".html", ".xml", ".json", ".vtt", ".srt", ".css", ".txt", ".webmanifest"}
    files = [file for file in (show / "output").rglob("*") if file.suffix in kinds and "pagefind" not in file.parts]
    assert len(files) > 15
    for file in files:
        text = file.read_bytes().decode()
        assert not UNFIT.search(text), file
        if file.suffix in {".json", ".webmanifest"}:
            json.loads(text)
        if file.suffix == ".xml":
            etree.fromstring(text.encode())


def test_check_finds_no_error(show: Path) -> None:
    """And the host is told what apps will cut."""
    found = spacecast("-C", show, "check", "--json").json
    assert [one for one in found["findings"] if one["severity"] == "error"] == []


def test_five_kilobytes_of_title_are_cut_politely(show: Path) -> None:
    """An absurd title is refused or cut, never broken."""
    index = find_bundle(show) / "index.md"
    text = index.read_text("utf-8")
    try:
        _, front, notes = text.split("---\n", 2)
        matter = yaml.safe_load(front) | {"title": "Wörter " * 800, "date": "2026-10-09"}
        index.write_text(f"---\n{yaml.safe_dump(matter, allow_unicode=True)}---\n{notes}", "utf-8")
        report = build(show)
        assert report["failures"] == []
        feed = (show / "output/feed.xml").read_bytes()
        assert find_faults(feed) == []
        told = str(etree.fromstring(feed).findtext("channel/item/title"))
        assert len(told) <= 255
    finally:
        index.write_text(text, "utf-8")
