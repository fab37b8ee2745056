"""The whole text of long posts: X cuts them in `tweets.js` and keeps them whole in `note-tweet.js`.

The two have different ids. They belong together where they were sent within seconds and the one begins like the other.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from site_builder.sources.x.json import Entry, parse_moment, pick, pick_items, pick_text, unwrap

_FIELDS = frozenset({"noteTweetId", "core", "createdAt"})
_CLOSE = timedelta(seconds=5)
_SHORTEST = 30
"""Characters that must agree: a long post is cut after some 280."""
_LONGEST = 30_000
"""Characters; X allows 25,000."""
_MOST = 2000
"""Long posts kept; those about a Space or from its time are a few hundred at most."""
_CUT = re.compile(r"…\s*(?:https?://\S+\s*)?$")
_UNCOMPARED = re.compile(r"https?://\S+|\s+|…")
_NAMES = re.compile(r"^(?:@\w+\s+)+", re.ASCII)


@dataclass(frozen=True, slots=True)
class LongPost:
    """A post in full."""

    created_at: datetime
    text: str
    entities: Entry
    """As a tweet has them."""


class LongPosts:
    """The long posts that matter, by their time."""

    def __init__(self, entries: Iterable[Any], matters: Callable[[datetime, Entry], bool]) -> None:
        """Keep those of which `matters` says so, given when each was sent and its fields as a tweet has them."""
        kept: list[LongPost] = []
        for entry in entries:
            post = _parse(entry)
            if post and len(kept) < _MOST and matters(post.created_at, _as_tweet(post)):
                kept.append(post)
        self._posts = sorted(kept, key=lambda post: post.created_at)
        self._times = [post.created_at for post in self._posts]

    def complete(self, fields: Entry, created_at: datetime) -> Entry:
        """A tweet's fields with the text and links of its long form, where it is the cut form of one that is kept."""
        cut = pick_text(fields, "full_text", "text")
        if not self._posts or "…" not in cut[-60:]:
            return fields
        first = bisect_left(self._times, created_at - _CLOSE)
        near = [post for post in self._posts[first:] if post.created_at <= created_at + _CLOSE]
        same = [post for post in near if _begins_like(post.text, cut)]
        if not same:
            return fields
        post = min(same, key=lambda post: abs(post.created_at - created_at))
        return {**fields, **_as_tweet(post, "".join(_NAMES.findall(cut)))}


def _as_tweet(post: LongPost, names: str = "") -> Entry:
    return {"full_text": names + post.text, "entities": post.entities}


def _begins_like(whole: str, cut: str) -> bool:
    """Whether a cut text is the beginning of a whole one, links, spaces and the names a reply begins with apart."""
    head = _CUT.sub("", cut)
    beginning, text = (_UNCOMPARED.sub("", _NAMES.sub("", _unescape(part))) for part in (head, whole))
    return len(beginning) >= _SHORTEST and text.startswith(beginning)


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _parse(entry: Any) -> LongPost | None:
    fields = unwrap(entry, _FIELDS)
    created_at, core = parse_moment(pick(fields, "createdAt")), pick(fields, "core")
    core = core if isinstance(core, dict) else fields
    text = pick_text(core, "text")
    if created_at is None or not text:
        return None
    return LongPost(created_at, text[:_LONGEST], _parse_entities(core))


def _parse_entities(core: Entry) -> Entry:
    """A tweet's entities from those of a long post, whose names for the same things are others."""
    return {
        "urls": [
            {"url": pick_text(link, "shortUrl"), "expanded_url": pick_text(link, "expandedUrl")}
            for link in _objects(core, "urls")
        ],
        "hashtags": [{"text": pick_text(tag, "text", "tag")} for tag in _objects(core, "hashtags")],
        "user_mentions": [
            {
                "id_str": pick_text(person, "id", "userId"),
                "screen_name": pick_text(person, "screenName"),
                "name": pick_text(person, "name"),
            }
            for person in _objects(core, "mentions")
        ],
    }


def _objects(core: Entry, name: str) -> list[Entry]:
    return [item for item in pick_items(core, name)[:1000] if isinstance(item, dict)]
