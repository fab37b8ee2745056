"""How many words of a recognised text are wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBERS = {"10": "ten", "12": "twelve", "20": "twenty", "30": "thirty", "40": "forty", "5": "five", "2": "two"}


_SHORT = re.compile(r"\b(it|that|there|here|what|who|where|he|she)'s\b|\b(i|you|we|they)'(ve|d|ll|re|m)\b")
_LONG = {"ve": "have", "d": "would", "ll": "will", "re": "are", "m": "am"}


def list_plain(text: str) -> list[str]:
    """Words as they sound: `10` is ten, `there's` is there is."""
    plain = text.replace("’", "'").replace("-", " ").lower()
    spelt = _SHORT.sub(lambda found: f"{found[1] or found[2]} {_LONG.get(found[3], 'is')}", plain)
    return [_NUMBERS.get(word, word) for word in re.findall(r"[\w']+", spelt)]


def count_errors(read: Sequence[str], heard: Sequence[str]) -> int:
    """Words to insert, drop or change to make one of the other: the edit distance."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(read, 1):
        before, row[0] = row[0], number
        for at, other in enumerate(heard, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (word != other))
    return row[-1]
