"""Makes slugs: names for URLs and folders, from whatever a person wrote. Pure."""

from __future__ import annotations

import re
import unicodedata

SLUG_PATTERN = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
"""What a slug may be: it is a folder name, a URL segment and a file name on every system."""

_DEVICES = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")
"""Names that Windows keeps for itself, whatever comes after a dot:
https://learn.microsoft.com/windows/win32/fileio/naming-a-file
"""
_TRANSLITERATED = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
)


def make_slug(text: str, *, fallback: str = "", longest: int = 60, portable: bool = True) -> str:
    """`Flood gauges, explained!` → `flood-gauges-explained`; cut at a word where it is too long.

    Letters lose their accents; scripts that have no ASCII form leave `fallback` (itself made a slug).
    What Windows keeps for itself gets `-x` at its end, unless it need not be `portable`.
    """
    plain = unicodedata.normalize("NFKD", text.lower().translate(_TRANSLITERATED))
    ascii_only = plain.encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", ascii_only.replace("'", ""))
    slug = _fit(words, longest)
    if portable and is_device(slug):
        return f"{slug}-x"
    return slug or (make_slug(fallback, longest=longest) if fallback else "")


def is_device(name: str) -> bool:
    """Whether no file or folder of that name can be on Windows."""
    return _DEVICES.fullmatch(name.lower()) is not None


def _fit(words: list[str], longest: int) -> str:
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:longest]
        if len(longer) > longest:
            break
        slug = longer
    return slug
