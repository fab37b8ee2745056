"""One list of chapters: the page, every file and the sound itself tell the same moments, to the millisecond."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from archive_maker import MadeArchive
from feed_schema import NAMESPACES
from listening import probe
from lxml import etree, html
from mutagen.id3 import ID3
from mutagen.mp4 import MP4
from show_runner import build, edit, find_bundle, make_show, spacecast

TITLES = ["Opening", "Why gauges & \u201csensors\u201d <lie> \U0001f30a", "\u05e9\u05dc\u05d5\u05dd"]
CHAPTERS = """
chapters:
  - {at: 0:00, title: Opening}
  - {at: 0:04.4567, title: "Why gauges & \u201csensors\u201d <lie> \U0001f30a", url: "https://example.org/?a=1&b=2"}
  - {at: 0:09.9996, title: \u05e9\u05dc\u05d5\u05dd}
trim: 0:01.2345-
cut: 0:02.5-0:03.111
guid:"""


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An episode with edits at odd places, as AAC copied and as MP3. Not to be changed."""
    show = make_show(tmp_path_factory.mktemp("chapters") / "show", MadeArchive())
    assert spacecast("-C", show, "extract", show / "content/archives/first.zip").code == 0
    edit(find_bundle(show) / "index.md", "\nguid:", CHAPTERS)
    with (show / "config.yaml").open("a") as config:
        config.write("audio:\n  alternates: mp3\n")
    build(show)
    return show


@pytest.fixture(scope="module")
def starts(show: Path) -> list[int]:
    """Milliseconds by the page."""
    return read_page(show)


def find_file(show: Path, pattern: str) -> Path:
    """The one file of the site."""
    (found,) = (show / "output").glob(pattern)
    return found


def read_page(show: Path) -> list[int]:
    """As the player takes them; the links beside them lead to the very same moments."""
    document = html.fromstring(find_file(show, "episodes/*/index.html").read_bytes())
    rows = document.xpath("//li[@data-chapter]")
    links = [row.xpath("a/@href")[0].removeprefix("#t=").removesuffix("s") for row in rows]
    assert [float(link) for link in links] == [float(row.get("data-chapter")) for row in rows]
    assert [row.xpath("string(a/span[2])") for row in rows] == TITLES
    return [round(float(row.get("data-chapter")) * 1000) for row in rows]


def test_edits_move_chapters(starts: list[int]) -> None:
    """Cuts are whole frames of 21.3 ms, so a chapter is where what it names is heard, not where it was written."""
    assert len(starts) == 3
    assert starts[0] == 0
    assert starts[1] == pytest.approx(4456.7 - 1234.5 - 611, abs=45)
    assert starts[2] == pytest.approx(9999.6 - 1234.5 - 611, abs=45)
    assert starts[2] - starts[1] in {5542, 5543}


def test_json_and_simple_chapters(show: Path, starts: list[int]) -> None:
    """JSON chapters and Podlove's."""
    entries = json.loads(find_file(show, "episodes/*/chapters.json").read_bytes())["chapters"]
    assert [(round(entry["startTime"] * 1000, 6), entry["title"]) for entry in entries] == list(
        zip(starts, TITLES, strict=True)
    )
    marks = etree.parse(show / "output/feed.xml").iterfind(".//psc:chapter", NAMESPACES)
    assert [(read_clock(mark.get("start")), mark.get("title")) for mark in marks] == list(
        zip(starts, TITLES, strict=True)
    )


def read_clock(text: str) -> int:
    """Milliseconds of 00:00:03.500."""
    hours, minutes, seconds = text.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000 + round(float(seconds) * 1000)


@pytest.mark.parametrize("suffix", ["m4a", "mp3"])
def test_ffprobe(show: Path, starts: list[int], suffix: str) -> None:
    """What ffprobe reads from both files; each chapter ends where the next begins, the last with the sound."""
    found = probe(find_file(show, f"media/*.{suffix}"))
    times = [(round(float(one["start_time"]) * 1000), one["tags"]["title"]) for one in found["chapters"]]
    assert times == list(zip(starts, TITLES, strict=True))
    ends = [round(float(one["end_time"]) * 1000) for one in found["chapters"]]
    assert ends[:-1] == starts[1:]
    assert ends[-1] == pytest.approx(float(found["format"]["duration"]) * 1000, abs=60)


def test_mutagen(show: Path, starts: list[int]) -> None:
    """What mutagen reads: the Nero list of the MP4, and CHAP frames in the order of the CTOC."""
    chapters: Any = MP4(find_file(show, "media/*.m4a")).chapters  # type: ignore[no-untyped-call]
    assert [(round(one.start * 1000), one.title) for one in chapters] == list(zip(starts, TITLES, strict=True))
    id3: Any = ID3(find_file(show, "media/*.mp3"))  # type: ignore[no-untyped-call]
    frames = [id3[f"CHAP:{name}"] for name in id3.getall("CTOC")[0].child_element_ids]
    assert [(one.start_time, one.sub_frames["TIT2"].text[0]) for one in frames] == list(
        zip(starts, TITLES, strict=True)
    )
    assert frames[1].sub_frames["WXXX:"].url == "https://example.org/?a=1&b=2"


def test_podcast_chapter_tools(show: Path, starts: list[int], tmp_path: Path) -> None:
    """Its four readers, which know whole seconds."""
    pytest.importorskip("podcast_chapter_tools")
    item: Any = etree.parse(show / "output/feed.xml").find("channel/item")
    lines = tmp_path / "description.txt"
    lines.write_text(item.findtext("description"), "utf-8")
    sources = {
        "from-psc": [show / "output/feed.xml", "--guid", item.findtext("guid")],
        "from-pci": [find_file(show, "episodes/*/chapters.json")],
        "from-id3": [find_file(show, "media/*.mp3")],
        "from-description": [lines],
    }
    for command, arguments in sources.items():
        whole = [sys.executable, "-m", "podcast_chapter_tools.cli", command, *map(str, arguments)]
        done = subprocess.run(whole, check=True, capture_output=True, text=True)
        found = [(entry["startTime"], entry["title"]) for entry in json.loads(done.stdout)["chapters"]]
        titles = [
            title.replace("‹", "<").replace("›", ">") for _, title in found
        ]  # in plain text nothing looks like a tag
        assert titles == TITLES, command
        assert all(abs(time - start / 1000) < 1 for (time, _), start in zip(found, starts, strict=True)), command


def test_lines_in_the_notes(show: Path, starts: list[int]) -> None:
    """Clocks in the description, and links in the HTML notes."""
    feed = (show / "output/feed.xml").read_text("utf-8")
    clocks = re.findall(r"^(?:<description>)?(\d\d:\d\d:\d\d) ", feed, flags=re.MULTILINE)
    assert [read_clock(f"{clock}.0") for clock in clocks] == [start // 1000 * 1000 for start in starts]
    links = re.findall(r'/#t=(\d+)s">', feed)
    assert [int(link) for link in links] == [start // 1000 for start in starts]
