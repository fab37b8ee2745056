"""`spacecast people` for a show with many episodes, in a wide and in a narrow window."""

from __future__ import annotations

from datetime import date

import pytest

from site_builder.cli import tables
from site_builder.consent.requests import Appearance, PersonRow
from site_builder.model.podcast import Guid, Role
from site_builder.show.people import Consent


def make_row(name: str, key: str, count: int) -> PersonRow:
    """Somebody heard in so many episodes for a minute each."""
    appearance = Appearance(
        guid=Guid("1"), title="A long title of an episode", seconds=60, spans=(), consent=Consent.PENDING, since=None
    )
    return PersonRow(
        key=key,
        name=name,
        handle=key,
        role=Role.GUEST,
        consent=Consent.GRANTED,
        since=date(2026, 10, 9),
        note="said yes by DM",
        asked=None,
        seconds=60.0 * count,
        appearances=(appearance,) * count,
    )


ROWS = [make_row("Kit Gauges", "kit_gauges", 60), make_row("Lou", "lou_on_the_marshes_by_night", 1)]


@pytest.mark.parametrize(("width", "lines"), [(100, 3), (40, 5)])
def test_a_row_each(
    width: int, lines: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody's sixty episodes are listed, no word is cut, and no line is wider than the window."""
    monkeypatch.setattr(tables.OUT, "width", width)
    tables.show_people(ROWS)
    table = capsys.readouterr().out.split("\n\n")[0].splitlines()
    assert len(table) <= lines + 1
    assert max(map(len, table)) <= width
    text = " ".join(table)
    assert all(
        word in text for word in ("Kit Gauges", "kit_gauges", "granted", "60", "1 h", "lou_on_the_marshes_by_night")
    )


def test_details_of_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Where, for how long, and what they said, also where it is another answer."""
    tables.show_person(ROWS[1])
    out = capsys.readouterr().out
    assert "granted since 2026-10-09: said yes by DM" in out
    assert "1 min in 1 episode\n" in out
    assert "A long title of an episode (1 min, pending here)" in out
