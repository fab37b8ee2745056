"""Covers that are drawn: words, one colour and the conversation itself; and cards for links shared elsewhere.

Apple asks for a square of 1400 to 3000 pixels, JPEG or PNG, RGB, 72 dpi, no transparency, legible when tiny:
https://podcasters.apple.com/support/896-artwork-requirements
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw

from site_builder.model import Turn
from site_builder.render.lettering import DESCENT, Block, clean_text, draw_block, fit_block, fit_line
from site_builder.render.look import Colour, make_palette, measure_contrast, parse_hex
from site_builder.render.motifs import find_lanes, paint_lanes, paint_rings

SIZE = 3000
"""Pixels of a cover, both ways."""
CARD = (1200, 630)
"""Pixels of a picture for links shared elsewhere (Open Graph)."""

_MARGIN = 230
_LIGHT = 0.74
"""Oklab lightness from which a colour carries dark letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """The colours of one cover, made from its accent."""

    ground: str
    text: str
    tints: tuple[str, ...]
    """From the one nearest the text to the one nearest the ground."""


def make_ink(accent: str) -> Ink:
    """Colours for a cover: white letters on the accent, or dark ones where the accent is light."""
    given = parse_hex(accent)
    if given.lightness >= _LIGHT:
        ground, text = given.hex, make_palette(accent, dark=False)["ink"]
    else:
        palette = make_palette(accent, dark=False)
        ground, text = palette["accent-fill"], palette["raised"]
    base, top = parse_hex(ground), parse_hex(text)
    return Ink(ground=ground, text=text, tints=tuple(_mix(base, top, share) for share in (0.94, 0.66, 0.48, 0.36, 0.28, 0.22)))


def _mix(base: Colour, top: Colour, share: float) -> str:
    lightness = base.lightness + (top.lightness - base.lightness) * share
    return Colour(lightness=lightness, chroma=base.chroma * (1 - 0.5 * share), hue=base.hue).hex


def draw_cover(
    title: str,
    author: str,
    accent: str,
    *,
    motif_seed: str,
    turns: Sequence[Turn] = (),
    duration: float = 0.0,
    kicker: str = "",
) -> bytes:
    """A cover of 3000 by 3000 pixels as JPEG: the words above, below them who speaks when, or rings made from a seed.

    `turns` and `duration` are seconds of published time; without them `motif_seed` decides. `accent` is `#rrggbb`.
    What the font does not have is left out, whole texts where little would be left.
    """
    ink = make_ink(accent)
    picture = Image.new("RGB", (SIZE, SIZE), ink.ground)
    words = _set_words(clean_text(title), clean_text(author, 80), clean_text(kicker, 80))
    _draw_words(picture, words, ink)
    top = round(max([0.0, *(y + block.height + DESCENT * block.size for y, block in words)]) + _MARGIN * 0.7)
    if duration > 0 and find_lanes(turns):
        paint_lanes(picture, (0, max(top, SIZE - 1500), SIZE, SIZE - _MARGIN), turns, duration, ink.tints)
    else:
        paint_rings(picture, (0, min(top, SIZE - 600), SIZE, SIZE), motif_seed, ink.tints)
    return encode_jpeg(picture)


def _set_words(title: str, author: str, kicker: str) -> list[tuple[float, Block]]:
    """Blocks with the height at which each stands: kicker, title, author."""
    width, top = SIZE - 2 * _MARGIN, float(_MARGIN)
    placed: list[tuple[float, Block]] = []
    if kicker:
        block = fit_line(kicker, width, 118)
        placed.append((top, block))
        top += block.height + 130
    if title:
        block = fit_block(title, width, SIZE * 0.55 - top + _MARGIN, 600, 130)
        placed.append((top, block))
        top += block.height + DESCENT * block.size + 90
    if author:
        placed.append((top, fit_line(author, width, 150)))
    return placed


def _draw_words(picture: Image.Image, words: Sequence[tuple[float, Block]], ink: Ink) -> None:
    draw = ImageDraw.Draw(picture)
    for top, block in words:
        draw_block(draw, (_MARGIN, top), block, ink.text)


def encode_jpeg(picture: Image.Image, quality: int = 85) -> bytes:
    """An RGB picture as progressive JPEG, 72 dpi, without metadata."""
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, progressive=True, optimize=True, subsampling="4:2:0", dpi=(72, 72))
    return out.getvalue()
