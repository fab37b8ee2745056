"""HTML that occurs hundreds of times on a page, made without Jinja because loops there are slow.

A theme may have its own loops over the same parts of the context in their place (`docs/theming.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from site_builder.render.pages.styles import LANE_COLOURS
from site_builder.text.timecode import format_clock, format_fragment

_BETWEEN = "\n      "
"""As deep as the table is in `partials/player.html`."""


def make_turn_rows(
    format_length: Callable[[float], str],
) -> Callable[[Sequence[tuple[int, float, float]], Sequence[Mapping[str, Any]]], Markup]:
    """The filter `turn_rows`: turns (person, start, end) and the episode's people to rows of HTML."""

    @lru_cache(maxsize=5000)
    def tell_length(seconds: float) -> str:
        return str(escape(format_length(seconds)))

    def write_rows(turns: Sequence[tuple[int, float, float]], people: Sequence[Mapping[str, Any]]) -> Markup:
        names = [str(escape(person["name"])) for person in people]
        rows = (
            f'<tr data-turn="{who} {start} {end}"><td><a href="#t={format_fragment(start)}">{format_clock(start)}</a>'
            f"</td><td>{names[who]}</td><td>{tell_length(end - start)}</td></tr>"
            for who, start, end in turns
        )
        return Markup(_BETWEEN.join(rows))  # noqa: S704  (numbers, times, and what is escaped above)

    return write_rows


def make_name_row(separator: str) -> Callable[[Sequence[Mapping[str, Any]]], Markup]:
    """The filter `name_row`: people to their names, each set apart from the direction of the text around it."""
    between = str(escape(separator))

    def write_names(people: Sequence[Mapping[str, Any]]) -> Markup:
        return Markup(between.join([f"<bdi>{escape(person['name'])}</bdi>" for person in people]))  # noqa: S704

    return write_names


def render_strip(strip: Sequence[Mapping[str, Any]]) -> Markup:
    """The filter `strip_svg`: who speaks when at a glance, a thin lane each; nothing where it is not known."""
    if not strip:
        return Markup()
    paths = [
        f'<path class="p{lane["person"] % LANE_COLOURS}" transform="matrix(1 0 0 2 0 {3 * row})" '
        f'd="{escape(lane["path"])}"/>'
        for row, lane in enumerate(strip)
    ]
    return Markup(  # noqa: S704  (numbers, and what is escaped above)
        f'<svg class="strip" viewBox="0 0 160 {3 * len(strip) - 1}" preserveAspectRatio="none" aria-hidden="true" '
        f'focusable="false">{"".join(paths)}</svg>\n'
    )
