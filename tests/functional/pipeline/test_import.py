"""A podcast taken over from its feed: nothing that apps know of it changes, whatever the feed and its host do."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from archive_maker import MadeArchive, MadeSpace
from feed_maker import CONTENT, ITUNES, PODCAST, item, put_feed, take
from feed_server import Host
from lxml import etree
from show_runner import build, edit, find_bundle, make_show, read_show, read_tree, spacecast

VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n<v Kit>Forty steps &amp; a dog.\n"


def read_index(show: Path, part: str = "") -> str:
    """Front matter and notes of one episode."""
    return (find_bundle(show, part) / "index.md").read_text("utf-8")


def describe_items(show: Path) -> list[dict[str, Any]]:
    """What a built feed says, and what must survive a move."""
    root = etree.fromstring((show / "output/feed.xml").read_bytes())
    return [
        {
            "guid": element.findtext("guid"),
            "title": element.findtext("title"),
            "date": element.findtext("pubDate"),
            "seconds": element.findtext(f"{ITUNES}duration"),
            "season": element.findtext(f"{ITUNES}season"),
            "episode": element.findtext(f"{ITUNES}episode"),
            "kind": element.findtext(f"{ITUNES}episodeType"),
            "explicit": element.findtext(f"{ITUNES}explicit"),
            "people": [(p.text, p.get("role"), p.get("href"), p.get("img")) for p in element.iter(f"{PODCAST}person")],
            "chapters": [(c.get("start"), c.get("title"), c.get("href")) for c in element.iter("{*}chapter")],
            "soundbites": [
                (s.get("startTime"), s.get("duration"), s.text) for s in element.iter(f"{PODCAST}soundbite")
            ],
            "transcripts": [t.get("type") for t in element.iter(f"{PODCAST}transcript")],
            "tags": [c.text for c in element.iter("category")],
            "description": element.findtext("description"),
            "notes": _plain(element.findtext(CONTENT) or ""),
        }
        for element in root.iterfind("channel/item")
    ]


def _plain(html: str) -> str:
    """Words without markup; blocks apart."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def read_cues(show: Path) -> bytes:
    """The transcript as published."""
    return next((show / "output").glob("episodes/*/*.vtt")).read_bytes()


def read_pins(show: Path) -> dict[str, str]:
    """Guid to the date of first publication."""
    pins = json.loads((show / "content/published.json").read_text())["episodes"]
    return {guid: pin["first_published"] for guid, pin in pins.items()}


def read_show_guid(show: Path) -> str | None:
    """Who the show is in directories."""
    guid: str | None = etree.fromstring((show / "output/feed.xml").read_bytes()).findtext(f"channel/{PODCAST}guid")
    return guid


def decode(file: Path) -> str:
    """Digest of the decoded sound."""
    command = ["ffmpeg", "-v", "error", "-i", str(file), "-map", "0:a", "-f", "md5", "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_a_show_of_ours_comes_back_as_it_was(tmp_path: Path, host: Host) -> None:
    """Built, served, taken over, built again: guids, dates, titles, notes, people, chapters, transcripts and sound."""
    old = make_show(tmp_path / "old", MadeArchive(spaces=[MadeSpace()]))
    edit(old / "config.yaml", "https://example.org/show/", f"{host.url}show/")
    build(old)
    bundle = find_bundle(old)
    more = "season: 2\nepisode: 7\nexplicit: true\ntags: [fog, sleep]\nsoundbites: [0:02-0:08]\nchapters:\n"
    more += "  - {at: 0:00, title: 'Start: <b> & so on', url: 'https://example.org/a?b=1&c=2'}\n"
    more += "  - {at: 0:04.5, title: Middle}\n"
    edit(bundle / "index.md", "\nslug:", f"\n{more}slug:")
    with (bundle / "index.md").open("a") as notes:
        notes.write(
            "\n## More & more\n\n- 0:03 Somebody *laughs*, see [the map](https://example.org/map)\n- 2 < 3\n\n`code`\n"
        )
    (bundle / "transcript.vtt").write_text(VTT)
    assert build(old, "--published")["failures"] == []
    for path in read_tree(old / "output"):
        host.put("show/" + path.removeprefix("output/"), (old / path).read_bytes())

    new = tmp_path / "new"
    result = take(new, f"{host.url}show/feed.xml")
    assert [entry["result"] for entry in result["episodes"]] == ["new"]
    assert build(new)["failures"] == []
    assert describe_items(new) == describe_items(old)
    (before,), (after,) = ((list((show / "output/media").iterdir())) for show in (old, new))
    assert decode(after) == decode(before)
    for read in (read_cues, read_pins, read_show_guid):
        assert read(new) == read(old)


def test_a_second_run_touches_nothing(tmp_path: Path, host: Host, mp3: bytes) -> None:
    """What the host wrote since stays, nothing is fetched again; a new episode is added."""
    show, feed = tmp_path / "show", put_feed(host, item(host, mp3))
    take(show, feed)
    edit(find_bundle(show) / "index.md", "title: Episode 1", "title: My own title")
    build(show)
    before = read_show(show)
    host.asked.clear()
    assert [entry["result"] for entry in take(show, feed)["episodes"]] == ["known"]
    assert read_show(show) == before
    assert [path for path, _ in host.asked] == ["feed.xml"]
    put_feed(host, item(host, mp3) + item(host, mp3, 2))
    take(show, feed)
    assert len(list((show / "content/episodes").iterdir())) == 2
    assert "My own title" in read_index(show, "2024-10-01")
    assert list(json.loads((show / "content/published.json").read_text())["episodes"]) == ["guid-1", "guid-2"]


def test_a_lost_recording_is_restored(tmp_path: Path, host: Host, mp3: bytes) -> None:
    """As after cloning `content/` from git."""
    show, feed = tmp_path / "show", put_feed(host, item(host, mp3))
    take(show, feed)
    recording = find_bundle(show) / "recording-0.mp3"
    recording.unlink()
    take(show, feed)
    assert recording.read_bytes() == mp3


def test_downloads_go_on_where_they_broke_off(tmp_path: Path, host: Host, mp3: bytes) -> None:
    """Several breaks, each taken up with a range; the bytes are whole."""
    feed = put_feed(host, item(host, mp3))
    host.cuts["1.mp3"] = [10_000, 5_000, 0, 7_000]
    take(tmp_path / "show", feed)
    assert (find_bundle(tmp_path / "show") / "recording-0.mp3").read_bytes() == mp3
    ranges = [wanted for path, wanted in host.asked if path == "1.mp3"]
    assert ranges == ["", "bytes=10000-", "bytes=15000-", "bytes=15000-", "bytes=22000-"]


def test_a_stopped_run_goes_on_in_the_next(tmp_path: Path, host: Host, mp3: bytes) -> None:
    """What fails is told, exit code 1, and the rest is there; the next run asks for the missing bytes only."""
    show, feed = tmp_path / "show", put_feed(host, item(host, mp3) + item(host, mp3, 2))
    host.cuts["1.mp3"] = [10_000] + [0] * 20
    result = take(show, feed, code=1)
    assert ["broke off" in (entry["reason"] or "") for entry in result["episodes"]] == [True, False]
    host.cuts.clear()
    host.asked.clear()
    assert take(show, feed)["episodes"][0]["result"] == "new"
    assert ("1.mp3", "bytes=10000-") in host.asked
    assert (find_bundle(show, "2024-10-01") / "recording-0.mp3").read_bytes() == mp3
    assert not list((show / ".cache/imports").iterdir())


def test_hosts_that_are_difficult(tmp_path: Path, host: Host, mp3: bytes) -> None:
    """A server that is busy, one that redirects, one that knows no ranges, and audio that changes between two tries."""
    feed = put_feed(host, "".join(item(host, mp3, number) for number in (1, 2)))
    host.statuses["1.mp3"] = [503, 429]
    host.redirects["old/2"] = "/2.mp3"
    host.files["feed.xml"] = host.files["feed.xml"].replace(b"/2.mp3", b"/old/2")
    host.no_ranges = True
    host.cuts["2.mp3"] = [20_000]
    take(tmp_path / "show", feed)
    for number in (1, 2):
        assert (find_bundle(tmp_path / "show", f"2024-10-0{number}") / "recording-0.mp3").read_bytes() == mp3


def test_what_is_wrong_with_one_episode_stops_no_other(tmp_path: Path, host: Host, mp3: bytes) -> None:
    """Gone, no audio at all, a guid that cannot be kept."""
    items = "".join(item(host, mp3, number) for number in (1, 2, 3, 4))
    feed = put_feed(host, items.replace("guid-4", "x" * 300))
    del host.files["1.mp3"]
    host.put("2.mp3", "<html>Sorry</html>" * 100)
    result = take(tmp_path / "show", feed, code=1)
    assert [entry["result"] for entry in result["episodes"]][2] == "new"
    assert "answers 404" in result["episodes"][0]["reason"]
    assert "no audio" in result["episodes"][1]["reason"]
    assert any("guid cannot be kept" in remark for remark in result["remarks"])
    assert len(list((tmp_path / "show/content/episodes").iterdir())) == 1


def test_everything_in_a_feed_is_hostile(tmp_path: Path, host: Host, mp3: bytes) -> None:
    """Markup, YAML, Markdown, paths and addresses from strangers end as text, or not at all; the show builds."""
    nasty = (
        "<title>../../x: {a: [b]} &lt;script&gt;alert(1)&lt;/script&gt; # no</title>"
        "<description>&lt;p onclick='x()'&gt;Hi&lt;/p&gt;&lt;script&gt;alert(2)&lt;/script&gt;"
        "&lt;iframe src='https://e.example'&gt;"
        "&lt;/iframe&gt;&lt;a href='javascript:x()'&gt;go&lt;/a&gt;&lt;img src='https://t.example/p.gif'&gt;"
        "&lt;/div&gt;&lt;/div&gt;\n\n# no *heading*\n\n- 0:01 no stamp</description>"
        '<podcast:person href="javascript:x()" img="http://t.example/x">'
        "&lt;b&gt;Eve&lt;/b&gt;\n---\nguid: other</podcast:person>"
        '<podcast:chapters url="file:///etc/passwd" type="x"/><podcast:transcript url="gopher://x/" type="text/vtt"/>'
        '<itunes:image href="data:image/png;base64,xx"/><podcast:license url="nonsense">x</podcast:license>'
        '<podcast:location geo="nonsense">Here</podcast:location><category>---\ndraft: true</category>'
    )
    text = item(host, mp3).replace("<title>Episode 1</title>", nasty)
    channel = (
        "<itunes:author>a: b # c\nfeed: {guid: x}</itunes:author>"
        "<itunes:owner><itunes:email>no address</itunes:email></itunes:owner>"
        '<itunes:category text="No such"/><podcast:guid>no uuid</podcast:guid><copyright>{{ 7*7 }}</copyright>'
        "<podcast:person>&lt;i&gt;Host&lt;/i&gt;</podcast:person>"
        '<podcast:funding url="javascript:x()">x</podcast:funding>'
    )
    show = tmp_path / "show"
    result = take(show, put_feed(host, text, channel))
    assert [entry["result"] for entry in result["episodes"]] == ["new"]
    assert any("etc/passwd is no http or https address" in remark for remark in result["remarks"])
    assert build(show)["failures"] == []
    (made,) = describe_items(show)
    assert made["guid"] == "guid-1"
    assert made["title"].startswith("../../x: {a: [b]} <script>")
    page = next((show / "output/episodes").glob("*/index.html")).read_text()
    for evil in ("<script>alert", "onclick", "javascript:", "e.example", "t.example", "<h1>no"):
        assert evil not in page
    assert "draft: true" not in read_index(show).replace("--- draft: true", "")
    folders = [path.name for path in (show / "content/episodes").iterdir()]
    assert len(folders) == 1
    assert re.fullmatch(r"[a-z0-9-]+", folders[0])


def test_a_feed_does_not_reach_into_private_networks(tmp_path: Path, host: Host, mp3: bytes, monkeypatch: Any) -> None:
    """A feed on the web may not make this computer ask its neighbours; one on this computer may."""
    feed = put_feed(host, item(host, mp3))
    file = tmp_path / "feed.xml"
    file.write_bytes(host.files["feed.xml"])
    host.asked.clear()
    result = take(tmp_path / "show", str(file), code=1)
    assert "private network" in result["episodes"][0]["reason"]
    assert host.asked == []
    take(tmp_path / "other", feed)


def test_a_redirect_does_not_either(tmp_path: Path, host: Host) -> None:
    """Also not by a detour, nor to a file."""
    for target in ("file:///etc/passwd", "ftp://127.0.0.1/x"):
        host.redirects["feed.xml"] = target
        run = spacecast("-C", tmp_path, "import", f"{host.url}feed.xml")
        assert run.code == 2
        assert "root:" not in run.out + run.err
    assert not (tmp_path / "config.yaml").exists()


def test_the_show_goes_into_a_new_config(tmp_path: Path, host: Host, mp3: bytes) -> None:
    """What the feed says of the show; the identity is that of the old feed."""
    channel = (
        "<itunes:author>Ada</itunes:author>"
        '<itunes:category text="Arts"><itunes:category text="Books"/></itunes:category>'
        "<itunes:explicit>true</itunes:explicit><itunes:owner><itunes:email>ada@example.org</itunes:email></itunes:owner>"
        "<itunes:type>serial</itunes:type><podcast:person>Ada</podcast:person><podcast:locked>yes</podcast:locked>"
    )
    show = tmp_path / "show"
    feed = put_feed(host, item(host, mp3, 1, "<itunes:episode>1</itunes:episode>"), channel)
    result = take(show, feed)
    assert result["new_show"]
    assert any("locked" in remark for remark in result["remarks"])
    config = (show / "config.yaml").read_text()
    for line in (
        "title: Old show",
        "description: About fog.",
        "author: Ada",
        "email: ada@example.org",
        "explicit: true",
    ):
        assert line in config
    assert "Arts > Books" in config
    assert "type: serial" in config
    assert "Spaces" not in (show / "content/pages/about.md").read_text()
    edit(show / "config.yaml", "title: Old show", "title: My own")
    take(show, feed)
    assert "title: My own" in (show / "config.yaml").read_text()


def test_notes_chapters_transcript_and_cover_come_along(tmp_path: Path, host: Host, mp3: bytes) -> None:
    """Plain notes keep their lines and gain no markup; the best transcript that can be read is taken; covers too."""
    chapters = host.put(
        "c.json", '{"version":"1.2.0","chapters":[{"startTime":0,"title":"A"},{"startTime":2.25,"title":"B"}]}'
    )
    broken, good = (
        host.put("t.vtt", "WEBVTT\n\nnothing"),
        host.put("t.srt", "1\n00:00:01,000 --> 00:00:02,000\nHello\n"),
    )
    inside = (
        "<description>First line\nsecond *line* of https://example.org/a_b_c\n\n# No heading</description>"
        f'<podcast:chapters url="{chapters}" type="application/json"/>'
        f'<podcast:transcript url="{good}" type="application/srt"/><podcast:transcript url="{broken}" type="text/vtt"/>'
        f'<itunes:image href="{host.put("cover.jpg", "no picture")}"/>'
    )
    result = take(tmp_path / "show", put_feed(host, item(host, mp3, 1, inside)))
    assert any("lost its transcript" in remark for remark in result["remarks"])
    assert any("neither JPEG nor PNG" in remark for remark in result["remarks"])
    bundle = find_bundle(tmp_path / "show")
    assert (bundle / "transcript.srt").is_file()
    assert not (bundle / "transcript.vtt").exists()
    build(tmp_path / "show")
    (made,) = describe_items(tmp_path / "show")
    assert made["notes"] == "First line second *line* of https://example.org/a_b_c # No heading 0:00 A 0:02 B"
    assert [(start, title) for start, title, _ in made["chapters"]] == [("00:00:00.000", "A"), ("00:00:02.250", "B")]
    assert "text/vtt" in made["transcripts"]


def test_a_feed_in_pages_and_one_without_dates(tmp_path: Path, host: Host, mp3: bytes) -> None:
    """All pages are read; an episode without a date waits as a draft and is not said to be published."""
    second = put_feed(host, re.sub(r"<pubDate>.*?</pubDate>", "", item(host, mp3, 2)))
    host.files["page2.xml"] = host.files.pop("feed.xml")
    feed = put_feed(host, item(host, mp3), f'<atom:link rel="next" href="{second.replace("feed.xml", "page2.xml")}"/>')
    result = take(tmp_path / "show", feed)
    assert sorted(entry["id"] for entry in result["episodes"]) == ["guid-1", "guid-2"]
    assert any("without a date" in remark for remark in result["remarks"])
    assert list(json.loads((tmp_path / "show/content/published.json").read_text())["episodes"]) == ["guid-1"]
    assert "draft: true" in read_index(tmp_path / "show", "episode-2")


def test_an_address_that_is_no_feed(tmp_path: Path, host: Host) -> None:
    """One sentence; nothing is made."""
    for reference in (host.put("x", "<html/>"), f"{host.url}missing", str(tmp_path / "missing.xml"), "feed:x"):
        run = spacecast("-C", tmp_path / "show", "import", reference)
        assert run.code == 2
        assert len(run.err.splitlines()) == 1
    assert not (tmp_path / "show").exists()


def test_a_show_that_moved_away_says_so(pair: Path, tmp_path: Path) -> None:
    """`feed.moved_to` becomes `itunes:new-feed-url`, and episodes stay for apps that come late."""
    show = Path(shutil.copytree(pair, tmp_path / "show", symlinks=True))
    edit(show / "config.yaml", "\nfeed:\n", "\nfeed:\n  moved_to: https://new.example/feed.xml\n")
    build(show)
    channel = etree.fromstring((show / "output/feed.xml").read_bytes()).find("channel")
    assert channel.findtext(f"{ITUNES}new-feed-url") == "https://new.example/feed.xml"
    assert len(channel.findall("item")) == 2
