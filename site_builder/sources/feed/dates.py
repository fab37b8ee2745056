"""Moments as feeds write them: RFC 2822, ISO 8601, and everything that people and programs took these for. Pure.

A date is promised to subscribers for ever, so it is read only where it can mean one thing: 07/08/2020 is none.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

_CLOCK = re.compile(r"(?:(?<=\d)t|(?<![\d:+-]))(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,]\d{1,9})?)?(?![\d:])", re.ASCII)
_COMPACT_CLOCK = re.compile(r"(?<=\d)t(\d\d)(\d\d)(\d\d)?(?:[.,]\d{1,9})?(?!\d)", re.ASCII)
_OFFSET = re.compile(r"(?:gmt|utc?|z)?([+-])(\d{1,2})(?::?(\d\d))?", re.ASCII)
_COMMENT = re.compile(r"[(\[]([^)\]]*)[)\]]?")
_WORDS = re.compile(r"[0-9]+|[^\W\d_]+")
_LANGUAGES = ["de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "hu", "el", "ru", "tr"]
_ENGLISH = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_FILLERS = {"st", "nd", "rd", "th", "de", "of", "the", "년", "월", "일", "t"}
_HALVES = {"am": 0, "pm": 12, "오전": 0, "오후": 12}
_KOREAN = re.compile(r"[가-힣]")
_ZONES = """
0 ut utc gmt z wet; 1 bst cet mez met west n; 2 cest mesz mest eet sast; 3 eest msk; 8 hkt sgt awst; 9 kst jst
9.5 acst; 10 aest; 11 aedt; 12 nzst y; 13 nzdt; -1 a; -3 adt; -4 ast at edt; -5 est et cdt; -6 cst ct mdt; -7 mst mt pdt
-8 pst pt; -9 akst; -10 hst; -12 m
"""
"""Hours to their names: RFC 822's, and those that mean one thing to nearly everybody."""
_HOURS = {name: float(hours) for hours, *names in map(str.split, re.split("[;\n]", _ZONES.strip())) for name in names}


class DateReading(NamedTuple):
    """What a text says."""

    moment: datetime | None = None
    """In UTC, to the second; None where it is no date."""
    unknown_zone: str = ""
    """A time zone that nobody knows: UTC was taken."""


def parse_date(text: str) -> datetime | None:
    """A moment in UTC, which is taken where no zone is named; None where the text is no date."""
    return read_date(text).moment


def read_date(text: str) -> DateReading:
    """What a text says, and what of it was not understood."""
    text = _fold(text)
    if not text or len(text) > 80:
        return DateReading()
    if re.fullmatch(r"[0-9]{9,10}|[0-9]{12,13}", text):
        return _make(1970, 1, 1, float(text[:10] if len(text) < 12 else text[:-3]))
    clock = _CLOCK.search(text) or _COMPACT_CLOCK.search(text)
    before, after = (text[: clock.start()], text[clock.end() :]) if clock else (text, "")
    words = _COMMENT.sub(" ", after).split()
    halves = [word for word in (*before.split(), *words) if word.replace(".", "") in _HALVES]
    seconds = _read_clock(clock, halves) if clock else 0.0
    year = next((word for word in words if re.fullmatch(r"[0-9]{4}", word)), "")
    day = _read_day(before, year)
    zone = _choose_zone([word for word in words if word not in {*halves, year}], after)
    offset = _find_offset(zone, day) if zone else 9.0 * 3600 if _KOREAN.search(text) else 0.0
    if seconds is None or day is None or (offset is None and not zone.isalpha()):
        return DateReading()
    return _make(*day, seconds - (offset or 0.0))._replace(unknown_zone=zone if offset is None else "")


def _choose_zone(words: list[str], after: str) -> str:
    """What stands behind the clock: `+0200`, also in `+0200 UTC` and `GMT +0200`, else a name, in brackets or not."""
    offset = next((word for word in words if _OFFSET.fullmatch(word)), "")
    comment = next((found[1] for found in _COMMENT.finditer(after) if found[1] in _HOURS), "")
    return offset or "".join(words) or comment


def _fold(text: str) -> str:
    """Small letters without accents, digits of one script, single spaces."""
    plain = unicodedata.normalize("NFKD", text[:200].casefold())
    bare = "".join(str(unicodedata.decimal(letter, letter)) for letter in plain if not unicodedata.combining(letter))
    return " ".join(unicodedata.normalize("NFC", bare).split())


def _make(year: int, month: int, day: int, seconds: float) -> DateReading:
    """Counted from the day, so that 24:00 and leap seconds are moments like others."""
    try:
        moment = datetime(year, month, day, tzinfo=UTC) + timedelta(seconds=int(seconds))
    except (ValueError, OverflowError):
        return DateReading()
    return DateReading(moment if 1900 <= moment.year < 2200 else None)


def _read_clock(clock: re.Match[str], halves: list[str]) -> float | None:
    """Seconds since midnight; None where no clock shows that."""
    hour, minute, second = (int(group or 0) for group in clock.groups())
    if halves and 1 <= hour <= 12:
        hour = hour % 12 + _HALVES[halves[0].replace(".", "")]
    known = (hour < 24 or (hour == 24 and minute == second == 0)) and minute < 60 and second <= 60
    return hour * 3600.0 + minute * 60 + second if known else None


def _find_offset(zone: str, day: tuple[int, int, int] | None) -> float | None:
    """Seconds that clocks of a zone are ahead of UTC; None where it is not known."""
    if zone in _HOURS:
        return _HOURS[zone] * 3600
    if found := _OFFSET.fullmatch(zone):
        hours, minutes = int(found[2]), int(found[3] or 0)
        ahead = hours * 3600.0 + minutes * 60
        return (ahead if found[1] == "+" else -ahead) if hours <= 15 and minutes < 60 else None
    if day and (name := _regions().get(zone) if "/" in zone else None):
        try:
            offset = datetime(*day, 12, tzinfo=ZoneInfo(name)).utcoffset()
        except (ValueError, OSError):
            return None
        return offset.total_seconds() if offset is not None else None
    return None


@cache
def _regions() -> dict[str, str]:
    """IANA's names by small letters."""
    return {name.lower(): name for name in available_timezones()}


def _read_day(text: str, year: str) -> tuple[int, int, int] | None:
    """Year, month and day; `year` is one that stood after the clock."""
    words = [word for word in _WORDS.findall(text) if word not in _FILLERS and word not in _HALVES]
    named = [word for word in words if not word.isdigit()]
    if named and words[0] == named[0] and (len(named) == 2 or not _find_month(words[0])):
        del words[0]  # a day of the week
    numbers = [*filter(str.isdigit, words), *([year] if year else [])]
    names = [word for word in words if not word.isdigit()]
    if len(names) > 1 or any(len(number) > 8 for number in numbers):
        return None
    if names:
        month = _find_month(names[0])
        return _with_name(month, numbers) if month else None
    dotted = "." in text
    return _from_numbers(numbers, dotted=dotted) if not re.match(r"\s*-", text) else None


def _with_name(month: int, numbers: list[str]) -> tuple[int, int, int] | None:
    """`7 Jul 2020`, `Jul 7 2020`, `2020 Jul 7`."""
    if len(numbers) != 2:
        return None
    day, year = numbers if len(numbers[0]) < 3 else reversed(numbers)
    if len(day) > 2 or len(year) not in {1, 2, 4}:
        return None
    return _find_century(year), month, int(day)


def _find_century(year: str) -> int:
    return int(year) if len(year) > 2 else int(year) + (2000 if int(year) < 90 else 1900)


def _from_numbers(numbers: list[str], *, dotted: bool) -> tuple[int, int, int] | None:
    """`2020-07-07`, `20200707`, `2020-189`, `20-07-07`, `13/07/2020`, `7.8.2020` and the like."""
    if len(numbers) == 1:
        (text,) = numbers
        cuts = {8: (4, 6, 8), 7: (4, 7), 6: (2, 4, 6), 5: (2, 5), 4: (4,)}.get(len(text), ())
        numbers = [text[start:end] for start, end in zip((0, *cuts), cuts, strict=False)]
    lengths = [len(number) for number in numbers]
    if not numbers or len(numbers) > 3:
        return None
    if lengths[-1] == 4 and len(numbers) == 3:
        return _order(int(numbers[0]), int(numbers[1]), int(numbers[2]), day_first=dotted)
    if lengths[0] not in {2, 4} or (dotted and lengths[0] == 2) or max(lengths[1:], default=2) > 3:
        return None
    year = _find_century(numbers[0])
    if len(numbers) == 2 and lengths[1] == 3:
        first = datetime(max(year, 1), 1, 1, tzinfo=UTC) + timedelta(days=int(numbers[1]) - 1)
        return (first.year, first.month, first.day) if first.year == year else None
    if lengths[0] == 2 and len(numbers) < 3:
        return None
    month, day = (int(number) for number in (*numbers[1:], "1", "1")[:2])
    return year, month, day


def _order(one: int, other: int, year: int, *, day_first: bool) -> tuple[int, int, int] | None:
    """Europeans write the day first, Americans the month; where both could be, nobody knows."""
    if day_first or one > 12 or one == other:
        return year, other, one
    return (year, one, other) if other > 12 else None


def _find_month(word: str) -> int | None:
    """January is 1."""
    if len(word) > 2:
        for number, name in enumerate(_ENGLISH, 1):
            if name.startswith(word) or word == "sept":
                return 9 if word == "sept" else number
    return _other_months().get(word)


@cache
def _other_months() -> dict[str, int]:
    """Names and abbreviations in other languages, those left out that mean two months."""
    from babel import Locale  # noqa: PLC0415 -- only where English does not do

    found: dict[str, set[int]] = {}
    for language in _LANGUAGES:
        months = Locale(language).months
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[form][width].items():
                    if len(word := _fold(name).strip(".")) > 2:
                        found.setdefault(word, set()).add(number)
    return {word: numbers.pop() for word, numbers in found.items() if len(numbers) == 1}
