"""Compares two versions of a file line by line and marks what differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_MOST = 5000
"""Lines of a file beyond which nothing is compared."""
_AROUND = 2
"""Lines that are shown before and after those that differ."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a version."""

    text: str
    differs: bool
    """From the other version."""
    is_gap: bool = False
    """It stands for lines that are the same in both and not shown."""


def compare(now: str, wanted: str, seen: str | None = None, *, whole: bool = True) -> tuple[list[Line], list[Line]]:
    """What differs between both versions, and from the one that the person saw, marked, with a few lines around.

    Not `whole`: the one is a passage that is to go into the other; nothing is marked or left out then.
    """
    one, other = now.splitlines(), wanted.splitlines()
    older = [] if seen is None else [seen.splitlines()]
    if not whole or now == wanted or max(map(len, (one, other, *older))) > _MOST:
        return [Line(line, differs=False) for line in one], [Line(line, differs=False) for line in other]
    return list(_show(one, [other, *older])), list(_show(other, [one, *older]))


def _show(lines: Sequence[str], others: Sequence[Sequence[str]]) -> Iterator[Line]:
    """Lines that differ from another version and those around; one for all that are left out between them."""
    differing, shown = set[int](), set[int]()
    for other in others:
        for tag, start, end, _, _ in SequenceMatcher(None, lines, other, autojunk=False).get_opcodes():
            if tag != "equal":
                differing.update(range(start, end))
                shown.update(range(start - _AROUND, end + _AROUND))
    for number, line in enumerate(lines):
        if number in shown:
            yield Line(line, number in differing)
        elif number == 0 or number - 1 in shown:
            yield Line("", differs=False, is_gap=True)
