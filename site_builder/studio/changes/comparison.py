"""Two versions of a file beside each other, with what differs marked, so that the eye finds it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_AROUND = 3
"""Lines shown before and after what differs."""
_MOST = 5000
"""Lines of a file beyond which nothing is compared."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a version."""

    text: str
    state: str
    """`same`, `differs`, or `left-out`: lines that are the same stand here."""


def compare(now: str, wanted: str) -> tuple[list[Line], list[Line]]:
    """Both versions with what differs marked and long passages that are the same left out.

    Where they have less than half in common, as a whole file has with a passage of it, both are shown as they are.
    """
    one, other = now.splitlines(), wanted.splitlines()
    if max(len(one), len(other)) > _MOST:
        return _take_whole(one), _take_whole(other)
    matcher = SequenceMatcher(None, one, other)
    if matcher.ratio() < 0.5:
        return _take_whole(one), _take_whole(other)
    steps = matcher.get_opcodes()
    left = [(tag, one[start:end]) for tag, start, end, _, _ in steps]
    right = [(tag, other[start:end]) for tag, _, _, start, end in steps]
    return list(_mark(left)), list(_mark(right))


def _take_whole(lines: Sequence[str]) -> list[Line]:
    return [Line(line, "same") for line in lines]


def _mark(pieces: Sequence[tuple[str, list[str]]]) -> Iterator[Line]:
    for number, (tag, lines) in enumerate(pieces):
        if tag != "equal":
            yield from (Line(line, "differs") for line in lines)
            continue
        before = _AROUND if number else 0
        after = _AROUND if number < len(pieces) - 1 else 0
        if len(lines) <= before + after + 1:
            yield from _take_whole(lines)
            continue
        yield from _take_whole(lines[:before])
        yield Line("…", "left-out")
        yield from _take_whole(lines[len(lines) - after :])
