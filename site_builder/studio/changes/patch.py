"""The bytes of a file that a change replaced, before and after, small enough to keep."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from site_builder.engine.files import write_file

NOTHING = "nothing"
"""Digest of a file that is not there."""
_AROUND = 80
"""Bytes before and after a change that are kept with it."""


def make_digest(content: bytes | None) -> str:
    """Tells one state of a file from any other."""
    return NOTHING if content is None else hashlib.sha256(content).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """One file before and after a change."""

    path: str
    """Below the show's folder."""
    before: str
    """Digest; `NOTHING` where the file was made."""
    after: str
    at: int = 0
    """How many bytes at the beginning are the same."""
    old: bytes = b""
    new: bytes = b""
    lead: bytes = b""
    """What stands before the middle, in both: by it the middle is found again in a file that changed elsewhere."""
    tail: bytes = b""
    """What stands after it."""

    def apply(self, content: bytes | None) -> bytes | None:
        """The file after the change, from what it was before."""
        if self.after == NOTHING:
            return None
        whole = content or b""
        return whole[: self.at] + self.new + whole[self.at + len(self.old) :]

    @property
    def inverse(self) -> Patch:
        """What takes it back."""
        return replace(self, before=self.after, after=self.before, old=self.new, new=self.old)

    def fit(self, content: bytes | None) -> Patch | None:
        """The same change of a file that differs elsewhere; None where it is not plain what it would change there."""
        if content is None or NOTHING in {self.before, self.after}:
            return None
        for lead, tail in ((self.lead, self.tail), (self.lead, b""), (b"", self.tail)):
            passage = lead + self.old + tail
            if passage and content.count(passage) == 1:
                moved = replace(self, before=make_digest(content), at=content.index(passage) + len(lead))
                return replace(moved, after=make_digest(moved.apply(content)))
        return None


def make_patch(path: str, before: bytes | None, after: bytes | None) -> Patch:
    """What turns `before` into `after`."""
    old, new = before or b"", after or b""
    at = _count_shared(old, new)
    tail = _count_shared(old[at:][::-1], new[at:][::-1])
    return Patch(
        path=path,
        before=make_digest(before),
        after=make_digest(after),
        at=at,
        old=old[at : len(old) - tail],
        new=new[at : len(new) - tail],
        lead=old[max(0, at - _AROUND) : at],
        tail=old[len(old) - tail :][:_AROUND],
    )


def _count_shared(one: bytes, other: bytes) -> int:
    """How many bytes at the beginning of both are the same: halved until it is found, for files may be long."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle - 1)
    return low


def read_file(file: Path) -> bytes | None:
    """Its bytes; None where it is not there."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None


def replace_file(file: Path, content: bytes | None) -> None:
    """Write, make or remove a file in one step, on the disk when this returns."""
    if content is None:
        file.unlink(missing_ok=True)
        return
    write_file(file, content, durable=True)
