"""Carries a change of an older version of a file over to the newer one, where both changed different lines."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher

from site_builder.errors import SpacecastError
from site_builder.studio.changes.patch import make_digest

_MOST_LINES = 5000
_MOST_BYTES = 1_000_000
_KEPT = 64
Step = tuple[int, int, Sequence[bytes]]
"""Lines of the older version from one to the other, and what stands in their place."""


class Views:
    """What pages show of files: versions that were looked at, by their digest; the latest few, in memory alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], bytes] = {}

    def remember(self, path: str, content: bytes | None) -> str:
        """Keep a version of a file; its digest."""
        digest = make_digest(content)
        if content is not None and len(content) <= _MOST_BYTES:
            with self._lock:
                self._known.pop((path, digest), None)
                self._known[path, digest] = content
                if len(self._known) > _KEPT:
                    del self._known[next(iter(self._known))]
        return digest

    def find(self, path: str, digest: str) -> bytes | None:
        """A version that was looked at; None where it is not known any more."""
        return self._known.get((path, digest))

    def carry(self, path: str, based_on: str, change: Callable[[bytes], bytes | None], now: bytes) -> str | None:
        """Whether a change means the same to the file as it is now: then the digest of the older version with it.

        That is what the page shows which it comes from. What else the page shows is older, and still told as such when
        it is changed there. None: it is not known, or not plain, what was meant.
        """
        base = self._known.get((path, based_on))
        if base is None:
            return None
        try:
            wanted, after = change(base), change(now)
        except (SpacecastError, LookupError, ValueError):  # such as an entry of a list that is not in both
            return None
        if wanted is None or after is None or merge(base, wanted, now) != after:
            return None
        return self.remember(path, wanted)


def merge(base: bytes, one: bytes, other: bytes) -> bytes | None:
    r"""Both changes of a file; None where they touch.

    >>> merge(b"a\nb\nc\n", b"A\nb\nc\n", b"a\nb\nC\n")
    b'A\nb\nC\n'
    >>> merge(b"a\nb\nc\n", b"A\nb\nc\n", b"B\nb\nc\n")
    """
    lines = base.splitlines(keepends=True)
    if max(content.count(b"\n") for content in (base, one, other)) > _MOST_LINES:
        return None
    mine, theirs = _list_steps(lines, one), _list_steps(lines, other)
    mine = [step for step in mine if step not in theirs]  # both did the same
    if any(_touch(step, known) for step in mine for known in theirs):
        return None
    for start, end, new in sorted([*mine, *theirs], key=lambda step: step[:2], reverse=True):
        lines[start:end] = new
    return b"".join(lines)


def _list_steps(base: Sequence[bytes], content: bytes) -> list[Step]:
    lines = content.splitlines(keepends=True)
    steps = SequenceMatcher(None, base, lines, autojunk=False).get_opcodes()
    return [(start, end, lines[first:last]) for tag, start, end, first, last in steps if tag != "equal"]


def _touch(one: Step, other: Step) -> bool:
    """Whether they change the same lines; what is put between lines touches those beside it."""
    (start, end, _), (first, last, _) = one, other
    if start == end or first == last:
        return start <= last and first <= end
    return start < last and first < end
