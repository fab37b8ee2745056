"""What the account posted: which tweet announces a Space, which were shared during it, and who is mentioned.

Only tweets about a Space or from its time are kept, so that an account with a million tweets costs little memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from site_builder.model.conversation import Account
from site_builder.sources.x.addresses import find_space_ids
from site_builder.sources.x.json import Entry, is_user_id, parse_moment, pick, pick_items, pick_text, unwrap
from site_builder.sources.x.long_posts import LongPosts

_FIELDS = frozenset({"full_text", "text", "id_str", "id", "created_at", "entities"})
_SHORT_LINK = re.compile(r"https?://t\.co/\w+", re.ASCII)
_WEB_LINK = re.compile(r"https?://[^\s<>\"\x00-\x1f]+", re.IGNORECASE)
_PICTURE = re.compile(r"https?://(?:twitter|x)\.com/[^/]+/status/\d+/(?:photo|video)/\d+", re.IGNORECASE)
_HANDLE = re.compile(r"[A-Za-z0-9_]{1,30}")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, those that turn text around, and halves of characters; line breaks and tabs stay."""

_THREAD = timedelta(hours=1)
_LONGEST = 30_000
"""Characters of a post that are read; X allows 25,000."""
_MOST_KEPT = 8 << 20
"""Characters of all posts kept."""
_MOST_MENTIONS = 200_000
_MOST_EDITS = 200_000
_MOST_NAMES = 50
"""By which one user was ever mentioned that are kept."""

Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Someone the account mentioned."""

    x_id: str
    handle: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tweet:
    """One post of the account; never a retweet."""

    id: str
    created_at: datetime
    text: str
    """Plain text: HTML entities resolved, links expanded, links to pictures taken out."""
    links: tuple[str, ...] = ()
    """Links left in `text`, in order."""
    tags: tuple[str, ...] = ()
    space_ids: tuple[str, ...] = ()
    """Spaces it links to."""
    reply_to: str = ""
    """`self`, `other`, or empty where it is no reply."""
    answers: str = ""
    """Id of the post it replies to."""


def is_handle(text: str) -> bool:
    """Whether `text` can be an X handle, without `@`."""
    return bool(_HANDLE.fullmatch(text))


def plain_text(text: str) -> str:
    """Text of X as people see it: `&amp;` and its kin resolved (X escapes only these), unseen characters gone."""
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return _UNSEEN.sub("", text).strip()


def plain_line(text: str) -> str:
    """A name: like `plain_text`, on one line and of bearable length."""
    return " ".join(plain_text(text).split())[:200]


def parse_tweet(entry: Any, account: Account) -> Tweet | None:
    """The tweet in an entry, whatever it is wrapped in; None for retweets and for what has no id or time."""
    fields = unwrap(entry, _FIELDS)
    tweet_id, created_at = pick_text(fields, "id_str", "id"), parse_moment(pick(fields, "created_at"))
    raw = pick_text(fields, "full_text", "text")[:_LONGEST]
    if not is_user_id(tweet_id) or created_at is None or _is_retweet(fields, raw):
        return None
    entities = _entities(fields)
    links = _links(fields, entities)
    text, left = _expand(plain_text(raw), links)
    tags = [tag for item in pick_items(entities, "hashtags") if (tag := pick_text(_entry(item), "text", "tag"))]
    return Tweet(
        id=tweet_id,
        created_at=created_at,
        text=text,
        links=tuple(left),
        tags=tuple({tag.lower(): tag for tag in reversed([plain_text(tag) for tag in tags])}.values())[::-1],
        space_ids=tuple(dict.fromkeys(id_ for url in [*links.values(), raw] for id_ in find_space_ids(url))),
        reply_to=_reply_to(fields, account),
        answers=pick_text(fields, "in_reply_to_status_id_str", "in_reply_to_status_id"),
    )


class Tweets:
    """The account's tweets that matter to its Spaces, and everyone mentioned in any of them."""

    def __init__(
        self,
        load: Callable[[], Iterator[Any]],
        account: Account,
        windows: Iterable[Window],
        load_long: Callable[[], Iterator[Any]] = lambda: iter(()),
    ) -> None:
        """Read all tweets once.

        Args:
            load: Gives every entry of the archive's tweet files, afresh each time.
            account: Whose tweets they are.
            windows: Times of which tweets are kept; others cost a second reading when asked for.
            load_long: Gives every long post in full, likewise.
        """
        self._load = load
        self._load_long = load_long
        self._account = account
        self._windows = list(windows)
        self._mentions: dict[tuple[str, str], tuple[datetime, Mention]] = {}
        self._holders: dict[str, set[str]] = {}
        self._called: dict[str, dict[tuple[str, str], None]] = {}
        self._kept = self._gather()
        if threads := list(self._find_threads()):
            self._windows += threads
            self._kept = self._gather()

    def _gather(self) -> list[Tweet]:
        kept: dict[str, Tweet] = {}
        outdated: set[str] = set()
        left = _MOST_KEPT
        long_posts = LongPosts(self._load_long(), self._matters)
        for entry in self._load():
            fields = unwrap(entry, _FIELDS)
            moment = parse_moment(pick(fields, "created_at"))
            if moment is None:
                continue
            self._note_mentions(fields, moment)
            fields = long_posts.complete(fields, moment)
            if len(outdated) < _MOST_EDITS:
                outdated.update(_earlier_edits(fields))
            if self._matters(moment, fields) and left > 0 and (tweet := parse_tweet(fields, self._account)):
                kept[tweet.id] = tweet
                left -= len(tweet.text)
        current = (kept[tweet_id] for tweet_id in kept.keys() - outdated)
        return sorted(current, key=lambda tweet: (tweet.created_at, int(tweet.id)))

    def _matters(self, moment: datetime, fields: Entry) -> bool:
        """Whether a tweet is about a Space or from the time of one."""
        return any(start <= moment <= end for start, end in self._windows) or _may_lead_to_space(fields)

    def _find_threads(self) -> Iterator[Window]:
        """The hour before each tweet that leads to a Space at the end of a thread: the thread's first says more."""
        known = {tweet.id for tweet in self._kept}
        for tweet in self._kept:
            if tweet.space_ids and tweet.reply_to == "self" and tweet.answers not in known:
                yield tweet.created_at - _THREAD, tweet.created_at

    def find_thread(self, tweet: Tweet) -> list[Tweet]:
        """The account's own posts that a tweet continues, first to last; empty where it continues none."""
        by_id, thread = {other.id: other for other in self._kept}, list[Tweet]()
        while tweet.reply_to == "self" and (before := by_id.pop(tweet.answers, None)):
            thread.append(before)
            tweet = before
        return thread[::-1]

    def _note_mentions(self, fields: Entry, moment: datetime) -> None:
        for item in pick_items(_entities(fields), "user_mentions"):
            mention = _entry(item)
            x_id, handle = pick_text(mention, "id_str", "id"), pick_text(mention, "screen_name")
            if is_user_id(x_id) and is_handle(handle) and len(self._mentions) < _MOST_MENTIONS:
                key = handle.lower(), x_id
                name = plain_line(pick_text(mention, "name"))
                called = self._called.setdefault(x_id, {})
                if len(called) < _MOST_NAMES:
                    called[handle.lower(), name] = None
                if key not in self._mentions or self._mentions[key][0] <= moment:
                    self._mentions[key] = moment, Mention(x_id=x_id, handle=handle, name=name)
                    self._holders.setdefault(handle.lower(), set()).add(x_id)

    def find_by_handle(self, handle: str) -> Mention | None:
        """Who has this handle; None where nobody was mentioned by it or, as handles change hands, several were."""
        holders = self._holders.get(handle.lower(), set())
        return self._mentions[handle.lower(), next(iter(holders))][1] if len(holders) == 1 else None

    def find_by_id(self, x_id: str) -> Mention | None:
        """The X user with this id, as last mentioned."""
        found = [
            (moment, mention.handle, mention) for moment, mention in self._mentions.values() if mention.x_id == x_id
        ]
        return max(found)[2] if found else None

    def find_names(self, x_id: str) -> tuple[Mention, ...]:
        """Every handle and name by which the account ever mentioned this user; no handle that others had too."""
        called = dict.fromkeys((h if self.find_by_handle(h) else "", name) for h, name in self._called.get(x_id, {}))
        return tuple(Mention(x_id=x_id, handle=handle, name=name) for handle, name in called)

    def about(self, space_id: str) -> list[Tweet]:
        """Tweets linking to a Space, oldest first."""
        return [tweet for tweet in self._kept if space_id in tweet.space_ids]

    def between(self, start: datetime, end: datetime) -> list[Tweet]:
        """Tweets from `start` to `end`, both included, oldest first."""
        if not any(first <= start and end <= last for first, last in self._windows):
            self._windows.append((start, end))
            self._kept = self._gather()
        return [tweet for tweet in self._kept if start <= tweet.created_at <= end]


def _entry(item: Any) -> Entry:
    return item if isinstance(item, dict) else {}


def _may_lead_to_space(fields: Entry) -> bool:
    """A quick look, as most tweets are about something else."""
    urls = [pick_text(_entry(item), "expanded_url") for item in pick_items(_entities(fields), "urls")]
    return any("/i/spaces/" in text.lower() for text in [*urls, pick_text(fields, "full_text", "text")])


def _entities(fields: Entry) -> Entry:
    return _entry(pick(fields, "entities"))


def _is_retweet(fields: Entry, text: str) -> bool:
    flagged = pick(fields, "retweeted") in (True, "true") or pick(fields, "retweeted_status") is not None
    return flagged or text.startswith("RT @")


def _reply_to(fields: Entry, account: Account) -> str:
    user_id, handle = (
        pick_text(fields, "in_reply_to_user_id_str", "in_reply_to_user_id"),
        pick_text(fields, "in_reply_to_screen_name"),
    )
    if user_id or handle:
        same = user_id == account.x_id if user_id and account.x_id else handle.lower() == account.handle.lower()
        return "self" if same else "other"
    return "other" if pick_text(fields, "in_reply_to_status_id_str", "in_reply_to_status_id") else ""


def _links(fields: Entry, entities: Entry) -> dict[str, str]:
    """t.co link to what it points to; pictures and what is no web address to nothing."""
    links: dict[str, str] = {}
    for item in pick_items(entities, "urls"):
        url = pick_text(_entry(item), "url")
        target = pick_text(_entry(item), "expanded_url", "unwound_url", "url")
        links[url] = target if _WEB_LINK.fullmatch(target) and not _PICTURE.match(target) else ""
    for holder in (entities, _entry(pick(fields, "extended_entities"))):
        for item in pick_items(holder, "media"):
            links[pick_text(_entry(item), "url")] = ""
    return links


def _expand(text: str, links: Mapping[str, str]) -> tuple[str, list[str]]:
    """Text with t.co links replaced by their targets, those to pictures left out; and the links in it."""
    left: list[str] = []

    def expansion(match: re.Match[str]) -> str:
        short = _SHORT_LINK.match(match[0])
        end = short.end() if short else len(match[0].rstrip(".,;:!?…)]'\"”’»"))
        target = links.get(match[0][:end], match[0][:end])
        if not target:
            return match[0][end:]
        left.append(target)
        return target + match[0][end:]

    return tidy(_WEB_LINK.sub(expansion, text)), list(dict.fromkeys(left))


def tidy(text: str) -> str:
    """Without double spaces, spaces at the ends of lines, and more than one empty line at a time."""
    lines = [re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _earlier_edits(fields: Entry) -> list[str]:
    """Ids of the versions that this tweet is a later edit of."""
    for item in _entry(pick(fields, "edit_info")).values():
        control = _entry(pick(_entry(item), "editControlInitial")) or _entry(item)
        ids = [version for version in pick_items(control, "editTweetIds") if isinstance(version, str)]
        own = pick_text(fields, "id_str", "id")
        if own in ids:
            return ids[: ids.index(own)]
    return []
