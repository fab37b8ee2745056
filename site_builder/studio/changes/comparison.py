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


def compare(now: str, wanted: str, *, whole: bool = True) -> tuple[list[Line], list[Line]]:
    """What differs between both versions, marked, with a few lines around: what somebody else changed is in both.

    Not `whole`: the one is a passage that is to go into the other; nothing is marked or left out then.
    """
    one, other = now.splitlines(), wanted.splitlines()
    if not whole or now == wanted or max(len(one), len(other)) > _MOST:
        return [Line(line, differs=False) for line in one], [Line(line, differs=False) for line in other]
    groups = list(SequenceMatcher(None, one, other, autojunk=False).get_grouped_opcodes(_AROUND))
    here = [[(tag != "equal", start, end) for tag, start, end, _, _ in group] for group in groups]
    there = [[(tag != "equal", start, end) for tag, _, _, start, end in group] for group in groups]
    return list(_show(one, here)), list(_show(other, there))


def _show(lines: Sequence[str], groups: Sequence[Sequence[tuple[bool, int, int]]]) -> Iterator[Line]:
    """The lines of the groups, and where lines between them are left out."""
    shown = 0
    for group in groups:
        if group[0][1] > shown:
            yield Line("", differs=False, is_gap=True)
        for differs, start, end in group:
            yield from (Line(line, differs) for line in lines[start:end])
        shown = group[-1][2]
    if shown < len(lines):
        yield Line("", differs=False, is_gap=True)
