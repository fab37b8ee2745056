"""Makes text fit for XML, for one line, and for limits in bytes. Pure.

Cleaning here costs one regular expression per text, because a feed of ten thousand items does it a million times.
"""

from __future__ import annotations

import re

_UNFIT = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""What XML 1.0 forbids (https://www.w3.org/TR/xml/#charsets) or discourages: controls, surrogates, non-characters."""
_LINE_BREAKS = re.compile("\r\n?|\x85|\u2028|\u2029")
_ELLIPSIS = "…"


def fit_text(text: str) -> str:
    """`text` without what no XML file may hold; every line break becomes a line feed."""
    if text.isprintable():  # the usual case, and quickly told
        return text.strip()
    return _UNFIT.sub("", _LINE_BREAKS.sub("\n", text)).strip()


def fit_line(text: str, longest: int = 255) -> str:
    """`text` on one line of at most `longest` characters, cut at a word.

    255 is what Apple allows where it names no other limit (A Podcaster's Guide to RSS).
    """
    line = " ".join(fit_text(text).split())
    return line if len(line) <= longest else _cut(line[: longest - 1])


def fit_bytes(text: str, limit: int) -> str:
    """`text` of at most `limit` bytes of UTF-8, cut at a word and ended with an ellipsis where something is missing."""
    text = fit_text(text)
    encoded = text.encode()
    if len(encoded) <= limit:
        return text
    return _cut(encoded[: limit - len(_ELLIPSIS.encode())].decode(errors="ignore"))


def _cut(text: str) -> str:
    """`text`, known to be cut somewhere, without its last broken word (unless that is half of it)."""
    words = text.rstrip()
    if words == text and (last := max(text.rfind(" "), text.rfind("\n"))) > len(text) // 2:
        words = text[:last]
    return words.rstrip(" \n,;:–—-\u200d\ufe0f") + _ELLIPSIS
