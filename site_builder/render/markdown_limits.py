"""Whether Markdown would take too long to render: the library looks from each open bracket to the end.

Ten thousand that are never closed take it half a minute. What people write stays a hundred times below the bound.
"""

from __future__ import annotations

import re

LONGEST = 400_000
"""Characters; a novel has as many."""
_MOST_LOOKED_AT = 1_500_000
"""Characters looked at from brackets that are opened, a half second's work."""
_MOST_COPIED = 60_000_000
"""Characters of blocks that are taken in hand again for each sign in them."""
_BLOCK = re.compile(r"\n[ \t]*\n")
_BRACKETS = re.compile(r"[\[\]()<>]")
_CLOSES = {"]": "[", ")": "(", ">": "<"}
_SIGNS = re.compile(r"^[ \t]*(?:#|:|={2,}|-{2,})|['\"*_`\\<>|~]|  $", re.MULTILINE)


def is_too_complex(source: str) -> bool:
    """Whether Markdown is longer, or more entangled, than can be read in a second or two."""
    size = len(source)
    if size > LONGEST:
        return True
    if size * size <= _MOST_COPIED and size * sum(map(source.count, "[(<")) <= _MOST_LOOKED_AT:
        return False  # even if each sign and each bracket were as dear as the whole; what most notes are
    blocks = _BLOCK.split(source)
    copied = sum(len(block) * sum(1 for _ in _SIGNS.finditer(block)) for block in blocks)
    return copied > _MOST_COPIED or sum(map(_measure_brackets, blocks)) > _MOST_LOOKED_AT


def _measure_brackets(block: str) -> int:
    """How far it is, all in all, from brackets that are opened to where they are closed, or to the end."""
    opened: dict[str, list[int]] = {"[": [], "(": [], "<": []}
    looked_at = 0
    for found in _BRACKETS.finditer(block):
        if found[0] in opened:
            opened[found[0]].append(found.start())
        elif places := opened[_CLOSES[found[0]]]:
            looked_at += found.start() - places.pop()
    return looked_at + sum(len(block) - place for places in opened.values() for place in places)
