"""Finds the partner of a bracket or quotation mark, so that removing text leaves no half of a pair."""

from __future__ import annotations

import re

_CLOSES = dict(zip("([{<«‹“„「『【《〈〔（［｛", ")]}>»›”“」』】》〉〕）］｝", strict=True))
_OPENS = {close: open_ for open_, close in _CLOSES.items() if close not in _CLOSES}
_TURNED = {"«": "»", "»": "«", "‹": "›", "›": "‹", "“": "„"}
"""What opens in one language closes in another: «so», »so«, “so”, „so“."""
_ALIKE = re.compile(r"([\"*_~`|])\1*(?:(?<![^\W_].)|(?![^\W_]))")
"""Signs that open and close alike, as typewriters and Markdown have them; none between letters, no apostrophe."""


def balance(text: str, start: int, end: int) -> tuple[int, int]:
    """A part of a text made longer by the brackets and quotes just beside it whose partner is inside.

    >>> balance("thanks, Ana (Lopez)!", 8, 18)
    (8, 19)
    """
    opened, closed = _find_unpaired(text[start:end])
    sides = [(_TURNED.get(sign, ""), _CLOSES[sign]) for sign in opened]
    sides += [(_OPENS[sign], _TURNED.get(sign, "")) for sign in closed]
    sides += [(sign, sign) for sign in _find_odd(text[start:end])]
    for left, right in sides:
        before, after = text[:start].rstrip(" "), text[end:].lstrip(" ")
        if right and after.startswith(right) and not (left == right and text[:start].endswith(left)):
            end = len(text) - len(after) + len(right)
        elif left and before.endswith(left):
            start = len(before) - len(left)
    return start, end


def find_unbalanced(part: str) -> str:
    """Brackets of a part of a text that have their partners outside of it, in order."""
    opened, closed = _find_unpaired(part)
    return "".join((*closed, *(f" {sign}" for sign in reversed(opened))))


def _find_unpaired(part: str) -> tuple[list[str], list[str]]:
    """Those that are only opened, innermost first, and those that are only closed."""
    opened: list[str] = []
    closed: list[str] = []
    for sign in part:
        if opened and sign == _CLOSES[opened[-1]]:
            opened.pop()
        elif closed and sign == _TURNED.get(closed[-1]):
            closed.pop()
        elif sign in _CLOSES:
            opened.append(sign)
        elif sign in _OPENS:
            closed.append(sign)
    return opened[::-1], closed


def _find_odd(part: str) -> list[str]:
    signs = [found.group() for found in _ALIKE.finditer(part)]
    return [sign for sign in dict.fromkeys(signs) if signs.count(sign) % 2]
