"""Draws text on pictures: which of it can be drawn, in which lines and how large.

One bundled font (`fonts/cover.ttf`: Latin, Cyrillic, Greek) is set glyph by glyph with its own kerning, because the
shaping engine that Pillow may find differs from machine to machine. Whatever the font lacks is left out.
"""

from __future__ import annotations

import io
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from PIL import ImageDraw, ImageFont

LEADING = 1.04
"""Line height for its size."""
CAP_HEIGHT = 0.67
"""Height of a capital letter for its size."""
DESCENT = 0.24
"""Depth of a `g` for its size."""
LONGEST = 150
"""Characters; a longer title is cut at a word and ends in an ellipsis."""

_ENOUGH = 0.6
"""Share of the letters of a text that must be drawable for any of it to be drawn."""
_STEP = 0.95
_SPACE_BEFORE = re.compile(r" +([!?.,;:…)\]»”])")
_FONTS = files("site_builder.render.artwork") / "fonts"
_REPLACED = str.maketrans({"\u2011": "-", "\u2010": "-", "\u00ad": "", "\t": " ", "\n": " ", "\r": " "})


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one size in pixels; the first stands with its capitals at the top."""

    lines: tuple[str, ...]
    size: int

    @property
    def height(self) -> float:
        """From the top of the capitals of the first line to the baseline of the last, in pixels."""
        return self.size * (CAP_HEIGHT + LEADING * (len(self.lines) - 1)) if self.lines else 0.0


def clean_text(text: str, longest: int = LONGEST) -> str:
    """What of `text` can be drawn, on one line; empty where too little is left to make sense."""
    text = unicodedata.normalize("NFC", text[: longest * 8].translate(_REPLACED))
    letters = [character for character in text if character.isalpha()]
    if sum(_is_drawable(letter) for letter in letters) < _ENOUGH * len(letters):
        return ""
    kept = "".join(" " if character.isspace() else character if _is_drawable(character) else "" for character in text)
    line = _SPACE_BEFORE.sub(r"\1", " ".join(kept.split()))
    if not any(character.isalnum() for character in line):
        return ""
    return line if len(line) <= longest else _shorten(line, longest)


def fit_block(text: str, width: float, height: float, largest: int, smallest: int) -> Block:
    """The largest size in which `text` fits, in lines as equal as can be; words too long for the smallest are broken.

    Where not even the smallest size fits, the end is left out.
    """
    words = text.split()
    size = largest
    while size > smallest:
        lines = _balance(words, width * 1000 / size)
        block = Block(tuple(lines), size)
        if lines and block.height <= height:
            return block
        size = max(smallest, int(size * _STEP))
    return _fit_smallest(words, width, height, smallest)


def fit_line(text: str, width: float, size: int) -> Block:
    """One line of `size`, its end left out where it is too long."""
    return _fit_smallest(text.split(), width, size, size)


def measure_text(text: str) -> float:
    """Advance width in thousandths of the size."""
    kerning = _load_kerning()
    pairs = sum(kerning.get(text[at : at + 2], 0) for at in range(len(text) - 1))
    return sum(map(_measure_glyph, text)) + pairs


def draw_block(draw: ImageDraw.ImageDraw, at: tuple[float, float], block: Block, fill: str) -> None:
    """Draws `block` with the left edge and the top of its first capitals at `at`."""
    left, top = at
    for number, line in enumerate(block.lines):
        _draw_line(draw, left, top + block.size * (CAP_HEIGHT + LEADING * number), line, block.size, fill)


def _draw_line(draw: ImageDraw.ImageDraw, left: float, baseline: float, line: str, size: int, fill: str) -> None:
    font, kerning = _load_font(size), _load_kerning()
    for at, character in enumerate(line):
        draw.text((left, baseline), character, font=font, fill=fill, anchor="ls")
        left += (_measure_glyph(character) + kerning.get(line[at : at + 2], 0)) * size / 1000


def _balance(words: Sequence[str], width: float) -> list[str]:
    """The fewest lines that fit in `width`, made as equal as possible; none where a word does not fit."""
    if not words or max(map(measure_text, words)) > width:
        return []
    best = _wrap(words, width)
    low, high = width / 2, width
    while high - low > width / 100:
        middle = (low + high) / 2
        lines = _wrap(words, middle)
        if len(lines) == len(best) and max(map(measure_text, lines)) <= middle:
            best, high = lines, middle
        else:
            low = middle
    return best


def _wrap(words: Sequence[str], width: float) -> list[str]:
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and measure_text(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _fit_smallest(words: Sequence[str], width: float, height: float, size: int) -> Block:
    em = width * 1000 / size
    lines = _wrap([part for word in words for part in _break_word(word, em)], em)
    room = max(1, int((height / size - CAP_HEIGHT) / LEADING) + 1)
    if len(lines) > room:
        last = lines[room - 1]
        while last and measure_text(f"{last}…") > em:
            last = last[:-1].rstrip()
        lines = [*lines[: room - 1], f"{last}…"]
    return Block(tuple(lines), size)


def _break_word(word: str, width: float) -> list[str]:
    if measure_text(word) <= width:
        return [word]
    parts = [""]
    for character in word:
        if parts[-1] and measure_text(f"{parts[-1]}{character}-") > width:
            parts[-1] += "-"
            parts.append("")
        parts[-1] += character
    return parts


def _shorten(line: str, longest: int) -> str:
    cut = line[:longest]
    start, space, _ = cut.rpartition(" ")
    return (start if space and len(start) > longest / 2 else cut).rstrip(" ,;:–—-") + "…"


def _is_drawable(character: str) -> bool:
    return character.isspace() or (character.isprintable() and _measure_glyph(character) > 0)


@cache
def _load_font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(_load_letters()), size, layout_engine=ImageFont.Layout.BASIC)


@cache
def _load_letters() -> bytes:
    return (_FONTS / "cover.ttf").read_bytes()


@cache
def _load_kerning() -> dict[str, int]:
    loaded: dict[str, int] = json.loads((_FONTS / "cover-kerning.json").read_text("utf-8"))
    return loaded


@cache
def _measure_glyph(character: str) -> float:
    return _load_font(1000).getlength(character)
