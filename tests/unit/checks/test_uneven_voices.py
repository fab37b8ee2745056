"""How much louder one speaker is than another, in LU."""

from __future__ import annotations

import pytest

from site_builder.checks.site.voices import measure_spread
from site_builder.model.podcast import Turn

TURNS = [Turn(speaker=0, start=0, end=20), Turn(speaker=1, start=20, end=40), Turn(speaker=2, start=40, end=42)]


@pytest.mark.parametrize(("softer", "spread"), [(-200, 0.0), (-235, 3.5), (-300, 10.0), (-1200, 0.0)])
def test_spread(softer: int, spread: float) -> None:
    """Pauses do not count, nor who speaks too little, or is not heard at all."""
    moments = [*([-200, -200, -200, -600] * 13)[:50], *([softer] * 50), *([-400] * 5)]
    assert measure_spread(moments, TURNS, 1.0) == pytest.approx(spread, abs=0.05)


def test_both_at_once_counts_for_nobody() -> None:
    """What cannot be told apart says nothing."""
    assert measure_spread([-200] * 50 + [-300] * 50, [Turn(speaker=n, start=0, end=40) for n in range(2)], 1.0) == 0
