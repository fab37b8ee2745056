"""The site's icon in the sizes that home screens ask for: the favicon's three voices, as PNG.

https://developer.mozilla.org/en-US/docs/Web/Progressive_web_apps/How_to/Define_app_icons
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from site_builder.engine.processes.prefetch import Take, take_nothing
from site_builder.render.pages.styles import FAVICON_LINES, FAVICON_ROUNDING, FAVICON_STROKE, make_fill

if TYPE_CHECKING:
    from PIL import Image

_RECIPE = "icon/3"
"""Raise the number when the drawing changes: names change with it."""
_GRID = 32
"""Units of the favicon's drawing."""
_SAFE = 0.72
"""How much of a maskable icon is drawn on: systems may cut it to a circle of 80 % of its width."""
_OVERSAMPLING = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Icon:
    """One size of the icon."""

    path: str
    """Below the site's root; holds a digest of all that it is made from."""
    size: int
    """Pixels, both ways."""
    purpose: str
    """`any`; `maskable`: filled to the edge, so that a system can cut its own shape; `apple`: the same, for iOS."""


def find_icons(accent: str) -> tuple[Icon, ...]:
    """The icons of a show in the colour `accent` (`#rrggbb`)."""
    mark = sha256(f"{_RECIPE} {accent}".encode()).hexdigest()[:8]
    kinds = ((192, "any"), (512, "any"), (512, "maskable"), (180, "apple"))
    return tuple(Icon(path=f"icons/{purpose}-{size}.{mark}.png", size=size, purpose=purpose) for size, purpose in kinds)


def render_icon(icon: Icon, accent: str, take: Take = take_nothing) -> bytes:
    """The PNG; `take` gives one that was drawn ahead."""
    return take(icon.path) or _draw_icon(icon, accent)


def _draw_icon(icon: Icon, accent: str) -> bytes:
    from PIL import Image  # noqa: PLC0415 -- loaded only where an icon is not there yet

    size, whole = icon.size, icon.purpose != "any"
    picture = Image.new("RGB", (size, size), make_fill(accent))
    unit = size / _GRID * (_SAFE if whole else 1)
    edge, half = (size - unit * _GRID) / 2, FAVICON_STROKE / 2
    lines = [(left - half, y - half, right + half, y + half) for left, y, right in FAVICON_LINES]
    boxes = [tuple(edge + unit * value for value in line) for line in lines]
    picture.paste("#ffffff", mask=_draw_boxes(size, boxes, half * unit))
    if not whole:
        last = size - 1 / _OVERSAMPLING
        picture.putalpha(_draw_boxes(size, [(0, 0, last, last)], size * FAVICON_ROUNDING / _GRID))
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _draw_boxes(size: int, boxes: Iterable[tuple[float, ...]], radius: float) -> Image.Image:
    """Rounded boxes as a mask with smooth edges."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 -- as above

    mask = Image.new("L", (size * _OVERSAMPLING, size * _OVERSAMPLING))
    draw = ImageDraw.Draw(mask)
    for box in boxes:
        draw.rounded_rectangle(tuple(_OVERSAMPLING * value for value in box), _OVERSAMPLING * radius, fill=255)
    return mask.reduce(_OVERSAMPLING)
