"""What the account posted: which tweet announces a Space, which were shared during it, and who is mentioned.

Only tweets about a Space or from its time are kept, so that an account with a million tweets costs little memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from site_builder.model import Account
from site_builder.sources.x_json import Entry, parse_moment, pick, pick_items, pick_text, unwrap

_FIELDS = frozenset({"full_text", "text", "id_str", "id", "created_at", "entities"})
_SPACE_LINK = re.compile(
    r"https?://(?:(?:mobile|www)\.)?(?:twitter|x)\.com/i/spaces/([A-Za-z0-9]+)(?![A-Za-z0-9])", re.IGNORECASE
)
_SHORT_LINK = re.compile(r"https?://t\.co/\w+", re.ASCII)
_WEB_LINK = re.compile(r"https?://[^\s<>\"\x00-\x1f]+", re.IGNORECASE)
_PICTURE = re.compile(r"https?://(?:twitter|x)\.com/[^/]+/status/\d+/(?:photo|video)/\d+", re.IGNORECASE)
_HANDLE = re.compile(r"[A-Za-z0-9_]{1,30}")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""Control characters and those that turn text around; line breaks and tabs stay."""

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
    """Plain text, no HTML entities, links to Spaces and pictures taken out, other links expanded."""
    links: tuple[str, ...] = ()
    """Links left in `text`, in order."""
    tags: tuple[str, ...] = ()
    space_ids: tuple[str, ...] = ()
    """Spaces it links to."""
    reply_to: str = ""
    """`self`, `other`, or empty where it is no reply."""


def is_handle(text: str) -> bool:
    """Whether `text` can be an X handle, without `@`."""
    return bool(_HANDLE.fullmatch(text))


def plain_text(text: str) -> str:
    """Text of X as people see it: `&amp;` and its kin resolved (X escapes only these), unseen characters gone."""
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return _UNSEEN.sub("", text).strip()


def parse_tweet(entry: Any, account: Account) -> Tweet | None:
    """The tweet in an entry, whatever it is wrapped in; None for retweets and for what has no id or time."""
    fields = unwrap(entry, _FIELDS)
    tweet_id, created_at = pick_text(fields, "id_str", "id"), parse_moment(pick(fields, "created_at"))
    raw = pick_text(fields, "full_text", "text")
    if not tweet_id.isdecimal() or created_at is None or _is_retweet(fields, raw):
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
        space_ids=tuple(dict.fromkeys(m[1] for url in [*links.values(), raw] for m in _SPACE_LINK.finditer(url))),
        reply_to=_reply_to(fields, account),
    )


class Tweets:
    """The account's tweets that matter to its Spaces, and everyone mentioned in any of them."""

    def __init__(self, load: Callable[[], Iterator[Any]], account: Account, windows: Iterable[Window]) -> None:
        """Read all tweets once.

        Args:
            load: Gives every entry of the archive's tweet files, afresh each time.
            account: Whose tweets they are.
            windows: Times of which tweets are kept; others cost a second reading when asked for.
        """
        self._load = load
        self._account = account
        self._windows = list(windows)
        self._mentions: dict[str, tuple[datetime, Mention]] = {}
        self._kept = self._gather(self._windows)

    def _gather(self, windows: list[Window]) -> list[Tweet]:
        kept: dict[str, Tweet] = {}
        outdated: set[str] = set()
        for entry in self._load():
            fields = unwrap(entry, _FIELDS)
            self._note_mentions(fields)
            outdated.update(_earlier_edits(fields))
            tweet = parse_tweet(fields, self._account)
            if tweet and (tweet.space_ids or any(start <= tweet.created_at <= end for start, end in windows)):
                kept[tweet.id] = tweet
        current = (kept[tweet_id] for tweet_id in kept.keys() - outdated)
        return sorted(current, key=lambda tweet: (tweet.created_at, int(tweet.id)))

    def _note_mentions(self, fields: Entry) -> None:
        moment = parse_moment(pick(fields, "created_at"))
        for item in pick_items(_entities(fields), "user_mentions"):
            mention = _entry(item)
            x_id, handle = pick_text(mention, "id_str", "id"), pick_text(mention, "screen_name")
            if moment and x_id.isdecimal() and is_handle(handle):
                known = self._mentions.get(handle.lower())
                if known is None or known[0] <= moment:
                    name = plain_text(pick_text(mention, "name"))
                    self._mentions[handle.lower()] = moment, Mention(x_id=x_id, handle=handle, name=name)

    def find_by_handle(self, handle: str) -> Mention | None:
        """Who had this handle when last mentioned."""
        found = self._mentions.get(handle.lower())
        return found[1] if found else None

    def find_by_id(self, x_id: str) -> Mention | None:
        """The X user with this id, as last mentioned."""
        found = [
            (moment, mention.handle, mention) for moment, mention in self._mentions.values() if mention.x_id == x_id
        ]
        return max(found)[2] if found else None

    def about(self, space_id: str) -> list[Tweet]:
        """Tweets linking to a Space, oldest first."""
        return [tweet for tweet in self._kept if space_id in tweet.space_ids]

    def between(self, start: datetime, end: datetime) -> list[Tweet]:
        """Tweets from `start` to `end`, both included, oldest first."""
        if not any(first <= start and end <= last for first, last in self._windows):
            self._windows.append((start, end))
            self._kept = self._gather(self._windows)
        return [tweet for tweet in self._kept if start <= tweet.created_at <= end]


def _entry(item: Any) -> Entry:
    return item if isinstance(item, dict) else {}


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
    """Text with t.co links replaced by their targets, links to Spaces and pictures left out; and the links in it."""
    left: list[str] = []

    def expansion(match: re.Match[str]) -> str:
        short = _SHORT_LINK.match(match[0])
        end = short.end() if short else len(match[0].rstrip(".,;:!?…)]'\"”’»"))
        target = links.get(match[0][:end], match[0][:end])
        if not target or _SPACE_LINK.match(target):
            return match[0][end:]
        left.append(target)
        return target + match[0][end:]

    lines = [re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in _WEB_LINK.sub(expansion, text).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), list(dict.fromkeys(left))


def _earlier_edits(fields: Entry) -> list[str]:
    """Ids of the versions that this tweet is a later edit of."""
    for item in _entry(pick(fields, "edit_info")).values():
        control = _entry(pick(_entry(item), "editControlInitial")) or _entry(item)
        ids = [version for version in pick_items(control, "editTweetIds") if isinstance(version, str)]
        own = pick_text(fields, "id_str", "id")
        if own in ids:
            return ids[: ids.index(own)]
    return []
