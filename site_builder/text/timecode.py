"""Reads and writes times as people and podcast formats do. Pure; everywhere inside, seconds are floats."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache

_CLOCK = re.compile(r"^(?:(\d{1,9}):(?=[0-5]?\d:))?(\d{1,9}):([0-5]?\d)(?:[.,](\d{1,6}))?$")
_UNITS = re.compile(r"^(?=\d)(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,12}(?:[.,]\d{1,12})?)s?)?$")


def parse_timecode(text: str) -> float:
    """Seconds from `1:02:03.5`, `2:03`, `75:30`, `90`, `90.5` or `1h2m3s`; without hours, minutes go past 60.

    Raises:
        ValueError: `text` is none of these.
    """
    text = text.strip()
    if clock := _CLOCK.match(text):
        hours, minutes, seconds, fraction = clock.groups()
        return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(f"{seconds}.{fraction or 0}")
    if units := _UNITS.match(text):
        hours, minutes, seconds = units.groups()
        return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float((seconds or "0").replace(",", "."))
    raise ValueError(f"not a time: {text!r}; write it as 1:02:03, 2:03.5 or 1h2m3s")


def format_clock(seconds: float) -> str:
    """`2:03` below an hour, `1:02:03` above: for people. Whole seconds, rounded down."""
    return _write_clock(int(seconds))


@lru_cache(maxsize=20_000)
def _write_clock(seconds: int) -> str:
    """Remembered, because episodes have the same few thousand seconds."""
    hours, minutes, rest = _split(seconds)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def format_precise(seconds: float) -> str:
    """`2:03`, `2:03.5`, `1:02:03.125`: to the millisecond, as short as that can be said."""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return _write_clock(whole) + (f".{milliseconds:03}".rstrip("0") if milliseconds else "")


def format_timestamp(seconds: float) -> str:
    """`01:02:03.500`: WebVTT timestamp and Normal Play Time, to the millisecond."""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{_write_full_clock(whole)}.{milliseconds:03}"


@lru_cache(maxsize=20_000)
def _write_full_clock(seconds: int) -> str:
    hours, minutes, rest = _split(seconds)
    return f"{hours:02}:{minutes:02}:{rest:02}"


def format_length(seconds: float) -> str:
    """`1 h 3 min`, `3 min` or `45 s`: how long something is, for people."""
    if seconds < 59.5:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def format_fragment(seconds: float) -> str:
    """`1h2m3s`: the time in a link such as `#t=1h2m3s`."""
    return _write_fragment(int(seconds))


@lru_cache(maxsize=20_000)
def _write_fragment(seconds: int) -> str:
    hours, minutes, rest = _split(seconds)
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "") + f"{rest}s"


def format_iso_duration(seconds: float) -> str:
    """`PT1H2M3S`, ISO 8601 duration in whole seconds, as schema.org and `<time>` want it."""
    hours, minutes, rest = _split(round(seconds))
    return "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "") + f"{rest}S"


def parse_utc(text: str) -> datetime:
    """An aware datetime from ISO 8601; raises ValueError where the time zone is missing."""
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment


def format_utc(moment: datetime) -> str:
    """`2026-10-09T07:30:00Z`, with a fraction only where there is one."""
    if moment.utcoffset() != timedelta(0):
        raise ValueError("format_utc takes UTC")
    return moment.isoformat().replace("+00:00", "Z")


def _split(seconds: int) -> tuple[int, int, int]:
    minutes, rest = divmod(seconds, 60)
    return minutes // 60, minutes % 60, rest
