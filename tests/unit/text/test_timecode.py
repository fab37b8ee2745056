"""Times as people and formats write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.text.timecode import (
    format_clock,
    format_fragment,
    format_iso_duration,
    format_length,
    format_timestamp,
    format_utc,
    parse_timecode,
    parse_utc,
)

SECONDS = st.integers(0, 360_000)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0:40", 40),
        ("1:02:03", 3723),
        ("1:02:03.5", 3723.5),
        ("75:30", 4530),
        ("600:00", 36000),
        ("2:03,25", 123.25),
        ("90", 90),
        ("90.5", 90.5),
        ("1h2m3s", 3723),
        ("2m", 120),
        (" 12s ", 12),
    ],
)
def test_every_way_of_writing_a_time_is_read(text: str, seconds: float) -> None:
    assert parse_timecode(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "1:75",
        "1:2:3:4",
        "-5",
        "1:60:00",
        ":30",
        "1h2x",
        "nan",
        "99:99",
        "9" * 5000,
        "9" * 400 + "h",
        "1:9" * 400,
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a time"):
        parse_timecode(text)


@given(SECONDS)
def test_what_is_written_can_be_read(seconds: int) -> None:
    assert parse_timecode(format_clock(seconds)) == seconds
    assert parse_timecode(format_timestamp(seconds)) == seconds
    assert parse_timecode(format_fragment(seconds)) == seconds


def test_forms_for_formats() -> None:
    assert format_timestamp(3723.4567) == "01:02:03.457"
    assert format_iso_duration(3723.4) == "PT1H2M3S"
    assert format_iso_duration(0) == "PT0S"
    assert [format_length(s) for s in (45.4, 60, 3599, 3600, 4980)] == [
        "45 s",
        "1 min",
        "1 h 0 min",
        "1 h 0 min",
        "1 h 23 min",
    ]


def test_moments_need_a_zone_and_come_back() -> None:
    moment = datetime(2026, 10, 9, 7, 30, tzinfo=UTC)
    assert format_utc(moment) == "2026-10-09T07:30:00Z"
    assert parse_utc(format_utc(moment)) == moment
    with pytest.raises(ValueError, match="no time zone"):
        parse_utc("2026-10-09T07:30:00")
