"""Other people's parsers over feeds that a server hands out: what they read is what the host wrote."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from calendar import timegm
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import podcastparser
import pytest
from feed_schema import NAMESPACES, find_faults
from lxml import etree
from programs import find_node_module, run_node
from served_shows import Served, Told

CASTERO = """
import json, sys
from castero.feed import Feed
feed = Feed(url=sys.argv[1])
found = feed.parse_episodes()
titles, enclosures = [str(one) for one in found], [one.enclosure for one in found]
told = {"valid": feed.validated, "title": feed.title, "link": feed.link, "episodes": titles, "enclosures": enclosures}
print(json.dumps(told))
"""
PARTYTIME = """
const { parseFeed } = require("podcast-partytime");
process.stdout.write(JSON.stringify(parseFeed(require("fs").readFileSync(0, "utf8"))));
"""


def sizes(served: Served) -> dict[str, int]:
    """Bytes of each enclosure by its address."""
    return {
        f"{served.server.url}media/{n}": (served.folder / "output/media" / n).stat().st_size
        for n in served.audio().values()
    }


def test_feed_is_valid(served: Served) -> None:
    """It holds to the schema of a whole feed; that addresses are https is of no use on this computer."""
    feed = served.feed.replace(served.server.url.encode(), b"https://example.org/show/")
    assert find_faults(feed) == []


def test_feedparser(served: Served) -> None:
    """feedparser: channel, titles, guids, dates, addresses, lengths."""
    found = feedparser.parse(served.feed_url)
    show = served.config["show"]
    assert (found.status, found.bozo) == (200, False)
    assert (found.feed.title, found.feed.language, found.feed.link) == (
        show["title"],
        show["language"],
        served.server.url,
    )
    assert found.feed.publisher_detail["email"] == show["email"]
    wanted = [(told.title, told.guid, told.date) for told in served.episodes()]
    read = [(e.title, e.id, datetime.fromtimestamp(timegm(e.published_parsed), UTC)) for e in found.entries]
    assert read == wanted
    assert {e.enclosures[0].href: int(e.enclosures[0].length) for e in found.entries} == sizes(served)
    assert all(e.summary for e in found.entries)


def test_podcastparser(served: Served) -> None:
    """podcastparser, gPodder's: the same, with chapters, seconds and numbers."""
    with urllib.request.urlopen(served.feed_url) as stream:
        found = podcastparser.parse(served.feed_url, stream)
    show = served.config["show"]
    assert (found["title"], found["link"]) == (show["title"], served.server.url)
    assert found["description"] == "\n\n".join(show["description"].split("\n\n")).strip()
    assert found["itunes_owner"] == {"name": show["author"], "email": show["email"]}
    assert found["cover_url"].startswith(f"{served.server.url}artwork/cover-")
    told = {one.guid: one for one in served.episodes()}
    assert {episode["guid"] for episode in found["episodes"]} == set(told)
    for episode in found["episodes"]:
        matter = told[episode["guid"]].matter
        assert episode["title"] == told[episode["guid"]].title
        assert episode["published"] == told[episode["guid"]].date.timestamp()
        assert (episode.get("number"), episode.get("season")) == (matter.get("episode"), matter.get("season"))
        assert episode["type"] == matter.get("type", "full")
        assert {one["url"]: one["file_size"] for one in episode["enclosures"]}.items() <= sizes(served).items()
        page = served.folder / "output" / episode["link"].removeprefix(served.server.url) / "index.html"
        assert f'data-key="{episode["guid"]}"' in page.read_text("utf-8")
        assert [chapter["title"] for chapter in episode.get("chapters", [])] == titles_on_page(page.read_text("utf-8"))


def titles_on_page(page: str) -> list[str]:
    """Chapter titles."""
    return re.findall(r'<li data-chapter=.*?<span class="at">[^<]*</span> <span>([^<]*)</span>', page)


def test_castero(served: Served, tmp_path: Path) -> None:
    """castero, which insists on the structure of RSS; in its own process, for it changes how sockets work."""
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CASTERO, served.feed_url],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    told = served.episodes()
    assert (found["valid"], found["title"], found["link"]) == (True, served.config["show"]["title"], served.server.url)
    assert found["episodes"] == [one.title for one in told]
    assert set(found["enclosures"]) == set(sizes(served))


@pytest.mark.skipif(not find_node_module("podcast-partytime"), reason="podcast-partytime is not installed")
def test_partytime(served: Served) -> None:
    """The parser of the Podcast Index: identity, people, chapters, transcripts, encodings."""
    found = json.loads(run_node(PARTYTIME, text=served.feed.decode()))
    config = served.config
    assert (found["guid"], found["locked"]) == (config["feed"]["guid"], config["feed"].get("locked", True))
    assert found["itunesType"] == config["show"].get("type", "episodic")
    told = {one.guid: one for one in served.episodes()}
    assert [item["guid"] for item in found["items"]] == list(told)
    assert {item["enclosure"]["url"]: item["enclosure"]["length"] for item in found["items"]} == sizes(served)
    for item in found["items"]:
        check_podcasting20(item, told[item["guid"]], served)


def check_podcasting20(item: Any, told: Told, served: Served) -> None:
    """What one item says in the podcast namespace."""
    page = served.folder / "output" / item["link"].removeprefix(served.server.url)
    files = {served.server.url + file.relative_to(served.folder / "output").as_posix() for file in page.iterdir()}
    transcripts = item.get("podcastTranscripts", [])
    assert {one["url"] for one in transcripts} == {
        name for name in files if name.endswith((".vtt", ".srt", f"{page.name}.json"))
    }
    assert {one["language"] for one in transcripts} <= {served.config["show"]["language"]}
    assert bool(item.get("podcastChapters")) == (page / "chapters.json").is_file()
    people = [person.text for person in find_item(served.feed, told.guid).iterfind("podcast:person", NAMESPACES)]
    assert [one["name"] for one in item["podcastPeople"]] == people != []
    encodings = served.config.get("audio", {}).get("alternates", [])
    assert len(item.get("alternativeEnclosures", [])) == (1 + len(encodings) if encodings else 0)


def find_item(feed: bytes, guid: str) -> Any:
    """The item's element."""
    (item,) = (item for item in etree.fromstring(feed).iterfind("channel/item") if item.findtext("guid") == guid)
    return item
