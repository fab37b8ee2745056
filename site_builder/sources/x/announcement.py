"""Makes title and notes of an episode from the posts that announce it and those sent meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from site_builder.model.conversation import Announcement
from site_builder.model.podcast import Note
from site_builder.sources.x.addresses import find_space_id
from site_builder.sources.x.titles import split_sentences, split_title, strip_tags_at_end
from site_builder.sources.x.tweets import Tweet, tidy

_LONGEST_CALL = 40
_CALL = re.compile(r"[:：→➡👇👉⬇]\ufe0f?\s*$")
_ANSWERED = re.compile(r"^(?:@\w{1,15}\s+)+")
"""Whom a reply answers: X puts them before its text, and shows them above it."""
_WORD = re.compile(r"[^\W\d_]{2,}[’'\w]*")
_LINK = re.compile(r"https?://\S+")
_ENOUGH = 4
"""Words of its own from which an announcement says enough: among such ones the earliest counts."""
_CALLS = frozenset(
    """
    set reminder join us here now live we we're we’re are is in on at the to for of and our my me your you it this
    that tonight today tomorrow tune listen space spaces twitter starting starts start soon everyone all come with
    please don't don’t miss see there going up minutes minute hour hours link hosting host hear let's let’s talk chat
    be will weekly week next again back pm am utc cet est pst gmt
    monday tuesday wednesday thursday friday saturday sunday
    jetzt hier heute abend morgen uhr wir sind kommt mit der die das und im ein eine erinnerung einstellen hört
    zu rejoignez nous ici maintenant direct ce soir demain rappel écoutez avec les des et en le la un une
    únete aquí ahora vivo hoy noche mañana recordatorio escucha con los las el y de
    junte-se aqui agora ao hoje noite amanhã lembrete ouça com os as
    """.split()  # noqa: SIM905 -- a list of quoted words is harder to read
)
"""What calls people in, in the languages with spaces that most Spaces are announced in."""
_THANKS = re.compile(
    r"\W*(?:many |big |huge )?(?:thanks|thank you|thx|danke|vielen dank|merci|gracias|muchas gracias|obrigad[oa]|"
    r"grazie|спасибо|ありがとう|धन्यवाद|شكر|감사)",
    re.IGNORECASE,
)


def choose_announcement(
    tweets: Iterable[Tweet], space_id: str, started_at: datetime | None = None, ended_at: datetime | None = None
) -> Tweet | None:
    """The tweet that announces a Space: of those linking to it the one that says most about it, the earliest of equals.

    Those sent before it began go before those sent meanwhile, both before what was said afterwards; a thank-you sent
    afterwards announces nothing. Tweets about this Space alone go before lists; replies to others come last.
    """

    def rank(tweet: Tweet) -> tuple[bool, bool, bool, bool, int, bool, datetime, int]:
        words = _own_words(tweet, space_id)[0]
        is_late = bool(ended_at and tweet.created_at > ended_at)
        during = bool(started_at and tweet.created_at >= started_at)
        several = len(tweet.space_ids) > 1
        is_answer, said = tweet.reply_to == "other", min(_ENOUGH, _count_telling(words))
        return is_answer, is_late, not words, several, -said, during, tweet.created_at, int(tweet.id)

    return min((tweet for tweet in tweets if not _is_thanks(tweet, ended_at)), key=rank, default=None)


def _is_thanks(tweet: Tweet, ended_at: datetime | None) -> bool:
    return bool(ended_at and tweet.created_at > ended_at and _THANKS.match(tweet.text))


def _count_telling(text: str) -> int:
    """How many words are about the matter and do not only call people in; in scripts without spaces by length."""
    words = {word.casefold() for word in _WORD.findall(_LINK.sub(" ", text))} - _CALLS
    return sum(1 if word.isascii() else max(1, len(word) // 4) for word in words)


def make_announcement(tweet: Tweet, space_id: str, handle: str, thread: Sequence[Tweet] = ()) -> Announcement:
    """Title, opening, tags and address of the tweet that announces a Space; `handle` is whose it is.

    Where it only calls people in at the end of a thread, the words are the thread's.
    """
    words = _without_call(_own_words(tweet, space_id)[0])
    tags = tweet.tags
    if thread and _count_telling(words) < _ENOUGH:
        earlier = [_own_words(before, space_id)[0] for before in thread]
        words = "\n\n".join([*filter(None, earlier), *[words] * bool(_count_telling(words))]) or words
        tags = tuple(dict.fromkeys(tag for before in (*thread, tweet) for tag in before.tags))
    title, body = split_title(words)
    return Announcement(title=title, body=strip_tags_at_end(body), url=tweet_url(tweet, handle), tags=tags)


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
    text = _ANSWERED.sub("", tweet.text) if tweet.reply_to else tweet.text
    for link in sorted(tweet.links, key=len, reverse=True):
        if find_space_id(link) == space_id:
            text = text.replace(link, " ")
    return tidy(text), tuple(link for link in tweet.links if find_space_id(link) != space_id)


def tweet_url(tweet: Tweet, handle: str) -> str:
    """Where the tweet is; X finds it without its author's handle too."""
    return f"https://x.com/{handle or 'i'}/status/{tweet.id}"


def _without_call(text: str) -> str:
    """Without a `Listen here:` that lost its link to the Space."""
    pieces = split_sentences(text)
    if pieces and _CALL.search(pieces[-1]) and len(pieces) > 1 and len(pieces[-1]) <= _LONGEST_CALL:
        return "".join(pieces[:-1]).strip()
    return text
