"""Titles as a person of each script would copy them out, and the announcement they come from."""

from __future__ import annotations

import time
import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from archive_maker import OWNER_HANDLE, OWNER_ID, START, MadeArchive, MadeSpace, make_files, make_tweet, write_zip, ytd
from hypothesis import given
from hypothesis import strategies as st

from site_builder.model.conversation import Conversation
from site_builder.sources.x.addresses import find_space_id
from site_builder.sources.x.archives import open_archive
from site_builder.sources.x.titles import LONGEST_TITLE, split_sentences, split_title

ID = MadeSpace().id
LINK = {"https://t.co/s": f"https://x.com/i/spaces/{ID}"}
AUTHOR: dict[str, Any] = {"in_reply_to_user_id_str": OWNER_ID, "in_reply_to_screen_name": OWNER_HANDLE}


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("रात की ट्रेनें क्यों चलती हैं", "रात की ट्रेनें क्यों चलती हैं"),
        ("रात की ट्रेनें क्यों चलती हैं। आज रात।", "रात की ट्रेनें क्यों चलती हैं"),
        ("रात की ट्रेनें क्यों #रात #रेलगाड़ी", "रात की ट्रेनें क्यों"),
        ("รถไฟกลางคืน ที่นี่ 🚂", "รถไฟกลางคืน ที่นี่"),
        ("இரவு ரயில்கள் பற்றி பேசுவோம்", "இரவு ரயில்கள் பற்றி பேசுவோம்"),
        ("كَيْفَ نُسافِرُ لَيْلًا", "كَيْفَ نُسافِرُ لَيْلًا"),
        ("لماذا ننتظر القطار؟ الليلة", "لماذا ننتظر القطار؟"),
        ("رات کی ریل کیوں چلتی ہے۔ آج رات", "رات کی ریل کیوں چلتی ہے"),
        ("ညရထားများ။ ဒီည", "ညရထားများ"),
        ("夜行列車はなぜ待つのか。今夜", "夜行列車はなぜ待つのか"),
        ("川の声。今夜九時から話します", "川の声。今夜九時から話します"),
        ("Le dernier cafe\u0301", "Le dernier cafe\u0301"),
        ("Why I left C++", "Why I left C++"),
        (".NET in the night. Come.", ".NET in the night"),
        ("Night trains of 🇯🇵", "Night trains of 🇯🇵"),
        ("🏴󠁧󠁢󠁳󠁣󠁴󠁿 Trains in the fog 🚂👨‍👩‍👧", "🏴󠁧󠁢󠁳󠁣󠁴󠁿 Trains in the fog"),
        ("Episode 12. The last train", "Episode 12. The last train"),
        ("भाग १२. आखिरी रेलगाड़ी", "भाग १२. आखिरी रेलगाड़ी"),
        ("Am 9. Oktober fährt er. Kommt!", "Am 9. Oktober fährt er"),
        ("Sleepers in the U.S. and here. More.", "Sleepers in the U.S. and here"),
        ("How it fell to -20° one night! Brr.", "How it fell to -20° one night"),
    ],
)
def test_title(text: str, title: str) -> None:
    """No letter loses a vowel sign, no name its signs; sentences end as the script ends them."""
    assert split_title(text)[0] == title


@given(st.text(max_size=400))
def test_any_text_gives_a_title(text: str) -> None:
    """Never longer than allowed, never beginning or ending in the middle of a character; no sentence is lost."""
    title, _ = split_title(text)
    assert len(title) <= LONGEST_TITLE
    assert "".join(split_sentences(text)) == text


def test_long_titles_are_cut_between_characters() -> None:
    """In a script without spaces, too."""
    for word in ("รถไฟที่นี่", "क्षि", "a👨‍👩‍👧‍👦", "e\u0301"):
        title = split_title(word * 60)[0]
        assert title.endswith("…")
        assert (word * 60).startswith(title[:-1])
        assert not title[:-1].endswith("\u200d")
        assert unicodedata.category((word * 60)[len(title) - 1]) not in {"Mn", "Mc", "Cf"}


# --------------------------------------------------------------------------------------------------------- announcement


def read(path: Path, tweets: list[dict[str, Any]], **files: bytes) -> Conversation:
    """The usual Space in an archive with these tweets and further files (`note_tweet` is data/note-tweet.js)."""
    made = make_files(MadeArchive(tweets=tweets))
    made |= {f"data/{name.replace('_', '-')}.js": content for name, content in files.items()}
    with open_archive(write_zip(path / "a.zip", made)) as archive:
        return archive.read(ID)


def post(text: str, seconds: float, *, linked: bool = True, **fields: Any) -> dict[str, Any]:
    """A tweet some seconds after the start, which links to the Space."""
    moment = START + timedelta(seconds=seconds)
    return make_tweet(f"{text} https://t.co/s" if linked else text, moment, links=LINK if linked else None, **fields)


TOPIC = "Why night trains wait for each other"
THREAD = [
    post(f"Tonight: {TOPIC.lower()}. A thread.", -3600, linked=False, id="2000001"),
    post("First, the signals.", -3590, linked=False, id="2000002", in_reply_to_status_id_str="2000001", **AUTHOR),
    post("Join us here:", -3570, id="2000003", in_reply_to_status_id_str="2000002", **AUTHOR),
]


@pytest.mark.parametrize(
    ("tweets", "title"),
    [
        (THREAD, "Tonight: why night trains wait for each other"),
        (THREAD[::-1], "Tonight: why night trains wait for each other"),
        ([post("Set a reminder!", -9000), post(TOPIC, -60), post("We are live now", 2)], TOPIC),
        ([post("Stellt euch die Erinnerung ein", -9000), post(TOPIC, -60)], TOPIC),
        ([post("Thank you all for coming to hear about night trains and lamps", 99), post(TOPIC, 5)], TOPIC),
        ([post("Thank you all for coming", 99)], ""),
        ([post("Merci à tous", 99)], ""),
        ([post(TOPIC, -60, **AUTHOR, in_reply_to_status_id_str="1")], TOPIC),
        ([post(f"@kit @lou {TOPIC}", -60, **AUTHOR, in_reply_to_status_id_str="1")], TOPIC),
    ],
)
def test_the_announcement_that_says_most(tmp_path: Path, tweets: list[dict[str, Any]], title: str) -> None:
    """Not the first call, not the thanks, and for a thread what its first post says."""
    assert read(tmp_path, tweets).announcement.title == title


def test_a_post_in_a_community(tmp_path: Path) -> None:
    """It lies in a file of its own."""
    tweet = post(TOPIC, -60, community_id="99")
    assert read(tmp_path, [], community_tweet=ytd("community_tweet", [tweet])).announcement.title == TOPIC


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_tweets_that_an_editor_saved_anew(encoding: str, tmp_path: Path) -> None:
    """With a mark of their encoding in front, whatever it is."""
    text = ytd("tweets", [post(TOPIC, -60)]).decode()
    marked = text if encoding in {"utf-8-sig", "utf-16"} else f"\ufeff{text}"
    assert read(tmp_path, [], tweet=marked.encode(encoding)).announcement.title == TOPIC


LONG = (
    "We sit down tonight with the people who keep the night trains running & the lamps lit. How do the signals work "
    "when the power is out, who decides which train waits, and why does nobody sleep on the 23:40? Bring questions, "
    "we will read them all, and there will be a small quiz with a lantern for whoever knows most: https://t.co/n"
)


def note(text: str, at: float, target: str) -> bytes:
    """data/note-tweet.js with one long post."""
    moment = (START + timedelta(seconds=at)).isoformat().replace("+00:00", ".000Z")
    urls = [{"shortUrl": "https://t.co/n", "expandedUrl": target, "fromIndex": "0", "toIndex": "0"}]
    core = {"text": text, "urls": urls, "mentions": [], "hashtags": [{"text": "nightmail"}], "cashtags": []}
    entry = {"noteTweetId": "1", "createdAt": moment, "updatedAt": moment, "core": core}
    return ytd("note_tweet", [{"noteTweet": entry}])


def cut(at: float, names: str = "", **fields: Any) -> dict[str, Any]:
    """The same as tweets.js has it."""
    text = names + LONG[:270].replace("&", "&amp;") + "… https://t.co/self"
    links = {"https://t.co/self": "https://twitter.com/i/web/status/2053"}
    return make_tweet(text, START + timedelta(seconds=at), id="2053", links=links, **fields)


@pytest.mark.parametrize("late", [0, 3, -5])
def test_a_long_announcement(late: float, tmp_path: Path) -> None:
    """Its link stands behind the cut, in the other file only; the two were sent within seconds."""
    announcement = read(
        tmp_path, [cut(-3600)], note_tweet=note(LONG, -3600 + late, LINK["https://t.co/s"])
    ).announcement
    assert announcement.title == "We sit down tonight with the people who keep the night trains running & the lamps lit"
    assert announcement.url == f"https://x.com/{OWNER_HANDLE}/status/2053"
    assert announcement.body.endswith("a lantern for whoever knows most:")
    assert announcement.tags == ("nightmail",)


def test_a_long_post_sent_meanwhile(tmp_path: Path) -> None:
    """Notes never end in mid-sentence, and have the links behind the cut; a reply's long form lacks the names."""
    tweets = [post(TOPIC, -60), cut(5, f"@{OWNER_HANDLE} ", **AUTHOR)]
    (shared,) = read(tmp_path, tweets, note_tweet=note(LONG, 6, "https://example.org/quiz")).notes
    assert shared.text.endswith("whoever knows most: https://example.org/quiz")
    assert shared.links == ("https://example.org/quiz",)


@pytest.mark.parametrize(
    "other", [note(LONG, -3600 + 60, "https://x.org"), note("Something else " * 30, -3600, "https://x.org")]
)
def test_another_long_post_is_not_put_in(other: bytes, tmp_path: Path) -> None:
    """One sent at another time, or that begins otherwise; and one whose post is gone is nobody's business."""
    assert read(tmp_path, [cut(-3600)], note_tweet=other).announcement.title == ""
    assert read(tmp_path, [], note_tweet=note(LONG, -3600, LINK["https://t.co/s"])).announcement.title == ""


@pytest.mark.parametrize("start", ["https://www.", "http://", "https://m.", "http://mobile.", "HTTPS://X", "https://"])
def test_addresses_of_a_space(start: str) -> None:
    """Every form X has given them."""
    address = f"{start}.com/i/spaces/{ID}" if start.endswith("X") else f"{start}twitter.com/i/spaces/{ID}?s=20"
    assert find_space_id(address) == ID
    assert find_space_id(address.replace("twitter.com", "x.com")) == ID


@pytest.mark.parametrize("other", ["https://notx.com/i/spaces/1a", "https://x.com.example/i/spaces/1a", "x.com/1a"])
def test_other_addresses(other: str) -> None:
    """Not X's."""
    assert find_space_id(other) == ""


@pytest.mark.parametrize(
    "piece", [".", "!?", "…", "#a", "。", "“", "a.b.", "\u0301", "\U0001f469\u200d", "- ", "https://"], ids=ascii
)
def test_no_post_takes_long(piece: str) -> None:
    """X allows 25,000 characters; of points alone such a post kept the program for minutes."""
    started = time.process_time()
    title, _ = split_title(piece * (25_000 // len(piece)) + "x")
    assert time.process_time() - started < 2
    assert len(title) <= LONGEST_TITLE
