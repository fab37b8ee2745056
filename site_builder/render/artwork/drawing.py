"""Covers that are drawn: words, one colour and the conversation itself; and cards for links shared elsewhere.

Apple asks for a square of 1400 to 3000 pixels, JPEG or PNG, RGB, 72 dpi, no transparency, legible when tiny:
https://podcasters.apple.com/support/896-artwork-requirements
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from PIL import Image, ImageDraw

from site_builder.model.podcast import Turn
from site_builder.render.artwork.images import encode_jpeg, load_small
from site_builder.render.artwork.lettering import DESCENT, Block, clean_text, draw_block, fit_block, fit_line
from site_builder.render.artwork.motifs import find_lanes, paint_lanes, paint_rings
from site_builder.render.pages.styles import Colour, make_palette, parse_hex

CARD = (1200, 630)
"""Pixels of a picture for links shared elsewhere (Open Graph)."""

_TINTS = (0.94, 0.66, 0.48, 0.36, 0.28, 0.22)
_LIGHT = 0.74
"""Oklab lightness from which a colour carries dark letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """The colours of one cover, made from its accent."""

    ground: str
    text: str
    tints: tuple[str, ...]
    """From the one nearest the text to the one nearest the ground."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a picture says."""

    title: str
    author: str = ""
    kicker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """Measures of a layout in pixels."""

    width: int
    height: int
    margin: int
    text_width: int
    title_height: int
    """Room for kicker and title together."""
    largest: int
    smallest: int
    kicker: int
    author: int

    def fit(self, width: int) -> _Frame:
        """The same layout in a picture of that width."""
        return _Frame(**{name: round(value * width / self.width) for name, value in asdict(self).items()})


_COVER = _Frame(
    width=3000, height=3000, margin=230, text_width=2540, title_height=1650,
    largest=600, smallest=130, kicker=118, author=150,
)  # fmt: skip
_CARD = _Frame(
    width=3000, height=1575, margin=180, text_width=2640, title_height=720,
    largest=360, smallest=120, kicker=92, author=100,
).fit(CARD[0])  # fmt: skip
_CARD_BESIDE = replace(_CARD, margin=52, text_width=466, title_height=400, largest=120, smallest=40)


def make_ink(accent: str) -> Ink:
    """Colours for a cover: white letters on the accent, or dark ones where the accent is light."""
    given = parse_hex(accent)
    if given.lightness >= _LIGHT:
        ground, text = given.hex, make_palette(accent, dark=False)["ink"]
    else:
        palette = make_palette(accent, dark=False)
        ground, text = palette["accent-fill"], palette["raised"]
    base, top = parse_hex(ground), parse_hex(text)
    return Ink(ground=ground, text=text, tints=tuple(_mix(base, top, share) for share in _TINTS))


def _mix(base: Colour, top: Colour, share: float) -> str:
    lightness = base.lightness + (top.lightness - base.lightness) * share
    return Colour(lightness=lightness, chroma=base.chroma * (1 - 0.5 * share), hue=base.hue).hex


def draw_cover(  # noqa: PLR0913 -- all that a cover shows
    title: str,
    author: str,
    accent: str,
    *,
    motif_seed: str,
    turns: Sequence[Turn] = (),
    duration: float = 0.0,
    kicker: str = "",
    size: int = 3000,
) -> bytes:
    """A cover of `size` pixels each way as JPEG: words above, below them who speaks when, or rings made from a seed.

    `turns` and `duration` are seconds of published time; without them `motif_seed` decides. `accent` is `#rrggbb`.
    What the font does not have is left out, whole texts where little would be left.
    """
    ink = make_ink(accent)
    picture = Image.new("RGB", (size, size), ink.ground)
    words = Words(title=title, author=author, kicker=kicker)
    top = _draw_words(picture, words, ink, _COVER.fit(size))
    _paint_motif(picture, top, ink, motif_seed, turns, duration)
    return encode_jpeg(picture, progressive=False)


def draw_social_card(  # noqa: PLR0913 -- as above
    title: str,
    people: str,
    accent: str,
    *,
    motif_seed: str,
    turns: Sequence[Turn] = (),
    duration: float = 0.0,
    kicker: str = "",
    cover: bytes | None = None,
) -> bytes:
    """A card of 1200 by 630 pixels as JPEG for links shared elsewhere: like `draw_cover`, but wide.

    With `cover`, a square JPEG of ours that a host gave, that stands at the right in place of a motif.
    """
    ink = make_ink(accent)
    picture = Image.new("RGB", (_CARD.width, _CARD.height), ink.ground)
    words = Words(title=title, author=people, kicker=kicker)
    if cover:
        _draw_words(picture, words, ink, _CARD_BESIDE)
        picture.paste(load_small(cover, CARD[1]), (CARD[0] - CARD[1], 0))
        return encode_jpeg(picture, progressive=False)
    top = _draw_words(picture, words, ink, _CARD)
    _paint_motif(picture, top, ink, motif_seed, turns, duration)
    return encode_jpeg(picture, progressive=False)


def _paint_motif(picture: Image.Image, top: float, ink: Ink, seed: str, turns: Sequence[Turn], duration: float) -> None:
    """The motif from `top` to the lower edge."""
    width, height = picture.size
    if duration > 0 and find_lanes(turns):
        paint_lanes(picture, (0, round(top), width, round(height * 0.925)), turns, duration, ink.tints)
    else:
        paint_rings(picture, (0, round(top), width, height), seed, ink.tints)


def _draw_words(picture: Image.Image, words: Words, ink: Ink, frame: _Frame) -> float:
    """Draws kicker, title and author from the top; returns where the motif may begin."""
    draw, end = ImageDraw.Draw(picture), 0.0
    for top, block in _set_words(words, frame):
        draw_block(draw, (frame.margin, top), block, ink.text)
        end = top + block.height + DESCENT * block.size
    return end + frame.margin * 0.7


def _set_words(words: Words, frame: _Frame) -> list[tuple[float, Block]]:
    """Blocks with the height at which each stands: kicker, title, author."""
    title, author, kicker = clean_text(words.title), clean_text(words.author, 80), clean_text(words.kicker, 80)
    top = float(frame.margin)
    placed: list[tuple[float, Block]] = []
    if kicker:
        block = fit_line(kicker, frame.text_width, frame.kicker)
        placed.append((top, block))
        top += block.height + frame.kicker
    if title:
        room = frame.margin + frame.title_height - top
        block = fit_block(title, frame.text_width, room, frame.largest, frame.smallest)
        placed.append((top, block))
        top += block.height + DESCENT * block.size + frame.kicker * 0.75
    if author:
        placed.append((top, fit_line(author, frame.text_width, frame.author)))
    return placed
