"""The show's colours and fonts as a small stylesheet and icons, computed so that every accent is readable.

One accent colour goes in. What comes out keeps its hue and moves its lightness until the contrast that WCAG 2.2 asks
for holds on the paper of each scheme: 4.5:1 for text, 3:1 for lanes and other graphics.
Colour arithmetic is Oklab: https://bottosson.github.io/posts/oklab/
"""

from __future__ import annotations

import math
from dataclasses import dataclass

DEFAULT_ACCENT = "#c2410c"
LANE_COLOURS = 8
"""How many speakers get a colour of their own before colours repeat; names are always beside them."""

FAVICON_LINES = (
    (7, 10.5, 17), (20.5, 10.5, 25),
    (7, 16, 10.5), (14, 16, 25),
    (7, 21.5, 14.5), (18, 21.5, 22),
)  # fmt: skip
"""Left, height, right of the strokes of the icon, on a grid of 32."""
FAVICON_STROKE = 3
FAVICON_ROUNDING = 7

_LANE_HUES = (0, 165, 80, 250, 310, 40, 205, 120)
_TEXT_CONTRAST = 5.0
_GRAPHIC_CONTRAST = 3.3

Rgb = tuple[float, float, float]
"""Linear or gamma-encoded sRGB, each 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour:
    """A colour in OKLCH: lightness 0..1, chroma 0..0.4, hue in degrees."""

    lightness: float
    chroma: float
    hue: float

    @property
    def hex(self) -> str:
        """`#rrggbb`, with as much of the chroma as sRGB can show."""
        return _format_hex(_fit_gamut(self))

    def with_lightness(self, lightness: float) -> Colour:
        """The same hue, lighter or darker."""
        return Colour(lightness=lightness, chroma=self.chroma, hue=self.hue)


def parse_hex(text: str) -> Colour:
    """A colour from `#rgb` or `#rrggbb`.

    Raises:
        ValueError: `text` is no such colour.
    """
    digits = text.strip().removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    if len(digits) != 6:
        raise ValueError(f"not a colour: {text!r}; write it as #c2410c")
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return _from_linear((_decode(red), _decode(green), _decode(blue)))


def measure_contrast(one: str, other: str) -> float:
    """Contrast ratio of two `#rrggbb` colours, 1 to 21 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def make_palette(accent: str, *, dark: bool) -> dict[str, str]:
    """CSS custom property (without `--`) to `#rrggbb`, for one scheme."""
    given = parse_hex(accent)
    palette = _make_greys(given.hue, dark=dark)
    paper = palette["sunken"]
    wash = Colour(lightness=0.27 if dark else 0.955, chroma=min(given.chroma, 0.03), hue=given.hue).hex
    palette["accent"] = _make_readable(given, wash, _TEXT_CONTRAST, dark=dark).hex
    palette["accent-fill"] = _make_fill(given).hex
    palette["on-accent"] = "#ffffff"
    palette["accent-wash"] = wash
    for index, turn in enumerate(_LANE_HUES):
        chroma = max(given.chroma, 0.11) if index == 0 else 0.125
        lane = Colour(lightness=0.72 if dark else 0.58, chroma=min(chroma, 0.19), hue=(given.hue + turn) % 360)
        palette[f"p{index}"] = _make_readable(lane, paper, _GRAPHIC_CONTRAST, dark=dark).hex
    return palette


def render_look(accent: str = DEFAULT_ACCENT, *, heading_font: str = "", body_font: str = "") -> bytes:
    """The stylesheet `look.css`: custom properties for light, dark and the fonts of the show.

    `heading_font` and `body_font` are CSS font stacks; empty leaves the theme's own.
    """
    fonts = {"heading-font": heading_font, "body-font": body_font}
    light = _make_rules(make_palette(accent, dark=False) | {name: value for name, value in fonts.items() if value})
    night = _make_rules(make_palette(accent, dark=True))
    css = f":root {{\n{light}}}\n\n@media screen and (prefers-color-scheme: dark) {{\n:root {{\n{night}}}\n}}\n"
    return css.encode()


def render_favicon(accent: str = DEFAULT_ACCENT) -> bytes:
    """An SVG icon: three voices on the accent colour."""
    lines = "".join(f"M{left:g} {y:g}H{right:g}" for left, y, right in FAVICON_LINES)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        f'<rect width="32" height="32" rx="{FAVICON_ROUNDING}" fill="{make_fill(accent)}"/>'
        f'<path d="{lines}" stroke="#fff" stroke-width="{FAVICON_STROKE}" stroke-linecap="round" fill="none"/></svg>\n'
    ).encode()


def make_fill(accent: str) -> str:
    """The accent as `#rrggbb`, dark enough for white on it."""
    return _make_fill(parse_hex(accent)).hex


def _make_greys(hue: float, *, dark: bool) -> dict[str, str]:
    """Paper and ink with a breath of the accent's hue."""
    steps = {
        "paper": (0.178, 0.008) if dark else (0.988, 0.004),
        "sunken": (0.215, 0.010) if dark else (0.962, 0.006),
        "raised": (0.240, 0.011) if dark else (1.0, 0.0),
        "line": (0.330, 0.012) if dark else (0.885, 0.009),
        "edge": (0.590, 0.014) if dark else (0.600, 0.014),
        "wave": (0.450, 0.014) if dark else (0.780, 0.012),
        "quiet": (0.745, 0.012) if dark else (0.460, 0.016),
        "ink": (0.945, 0.006) if dark else (0.215, 0.014),
    }
    return {name: Colour(lightness=light, chroma=chroma, hue=hue).hex for name, (light, chroma) in steps.items()}


def _make_readable(colour: Colour, paper: str, contrast: float, *, dark: bool) -> Colour:
    """`colour`, moved towards the ink in steps of a hundredth until it stands out from `paper` enough."""
    step = 0.01 if dark else -0.01
    while measure_contrast(colour.hex, paper) < contrast and 0 <= colour.lightness + step <= 1:
        colour = colour.with_lightness(colour.lightness + step)
    return colour


def _make_fill(colour: Colour) -> Colour:
    """`colour` dark enough for white text on it."""
    return _make_readable(colour, "#ffffff", _TEXT_CONTRAST, dark=False)


def _make_rules(values: dict[str, str]) -> str:
    return "".join(f"  --{name}: {value};\n" for name, value in values.items())


def _fit_gamut(colour: Colour) -> Rgb:
    low, high = 0.0, colour.chroma
    best = _to_linear(colour.lightness, 0.0, colour.hue)
    whole = _to_linear(colour.lightness, high, colour.hue)
    if _in_gamut(whole):
        return whole
    for _ in range(16):
        middle = (low + high) / 2
        candidate = _to_linear(colour.lightness, middle, colour.hue)
        low, high, best = (middle, high, candidate) if _in_gamut(candidate) else (low, middle, best)
    return best


def _in_gamut(rgb: Rgb) -> bool:
    return all(-0.0005 <= channel <= 1.0005 for channel in rgb)


def _from_linear(rgb: Rgb) -> Colour:
    red, green, blue = rgb
    l_ = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    m_ = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    s_ = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * l_ + 0.7936177850 * m_ - 0.0040720468 * s_
    a = 1.9779984951 * l_ - 2.4285922050 * m_ + 0.4505937099 * s_
    b = 0.0259040371 * l_ + 0.7827717662 * m_ - 0.8086757660 * s_
    return Colour(lightness=lightness, chroma=math.hypot(a, b), hue=math.degrees(math.atan2(b, a)) % 360)


def _to_linear(lightness: float, chroma: float, hue: float) -> Rgb:
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    l_ = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    m_ = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s_ = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * l_ - 3.3077115913 * m_ + 0.2309699292 * s_,
        -1.2684380046 * l_ + 2.6097574011 * m_ - 0.3413193965 * s_,
        -0.0041960863 * l_ - 0.7034186147 * m_ + 1.7076147010 * s_,
    )


def _decode(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _encode(channel: float) -> float:
    channel = min(1.0, max(0.0, channel))
    return channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def _format_hex(linear: Rgb) -> str:
    return "#" + "".join(f"{round(_encode(channel) * 255):02x}" for channel in linear)


def _luminance(colour: str) -> float:
    red, green, blue = (_decode(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
