"""Folds texts (Unicode) so that those a reader takes for the same become equal, and finds places again.

Compatibility forms become plain ones (NFKD), case goes, and so do accents, optional vowel signs and characters that
cannot be seen; dashes, apostrophes and spaces become one of each (ASCII tabs and line ends stay). Cyrillic and Greek
letters in a word that has Latin ones too become those they look like. Each character is folded to characters of its
own, so that every place in the folded text belongs to one character of the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_UNSEEN = (
    *((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
    *((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)),
    *((0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
)
"""Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt)."""
_SIGNS = (
    *((0x300, 0x36F), (0x591, 0x5BD), (0x5BF, 0x5C7), (0x610, 0x61A), (0x640, 0x640), (0x64B, 0x65F), (0x670, 0x670)),
)
"""Accents of alphabets, vowel signs that Hebrew and Arabic may leave out, the stretching of Arabic letters."""
_APOSTROPHES = "'`´‘’‚‛ʹʻʼʽˈ′＇՚׳"
_LETTERS = {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "־": "-"}
"""Letters that Unicode does not take apart, as addresses spell them."""
_OTHER = re.compile(r"[^\x00-\x7f]+")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN, _FOREIGN = re.compile(r"[A-Za-z]"), re.compile(r"[\u0370-\u03ff\u0400-\u052f]")
_ALIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухһԁԛԝкмтвнпгΑΒΕΖΗΙΚΜΝΟΡΤΥΧαειικνορτυχγ",
    "ABESIJKMHOPCTYXaesijopcyxhdqwkmtbhnrABEZHIKMNOPTYXaeiikvoptuxy",
)
"""Letters that are taken for Latin ones (after Unicode's confusables)."""


def fold(text: str) -> str:
    """`text` as it is compared.

    >>> fold("Ａna\u00ad Ló\u0301PEZ’s") == fold("ana lopez's")
    True
    """
    if text.isascii():
        return text.lower()
    if _FOREIGN.search(text):
        text = _WORD.sub(_unmix, text)
    return _OTHER.sub(_fold_run, text).lower()


def find_places(text: str) -> Sequence[int]:
    """For each character of `fold(text)` the place of the character in `text` it came from, and the end of `text`."""
    if text.isascii():
        return range(len(text) + 1)
    places: list[int] = []
    for place, character in enumerate(text):
        places += [place] * (1 if character.isascii() else len(_fold_character(character)))
    return [*places, len(text)]


def _unmix(match: re.Match[str]) -> str:
    word = match.group()
    return word.translate(_ALIKE) if _LATIN.search(word) and _FOREIGN.search(word) else word


def _fold_run(match: re.Match[str]) -> str:
    return "".join(map(_fold_character, match.group()))


@lru_cache(maxsize=8192)
def _fold_character(character: str) -> str:
    plain = unicodedata.normalize("NFKD", character).casefold()
    return "".join(map(_unify, unicodedata.normalize("NFKD", plain)))


def _unify(character: str) -> str:
    code = ord(character)
    if any(first <= code <= last for first, last in (*_UNSEEN, *_SIGNS)):
        return ""
    if character in _APOSTROPHES:
        return "'"
    category = unicodedata.category(character)
    if category == "Pd" or character in "−⁃":
        return "-"
    if category in {"Zs", "Zl", "Zp"}:
        return " "
    return _LETTERS.get(character, character)


def split_words(folded: str) -> list[str]:
    """The runs of letters, digits and the signs on them in a folded text."""
    return ["".join(run) for run in _group(folded)]


def _group(folded: str) -> list[list[str]]:
    runs: list[list[str]] = [[]]
    for character in folded:
        if is_letter(character):
            runs[-1].append(character)
        elif runs[-1]:
            runs.append([])
    return runs if runs[-1] else runs[:-1]


def is_letter(character: str) -> bool:
    """Whether a character is part of a word: a letter, a digit, or a sign on one."""
    return character.isalnum() or (character > "\u02ff" and unicodedata.category(character)[0] == "M")
