"""The feed: complete, the same everywhere, and read back by other people's parsers as it was meant."""

from __future__ import annotations

import io
import json
import locale
import os
import subprocess
import sys
from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import feedparser
import podcastparser
import pytest
from episode_maker import (
    DIRTY_TEXT,
    FIRST_DAY,
    HOSTILE_TEXT,
    make_enclosure,
    make_episode,
    make_full_episode,
    make_full_show,
    make_show,
    render_feed,
)
from feed_schema import NAMESPACES, find_faults
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from site_builder.model import podcasting20 as p20
from site_builder.model.podcast import Chapter, Episode, EpisodeKind, Guid, Person, Show
from site_builder.render.feed.rss import (
    join_feed,
    render_head,
    render_item,
)
from site_builder.show.config import make_feed_guid

FEED_URL = "https://example.org/river/feed.xml"


def render(show: Show, *episodes: Episode, **options: Any) -> bytes:
    return render_feed(show, episodes, feed_url=FEED_URL, built_at=FIRST_DAY, **options)


def find(feed: bytes, path: str) -> list[str]:
    """Text and attribute values at an XPath in a feed."""
    return [str(found) for found in etree.fromstring(feed).xpath(path, namespaces=NAMESPACES)]


def test_plain_show_is_valid() -> None:
    """The least a show can say gives a feed without a fault."""
    assert find_faults(render(make_show(), make_episode(1), make_episode(2))) == []


@pytest.mark.parametrize("complete", [True, False])
def test_show_with_every_option_is_valid(complete: bool) -> None:
    """A show and an episode that use every option, all links included, give a feed without a fault."""
    links = p20.FeedLinks(
        stylesheet="feed.xsl",
        hub="https://hub.example/",
        first=FEED_URL,
        previous="https://example.org/river/feed-1.xml",
        next="https://example.org/river/feed-3.xml",
        last="https://example.org/river/feed-9.xml",
    )
    show = make_full_show(complete=complete)
    assert find_faults(render(show, make_full_episode(), make_episode(1), links=links)) == []


@pytest.mark.parametrize("made", [make_full_show(), make_full_episode()], ids=["show", "episode"])
def test_full_models_use_every_option(made: Show | Episode) -> None:
    """The full models leave no field at its default, so that the test above means what it says."""
    plain = make_show() if isinstance(made, Show) else make_episode()
    same = {field.name for field in fields(made) if getattr(made, field.name) == getattr(plain, field.name)}
    assert same <= {"title", "description", "url", "language", "author", "email", "copyright", "artwork", "guid"} | {
        "medium",
        "draft",
        "floors",
        "posts",
    }


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b"<itunes:explicit>false<", b"<itunes:explicit>no<"),
        (b"<itunes:episodeType>full<", b"<itunes:episodeType>Full<"),
        (b'isPermaLink="false"', b'isPermaLink="true"'),
        (b"locked owner=", b"locked holder="),
        (b'type="audio/x-m4a"/>', b'type="audio/mp3"/>'),
        (b'length="764321"', b'length="0"'),
        (b"Fri, 02 Oct 2026 18:30:00 +0000</pubDate>", b"2026-10-02T18:30:00Z</pubDate>"),
        (b"Fri, 02 Oct 2026 18:30:00 +0000</pubDate>", b"Mon, 02 Oct 2026 18:30:00 +0000</pubDate>"),
        (b'url="https://example.org', b'url="http://example.org'),
        (b'rel="self"', b'rel="alternate"'),
        (b"<itunes:duration>95<", b"<itunes:duration>95.4<"),
        (b"https://podcastindex.org/namespace/1.0", b"https://podcastindex.org/namespace/2.0"),
        (b"<title>River Hours</title>\n      <link>", b"<title>Other</title>\n      <link>"),
    ],
)
def test_schema_finds_faults(right: bytes, wrong: bytes) -> None:
    """The schema is no rubber stamp: each of these ways to break a feed is a fault."""
    feed = render(make_show(), make_episode(1))
    assert right in feed
    assert find_faults(feed.replace(right, wrong)) != []


def test_feed_is_head_and_items() -> None:
    """A feed put together from parts rendered alone is the feed rendered at once."""
    show, old, new = make_full_show(), make_episode(1), make_full_episode()
    head = render_head(show, feed_url=FEED_URL, built_at=FIRST_DAY)
    assert join_feed(head, [render_item(show, new), render_item(show, old)]) == render(show, old, new)


def test_namespaces_are_declared_once() -> None:
    """Prefixes are the usual ones (some parsers know no others) and are declared on the root alone."""
    feed = render(make_full_show(), make_full_episode())
    assert all(feed.count(f"xmlns:{prefix}=".encode()) == 1 for prefix in NAMESPACES)
    assert b"ns0" not in feed


def test_items_depend_on_what_they_name_only() -> None:
    """Items that are kept across builds stay right when the show changes: all they read of it is named."""
    full, episode = make_full_show(), make_full_episode(explicit=None)
    plain = make_show(
        url=full.url, media_url=full.media_url, enclosure_prefix=full.enclosure_prefix, explicit=full.explicit
    )
    assert render_item(plain, episode) == render_item(full, episode)
    for change in ({"url": "https://x.example/"}, {"media_url": ""}, {"enclosure_prefix": ""}, {"explicit": False}):
        changed = replace(full, **change)
        assert render_item(changed, episode) != render_item(full, episode)


def test_no_locale_no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rendering leaves the locale of the process alone and gives the same bytes twice."""
    monkeypatch.setattr(locale, "setlocale", lambda *_: pytest.fail("the locale was touched"))
    assert render(make_full_show(), make_full_episode()) == render(make_full_show(), make_full_episode())


def test_newest_first_and_no_drafts() -> None:
    """Whatever the order given; equal dates by guid; drafts never."""
    twin = make_episode(3, guid=Guid("aaa"), slug="twin")
    episodes = [make_episode(2), make_episode(3), twin, make_episode(1), make_episode(9, draft=True)]
    expected = ["1lDxLnrWjwk03", "1lDxLnrWjwk02", "1lDxLnrWjwk01"]
    guids = find(render(make_show(), *episodes), "//guid/text()")
    assert guids == ["aaa", *expected]
    assert find(render(make_show(), *reversed(episodes)), "//guid/text()") == guids


def test_dates_are_rfc2822_in_utc() -> None:
    """Any time zone becomes +0000; none at all is an error."""
    there = timezone(timedelta(hours=-5))
    episode = make_episode(1, published_at=datetime(2026, 2, 28, 22, 5, 9, tzinfo=there))
    assert find(render(make_show(), episode), "//item/pubDate/text()") == ["Sun, 01 Mar 2026 03:05:09 +0000"]
    with pytest.raises(ValueError, match="no time zone"):
        render(make_show(), make_episode(1, published_at=datetime(2026, 1, 1)))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("address", "guid"),
    [
        ("podnews.net/rss", "9b024349-ccf0-5f69-a609-6b82873eab3c"),
        ("https://podnews.net/rss/", "9b024349-ccf0-5f69-a609-6b82873eab3c"),
        ("http://mp3s.nashownotes.com/pc20rss.xml", "917393e3-1b1e-5cef-ace4-edaa54e1f810"),
    ],
)
def test_podcast_guid(address: str, guid: str) -> None:
    """The values the namespace documents."""
    assert make_feed_guid(address) == guid


def test_podcast_guid_is_the_shows() -> None:
    """Whatever the address; `describe_show` makes it from that where the config pins none."""
    assert find(render(make_show()), "//podcast:guid/text()") == [make_show().guid]


HOSTILE = {"title": HOSTILE_TEXT, "notes_text": HOSTILE_TEXT, "notes_html": f"<p>{HOSTILE_TEXT}</p>"}


def test_hostile_text_survives_xml() -> None:
    """Markup characters, emoji and right-to-left text come back from XML as they went in."""
    feed = render(make_show(title=HOSTILE_TEXT), make_episode(1, **HOSTILE))
    assert find(feed, "/rss/channel/title/text()") == [HOSTILE_TEXT]
    assert find(feed, "//item/title/text()") == [HOSTILE_TEXT]
    assert find(feed, "//content:encoded/text()") == [f"<p>{HOSTILE_TEXT}</p>"]
    assert b"<content:encoded><![CDATA[" in feed


def test_description_has_no_tags() -> None:
    """Apps that take the description for HTML find none; a lone `<` stays."""
    feed = render(make_show(), make_episode(1, notes_text="1 < 2 > 0 <> <script>x</script> <!-- <b"))
    assert find(feed, "//item/description/text()") == ["1 < 2 > 0 <> ‹script›x‹/script› ‹!-- ‹b"]


def test_hostile_title_in_other_parsers() -> None:
    """feedparser and gPodder's parser read the same title and the same description."""
    feed = render(make_show(), make_episode(1, **HOSTILE, chapters=()))
    described = HOSTILE_TEXT.replace("<script>", "‹script›").replace("</script>", "‹/script›")
    by_feedparser = feedparser.parse(feed)
    assert not by_feedparser.bozo
    assert by_feedparser.entries[0].title == HOSTILE_TEXT
    assert by_feedparser.entries[0].summary == described
    by_gpodder = podcastparser.parse(FEED_URL, io.BytesIO(feed))
    assert by_gpodder["episodes"][0]["title"] == HOSTILE_TEXT


def test_dirty_text_is_cleaned() -> None:
    """Control characters and lone surrogates never reach the file, wherever they come from."""
    show = make_full_show(title=DIRTY_TEXT, description=DIRTY_TEXT, author=DIRTY_TEXT, subtitle=DIRTY_TEXT)
    show = replace(show, people=(Person(name=DIRTY_TEXT, href=f"https://e.example/{DIRTY_TEXT}"),))
    episode = make_full_episode(
        title=DIRTY_TEXT,
        notes_text=DIRTY_TEXT,
        notes_html=f"<p>{DIRTY_TEXT}</p>",
        tags=(DIRTY_TEXT,),
        chapters=(Chapter(start=0, title=DIRTY_TEXT),),
        people=(Person(name=DIRTY_TEXT),),
    )
    feed = render(show, episode)
    assert find(feed, "//item/title/text()") == ["tab here[31m end"]
    assert find(feed, "//item/podcast:person/text()") == ["tab here[31m end"]
    assert find(feed, "//psc:chapter/@title") == ["tab here[31m end"]


@given(text=st.text(min_size=1, max_size=200))
def test_any_text_gives_a_valid_feed(text: str) -> None:
    """Whatever a title, name, note or tag holds, the feed is without a fault."""
    people = (Person(name=text, href=text, avatar_url=text),)
    chapters = (Chapter(start=0, title=text, href=text),)
    episode = make_episode(
        1, title=text, notes_text=text, notes_html=text, tags=(text,), people=people, chapters=chapters
    )
    assert find_faults(render(make_show(description=text), episode)) == []


def test_long_text_is_cut_politely() -> None:
    """5 kB of notes fit Apple's 4000 bytes, cut at a word; a long title fits 255 characters; HTML stays whole."""
    notes = "Wörter über Wässer 🌊 " * 250
    feed = render(make_show(), make_episode(1, title=notes, notes_text=notes, notes_html=f"<p>{notes}</p>"))
    assert find_faults(feed) == []
    (described,) = find(feed, "//item/description/text()")
    assert 3900 < len(described.encode()) <= 4000
    assert described.endswith(("Wörter…", "über…", "Wässer…", "🌊…"))
    assert find(feed, "//content:encoded/text()") == [f"<p>{notes}</p>"]
    assert len(find(feed, "//item/title/text()")[0]) <= 255


def test_chapters_follow_long_notes() -> None:
    """Long notes make room for the chapters' times, which directories look for in the description."""
    feed = render(make_show(), make_full_episode(notes_text="word " * 1500))
    (described,) = find(feed, "//item/description/text()")
    assert described.endswith(
        "…\n\n00:00:00 Opening\n00:05:05 Why gauges & sensors ‹lie›\n00:13:21 The flood\n00:20:01 Questions"
    )
    assert len(described.encode()) <= 4000


def test_chapters_the_host_lists_are_not_listed_twice() -> None:
    """Notes that name every chapter's time already are left as they are."""
    notes = "0:00 a\n5:05 b\n13:21 c\n20:01 d"
    feed = render(make_show(), make_full_episode(notes_text=notes, notes_html="<p>see times</p>"))
    assert find(feed, "//item/description/text()") == [notes]
    assert find(feed, "//content:encoded/text()") == ["<p>see times</p>"]


def test_links_in_notes_become_absolute() -> None:
    """Time links and links within the site work in an app; others, and the text, stay."""
    other = '<a href="https://e.example/?a=1&amp;b=2">e 🌊</a>'
    html = f'<p>a <a href="#t=1m">1:00</a> <a href="../../about/">us</a> {other}</p>'
    (notes,) = find(render(make_show(), make_episode(1, notes_html=html)), "//content:encoded/text()")
    page = "https://example.org/river/episodes/episode-1/"
    assert notes == html.replace('"#t', f'"{page}#t').replace("../../about/", "https://example.org/river/about/")


def test_description_is_never_empty() -> None:
    """Without notes the summary, without that the title."""
    bare = make_episode(1, notes_text="", notes_html="", summary="")
    assert find(render(make_show(), bare), "//item/description/text()") == [bare.title]
    assert b"content:encoded>" not in render(make_show(), bare)


def test_media_elsewhere_and_measured() -> None:
    """Audio may live on another host, behind a measuring prefix; the length stays that of the file."""
    episode = make_episode(1)
    there = make_show(media_url="https://media.example.net/m/")
    assert find(render(there, episode), "//enclosure/@url") == ["https://media.example.net/m/media/episode-1.m4a"]
    measured = replace(there, enclosure_prefix="https://op3.dev/e/")
    url = "https://op3.dev/e/media.example.net/m/media/episode-1.m4a"
    assert find(render(measured, episode), "//enclosure/@url | //enclosure/@length") == [url, "764321"]


def test_pictures_of_people_only_over_https() -> None:
    """An insecure avatar is not named; one on the site gets its address; a scripting link is dropped."""
    people = (
        Person(name="A", avatar_url="http://e.example/a.jpg", href="javascript:alert(1)"),
        Person(name="B", avatar_url="people/b.jpg", href="https://e.example/"),
    )
    feed = render(make_show(), make_episode(1, people=people))
    assert find(feed, "//podcast:person/@img") == ["https://example.org/river/people/b.jpg"]
    assert find(feed, "//podcast:person/@href") == ["https://e.example/"]


def test_announcing_post_is_where_to_comment() -> None:
    """The post that announced an episode is its comment thread, unless the host names others."""
    announced = make_episode(1, announced_url="https://twitter.com/adaquill/status/17")
    assert find(render(make_show(), announced), "//podcast:socialInteract/@*") == [
        "twitter",
        "https://twitter.com/adaquill/status/17",
        "@adaquill",
        "https://x.com/adaquill",
    ]
    own = replace(announced, posts=(p20.SocialPost(uri="https://s.example/1", priority=1),))
    assert find(render(make_show(), own), "//podcast:socialInteract/@uri") == ["https://s.example/1"]
    elsewhere = make_episode(1, announced_url="https://evil.example/adaquill/status/17")
    assert find(render(make_show(), elsewhere), "//podcast:socialInteract") == []


def test_trailer_episode_is_the_shows_trailer() -> None:
    """An episode of kind trailer is named in the channel too, where the show names none itself."""
    feed = render(make_show(), make_episode(1), make_episode(2, kind=EpisodeKind.TRAILER))
    assert find(feed, "//podcast:trailer/@url") == ["https://example.org/river/media/episode-2.m4a"]
    assert find_faults(feed) == []


def test_alternates_carry_integrity() -> None:
    """Every encoding, the enclosure's own first, with its sha256; nothing where there is only one."""
    feed = render(make_show(), make_episode(1, alternates=(make_enclosure("low", sha256="00" * 32),)))
    assert find(feed, "//podcast:alternateEnclosure/@default") == ["true"]
    assert find(feed, "//podcast:integrity/@value")[1] == f"sha256-{'A' * 43}="
    assert b"alternateEnclosure" not in render(make_show(), make_episode(1))


def test_switches_that_act_only_on_yes() -> None:
    """`block` and `complete` appear with the value Yes or not at all; the closed show says so twice."""
    assert b"itunes:block" not in render(make_show(), make_episode(1))
    feed = render(make_show(complete=True, block=True), make_episode(1, block=True))
    assert find(feed, "//itunes:block/text() | //itunes:complete/text()") == ["Yes", "Yes", "Yes"]
    assert find(feed, "//podcast:updateFrequency/@complete") == ["true"]


def test_stylesheet_is_named_before_the_root() -> None:
    """Browsers find the style sheet; parsers still find XML with its declaration first."""
    links = p20.FeedLinks(stylesheet='feed.xsl?a=1&b="2"')
    lines = render(make_show(), links=links).decode().splitlines()
    assert lines[0] == '<?xml version="1.0" encoding="UTF-8"?>'
    assert lines[1] == '<?xml-stylesheet type="text/xsl" href="feed.xsl?a=1&amp;b=&quot;2&quot;"?>'


def test_gpodder_reads_every_field() -> None:
    """podcastparser finds what gPodder shows: numbers, art, chapters, lengths, next page."""
    links = p20.FeedLinks(next="https://example.org/river/feed-2.xml")
    show = make_full_show()
    read = podcastparser.parse(FEED_URL, io.BytesIO(render(show, make_full_episode(), links=links)))
    assert (read["title"], read["link"], read["language"], read["type"]) == (show.title, show.url, "en", "serial")
    assert read["explicit"] is True
    assert read["itunes_owner"] == {"email": show.email, "name": show.author}
    assert read["itunes_categories"] == [
        ["Science", "Earth Sciences", "Nature"],
        ["Society & Culture", "Places & Travel"],
        ["Technology"],
    ]
    assert read["paged_feed_next"] == links.next
    (episode,) = read["episodes"]
    assert (episode["season"], episode["number"], episode["type"], episode["total_time"]) == (2, 7, "bonus", 1500)
    assert [chapter["start"] for chapter in episode["chapters"]] == [0, 305, 801, 1201]
    assert episode["guid"] == "1lDxLnrWjwk07"
    assert episode["enclosures"] == [
        {
            "url": "https://op3.dev/e/media.example.net/river/media/flood-gauges-explained.m4a",
            "file_size": 12_000_345,
            "mime_type": "audio/x-m4a",
        }
    ]


def test_feedparser_reads_every_field() -> None:
    """feedparser finds dates, people's last name, transcripts, chapters to the millisecond."""
    read = feedparser.parse(render(make_full_show(), make_full_episode()))
    assert not read.bozo
    assert read.feed.podcast_guid == make_show().guid
    assert read.feed.image.href == "https://example.org/river/artwork/cover-0a1b2c3d.jpg"
    assert read.feed.updated_parsed[:5] == (2026, 10, 2, 18, 30)
    (episode,) = read.entries
    assert episode.id == "1lDxLnrWjwk07"
    assert not episode.guidislink
    assert [tag.term for tag in episode.tags] == ["hydrology", "sensors & such"]
    assert [chapter.start_parsed.total_seconds() for chapter in episode.psc_chapters.chapters] == [
        0,
        305.25,
        801,
        1201.5,
    ]
    assert episode.podcast_chapters["type"] == "application/json+chapters"


def test_castero_reads_the_feed(tmp_path: Path) -> None:
    """castero, strict on structure, finds title, link and both episodes (in its own process: it patches sockets)."""
    file = tmp_path / "feed.xml"
    file.write_bytes(render(make_full_show(), make_full_episode(), make_episode(1)))
    script = (
        "import json, sys; from castero.feed import Feed; feed = Feed(file=sys.argv[1]);"
        "print(json.dumps([feed.title, feed.link, [e.enclosure for e in feed.parse_episodes()]]))"
    )
    home = os.environ | {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script, str(file)], env=home, capture_output=True, check=True)
    title, link, enclosures = json.loads(done.stdout.splitlines()[-1])
    assert (title, link) == ("River Hours", "https://example.org/river/")
    assert [url.rsplit("/", 1)[1] for url in enclosures] == ["flood-gauges-explained.m4a", "episode-1.m4a"]


def test_empty_show_is_a_feed() -> None:
    """A show without episodes yet is well formed, so that it can be submitted ahead."""
    assert find_faults(render(make_show())) == []
