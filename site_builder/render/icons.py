"""The site's icon in the sizes that home screens ask for: the favicon's three voices, as PNG.

https://developer.mozilla.org/en-US/docs/Web/Progressive_web_apps/How_to/Define_app_icons
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from hashlib import sha256

from site_builder.render.look import FAVICON_LINES, FAVICON_ROUNDING, FAVICON_STROKE, make_fill

_RECIPE = "icon/2"
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


def render_icon(icon: Icon, accent: str) -> bytes:
    """The PNG."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 -- loaded only where an icon is not there yet

    side = icon.size * _OVERSAMPLING
    picture = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    whole = icon.purpose != "any"
    radius = 0 if whole else side * FAVICON_ROUNDING / _GRID
    draw.rounded_rectangle((0, 0, side - 1, side - 1), radius, fill=make_fill(accent))
    unit = side / _GRID * (_SAFE if whole else 1)
    edge = (side - unit * _GRID) / 2
    half = FAVICON_STROKE / 2
    for left, y, right in FAVICON_LINES:
        box = (left - half, y - half, right + half, y + half)
        draw.rounded_rectangle(tuple(edge + unit * value for value in box), half * unit, fill="#ffffff")
    out = io.BytesIO()
    picture.reduce(_OVERSAMPLING).save(out, "PNG", optimize=True)
    return out.getvalue()
