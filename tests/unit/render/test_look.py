"""Colours from any accent: readable in both schemes, whatever the host likes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from site_builder.render.pages.qr import QUIET_ZONE, make_qr
from site_builder.render.pages.styles import make_palette, measure_contrast, parse_hex, render_favicon, render_look

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@settings(max_examples=60, deadline=None)
@given(COLOURS, st.booleans())
def test_any_accent_is_readable(accent: str, dark: bool) -> None:
    """WCAG 2.2: 4.5:1 for text on every ground, 3:1 for lanes and the edges of controls."""
    palette = make_palette(accent, dark=dark)
    for ground in ("paper", "sunken", "accent-wash"):
        assert measure_contrast(palette["accent"], palette[ground]) >= 4.5
        assert measure_contrast(palette["ink"], palette[ground]) >= 7
        for lane in range(8):
            assert measure_contrast(palette[f"p{lane}"], palette["paper"]) >= 3
    assert measure_contrast(palette["quiet"], palette["sunken"]) >= 4.5
    assert measure_contrast(palette["on-accent"], palette["accent-fill"]) >= 4.5
    assert measure_contrast(palette["edge"], palette["paper"]) >= 3


@given(COLOURS)
def test_colours_survive_oklch(colour: str) -> None:
    """To OKLCH and back is the same colour, to a step of one channel."""
    back = parse_hex(colour).hex
    assert all(abs(int(back[at : at + 2], 16) - int(colour[at : at + 2], 16)) <= 1 for at in (1, 3, 5))


def test_known_contrasts() -> None:
    """Black on white is 21:1; the grey #767676 is the darkest that passes AA on white."""
    assert measure_contrast("#000000", "#ffffff") == pytest.approx(21)
    assert measure_contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_short_colours_are_understood() -> None:
    """`#f80` is `#ff8800`."""
    assert parse_hex("#f80") == parse_hex("#ff8800")


@pytest.mark.parametrize("text", ["red", "#12", "#12345678", "#gggggg"])
def test_other_colours_are_refused(text: str) -> None:
    """Anything else is an error the config can name."""
    with pytest.raises(ValueError, match=r"not a colour|invalid literal"):
        parse_hex(text)


def test_look_has_both_schemes_and_fonts() -> None:
    """One stylesheet with properties for light and dark, and the host's fonts."""
    css = render_look("#0a7d5c", heading_font="Georgia, serif").decode()
    assert css.count("--paper:") == 2
    assert "--heading-font: Georgia, serif;" in css
    assert "--body-font" not in css
    assert "prefers-color-scheme: dark" in css


def test_icon_wears_the_accent() -> None:
    """The icon is filled with the accent, as far as white can be read on it."""
    assert f'fill="{make_palette("#0a7d5c", dark=False)["accent-fill"]}"'.encode() in render_favicon("#0a7d5c")


def test_qr_code_is_square_with_quiet_zone() -> None:
    """Every run of modules lies inside the quiet zone; the same text gives the same code."""
    code = make_qr("https://example.org/river/feed.xml")
    starts = [tuple(map(int, run.split("h")[0].split())) for run in code.path.split("M")[1:]]
    assert all(QUIET_ZONE <= x < code.size - QUIET_ZONE and QUIET_ZONE <= y < code.size - QUIET_ZONE for x, y in starts)
    assert code == make_qr("https://example.org/river/feed.xml")
