"""Shows and episodes for tests: a plain one of each, and one of each that uses every option there is.

make_show(title="Other")            a valid show, one thing different
make_episode(3)                     the third of any number of distinct episodes
make_full_show(), make_full_episode()
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from site_builder.model import podcasting20 as p20
from site_builder.model.podcast import (
    Artwork,
    Category,
    Chapter,
    Cue,
    Enclosure,
    Episode,
    EpisodeKind,
    Gap,
    Guid,
    Person,
    Role,
    Show,
    Turn,
)
from site_builder.render.feed.rss import join_feed, make_trailers, render_head, render_item

FIRST_DAY = datetime(2026, 10, 2, 18, 30, tzinfo=UTC)
"""When episode 1 of `make_episode` came out; each further one comes a week later."""

HOSTILE_TEXT = "a & b < c > d \"e\" 'f' ]]> <script>alert(1)</script> 🌊👩🏽‍🔬 שלום עולם \u200fمرحبا &amp; é"
"""What must come out of every renderer as it went in."""

DIRTY_TEXT = "tab\there\x00\x08\x0b\x1b[31m\ud800\udfff\ufffe\uffff\x85end"
"""Control characters, lone surrogates and non-characters: may never reach a file."""


_RECIPIENTS = (
    p20.ValueRecipient(
        name="Ada Quill", address="02d5c1bf8b940dc9cadca86d1b0a3c37fbe39cee4c7e839e33bef9174531d27f52", split=95
    ),
    p20.ValueRecipient(
        name="Host",
        kind="lnaddress",
        address="host@pay.example.org",
        split=5,
        fee=True,
        custom_key="696969",
        custom_value="a1b2",
    ),
)
"""Somebody with a node, and somebody with a Lightning address who takes a fee."""


def make_show(**overrides: Any) -> Show:
    """A valid show with everything Apple and PSP-1 require, and nothing else."""
    show = Show(
        title="River Hours",
        description="Talks about water, gauges and the people who read them.",
        url="https://example.org/river/",
        language="en",
        author="Ada Quill",
        email="ada@example.org",
        categories=(Category(name="Science", sub="Earth Sciences"),),
        copyright="2026 Ada Quill",
        artwork=Artwork(path="artwork/cover-0a1b2c3d.jpg", width=3000, height=3000, alt="A river gauge"),
        guid="9b024349-ccf0-5f69-a609-6b82873eab3c",
    )
    return replace(show, **overrides)


def make_enclosure(slug: str, **overrides: Any) -> Enclosure:
    """The audio of an episode: 95 seconds of AAC."""
    enclosure = Enclosure(
        path=f"media/{slug}.m4a",
        size_bytes=764_321,
        media_type="audio/x-m4a",
        duration=95.4,
        sha256=hashlib.sha256(slug.encode()).hexdigest(),
        bitrate=64_000,
        channels=1,
        codecs="mp4a.40.2",
    )
    return replace(enclosure, **overrides)


def make_episode(nth: int = 1, /, **overrides: Any) -> Episode:
    """The `nth` plain episode: own guid, slug, title, audio and week."""
    slug = overrides.get("slug", f"episode-{nth}")
    episode = Episode(
        guid=Guid(f"1lDxLnrWjwk{nth:02}"),
        slug=slug,
        title=f"Episode {nth}: what the gauge said",
        published_at=FIRST_DAY + timedelta(weeks=nth - 1),
        enclosure=make_enclosure(slug),
        summary="The gauge rose twice.",
        notes_html="<p>The gauge rose <strong>twice</strong>.</p>",
        notes_text="The gauge rose twice.",
    )
    return replace(episode, **overrides)


def make_full_show(**overrides: Any) -> Show:
    """A show that uses every option."""
    show = make_show(
        subtitle="Water, read aloud",
        kind="serial",
        explicit=True,
        categories=(
            Category(name="Science", sub="Earth Sciences"),
            Category(name="Science", sub="Nature"),
            Category(name="Society & Culture", sub="Places & Travel"),
            Category(name="Technology"),
        ),
        people=(
            Person(name="Ada Quill", role=Role.HOST, href="https://x.com/adaquill", avatar_url="people/ada.jpg"),
            Person(name="Ben Ode", role=Role.CO_HOST, avatar_url="https://example.org/ben.png"),
        ),
        media_url="https://media.example.net/river/",
        enclosure_prefix="https://op3.dev/e/",
        new_feed_url="https://new.example.org/river/feed.xml",
        block=True,
        complete=True,
        locked=False,
        countries=("de", "at"),
        funding=(
            p20.Funding(url="https://example.org/give", text="Buy a gauge"),
            p20.Funding(url="https://example.org/join", text="Join"),
        ),
        license=p20.License(name="River Licence", url="https://example.org/licence"),
        locations=(
            p20.Location(name="Vienna, Austria", geo="geo:48.2082,16.3738", osm="R109166", country="AT"),
            p20.Location(name="Linz", relation="creator"),
        ),
        trailers=(
            p20.Trailer(
                title="Coming up: the flood season",
                url="https://example.org/river/media/trailer.m4a",
                published_at=FIRST_DAY - timedelta(days=7),
                size_bytes=123_456,
                media_type="audio/x-m4a",
                season=2,
            ),
        ),
        podroll=(
            p20.RecommendedShow(
                guid="917393e3-1b1e-5cef-ace4-edaa54e1f810",
                feed_url="https://example.net/feed.xml",
                title="Other Waters",
                medium="podcast",
            ),
        ),
        posts=(p20.SocialPost(uri="https://social.example/@river/1", account_id="@river@social.example"),),
        texts=(
            p20.TextRecord(text="c0ffee", purpose="applepodcastsverify"),
            p20.TextRecord(text="anything at all"),
        ),
        pictures=(Artwork(path="artwork/banner.jpg", width=3000, height=1000, purpose="banner", alt="A wide river"),),
        chat=p20.Chat(server="irc.example.org", protocol="irc", account_id="@ada", space="#river"),
        value=(p20.Value(recipients=_RECIPIENTS, suggested="0.00000015000"),),
        publisher=p20.RemoteItem(
            feed_guid="003af0a0-6a45-55cf-b765-68e3d349551a",
            feed_url="https://example.net/publisher.xml",
            medium="publisher",
        ),
        podping=True,
        services=(p20.ServiceBlock(service="google"), p20.ServiceBlock(service="apple", blocked=False)),
        live=(
            p20.LiveItem(
                guid="live-1lDxLnrWjwk99",
                title="Next week: ice",
                starts_at=FIRST_DAY + timedelta(weeks=20),
                ends_at=FIRST_DAY + timedelta(weeks=20, hours=2),
                description="What ice does to gauges.",
                links=(p20.ContentLink(href="https://x.com/i/spaces/1lDxLnrWjwk99", text="Listen on X"),),
                recording="1lDxLnrWjwk99",
            ),
        ),
        update_frequency=p20.UpdateFrequency(
            text="Every second Friday", rule="FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", starts_at=FIRST_DAY
        ),
    )
    return replace(show, **overrides)


def make_full_episode(**overrides: Any) -> Episode:
    """A long episode that uses every option: 25 minutes, three people, four chapters, a transcript, two encodings."""
    slug = overrides.get("slug", "flood-gauges-explained")
    episode = make_episode(
        7,
        slug=slug,
        title=f"Flood gauges: {HOSTILE_TEXT}",
        itunes_title="Flood gauges",
        enclosure=make_enclosure(slug, duration=1500.0, size_bytes=12_000_345),
        summary="Why the gauge lies, and who mends it.",
        notes_html='<p>Read <a href="https://example.org/gauges">the paper</a> at <a href="#t=5m5s">5:05</a>.</p>',
        notes_text=f"Read the paper: https://example.org/gauges\n\n{HOSTILE_TEXT}",
        tags=("hydrology", "sensors & such"),
        people=(
            Person(
                name="Ada Quill",
                role=Role.HOST,
                handle="adaquill",
                href="https://x.com/adaquill",
                avatar_url="people/ada.jpg",
                speaking=700.0,
            ),
            Person(name="Cleo <Gauge> Reader", role=Role.GUEST, href="https://example.net/cleo", speaking=500.0),
            Person(name="Eve Cutter", role="audio editor"),
            Person(name="Dee Listener", avatar_url="http://insecure.example/dee.jpg"),
        ),
        turns=(
            Turn(speaker=0, start=0.0, end=300.0),
            Turn(speaker=1, start=305.25, end=800.0),
            Turn(speaker=0, start=801.0, end=1201.0),
            Turn(speaker=1, start=1201.5, end=1500.0),
        ),
        chapters=(
            Chapter(start=0.0, title="Opening"),
            Chapter(start=305.25, title="Why gauges & sensors <lie>", href="https://example.org/gauges"),
            Chapter(start=801.0, title="The flood", image="artwork/flood.jpg"),
            Chapter(start=1201.5, title="Questions"),
        ),
        chapters_path=f"episodes/{slug}/chapters.json",
        cues=(
            Cue(start=0.5, end=4.0, text="Welcome to River Hours.", speaker="Ada Quill"),
            Cue(start=4.2, end=9.75, text="Tell us: is a < b && b > c?", speaker="Ada Quill"),
            Cue(start=306.0, end=311.5, text="Yes – and here is why 🌊.", speaker="Cleo <Gauge> Reader"),
        ),
        transcripts=(
            p20.TranscriptFile(
                path=f"episodes/{slug}/transcript.vtt", media_type="text/vtt", language="en", captions=True
            ),
            p20.TranscriptFile(path=f"episodes/{slug}/transcript.srt", media_type="application/x-subrip"),
            p20.TranscriptFile(path=f"episodes/{slug}/transcript.json", media_type="application/json"),
        ),
        alternates=(
            make_enclosure(
                f"{slug}-low",
                path=f"media/{slug}.opus",
                media_type="audio/ogg",
                codecs="opus",
                bitrate=24_000,
                size_bytes=4_600_000,
                title="Small",
            ),
        ),
        kind=EpisodeKind.BONUS,
        season=2,
        season_name="High water",
        cover_alt="A lamp over water",
        number=7,
        number_shown="Ch. 7",
        explicit=False,
        block=True,
        artwork=Artwork(path=f"artwork/{slug}-1f2e.jpg", width=1400, height=1400, alt="A bent gauge"),
        pictures=(Artwork(path=f"artwork/{slug}-card.jpg", width=1200, height=630, purpose="social"),),
        recorded_at=FIRST_DAY + timedelta(weeks=5),
        updated_at=FIRST_DAY + timedelta(weeks=8),
        source_url="https://x.com/i/spaces/1lDxLnrWjwk07",
        announced_url="https://x.com/adaquill/status/1700000000000000007",
        soundbites=(
            p20.Soundbite(start=310.0, duration=42.5, title="The gauge that lied"),
            p20.Soundbite(start=0.0, duration=30.0),
        ),
        links=(
            p20.ContentLink(href="https://x.com/i/spaces/1lDxLnrWjwk07", text="The Space on X"),
            p20.ContentLink(href="https://video.example/7?a=1&b=2", text="Watch <it> & see"),
        ),
        chat=p20.Chat(server="example.org", protocol="matrix", account_id="@ada:example.org", space="#gauges"),
        value=(
            p20.Value(
                recipients=_RECIPIENTS,
                splits=(
                    p20.ValueTimeSplit(start=60.0, duration=237.5, recipients=_RECIPIENTS[:1]),
                    p20.ValueTimeSplit(
                        start=330.0,
                        duration=53.0,
                        remote=p20.RemoteItem(feed_guid="a94f5cc9-8c58-55fc-91fe-a324087a655b", item_guid="song-3"),
                        remote_start=174.0,
                        remote_percentage=95,
                    ),
                ),
            ),
        ),
        funding=(p20.Funding(url="https://example.org/give/7", text="Support this episode"),),
        license=p20.License(name="cc-by-4.0"),
        locations=(p20.Location(name="Linz", osm="R1", country="AT"),),
        texts=(p20.TextRecord(text="false", purpose="ai-content"),),
        gaps=(Gap(at=800.5, lost=12.0),),
        facts={"Recorded": "2026-11-06", "Listeners": "123"},
    )
    return replace(episode, **overrides)


def render_feed(
    show: Show, episodes: Iterable[Episode], *, feed_url: str, built_at: datetime, links: p20.FeedLinks | None = None
) -> bytes:
    """A feed of one page, put together of the pieces that builds write: newest first, equal dates by guid."""
    published = [episode for episode in episodes if not episode.draft]
    published.sort(key=lambda episode: (episode.published_at, episode.guid), reverse=True)
    trailers = show.trailers or make_trailers(show, published)
    head = render_head(show, feed_url=feed_url, built_at=built_at, links=links or p20.FeedLinks(), trailers=trailers)
    return join_feed(head, (render_item(show, episode) for episode in published))
