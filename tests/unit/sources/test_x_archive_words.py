"""Tweets to words: titles, openings, notes; which tweet announces, which was shared, which is nobody's business."""

from __future__ import annotations

import tracemalloc
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from archive_maker import (
    OWNER_HANDLE,
    OWNER_ID,
    START,
    MadeArchive,
    MadeSpace,
    announce,
    make_files,
    make_media,
    make_tweet,
    write_archive,
    write_zip,
    ytd,
)

from site_builder.model.conversation import Conversation
from site_builder.model.podcast import Gap
from site_builder.sources.x.archives import open_archive
from site_builder.sources.x.spaces import Session, Space
from site_builder.sources.x.speaking.clock import Clock, assume_start
from site_builder.sources.x.titles import LONGEST_TITLE, split_title
from site_builder.sources.x.tweets import plain_text

ID = MadeSpace().id
LINK = {"https://t.co/s": f"https://x.com/i/spaces/{ID}?s=20"}


def at(seconds: float) -> datetime:
    """A moment some seconds into the recording."""
    return START + timedelta(seconds=seconds)


def read(path: Path, tweets: list[dict[str, Any]], space: MadeSpace | None = None) -> Conversation:
    """The usual Space in an archive with these tweets."""
    archive = MadeArchive(spaces=[space or MadeSpace()], tweets=tweets)
    with open_archive(write_archive(path / "a.zip", archive)) as opened:
        return opened.read(ID)


# --------------------------------------------------------------------------------------------------------------- titles


@pytest.mark.parametrize(
    ("text", "title", "rest"),
    [
        ("Flood gauges, explained. Tonight!", "Flood gauges, explained", "Tonight!"),
        ("Why do rivers bend? We ask.", "Why do rivers bend?", "We ask."),
        ("One line", "One line", ""),
        ("A title line\n\nThen more.\nAnd more.", "A title line", "Then more.\nAnd more."),
        ("Tonight! A talk with Dr. Vale about tides. Come.", "Tonight! A talk with Dr. Vale about tides", "Come."),
        ("With J. R. Vale vs. the sea. Now.", "With J. R. Vale vs. the sea", "Now."),
        ("Version 2.5 is out. Listen.", "Version 2.5 is out", "Listen."),
        ("No. 7: the horn. Loud.", "No. 7: the horn", "Loud."),
        ("1. The lamp. 2. The lens.", "1. The lamp", "2. The lens."),
        ("🎙️ Night trains are back! 🚂🚂", "Night trains are back", ""),
        ("👉 Why maps lie 👇", "Why maps lie", ""),
        ("Maps that lie #maps #rivers", "Maps that lie", ""),
        ("#maps that lie. Yes.", "#maps that lie", "Yes."),
        ("@kit_gauges on floods. Tonight.", "@kit_gauges on floods", "Tonight."),
        ("“Why maps lie” – tonight", "“Why maps lie” – tonight", ""),
        ("He said “no.” Then left.", "He said “no.”", "Then left."),
        ("Look https://example.org/a at this. More.", "Look at this", "https://example.org/a\n\nMore."),
        ("なぜ灯台は点滅するのか。今夜お話しします。", "なぜ灯台は点滅するのか", "今夜お話しします。"),
        ("Wait... what is a weir", "Wait... what is a weir", ""),
        ("", "", ""),
        ("🎉🎉🎉", "", ""),
    ],
)
def test_split_title(text: str, title: str, rest: str) -> None:
    """The first sentence or line, trimmed; the rest as it was."""
    assert split_title(text) == (title, rest)


def test_long_first_sentence_is_cut_and_kept_whole_below() -> None:
    """A title is never endless, and what was cut off is still said."""
    clause = (
        "A walk through the archive of the harbour office, where every tide since 1871 has been written down by hand"
    )
    words = "word " * 40
    for text in (f"{clause}, in ink.", words, "x" * 300):
        title, rest = split_title(text)
        assert 20 < len(title) <= LONGEST_TITLE
        assert rest == text.strip()
    assert split_title(f"{clause}, in ink.")[0] == "A walk through the archive of the harbour office"


def test_plain_text() -> None:
    """Only what X escapes is resolved, once; control characters go."""
    assert plain_text("a &amp;&amp; b &lt;i&gt; &amp;lt; &copy; x\u202ey\x00 \ud800") == "a && b <i> &lt; &copy; xy"


# --------------------------------------------------------------------------------------------------------- announcement


def test_announcement_in_full(tmp_path: Path) -> None:
    """Title, opening with links expanded, pictures and the Space's link gone, tags, address."""
    tweet = make_tweet(
        "Signals &amp; noise. With @kit: read https://t.co/a first!\n\nListen here: https://t.co/s https://t.co/pic",
        at(-3600),
        id="1700000000000000001",
        links=LINK | {"https://t.co/a": "https://example.org/a?b=1&c=2"},
        hashtags=["Signals", "signals", "Noise"],
    )
    tweet["tweet"]["extended_entities"] = {"media": [{"url": "https://t.co/pic"}]}
    announcement = read(tmp_path, [tweet]).announcement
    assert announcement.title == "Signals & noise"
    assert announcement.body == "With @kit: read https://example.org/a?b=1&c=2 first!"
    assert announcement.tags == ("Signals", "Noise")
    assert announcement.url == f"https://x.com/{OWNER_HANDLE}/status/1700000000000000001"


@pytest.mark.parametrize(
    "link",
    [
        "https://x.com/i/spaces/{}",
        "https://twitter.com/i/spaces/{}?s=20",
        "http://mobile.twitter.com/i/spaces/{}",
        "https://www.x.com/i/spaces/{}/peek",
        "https://X.com/i/spaces/{}#x",
    ],
)
def test_every_form_of_link_announces(tmp_path: Path, link: str) -> None:
    """X's old and new addresses, with whatever follows the id."""
    tweet = make_tweet("The announced title https://t.co/s", at(-60), links={"https://t.co/s": link.format(ID)})
    assert read(tmp_path, [tweet]).announcement.title == "The announced title"


@pytest.mark.parametrize("link", [f"https://x.com/i/spaces/{ID}x", f"https://x.com.evil.example/i/spaces/{ID}"])
def test_other_links_do_not_announce(tmp_path: Path, link: str) -> None:
    """A longer id, or another host, is something else."""
    tweet = make_tweet("Not it https://t.co/s", at(-60), links={"https://t.co/s": link})
    assert read(tmp_path, [tweet]).announcement.title == ""


def announcing(text: str, seconds: float, **fields: Any) -> dict[str, Any]:
    """A tweet that links to the Space."""
    return make_tweet(f"{text} https://t.co/s", at(seconds), links=LINK, **fields)


@pytest.mark.parametrize(
    ("tweets", "title"),
    [
        ([announcing("The second one", -60), announcing("The earliest one", -9000)], "The earliest one"),
        ([announcing("After the start", 5), announcing("Before the start", -60)], "Before the start"),
        ([announcing("RT @other: retweeted", -90), announcing("The host's own", -60)], "The host's own"),
        ([announcing("Flagged retweet", -90, retweeted=True), announcing("The host's own", -60)], "The host's own"),
        ([announcing("@kit come", -90, in_reply_to_screen_name="kit"), announcing("A real one", 60)], "A real one"),
        ([announcing("@kit come along", -90, in_reply_to_screen_name="kit")], "come along"),
        ([announcing("", -90), announcing("One with words", -60)], "One with words"),
        ([announcing("Heard afterwards", 99999)], "Heard afterwards"),
    ],
)
def test_which_tweet_announces(tmp_path: Path, tweets: list[dict[str, Any]], title: str) -> None:
    """The earliest before the start; no retweet; a reply, or one without words, only if there is nothing else."""
    assert read(tmp_path, tweets).announcement.title == title


def test_edited_tweet_counts_as_last_edited(tmp_path: Path) -> None:
    """Of an edited tweet only the last version is read."""
    first, last = announcing("Signals and nose", -90, id="1000001"), announcing("Signals and noise", -80, id="1000002")
    last["tweet"]["edit_info"] = {"edit": {"editControlInitial": {"editTweetIds": ["1000001", "1000002"]}}}
    assert read(tmp_path, [first, last]).announcement.title == "Signals and noise"


# ---------------------------------------------------------------------------------------------------------------- notes


def notes(path: Path, tweets: list[dict[str, Any]], space: MadeSpace | None = None) -> list[tuple[float, str]]:
    """Notes of the usual Space when these tweets were sent."""
    return [(note.at, note.text) for note in read(path, [announce(MadeSpace()), *tweets], space).notes]


def test_notes_are_what_was_shared_meanwhile(tmp_path: Path) -> None:
    """In time, in order, links expanded; nothing from before or after."""
    links = {"https://t.co/a": "https://example.org/a", "https://t.co/ab": "https://example.org/b"}
    tweets = [
        make_tweet("Later: https://t.co/ab and https://t.co/a.", at(9), links=links),
        make_tweet("First &amp; foremost", at(3)),
        make_tweet("Too early", at(-1)),
        make_tweet("Too late", at(13)),
    ]
    conversation = read(tmp_path, tweets)
    assert [(note.at, note.text, note.links) for note in conversation.notes] == [
        (3.0, "First & foremost", ()),
        (
            9.0,
            "Later: https://example.org/b and https://example.org/a.",
            ("https://example.org/b", "https://example.org/a"),
        ),
    ]


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({}, True),
        ({"in_reply_to_user_id": OWNER_ID, "in_reply_to_status_id": "17"}, True),
        ({"in_reply_to_screen_name": OWNER_HANDLE.upper()}, True),
        ({"in_reply_to_user_id_str": "99", "in_reply_to_screen_name": "kit"}, False),
        ({"in_reply_to_screen_name": "kit"}, False),
        ({"in_reply_to_status_id_str": "17"}, False),
        ({"retweeted": True}, False),
        ({"full_text": "RT @someone: their words"}, False),
    ],
)
def test_replies_and_retweets(tmp_path: Path, fields: dict[str, Any], kept: bool) -> None:
    """The host's own threads are notes; answers to others and retweets are not."""
    assert bool(notes(tmp_path, [make_tweet("Words", at(5), **fields)])) == kept


def test_announcement_and_bare_links_are_no_notes(tmp_path: Path) -> None:
    """An announcement sent after the start is not repeated; a link to the Space itself is no news, to another is."""
    tweets = [
        announcing("", 2),
        announcing("We're live:", 3),
        announcing("Kit has just said the river is a verb", 4),
        make_tweet("Next week: https://t.co/n", at(5), links={"https://t.co/n": "https://x.com/i/spaces/1next"}),
        make_tweet("https://t.co/pic", at(6), links={"https://t.co/pic": "https://twitter.com/me/status/1/photo/1"}),
    ]
    assert notes(tmp_path, tweets) == [
        (4.0, "Kit has just said the river is a verb"),
        (5.0, "Next week: https://x.com/i/spaces/1next"),
    ]
    assert read(tmp_path, [announcing("Announced late", 2)]).notes == ()


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "data:text/html,x", 'https://x.example/"><b>', "", "file:///etc"]
)
def test_hostile_links_vanish(tmp_path: Path, target: str) -> None:
    """What is no plain web address is not put in a t.co link's place."""
    found = notes(tmp_path, [make_tweet("See https://t.co/a there", at(5), links={"https://t.co/a": target})])
    assert found == [(5.0, "See there")] or (target == "" and found == [(5.0, "See https://t.co/a there")])


def test_notes_of_second_part_after_lost_audio(tmp_path: Path) -> None:
    """A tweet sent after a loss of audio stands where its moment is heard."""
    first, late = MadeSpace(parts=(6,)), MadeSpace(parts=(6,), start=at(66))
    media = {
        f"space-{ID}_0.ts": make_media(first)[f"space-{ID}_0.ts"],
        f"space-{ID}_1.ts": make_media(late)[f"space-{ID}_0.ts"],
    }
    space = MadeSpace(media=media)
    sent = [make_tweet("Before", at(3)), make_tweet("In the gap", at(30)), make_tweet("After", at(68))]
    found = notes(tmp_path, sent, space)
    assert [text for _, text in found] == ["Before", "In the gap", "After"]
    assert [moment for moment, _ in found] == pytest.approx([3, 6, 8], abs=0.1)


def test_notes_of_a_recording_nothing_describes(tmp_path: Path) -> None:
    """Without metadata the time comes from the recording, and tweets are read again for it."""
    found = notes(tmp_path, [make_tweet("Shared", at(5))], MadeSpace(metadata=None))
    assert found == [(5.0, "Shared")]


def test_tweets_of_a_million_tweet_account_cost_little(tmp_path: Path) -> None:
    """Memory does not grow with tweets.js, and those that matter are found in it."""
    filler = [make_tweet("Nothing to do with any Space " * 20, at(86400 + n)) for n in range(4000)]
    files = make_files(MadeArchive(tweets=[*filler, make_tweet("Shared", at(5)), announce(MadeSpace())]))
    assert len(files["data/tweets.js"]) > 4_500_000
    path = write_zip(tmp_path / "a.zip", files, stored=True)
    del files, filler
    with open_archive(path) as archive:
        tracemalloc.start()
        conversation = archive.read(ID)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert conversation.announcement.title
    assert [note.text for note in conversation.notes] == ["Shared"]
    assert peak < 3_500_000


def test_damaged_tweets_cost_only_what_follows(tmp_path: Path) -> None:
    """A tweets.js that breaks off gives the tweets before the break, and the archive says so."""
    files = make_files(MadeArchive())
    files["data/tweets.js"] = ytd("tweets", [announce(MadeSpace()), make_tweet("Shared", at(5))])[:-700]
    with open_archive(write_zip(tmp_path / "a.zip", files)) as archive:
        conversation = archive.read(ID)
        assert conversation.announcement.title == "Signals in the dark, explained"
        assert conversation.notes == ()
        assert len(archive.remarks) == 1
        assert "data/tweets.js ends in the middle" in archive.remarks[0]


# ---------------------------------------------------------------------------------------------------------------- clock


def test_clock_maps_there_and_back() -> None:
    """Moments and recording time agree on both sides of every gap."""
    clock = Clock(started_at=START, duration=100, gaps=(Gap(at=10, lost=5), Gap(at=50, lost=60)), exact=True)
    for seconds in (0.0, 9.5, 10.0, 30.25, 49.9, 50.0, 99.0, 100.0):
        assert clock.locate(clock.moment_of(seconds)) == pytest.approx(seconds)
    assert clock.locate(at(12)) == 10
    assert clock.locate(at(-7)) == 0
    assert clock.locate(at(9999)) == 100
    assert clock.ended_at == at(165)


@pytest.mark.parametrize(
    ("space", "start"),
    [
        (Space(id="1"), None),
        (Space(id="1", created_at=at(0)), at(0)),
        (Space(id="1", created_at=at(0), ended_at=at(600)), at(500)),
        (Space(id="1", created_at=at(550), ended_at=at(600)), at(550)),
        (Space(id="1", started_at=at(3), created_at=at(0), ended_at=at(600)), at(3)),
        (
            Space(
                id="1", created_at=at(0), ended_at=at(600), sessions=(Session(user_id="1", start=at(450), end=None),)
            ),
            at(450),
        ),
    ],
)
def test_assumed_start(space: Space, start: datetime | None) -> None:
    """100 s of recording without a clock: its end is the Space's, but it had begun when somebody first spoke."""
    assert assume_start(space, 100) == start
