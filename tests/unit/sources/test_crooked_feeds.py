"""Feeds that are not what they say they are: undeclared prefixes, wrong encodings, old categories, odd guids."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from site_builder.errors import UnusableSource
from site_builder.show.transcripts.files import parse_transcript
from site_builder.sources.feed.categories import map_categories
from site_builder.sources.feed.html_transcript import convert_html_transcript
from site_builder.sources.feed.parser import PodcastFeed, parse_feed
from site_builder.sources.feed.source import order_items, parse_json_chapters

AUDIO = '<enclosure url="https://h.example/a.mp3" type="audio/mpeg" length="123"/>'
ITUNES = 'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'


def read(items: str, channel: str = "", head: str = "", root: str = "") -> PodcastFeed:
    """A feed without any namespace but those in `root`."""
    return parse_feed(make(items, channel, head, root).encode(), "feed.xml")


def make(items: str, channel: str = "", head: str = "", root: str = "") -> str:
    """Its text."""
    return f'{head}<rss version="2.0" {root}><channel><title>Show</title>{channel}{items}</channel></rss>'


def item(inside: str = "", title: str = "One", guid: str = "1") -> str:
    """An episode."""
    return f"<item><title>{title}</title><guid>{guid}</guid>{AUDIO}{inside}</item>"


@pytest.mark.parametrize(
    ("inside", "field", "value"),
    [
        ("<itunes:season>2</itunes:season>", "season", 2),
        ("<ITUNES:season>2</ITUNES:season>", "season", 2),
        ("<content:encoded>Rich</content:encoded>", "notes", "Rich"),
        ("<dc:date>2020-07-07</dc:date>", "date_text", "2020-07-07"),
        ("<atom:updated>2020-07-07</atom:updated>", "date_text", "2020-07-07"),
        ('<podcast:episode display="Ch. 3">3</podcast:episode>', "number_shown", "Ch. 3"),
    ],
)
def test_undeclared_prefixes_are_read_as_usual(inside: str, field: str, value: object) -> None:
    """And told, once."""
    feed = read(item(inside) + item(inside, guid="2"))
    assert [getattr(entry, field) for entry in feed.items] == [value, value]
    (told,) = (remark for remark in feed.remarks if "does not declare" in remark)
    assert "as usual" in told


def test_unknown_prefixes_are_passed_over() -> None:
    """Wherever they stand, in tags, attributes or alone; the rest is read."""
    odd = "<foo:bar>x</foo:bar><a:b:c>y</a:b:c><:d>z</:d><x:>w</x:>"
    feed = read(item(f'{odd}<link q:r="1">https://h.example/</link>'), channel=odd)
    assert [entry.guid for entry in feed.items] == ["1"]
    assert any("foo" in remark and "passed over" in remark for remark in feed.remarks)


@pytest.mark.parametrize(
    "root",
    [
        'xmlns="http://backend.userland.com/rss2"',
        'xmlns="http://purl.org/rss/1.0/"',
        'xmlns="https://www.rssboard.org/rss-specification"',
        'xmlns="http://www.w3.org/2005/Atom"',
    ],
)
def test_rss_in_a_namespace(root: str) -> None:
    """As the default for all of it."""
    feed = read(item("<itunes:season>2</itunes:season>"), root=f"{root} {ITUNES}")
    assert (feed.title, [(entry.title, entry.season) for entry in feed.items]) == ("Show", [("One", 2)])


@pytest.mark.parametrize(
    "uri",
    ["https://www.itunes.com/dtds/podcast-1.0.dtd", "HTTP://www.iTunes.com/DTDs/Podcast-1.0.dtd/", "urn:nonsense"],
)
def test_namespaces_misspelt(uri: str) -> None:
    """Case, scheme, slash; where nobody knows the address, the prefix tells."""
    assert read(item("<itunes:season>2</itunes:season>"), root=f'xmlns:itunes="{uri}"').items[0].season == 2


WORDS = "Kännchen für zwei – “so”"


@pytest.mark.parametrize(
    ("declared", "encoding", "told"),
    [
        ("UTF-8", "cp1252", "Windows-1252"),
        ("", "cp1252", "Windows-1252"),
        ("us-ascii", "utf-8", ""),
        ("iso-8859-1", "cp1252", ""),
        ("iso-8859-1", "utf-8", "is UTF-8"),
        ("windows-1252", "cp1252", ""),
        ("utf8mb4", "utf-8", ""),
        ("nonsense", "utf-8", "not well-formed"),
        ("UTF-16", "utf-16", ""),
        ("UTF-8", "utf-8-sig", ""),
    ],
)
def test_encodings(declared: str, encoding: str, told: str) -> None:
    """What the bytes are counts; letters stay letters."""
    head = f'<?xml version="1.0" encoding="{declared}"?>\n' if declared else ""
    feed = parse_feed(make(item(title=WORDS), head=head).encode(encoding), "feed.xml")
    assert feed.items[0].title == WORDS
    assert any(told in remark for remark in feed.remarks) == bool(told)


def test_one_wrong_byte_spoils_no_other_letter() -> None:
    """UTF-8 with a Latin-1 letter in it, at a seam between two reads too."""
    for before in (b"", b"x" * ((1 << 20) - 40)):
        text = make(item(title="ä@"), head=f"<!--{before.decode()}-->").encode().replace(b"@", b"\xfc")
        assert parse_feed(text, "feed.xml").items[0].title == "äü"


def test_a_zipped_file_is_read_and_a_bomb_is_not() -> None:
    """As servers send it that zip whatever one accepts."""
    assert parse_feed(gzip.compress(make(item()).encode()), "feed.xml").items[0].guid == "1"
    for content in (gzip.compress(b"<" * 60_000_000), gzip.compress(make(item()).encode())[:-20], b"<a/>" * 2_000_000):
        with pytest.raises(UnusableSource):
            parse_feed(content, "feed.xml")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Arts > Literature", "Arts > Books"),
        ("Games & Hobbies > Video Games", "Leisure > Video Games"),
        ("News &amp; Politics", "News"),
        ("Sports and Recreation > Amateur", "Sports"),
        ("Government & Organizations > Local", "Government"),
        ("Science & Medicine > Medicine", "Health & Fitness > Medicine"),
        ("Society & Culture > History", "History"),
        ("Technology > Gadgets", "Technology"),
        ("Arts > Basket Weaving", "Arts"),
    ],
)
def test_old_categories(old: str, new: str) -> None:
    """They have successors, or at least their parent; told."""
    names, remarks = map_categories([old])
    assert names == (new,)
    assert new in remarks[0]


def test_categories_of_today() -> None:
    """Nothing is said of those that stay; what is none is left out and told."""
    assert map_categories(["Arts > Books", "true crime", "Books"]) == (("Arts > Books", "True Crime"), ())
    assert map_categories(["Nonsense"]) == ((), ("the show's category “Nonsense” was left out: it is none of Apple's",))


def test_what_is_lost_is_counted_once() -> None:
    """By name, for the show and for how many episodes."""
    inside = (
        "<podcast:alternateEnclosure/><podcast:alternateEnclosure/><itunes:title>Other</itunes:title>"
        "<itunes:author>Guest</itunes:author><itunes:episode>12a</itunes:episode>"
        '<podcast:transcript url="https://h.example/t.pdf" type="application/pdf"/><acast:id>7</acast:id>'
    )
    feed = read(item(inside) + item(inside, guid="2") + item(guid="3"), channel="<spotify:limit/>")
    assert [entry.number_shown for entry in feed.items] == ["12a", "12a", ""]
    said = feed.left_out.describe()
    for name in ("or at no address", "itunes:author of its own", "transcript of another kind"):
        assert f"{name} (2 episodes)" in said, name
    assert "spotify:limit (show)" in said
    assert "acast" not in said


def test_what_lies_elsewhere_becomes_a_link() -> None:
    """A further encoding at another host than the audio stays there; Apple's title is kept where it is another."""
    inside = (
        '<itunes:title>Other</itunes:title><podcast:alternateEnclosure type="video/mp4" title="The film">'
        '<podcast:source uri="ipfs://x"/><podcast:source uri="https://film.example/1.mp4"/></podcast:alternateEnclosure>'
        '<podcast:alternateEnclosure type="audio/opus"><podcast:source uri="{}"/></podcast:alternateEnclosure>'
    )
    feed = read(
        item(inside.format("https://h.example/1.opus"))
        + item("<itunes:title>Fog</itunes:title>", guid="2", title="Fog")
    )
    assert [link.href for link in feed.items[0].talk.links] == ["https://film.example/1.mp4"]
    assert feed.items[0].talk.links[0].text == "The film"
    assert [entry.itunes_title for entry in feed.items] == ["Other", ""]
    assert "alternateEnclosure at the old host, or at no address (1 episode)" in feed.left_out.describe()


HTML = """<!doctype html><html><head><style>p {{ color: red }}</style><script>alert(1)</script></head><body>
<cite>Ada &amp; Co:</cite><time>0:01</time><p>Good &lt;b&gt; evening,<br>all.</p><p>And more.</p>
<cite>Kit:</cite><time datetime="{}">one hour</time><p>Bye --&gt; now</p><p></p></body></html>"""


def test_transcripts_as_html_become_cues() -> None:
    """Names, times and words; a page without times has none."""
    cues = parse_transcript(convert_html_transcript(HTML.format("1:00:00").encode()), Path("transcript.vtt"))
    assert [(cue.start, cue.speaker) for cue in cues] == [(1.0, "Ada & Co"), (3600.0, "Kit")]
    assert [cue.text for cue in cues] == ["Good <b> evening, all. And more.", "Bye --> now"]
    for page in (b"", b"<p>no times</p>", b"<time>soon</time><p>x</p>", b"\xff\xfe<time", b"<" * 5000):
        assert convert_html_transcript(page).strip() == b"WEBVTT"


def test_dates_are_told_with_their_episode() -> None:
    """Name and text of the one that cannot be read."""
    feed = read(
        item("<pubDate>07/08/2020</pubDate>", title="Fog") + item("<pubDate>7 Jul 2020 XYZT</pubDate>", guid="2")
    )
    assert [entry.published_at for entry in feed.items] == [None, None]
    assert any("“Fog”" in remark and "07/08/2020" in remark for remark in feed.remarks)


def test_equal_dates_keep_the_order() -> None:
    """By microseconds, so that every list agrees; other dates stay to the second."""
    date = "<pubDate>Mon, 06 Jul 2020 08:00:00 GMT</pubDate>"
    items = [item(date, guid=guid) for guid in ("aa", "zz", "mm")] + [item(guid="no"), item(guid="none")]
    ordered = order_items(read("".join(items)).items)
    assert [entry.guid for entry in ordered] == ["aa", "zz", "mm", "no", "none"]
    assert [entry.published_at and entry.published_at.microsecond for entry in ordered] == [2, 1, 0, None, None]


@pytest.mark.parametrize(
    "guid", ["a  b", "a\tb", "Cafe\u0301", "\u00a0x", "null", "0012", "~", "1e3", "- a", "'", "#x: y"]
)
def test_guids_are_read_to_the_letter(guid: str) -> None:
    """But for white space of XML around them."""
    assert read(item(guid=f"\n {guid} ")).items[0].guid == guid


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("c&#xD800;d", "c\ufffdd"),
        ("&#55357;&#56832;&#55100;", "\U0001f600\ud73c"),
        ("&#xd83d;&#XDE00;", "\U0001f600"),
        ("<![CDATA[&#55357;]]>", "&#55357;"),
    ],
)
def test_halves_of_characters(written: str, read_as: str) -> None:
    """Emoji as pairs of references, as old makers of feeds write them, and a half alone."""
    assert read(item(title=written)).items[0].title == read_as


@pytest.mark.parametrize("start", ["9" * 400 + ":00:00", "9" * 5000, "1e400", "NaN", "-1", "", "٣:٠٠"])
def test_chapters_without_a_time(start: str) -> None:
    """Left out and told; the others stay."""
    chapters = (
        f'<psc:chapters><psc:chapter start="{start}" title="x"/><psc:chapter start="1:00" title="y"/></psc:chapters>'
    )
    soundbite = f'<podcast:soundbite startTime="{start}" duration="inf"/>'
    feed = read(item(chapters + soundbite))
    assert [chapter.title for chapter in feed.items[0].chapters][-1] == "y"
    assert len(feed.items[0].soundbites) == 0
    assert any("soundbite" in remark for remark in feed.remarks)


def test_json_chapters_without_end() -> None:
    """Numbers that are none, nesting without end: nothing, and no traceback."""
    content = b'{"chapters": [{"startTime": 1e999, "title": "x"}, {"startTime": NaN, "title": "y"}]}'
    assert parse_json_chapters(content) == ((), 2)
    assert parse_json_chapters(b"[" * 1_000_000) == ((), 0)
    assert parse_json_chapters(b'{"chapters": [{"startTime": ' + b"9" * 5000 + b', "title": "x"}]}') == ((), 0)


def test_titles_that_feeds_cut_are_told() -> None:
    """And those that would turn the page around lose what does that."""
    feed = read(item(title="T" * 300) + item(title="a\u202eb\u2066c", guid="2"))
    assert any("300 characters" in remark for remark in feed.remarks)
    assert feed.items[1].title == "abc"


def test_talk() -> None:
    """Comments by importance, chat, value with its splits, links, live items that say when and where."""
    inside = (
        '<podcast:socialInteract protocol="ActivityPub" uri="https://m.example/2" priority="2"/>'
        '<podcast:socialInteract protocol="twitter" uri="https://x.com/a/status/1" priority="1"/>'
        '<podcast:contentLink href="https://v.example/1">Watch</podcast:contentLink><podcast:contentLink/>'
        '<podcast:value type="lightning" method="keysend"><podcast:valueRecipient address="a@b.example" split="x"/>'
        '<podcast:valueTimeSplit startTime="1e999" duration="2"><podcast:remoteItem/></podcast:valueTimeSplit>'
        "</podcast:value>"
    )
    (entry,) = read(item(inside)).items
    assert [post.uri for post in entry.talk.posts] == ["https://x.com/a/status/1", "https://m.example/2"]
    assert [link.text for link in entry.talk.links] == ["Watch"]
    (value,) = entry.talk.values
    assert (value.recipients[0].split, value.splits[0].start) == (-1, 0.0)
    place = '<podcast:contentLink href="https://x.com/i/spaces/1"/>'
    live = '<podcast:liveItem start="{}"><title>Live</title>' + place + "</podcast:liveItem>"
    feed = read("", channel=live.format("2030-01-01T10:00:00+02:00") + live.format("soon"))
    assert [entry.starts_at.hour for entry in feed.standing.live] == [8]
    assert "liveItem without date or link" in feed.left_out.describe()
