"""Whether a name that is found in a text names somebody: in `Will it scale?` it does not.

A capital inside a sentence, what stands before and after, a place in an address. In doubt it is a name.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import lru_cache

from site_builder.consent import ordinary_words
from site_builder.text.folding import fold

_ENDS = " \t\r\n\0<>\"'()[]{}|«»“”„‘，。、"
"""What an address does not go beyond."""
_LASTING = re.compile(f"[^{re.escape(_ENDS)}]*")
_ADDRESS = re.compile(
    r"://|^www\.|^[#@＃＠]|\w@|@\w+\.\w|\w/\w|^/|\w\.[a-z][a-z0-9]{1,9}(?:[/?#:]|$)|\w\.\w{1,63}\.[a-z]{2,}",
    re.IGNORECASE,
)
_WEB = re.compile(r"://|^www\.|^[\w.-]+\.[a-z]{2,}[/?]|\w@[\w-]+\.\w", re.IGNORECASE)
_PROFILE = re.compile(
    r"(?:^|[/.\0\s\"'(<])(?:x|twitter|instagram|github|gitlab|facebook|threads|tiktok|twitch|medium|patreon|ko-fi|keybase|"
    r"soundcloud|linktr|telegram|t|youtube|linkedin|bsky|reddit|substack|mastodon|snapchat|vimeo|flickr|bandcamp)"
    r"\.(?:com|net|tv|io|ee|me|app|social|org)/"
    r"(?:intent/(?:user|follow)\?screen_name=|#!/|in/|c/|user/|u/|profile/|s/)?@?$"
)
_WORD_BEFORE = re.compile(r"([^\W_][\w'’.-]*)[\s\"“”„«»‘'*_(\[&,]*$")
_WORD_AFTER = re.compile(r"[\s,]*([^\W_][\w-]*)")
_STARTS = re.compile(r"(?:^|[\n\0]|[.!?…:;•·]\s|[¿¡])[\s\"“”„«»‘'*_(\[#>–—•·\d.)-]*$")
_TIME = re.compile(r"(?:^|(?<=[\n\0])|(?<=[.!?…:]\s))[ \t*•–-]*\d{1,3}(?::\d\d){1,2}[ \t]+$")
"""Of a chapter or a note: its text begins after it."""
_JOINED = re.compile(r"\s*(?:,|&|and|und|y|et|e)\s+(?=[^\W\d_])(\w)", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s\b")
_LONGEST = 512
"""Characters of an address before and after a name in it, as far as anybody looks."""
_NEAR = 60
"""Characters before a word that are looked at."""


class Reading(Enum):
    """What kind of text it is, which decides what counts as a name in it."""

    TEXT = auto()
    ADDRESS = auto()
    """A link, a slug, a tag, the name of a file: capitals tell nothing there."""
    NAME = auto()
    """The name of a person, and nothing else."""


def find_token(text: str, start: int, end: int) -> tuple[int, int]:
    """What stands between blanks, brackets or quotes around a place, without the punctuation that ends a sentence."""
    start -= _LASTING.match(text[max(0, start - _LONGEST) : start][::-1]).end()  # type: ignore[union-attr]  # always
    last = _LASTING.match(text, end, end + _LONGEST).end()  # type: ignore[union-attr]
    while last > end and text[last - 1] in ".,;:!?…’*_~`":
        last -= 1
    return start, last


@lru_cache(maxsize=256)
def is_address(token: str) -> bool:
    """Whether it is an address, an e-mail address, a hashtag, a handle or the name of a file."""
    return _ADDRESS.search(token) is not None


@lru_cache(maxsize=256)
def is_web_address(token: str) -> bool:
    """Whether it is an address of the web or of e-mail: all of it goes, or what is left would lead there."""
    return _WEB.search(token) is not None


def is_profile(before: str) -> bool:
    """Whether a text ends as addresses of profiles do, before the handle."""
    return _PROFILE.search(before[-_NEAR:].casefold()) is not None


def is_ordinary(word: str) -> bool:
    """Whether a folded word is seldom a name alone: it is in no dictionary of names, or a number, or a letter."""
    return (
        len(word) < 2
        or word.isdigit()
        or word in ordinary_words.WORDS
        or word in ordinary_words.NAMES
        or word in ordinary_words.DATED
    )


def is_shaped_like_term(name: str) -> bool:
    """Whether a name of one word is written as products are: `SQLite`, `iPhone`, `MP3`."""
    return re.search(r"^[A-Z]{2,}[a-z]|^[a-z]+[A-Z]|\d", name) is not None


def is_meant(text: str, start: int, end: int, word: str) -> bool:
    """Whether a word with a capital that is ordinary too is the name of somebody here; `word` is folded."""
    before, after = _TIME.sub("", text[max(0, start - _NEAR) : start]), text[end : end + _NEAR]
    previous, following = _find_word(_WORD_BEFORE, before), _find_word(_WORD_AFTER, after)
    if previous in ordinary_words.NAMING and not (word in ordinary_words.DATED and previous in ordinary_words.DATING):
        return True
    if following in ordinary_words.SAYING:
        return True
    begins = _STARTS.search(before) is not None
    if word in ordinary_words.DATED:
        near_number = before.rstrip()[-1:].isdigit() or after.lstrip()[:1].isdigit()
        return not (begins or near_number or previous in ordinary_words.DATING or previous in ordinary_words.ARTICLES)
    if _POSSESSIVE.match(after) or _is_alone(before, after):
        return True
    if previous in ordinary_words.ARTICLES:
        return False
    joined = _JOINED.match(after)
    return not begins or word in ordinary_words.COUNTED or (joined is not None and joined[1].isupper())


def is_called(text: str, start: int, end: int) -> bool:
    """Whether a word that somebody is called by is a name here: `Owen`, and not `the Solana` or `solana`."""
    previous = _find_word(_WORD_BEFORE, text[max(0, start - _NEAR) : start])
    return text[start:end][:1].isupper() and previous not in ordinary_words.ARTICLES


def _find_word(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text) if pattern is _WORD_BEFORE else pattern.match(text)
    return fold(match[1]) if match else ""


def _is_alone(before: str, after: str) -> bool:
    """Whether there is nothing else in the line, or a colon as after a speaker."""
    line_before, line_after = re.split(r"[\n\0]", before)[-1], re.split(r"[\n\0]", after)[0]
    if any(map(str.isalnum, line_before)):
        return False
    return line_after.startswith(":") or not any(map(str.isalnum, line_after))
