"""Text as people see it, markup and escapes undone; each character keeps its place in the source."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from site_builder.consent.ordinary_words import list_words
from site_builder.text.folding import find_places, fold

INLINE = list_words(
    """a abbr b bdi bdo big cite code data del dfn em font i ins kbd mark q s samp small span strike strong sub sup
    time tt u var wbr"""
)
"""Elements inside a sentence: a name may go through them."""
WALL = "\0"
"""Between texts that are not read one after the other: no name goes through it."""
TAG = re.compile(r"<(?:!--(?:(?!<!--).)*?-->|[/!?]?([a-zA-Z][\w:.-]*)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>)", re.DOTALL)
"""A comment begins at the last `<!--` before its end: many without one would be looked through again and again."""
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]\w{1,31});?")
_ENCODED = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_CODE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|/)")
"""How scripts write characters."""
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([!-/:-@\[-`{-~]))")


@dataclass(frozen=True)
class View:
    """A text as it is read."""

    text: str
    spans: Sequence[tuple[int, int]] | None = None
    """For each character where it stands in the source; empty for one that only parts others. None: as in `text`."""

    @cached_property
    def folded(self) -> str:
        """As it is compared."""
        return fold(self.text)

    @cached_property
    def has_capitals(self) -> bool:
        """Whether a capital can tell anything in it."""
        return any(map(str.isupper, self.text))

    @cached_property
    def places(self) -> Sequence[int]:
        """For each character of `folded` its place in `text`."""
        return find_places(self.text)

    def find_spans(self, start: int, end: int) -> list[tuple[int, int]]:
        """Where characters `start` to `end` of `text` stand in the source."""
        if self.spans is None:
            return [(start, end)]
        return [span for span in self.spans[start:end] if span[0] < span[1]]

    def replace(self, pattern: re.Pattern[str], read: Callable[[re.Match[str]], str | None]) -> View:
        """The view with what `pattern` finds as `read` reads it; None leaves it."""
        pieces: list[str] = []
        spans: list[tuple[int, int]] = []
        known = self.spans or [(place, place + 1) for place in range(len(self.text))]
        position = 0
        for match in pattern.finditer(self.text):
            new = read(match)
            if new is None:
                continue
            pieces += [self.text[position : match.start()], new]
            spans += known[position : match.start()]
            whole = (known[match.start()][0], known[match.end() - 1][1])
            is_tag = match.group().startswith("<")
            spans += [(whole[0], whole[0]) if is_tag else whole] * len(new)
            position = match.end()
        if not position:
            return self
        return View("".join((*pieces, self.text[position:])), [*spans, *known[position:]])


def view_plain(text: str) -> View:
    """Plain text: backslashes, character references and URL encoding are undone, should there be any."""
    view = View(text)
    if "\\" in text:
        view = view.replace(_ESCAPE, lambda match: chr(int(match[1], 16)) if match[1] else match[2])
    return _decode(view)


def view_markup(text: str) -> View:
    """HTML or XML without its tags: those inside a sentence leave nothing, others part like a line break."""
    return _decode(View(text).replace(TAG, _read_tag))


def read_plain(text: str) -> View:
    """As `view_plain`, many times as fast, without the way back."""
    if "\\" in text:
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[2], text)
    return View(_decode_text(text))


def read_markup(text: str) -> View:
    """As `view_markup`, many times as fast, without the way back."""
    return View(_decode_text(TAG.sub(_read_tag, text)))


def _decode_text(text: str) -> str:
    if "\\" in text:
        text = _CODE.sub(lambda match: chr(int(match[1], 16)) if match[1] else "/", text)
    if "&" in text:
        text = html.unescape(html.unescape(text))
    return _ENCODED.sub(lambda match: _unquote(match.group()) or match.group(), text) if "%" in text else text


def _read_tag(match: re.Match[str]) -> str:
    return "" if (match[1] or "").lower() in INLINE else "\n"


def _decode(view: View) -> View:
    if "\\" in view.text:
        view = view.replace(_CODE, lambda match: chr(int(match[1], 16)) if match[1] else "/")
    for _ in range(2 if "&" in view.text else 0):  # a feed holds escaped HTML
        view = view.replace(_REFERENCE, lambda match: html.unescape(match.group()))
    if "%" in view.text:
        view = view.replace(_ENCODED, lambda match: _unquote(match.group()))
    return view


def _unquote(text: str) -> str | None:
    plain = unquote(text, errors="replace")
    return None if "\ufffd" in plain or not plain.isprintable() else plain
