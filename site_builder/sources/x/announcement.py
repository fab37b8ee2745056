"""From tweets to words for an episode: title and opening from the announcing one, notes from those sent meanwhile."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime

from site_builder.model.conversation import Announcement
from site_builder.model.podcast import Note
from site_builder.sources.x.tweets import Tweet, leads_to, tidy

SHORTEST_TITLE = 8
LONGEST_TITLE = 100
_LONGEST_CALL = 40
_CALL = re.compile(r"[:→➡👇👉⬇]\ufe0f?\s*$")
_ABBREVIATIONS = frozenset(
    [
        "dr",
        "mr",
        "mrs",
        "ms",
        "prof",
        "st",
        "vs",
        "no",
        "nr",
        "ep",
        "vol",
        "pt",
        "feat",
        "ft",
        "etc",
        "e.g",
        "i.e",
        "approx",
        "inc",
        "ltd",
        "jr",
        "sr",
    ]
)
_SENTENCE_END = re.compile(r"(?:[.!?…]+[\"'”’»)\]]*(?=\s)|[。！？]+[」』”）]*)\s*")
_LINK = re.compile(r"https?://\S+")
_TAGS_AT_END = re.compile(r"(?:\s*#\w+)+\s*$")
_CLAUSE = re.compile(r"[:;,]\s|\s[–—|·•-]\s")
_LOOSE_END = " \t\n.,;:!-–—_|/\\·•*→←↓↑➡⬇&+=~…。、，！："


def choose_announcement(tweets: Iterable[Tweet], space_id: str) -> Tweet | None:
    """The tweet that announces a Space: of those linking to it, the earliest that is no reply.

    Tweets with words, and about this Space alone, go before bare links and lists; replies come last.
    """

    def rank(tweet: Tweet) -> tuple[bool, bool, bool, datetime, int]:
        wordless = not _own_words(tweet, space_id)[0]
        return bool(tweet.reply_to), wordless, len(tweet.space_ids) > 1, tweet.created_at, int(tweet.id)

    return min(tweets, key=rank, default=None)


def make_announcement(tweet: Tweet, space_id: str, handle: str) -> Announcement:
    """Title, opening, tags and address of the tweet that announces a Space; `handle` is whose it is."""
    title, body = split_title(_without_call(_own_words(tweet, space_id)[0]))
    body = _TAGS_AT_END.sub("", body).strip()
    return Announcement(title=title, body=body, url=tweet_url(tweet, handle), tags=tweet.tags)


def make_notes(tweets: Iterable[Tweet], space_id: str, locate: Callable[[datetime], float]) -> tuple[Note, ...]:
    """What was shared during a recording, in order; `locate` turns a moment into recording time.

    Replies to others are left out, and tweets that only lead to the Space itself: `We're live: <link>`.
    """
    notes = []
    for tweet in tweets:
        text, links = _own_words(tweet, space_id)
        invites = space_id in tweet.space_ids and not links
        if tweet.reply_to != "other" and text and not (invites and _CALL.search(text)):
            notes.append(Note(at=locate(tweet.created_at), text=text, links=links))
    return tuple(notes)


def _own_words(tweet: Tweet, space_id: str) -> tuple[str, tuple[str, ...]]:
    """Text and links of a tweet without the links to the Space it is about."""
    text = tweet.text
    for link in sorted(tweet.links, key=len, reverse=True):
        if leads_to(link) == space_id:
            text = text.replace(link, " ")
    return tidy(text), tuple(link for link in tweet.links if leads_to(link) != space_id)


def tweet_url(tweet: Tweet, handle: str) -> str:
    """Where the tweet is; X finds it without its author's handle too."""
    return f"https://x.com/{handle or 'i'}/status/{tweet.id}"


def split_title(text: str) -> tuple[str, str]:
    """A title, and what is left to say.

    The title is the first sentence or line that has words; the next joins it while it is shorter than SHORTEST_TITLE.
    One longer than LONGEST_TITLE is cut at a clause or word; then the whole text is the rest, so that nothing is lost.
    """
    pieces = _sentences(text)
    title, links, used = "", [], 0
    while used < len(pieces) and len(_trim(title)) < SHORTEST_TITLE:
        links += _LINK.findall(pieces[used])
        title = " ".join([title, *_LINK.sub(" ", pieces[used]).split()])
        used += 1
    title = _trim(title)
    if len(title) > LONGEST_TITLE:
        return _shorten(title), text.strip()
    rest = "".join(pieces[used:]).strip()
    return title, "\n\n".join(part for part in ("\n".join(links), rest) if any(map(str.isalnum, part)))


def _sentences(text: str) -> list[str]:
    """`text` cut after every sentence and line; joined again it is the same."""
    pieces: list[str] = []
    for line in text.splitlines(keepends=True):
        start = 0
        for match in _SENTENCE_END.finditer(line):
            if _is_end(line[start : match.start()], match[0], line[match.end() :]):
                pieces.append(line[start : match.end()])
                start = match.end()
        pieces.append(line[start:])
    return [piece for piece in pieces if piece]


def _is_end(before: str, mark: str, after: str) -> bool:
    """Whether a mark ends a sentence: not after `Dr`, an initial or a number in a list, nor before a small letter."""
    word = before.rsplit(maxsplit=1)[-1].lstrip("(\"'“‘").lower() if before.split() else ""
    if mark.strip() == "." and (
        word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha()) or re.fullmatch(r"#?\d{1,3}", before.strip())
    ):
        return False
    return not after[:1].islower()


def _trim(title: str) -> str:
    """Without hashtags, emoji and loose punctuation at its ends; a question keeps its mark."""
    bare = _TAGS_AT_END.sub("", title)
    bare = bare if any(map(str.isalnum, bare)) else title
    start, end = 0, len(bare)
    while end > start and _is_loose(bare[end - 1]):
        end -= 1
    while start < end and (_is_loose(bare[start]) and bare[start] != "…"):
        start += 1
    return bare[start:end] if any(map(str.isalnum, bare)) else ""


def _is_loose(character: str) -> bool:
    return character in _LOOSE_END or unicodedata.category(character) in {"So", "Sk", "Cf", "Mn", "Cn", "Co"}


def _shorten(title: str) -> str:
    """At most LONGEST_TITLE characters: up to the last clause that is at least a third of that, else word, then `…`."""
    head = title[: LONGEST_TITLE + 1]
    clauses = [match.start() for match in _CLAUSE.finditer(head) if match.start() >= LONGEST_TITLE // 3]
    if clauses:
        return _trim(head[: clauses[-1]])
    words = head[:LONGEST_TITLE].rpartition(" ")[0] or head[: LONGEST_TITLE - 1]
    return f"{_trim(words)}…"


def _without_call(text: str) -> str:
    """Without a `Listen here:` that lost its link to the Space."""
    pieces = _sentences(text)
    if pieces and _CALL.search(pieces[-1]) and len(pieces) > 1 and len(pieces[-1]) <= _LONGEST_CALL:
        return "".join(pieces[:-1]).strip()
    return text
