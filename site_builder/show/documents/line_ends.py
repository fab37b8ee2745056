"""Edits a text as if its lines all ended in newlines, and leaves each line the end that it had. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import SequenceMatcher

_END = re.compile(r"\r\n|\r|\n")
_MARK = "\ufeff"


def edit_lines(text: str, edit: Callable[[str], str]) -> str:
    r"""`text` changed by `edit`, which sees it without byte order mark and with newlines alone.

    Lines that stay keep their ends; a new one ends as the line above it does.

    >>> edit_lines("a: 1\r\nb: 2\n", lambda plain: plain.replace("1", "3") + "c: 4\n")
    'a: 3\r\nb: 2\nc: 4\n'
    """
    mark = _MARK if text.startswith(_MARK) else ""
    written = text.removeprefix(mark)
    if "\r" not in written:
        return mark + edit(written)
    plain = _END.sub("\n", written)
    return mark + _put_back(_END.findall(written), plain, edit(plain))


def _put_back(ends: list[str], plain: str, edited: str) -> str:
    """`edited` with the ends that the lines of `plain` had."""
    if len(set(ends)) == 1:
        return edited.replace("\n", ends[0])
    before, after = plain.split("\n"), edited.split("\n")
    kept: list[str] = []
    for _, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        own = ends[start:end]
        for number in range(new_end - new_start):
            kept.append(own[number] if number < len(own) else kept[-1] if kept else ends[0])
    return "".join(f"{line}{end}" for line, end in zip(after[:-1], kept, strict=False)) + after[-1]
