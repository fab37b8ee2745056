"""Dates as people write them: in figures or with the English name of a month, with or without a time of day."""

from __future__ import annotations

import re
from datetime import datetime

_MONTHS = tuple(
    re.findall("[a-z]+", "january february march april may june july august september october november december")
)
_YEAR, _DAY = r"(?P<year>\d{4})", r"(?P<day>\d\d?)"
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)}|{'|'.join(month[:3] for month in _MONTHS)}|sept)\.?"
_DATES = tuple(
    re.compile(form, re.IGNORECASE | re.ASCII)
    for form in (
        rf"{_YEAR}([-/.])(?P<month>\d\d?)\2{_DAY}",
        rf"{_DAY}(?:st|nd|rd|th)?\.?[ ]{_MONTH},?[ ]{_YEAR}",
        rf"{_MONTH}[ ]{_DAY}(?:st|nd|rd|th)?,?[ ]{_YEAR}",
    )
)
_CLOCK = re.compile(
    r"(?:(?:t|[ \t]*,[ \t]*|[ \t]+(?:at[ \t]+)?)(\d\d?):(\d\d)(?::(\d\d(?:\.\d+)?))?"
    r"[ \t]*([ap]\.?m\.?)?[ \t]*(z|utc|gmt|[+-]\d\d(?::?\d\d)?)?)?",
    re.IGNORECASE | re.ASCII,
)
_EARLIEST, _LATEST = 1900, 2200
_NOON = 12


def parse_moment(text: str) -> datetime:
    """The moment that is written; naive without a time zone, midnight without a time of day.

    Raises:
        ValueError: it is no date, or could be one of two.
    """
    text = text.strip()
    for form in _DATES:
        if (found := form.match(text)) and (clock := _CLOCK.fullmatch(text, found.end())):
            hour, minute, second, half, zone = clock.groups()
            hours = _read_hour(int(hour or 0), half)
            zone = "Z" if (zone or "").upper() in {"Z", "UTC", "GMT"} else zone or ""
            return datetime.fromisoformat(
                f"{_read_day(**found.groupdict())}T{hours:02}:{minute or '00'}:{second or '00'}{zone}"
            )
    raise ValueError(text)


def _read_hour(hour: int, half: str | None) -> int:
    """Of 24; `half` is `am` or `pm`."""
    if half and not 1 <= hour <= _NOON:
        raise ValueError(hour)
    return hour % _NOON + _NOON * (half[0].lower() == "p") if half else hour


def _read_day(year: str, month: str, day: str) -> str:
    number = int(month) if month.isdigit() else 1 + [name[:3] for name in _MONTHS].index(month[:3].lower())
    if not _EARLIEST <= int(year) <= _LATEST:
        raise ValueError(year)
    return f"{year}-{number:02}-{int(day):02}"
