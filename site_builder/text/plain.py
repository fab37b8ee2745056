"""Makes untrusted plain text safe for where it goes. Pure."""

from __future__ import annotations

import re
import unicodedata

_URL = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?')\]}]")
_MARKUP = re.compile(r"[\\`*\[\]]|(?<!\w)_|_(?!\w)")
_ENTITY = re.compile(r"&(?=#?\w+;)")
DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""What makes text run the other way until it is taken back; the rest of a page would turn with it."""
_LINE_BREAK = re.compile("\r\n?|[\x85\u2028\u2029]")
_LINE_START = re.compile(r"^[ \t]*([#>]|[-+](?=[ \t-]|$)|\d+(?=\.\s)|=)?", re.MULTILINE)


def clean(text: str, *, keep_lines: bool = True) -> str:
    """`text` without what no file may hold, in Unicode normal form C, outer white space removed.

    Control characters, lone surrogates and non-characters (https://www.unicode.org/faq/private_use.html) go; every line
    break becomes a line feed. Overrides and isolates of writing direction go too: letters know theirs.
    """
    text = DIRECTION_MARKS.sub("", _LINE_BREAK.sub("\n", text.encode("utf-8", "ignore").decode("utf-8")))
    kept = "".join(c for c in text if c in "\n\t" or not (unicodedata.category(c) == "Cc" or _is_no_character(c)))
    text = unicodedata.normalize("NFC", kept)
    return text.strip() if keep_lines else " ".join(text.split())


def _is_no_character(character: str) -> bool:
    code = ord(character)
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def escape_markdown(text: str) -> str:
    """Markdown that shows `text` as it is: no emphasis, heading, list or markup; only links become links."""
    pieces: list[str] = []
    position = 0
    for url in _URL.finditer(text):
        pieces += [_escape_plain(text[position : url.start()]), f"<{url.group()}>"]
        position = url.end()
    pieces.append(_escape_plain(text[position:]))
    return "".join(pieces)


def _escape_plain(text: str) -> str:
    escaped = _MARKUP.sub(lambda match: "\\" + match.group(), text)
    escaped = _ENTITY.sub("&amp;", escaped).replace("<", "&lt;")
    return _LINE_START.sub(lambda match: _escape_start(match[1] or ""), escaped)


def _escape_start(start: str) -> str:
    if start == "=":
        return "&#61;"
    return f"{start}\\" if start.isdigit() else start and f"\\{start}"


def shorten(text: str, longest: int) -> str:
    """`text` of at most `longest` characters, cut at a word and ended with an ellipsis where something is missing."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    at_word = cut.rsplit(" ", 1)[0] if " " in cut[longest // 2 :] else cut
    return at_word.rstrip(" ,;:–—-") + "…"
