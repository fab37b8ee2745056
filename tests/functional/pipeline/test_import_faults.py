"""Feeds and disks with faults, taken over by the real command: what is kept is kept to the letter, the rest is told."""

from __future__ import annotations

import gzip
import io
import json
import resource
import shutil
from pathlib import Path

import pytest
from feed_maker import PODCAST, item, put_feed, take
from feed_server import Host
from lxml import etree
from PIL import Image
from show_runner import build, edit, find_bundle, read_tree, spacecast

GUIDS = [
    "two  spaces",
    "tab\there",
    "Cafe\u0301",
    "Caf\u00e9",
    "null",
    "0012",
    "1:02:03",
    "# no: {c}",
    "'",
    '"q"',
    "- x",
]


def read_items(show: Path, name: str = "guid") -> list[str]:
    """Of the built feed, in its order."""
    root = etree.fromstring((show / "output/feed.xml").read_bytes())
    return [element.findtext(name) or "" for element in root.iterfind("channel/item")]


def test_guids_and_order_to_the_letter(tmp_path: Path, host: Host, mp3: bytes) -> None:
    """Whatever a guid holds, the built feed has it; episodes of one second stay in the feed's order."""
    feed = put_feed(host, "".join(item(host, mp3).replace("guid-1", guid.replace("&", "&amp;")) for guid in GUIDS))
    show = tmp_path / "show"
    assert take(show, feed)["remarks"][0].startswith("config.yaml has stand-ins")
    build(show)
    assert read_items(show) == GUIDS
    assert set(read_items(show, "pubDate")) == {"Tue, 01 Oct 2024 10:00:00 +0000"}
    before = read_tree(show / "content")
    assert {entry["result"] for entry in take(show, feed)["episodes"]} == {"known"}
    assert read_tree(show / "content") == before


def test_times_beyond_the_end(tmp_path: Path, host: Host, mp3: bytes) -> None:
    """Of six seconds: a chapter and a soundbite are left out, another is trimmed; all told; it builds."""
    json_chapters = host.put(
        "c.json", '{"chapters": [{"startTime": 1, "title": "A"}, {"startTime": 600, "title": "B"}]}'
    )
    bites = [(1, 2), (4, 600), (600, 2)]
    inside = "".join(f'<podcast:soundbite startTime="{a}" duration="{b}">x</podcast:soundbite>' for a, b in bites)
    show = tmp_path / "show"
    feed = put_feed(host, item(host, mp3, 1, f'{inside}<podcast:chapters url="{json_chapters}"/>'))
    assert any("lost 1 chapter and 1 soundbite" in remark for remark in take(show, feed)["remarks"])
    assert build(show)["failures"] == []
    root = etree.fromstring((show / "output/feed.xml").read_bytes())
    ends = [float(bite.get("startTime")) + float(bite.get("duration")) for bite in root.iter(f"{PODCAST}soundbite")]
    assert ends[0] == 3
    assert 5.9 < ends[1] < 6.2


def test_episodes_without_letters_are_numbered(tmp_path: Path, host: Host, mp3: bytes) -> None:
    """Of one day, with titles and guids that make no slug."""
    items = "".join(
        item(host, mp3).replace("Episode 1", title).replace("guid-1", guid)
        for title, guid in [("!", "!"), ("!", "!!"), ("?", "???"), ("2024-10-01", "...")]
    )
    show = tmp_path / "show"
    take(show, put_feed(host, items))
    slugs = {path.name for path in (show / "content/episodes").iterdir()}
    assert len(slugs) == 4
    assert build(show)["failures"] == []


def test_a_page_that_is_gone(tmp_path: Path, host: Host, mp3: bytes) -> None:
    """Nothing is taken, the page is named, and the first can be taken alone; a zipped feed is read."""
    feed = put_feed(host, item(host, mp3), f'<atom:link rel="next" href="{host.url}gone.xml"/>')
    host.files["feed.xml"] = gzip.compress(host.files["feed.xml"])
    run = spacecast("-C", tmp_path / "show", "import", feed)
    assert (run.code, len(run.err.splitlines())) == (2, 1)
    assert "page 2 of the feed" in run.err
    assert "--pages 1" in run.err
    assert not (tmp_path / "show").exists()
    assert spacecast("-C", tmp_path / "show", "import", feed, "--pages", 1).code == 0


def test_a_locked_feed_of_another_show(tmp_path: Path, host: Host, mp3: bytes) -> None:
    """Refused before anything is fetched, unless its owner says so; one's own show may be renamed meanwhile."""
    show = tmp_path / "show"
    own = put_feed(host, item(host, mp3), "<podcast:locked>yes</podcast:locked>")
    take(show, own)
    edit(show / "config.yaml", "title: Old show", "title: My own")
    take(show, own)
    other = host.put("other.xml", host.files["feed.xml"].replace(b"Old show", b"Theirs").replace(b"guid-1", b"theirs"))
    host.asked.clear()
    before = read_tree(show)
    run = spacecast("-C", show, "import", other)
    assert (run.code, [path for path, _ in host.asked]) == (2, ["other.xml"])
    assert "“Theirs” is locked" in run.err
    assert read_tree(show) == before
    assert spacecast("-C", show, "import", other, "--own").code == 0


def test_audio_beyond_the_bounds(tmp_path: Path, host: Host, mp3: bytes) -> None:
    """It is told, and taken with a higher bound."""
    feed = put_feed(host, item(host, mp3 + b"\0" * 1_100_000))
    run = spacecast("-C", tmp_path / "show", "import", feed, "--max-mb", 1)
    assert run.code == 1
    assert "--max-mb" in run.out
    assert spacecast("-C", tmp_path / "show", "import", feed, "--max-mb", 2).code == 0


@pytest.mark.parametrize("size", [0, 200, 1500, 20_000, 40_000])
def test_a_full_disk(tmp_path: Path, host: Host, mp3: bytes, size: int) -> None:
    """No file grows beyond `size`: one sentence; with room again the same command gives what a clean one gives."""
    picture = io.BytesIO()
    Image.new("RGB", (1400, 1400), "teal").save(picture, "JPEG")
    cover = f'<itunes:image href="{host.put("cover.jpg", picture.getvalue())}"/>'
    feed = put_feed(host, item(host, mp3), cover)
    show, clean = tmp_path / "show", tmp_path / "clean"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        run = spacecast("-C", show, "import", feed)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert run.code != 0
    assert "Traceback" not in run.err
    assert all(path.stat().st_size for path in show.rglob("*") if path.is_file() and ".cache" not in path.parts)
    for folder in (show, clean):
        assert spacecast("-C", folder, "import", feed).code == 0
        shutil.rmtree(folder / ".cache")
    assert [*read_tree(show).values()] == [*read_tree(clean).values()]
    assert json.loads((show / "content/published.json").read_text())
    assert find_bundle(show)
