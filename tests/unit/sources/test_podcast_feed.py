"""Feeds as they are in the wild, and as somebody with bad intentions would make them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from site_builder.errors import UnusableSource
from site_builder.model.podcast import EpisodeKind, Role
from site_builder.model.podcasting20 import License, Location, Soundbite
from site_builder.sources.feed.dates import parse_date
from site_builder.sources.feed.items import FeedItem
from site_builder.sources.feed.parser import PodcastFeed, parse_feed
from site_builder.sources.feed.source import parse_json_chapters

NAMESPACES = (
    'xmlns:itunes="http://www.itunes.com/DTDs/Podcast-1.0.dtd" xmlns:podcast="https://podcastindex.org/namespace/1.0" '
    'xmlns:psc="http://podlove.org/simple-chapters" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:atom="http://www.w3.org/2005/Atom"'
)
AUDIO = '<enclosure url="https://h.example/a.mp3" type="audio/mpeg" length="123"/>'


def read(channel: str, head: str = "") -> PodcastFeed:
    """A feed with these elements in its channel."""
    text = f'{head}<rss version="2.0" {NAMESPACES}><channel><title>Show</title>{channel}</channel></rss>'
    return parse_feed(text.encode(), "feed.xml")


def read_item(inside: str, head: str = "") -> FeedItem:
    """The one item of a feed."""
    (item,) = read(f"<item><title>One</title><guid>1</guid>{AUDIO}{inside}</item>", head).items
    return item


def test_show() -> None:
    """Everything the config can hold."""
    feed = read(
        "<description>About &lt;b&gt;it&lt;/b&gt;</description><link>https://h.example/</link><language>de-DE</language>"
        "<itunes:author>Ada</itunes:author><itunes:owner><itunes:name>A</itunes:name><itunes:email>a@h.example</itunes:email>"
        '</itunes:owner><itunes:category text="Arts"><itunes:category text="Books"/></itunes:category>'
        '<itunes:category text="Technology"/><itunes:explicit>Yes</itunes:explicit><copyright>© 2020 Ada</copyright>'
        "<itunes:type>Serial</itunes:type><podcast:guid>917393e3-1b1e-5cef-ace4-edaa54e1f810</podcast:guid>"
        '<podcast:person role="Co-Host">Bo</podcast:person><podcast:person>Ada</podcast:person>'
        '<podcast:locked owner="a@h.example">yes</podcast:locked><itunes:image href="https://h.example/c.jpg"/>'
        '<podcast:funding url="https://h.example/give">Give</podcast:funding>'
        '<atom:link rel="self" href="https://h.example/feed"/><atom:link rel="next" href="https://h.example/feed?p=2"/>'
        "<itunes:new-feed-url>https://new.example/feed</itunes:new-feed-url>"
    )
    assert (feed.title, feed.description, feed.language) == ("Show", "About <b>it</b>", "de-DE")
    assert (feed.author, feed.email, feed.copyright) == ("Ada", "a@h.example", "Ada")
    assert feed.categories == ("Arts > Books", "Technology")
    assert (feed.explicit, feed.kind, feed.locked) == (True, "serial", True)
    assert feed.guid == "917393e3-1b1e-5cef-ace4-edaa54e1f810"
    assert [(person.name, person.role) for person in feed.people] == [("Bo", Role.CO_HOST), ("Ada", Role.HOST)]
    assert [(entry.url, entry.text) for entry in feed.talk.funding] == [("https://h.example/give", "Give")]
    assert feed.cover_url == "https://h.example/c.jpg"
    assert (feed.url, feed.next_url) == ("https://h.example/feed", "https://h.example/feed?p=2")
    assert feed.moved_to == "https://new.example/feed"


def test_item() -> None:
    """Everything front matter can hold."""
    item = read_item(
        "<pubDate>Fri, 02 Oct 2026 20:30:00 +0200</pubDate><description>plain</description>"
        "<content:encoded><![CDATA[<p>rich</p>]]></content:encoded><link>https://h.example/1</link>"
        "<itunes:season>2</itunes:season><itunes:episode>03</itunes:episode><itunes:episodeType>Bonus</itunes:episodeType>"
        '<podcast:season name="Towers">2</podcast:season><podcast:episode display="Ch. 3">3</podcast:episode>'
        "<itunes:explicit>clean</itunes:explicit><itunes:block>Yes</itunes:block><category>fog</category>"
        '<podcast:person role="guest" href="https://k.example" img="https://k.example/i.jpg">Kit</podcast:person>'
        '<podcast:transcript url="https://h.example/1.vtt" type="text/vtt"/>'
        '<podcast:chapters url="https://h.example/1.json" type="application/json+chapters"/>'
        '<psc:chapters version="1.2"><psc:chapter start="00:00:00.000" title="A"/>'
        '<psc:chapter start="1:02.5" title="B" href="https://b.example"/>'
        '<psc:chapter start="never" title="C"/></psc:chapters>'
        '<podcast:soundbite startTime="33.5" duration="60">Best</podcast:soundbite>'
        '<itunes:image href="https://h.example/1.jpg"/>'
        '<podcast:license url="https://h.example/l">own</podcast:license>'
        '<podcast:location geo="geo:1,2">Porto</podcast:location>'
    )
    assert (item.guid, item.published_at) == ("1", datetime(2026, 10, 2, 18, 30, tzinfo=UTC))
    assert (item.notes, item.link) == ("<p>rich</p>", "https://h.example/1")
    assert (item.season, item.season_name, item.number, item.number_shown) == (2, "Towers", 3, "Ch. 3")
    assert (item.kind, item.explicit, item.block, item.tags) == (EpisodeKind.BONUS, False, True, ("fog",))
    assert [(p.name, p.role, p.href) for p in item.people] == [("Kit", Role.GUEST, "https://k.example")]
    assert [(file.url, file.media_type) for file in item.transcripts] == [("https://h.example/1.vtt", "text/vtt")]
    assert item.chapters_url == "https://h.example/1.json"
    assert [(chapter.start, chapter.title) for chapter in item.chapters] == [(0.0, "A"), (62.5, "B")]
    assert item.soundbites == (Soundbite(start=33.5, duration=60.0, title="Best"),)
    assert item.license == License(name="own", url="https://h.example/l")
    assert item.locations == (Location(name="Porto", geo="geo:1,2"),)
    assert (item.audio.size_bytes, item.cover_url) == (123, "https://h.example/1.jpg")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Fri, 02 Oct 2026 18:30:00 GMT", "2026-10-02T18:30:00"),
        ("Mon, 02 Oct 2026 18:30:00 GMT", "2026-10-02T18:30:00"),  # that was a Friday
        ("2 Oct 2026 18:30 EST", "2026-10-02T23:30:00"),
        ("Fri, 02 Oct 2026 18:30:00", "2026-10-02T18:30:00"),
        ("2026-10-02T20:30:00+02:00", "2026-10-02T18:30:00"),
        ("2026-10-02", "2026-10-02T00:00:00"),
        ("Fri, 32 Oct 2026 18:30:00 GMT", None),
        ("yesterday", None),
        ("", None),
        ("Fri, 02 Oct 9999 18:30:00 GMT", None),
        ("Fri, 02 Oct 2026 18:30:00 +9999", None),
    ],
)
def test_dates(text: str, moment: str | None) -> None:
    """As feeds write them; what is no date is none."""
    assert parse_date(text) == (datetime.fromisoformat(f"{moment}+00:00") if moment else None)


@pytest.mark.parametrize(
    ("inside", "guid"),
    [
        ("<guid>https://h.example/?p=1&amp;x=2</guid>", "https://h.example/?p=1&x=2"),
        ('<guid isPermaLink="true"> tag:h,2020:1\n </guid>', "tag:h,2020:1"),
        ("<guid>CaSe</guid>", "CaSe"),
        ("<guid></guid>", "https://h.example/a.mp3"),
        ("", "https://h.example/a.mp3"),
    ],
)
def test_guids(inside: str, guid: str) -> None:
    """As they are, white space around them aside; without one apps take the enclosure's address."""
    (item,) = read(f"<item><title>One</title>{AUDIO}{inside}</item>").items
    assert item.guid == guid


def test_what_is_no_episode_is_left_out() -> None:
    """Posts without audio, films, documents, a second item with the same guid; each is told."""
    feed = read(
        f"<item><title>A</title><guid>1</guid>{AUDIO}</item><item><title>B</title><guid>1</guid>{AUDIO}</item>"
        "<item><title>C</title><guid>2</guid></item>"
        '<item><title>D</title><enclosure url="https://h.example/d.pdf" type="application/pdf" length="1"/></item>'
        '<item><title>E</title><enclosure url="https://h.example/e.m4a?x=1" type="" length="many"/></item>'
    )
    assert [item.title for item in feed.items] == ["A", "E"]
    assert [remark[:3] for remark in feed.remarks] == ["“B”", "“C”", "“D”"]
    assert feed.items[1].audio.size_bytes == 0


def test_crooked_xml_is_read_as_far_as_it_goes() -> None:
    """Entities of HTML, a stray ampersand, other prefixes, another encoding."""
    item = read_item("<description>Fish &amp; chips &nbsp;&eacute; R&D</description>")
    assert item.notes.startswith("Fish & chips")
    assert "é" in item.notes
    text = '<?xml version="1.0" encoding="iso-8859-1"?><rss><channel><title>Caf\xe9</title></channel></rss>'
    assert parse_feed(text.encode("latin-1"), "x").title == "Café"
    feed = read("<description>R&D</description>")
    assert "not well-formed" in feed.remarks[0]


@pytest.mark.parametrize(
    "content",
    [b"", b"not xml", b"<html><body>no</body></html>", b"\0\1\2", b'<feed xmlns="http://www.w3.org/2005/Atom"/>'],
)
def test_what_is_no_feed(content: bytes) -> None:
    """Refused with a sentence."""
    with pytest.raises(UnusableSource, match="is no podcast feed"):
        parse_feed(content, "x.xml")


def test_no_file_is_read_and_nothing_explodes(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """External entities stay unread, entities that multiply do not."""
    secret = tmp_path / "secret"
    secret.write_text("do not tell")
    outer = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    assert "do not tell" not in read_item("<description>&x;</description>", outer).notes
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE rss [<!ENTITY l0 "lol">{lines}]>'
    assert len(read_item("<description>&l9;</description>", bomb).notes) < 1000


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b'{"version":"1.2.0","chapters":[{"startTime":0,"title":"A"},{"startTime":2.5,"title":" B\\n"}]}', [0.0, 2.5]),
        (
            b'{"chapters":[{"startTime":1,"title":"A","toc":false},{"startTime":2},{"startTime":"3","title":"x"}]}',
            [3.0],
        ),
        (b'{"chapters":[{"startTime":true,"title":"A"},{"startTime":"abc","title":"B"},{"title":"C"}]}', []),
        (b'{"chapters":[{"startTime":-1,"title":"A"},{"startTime":1e300,"title":"A"},7,null]}', []),
        (b'{"chapters":{"a":1}}', []),
        (b"[1]", []),
        (b"{", []),
        (b"[" * 100_000, []),
    ],
)
def test_json_chapters(content: bytes, found: list[float]) -> None:
    """Those that are shown and have a title; anything else is passed over."""
    assert [chapter.start for chapter in parse_json_chapters(content)[0]] == found
