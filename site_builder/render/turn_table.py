"""The player's table of turns: hundreds of rows on a page, so they are written here and not in a template's loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from site_builder.timecode import format_clock, format_fragment

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
