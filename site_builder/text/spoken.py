"""Splits lines of a transcript into words with times, and finds words again in a changed line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

Times = tuple[tuple[float, float], ...]
"""From when to when each word of a line is said."""
UNSPACED = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Letters of scripts that put no space between words, as a range of a pattern: Thai, Lao, Khmer, Japanese, Chinese."""
_Times = list[tuple[float, float]]
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


@cache
def _make_pattern() -> re.Pattern[str]:
    """Of a word; made where something is said, for it takes 3 ms."""
    return re.compile(rf"[{UNSPACED}]|[^\s{UNSPACED}]+")


def split_words(text: str) -> list[str]:
    """The words of a line with their punctuation; where a script puts no space between words, its letters.

    >>> split_words("Good evening, 灯台")
    ['Good', 'evening,', '灯', '台']
    """
    return _make_pattern().findall(text)


def find_words(text: str) -> Iterator[re.Match[str]]:
    """The same words with their places."""
    return _make_pattern().finditer(text)


def is_spaced(text: str) -> bool:
    """Whether the words of a line are parted by spaces and nothing else."""
    return split_words(text) == text.split()


def carry_times(old: Sequence[str], times: Times, new: Sequence[str], start: float, end: float) -> tuple[Times, int]:
    """When each of the `new` words is said, where `old` ones with known `times` were; and how many are as they were.

    A word that stands in place of others has their time; one that is wholly new shares the time between its neighbours,
    or that of the word before it. Case and punctuation make no other word.

    Args:
        old: Words whose times are known.
        times: Theirs.
        new: The words as they read now.
        start: Earliest time that may come out, and the time of words before all others.
        end: Latest.
    """
    found: _Times = []
    kept = 0
    for same, first, last, count in _match(old, new):
        if same:
            found += times[first:last]
            kept += count
        elif first < last:
            found += _share(times[first][0], times[last - 1][1], new[len(found) : len(found) + count])
        elif count:
            found = _insert(found, new, count, times[first][0] if first < len(times) else end, start)
    return _order(found, start, end), kept


def _match(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, int, int, int]]:
    """Stretches of `old` (from, to) with how many of the `new` words stand for them, and whether they are the same."""
    from difflib import SequenceMatcher  # noqa: PLC0415 -- not needed where nothing was corrected

    matcher = SequenceMatcher(
        None, [fold_word(word) for word in old], [fold_word(word) for word in new], autojunk=False
    )
    for kind, first, last, begin, stop in matcher.get_opcodes():
        yield kind == "equal", first, last, stop - begin


def fold_word(word: str) -> str:
    """A word without case and the punctuation around it; punctuation alone stays."""
    return _EDGES.sub("", word).casefold() or word


def _insert(found: _Times, new: Sequence[str], count: int, then: float, start: float) -> _Times:
    """`found` with the time of `count` words that nothing stood for, before `then`."""
    words = new[len(found) : len(found) + count]
    before = found[-1][1] if found else start
    if then - before >= _LEAST * count or not found:
        return [*found, *_share(before, max(before, then), words)]
    shared = new[len(found) - 1 : len(found) + count]
    return [*found[:-1], *_share(found[-1][0], max(found[-1][1], then), shared)]


_LEAST = 0.06
"""Seconds that a word takes at least; where there is less between two others, it shares the time of the one before."""


def _share(start: float, end: float, words: Sequence[str]) -> _Times:
    """A stretch of time shared out by length of words."""
    whole = sum(len(word) for word in words) or 1
    edges = [start]
    for word in words:
        edges.append(edges[-1] + (end - start) * len(word) / whole)
    return list(pairwise(edges))


def _order(times: Sequence[tuple[float, float]], start: float, end: float) -> Times:
    """The same, none before the one before it, all from `start` to `end`, to the millisecond."""
    ordered, last = [], start
    for begin, stop in times:
        last = min(max(begin, last), end)
        ordered.append((round(last, 3), round(min(max(stop, last), end), 3)))
    return tuple(ordered)
