"""Where a name may begin and end in a text, by the script it is written in.

Most scripts set words apart. Chinese, Japanese, Thai, Lao, Khmer, Burmese and Tibetan do not: there a name may stand
anywhere. Korean hangs particles on a name, Hebrew and Arabic put prefixes before it.
"""

from __future__ import annotations

import re

from site_builder.text.folding import is_letter

_UNSPACED = (
    *((0x0E00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x19E0, 0x19FF), (0x1A20, 0x1AAF), (0x2E80, 0x312F)),
    *((0x31A0, 0x31FF), (0x3400, 0x9FFF), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)),
)
_KOREAN = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF))
_FEWEST_SYLLABLES = 3
"""Of a Korean name that may stand inside a longer word."""
_SYLLABLE = re.compile(r"[\u1100-\u115f][\u1160-\u11a7]+[\u11a8-\u11ff]*")
_PREFIX = re.compile(r"(?:^|[^\w])(?:[והבלכמש]{1,4}|[وفبلكسأ]{0,2}(?:ال)?|لل)$")
"""Hebrew and Arabic: and, the, in, to, like, from, that."""


def _is_in(character: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(character) <= last for first, last in ranges)


def is_unspaced(character: str) -> bool:
    """Whether its script does not set words apart."""
    return _is_in(character, _UNSPACED)


def is_korean(character: str) -> bool:
    """Whether it is Hangul; folded text holds its single letters."""
    return _is_in(character, _KOREAN)


def split_korean_name(word: str) -> tuple[str, str]:
    """Family name and given name of a folded Korean name that is written as one word; nothing where it is none."""
    syllables = _SYLLABLE.findall(word)
    is_name = _FEWEST_SYLLABLES <= len(syllables) <= _FEWEST_SYLLABLES + 1 and "".join(syllables) == word
    return (syllables[0], "".join(syllables[1:])) if is_name else ("", "")


def is_cased(text: str) -> bool:
    """Whether a capital can tell that a word is a name."""
    return any(character.lower() != character.upper() for character in text)


def begins_word(folded: str, start: int, syllables: int) -> bool:
    """Whether a name may begin at `start` of a folded text; `syllables` counts those of a Korean name."""
    first, before = folded[start], folded[start - 1 : start]
    if not before or not is_letter(before) or is_unspaced(first) or is_unspaced(before):
        return True
    if is_korean(first):
        return syllables >= _FEWEST_SYLLABLES or not is_korean(before)
    if "\u0590" <= first <= "\u06ff":
        return _PREFIX.search(folded[max(0, start - 6) : start]) is not None
    return False


def ends_word(folded: str, end: int, *, inside_character: bool) -> bool:
    """Whether a name may end before `end`; `inside_character`: what stands there is part of the character before."""
    last, after = folded[end - 1], folded[end : end + 1]
    if inside_character:
        return False
    if not after or not is_letter(after):
        return True
    if not after.isalnum():  # a sign on the last letter makes another letter of it
        return False
    return is_unspaced(last) or is_unspaced(after) or is_korean(last)
