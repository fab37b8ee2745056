"""Compares two versions of a file line by line and marks what differs."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

_MOST = 5000
"""Lines of a file beyond which nothing is compared."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a version."""

    text: str
    differs: bool
    """From the other version."""


def compare(now: str, wanted: str) -> tuple[list[Line], list[Line]]:
    """Both versions, whole, with what differs marked: what somebody else has changed is the same in both.

    Where they have less than half in common, as a file has with a passage of it, nothing is marked.
    """
    one, other = now.splitlines(), wanted.splitlines()
    matcher = SequenceMatcher(None, one, other)
    if max(len(one), len(other)) > _MOST or matcher.ratio() < 0.5:
        return [Line(line, differs=False) for line in one], [Line(line, differs=False) for line in other]
    steps = matcher.get_opcodes()
    return (
        [Line(line, tag != "equal") for tag, start, end, _, _ in steps for line in one[start:end]],
        [Line(line, tag != "equal") for tag, _, _, start, end in steps for line in other[start:end]],
    )
