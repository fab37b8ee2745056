"""Recurrence rules: `FREQ=WEEKLY;INTERVAL=2;BYDAY=TU` (https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_DAY = "(?:MO|TU|WE|TH|FR|SA|SU)"


def _numbers(greatest: int, *, signed: bool = False, least: int = 1) -> str:
    values = "|".join(map(str, range(greatest, least - 1, -1)))
    one = rf"{'[+-]?' if signed else ''}0*(?:{values})"
    return rf"{one}(?:,{one}){{0,400}}"


_PARTS = {
    "FREQ": "SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY",
    "UNTIL": r"[0-9]{8}(T[0-9]{6}Z?)?",
    "COUNT": "[1-9][0-9]{0,5}",
    "INTERVAL": "[1-9][0-9]{0,5}",
    "BYSECOND": _numbers(60, least=0),
    "BYMINUTE": _numbers(59, least=0),
    "BYHOUR": _numbers(23, least=0),
    "BYDAY": rf"(?:[+-]?[1-9][0-9]?)?{_DAY}(?:,(?:[+-]?[1-9][0-9]?)?{_DAY}){{0,100}}",
    "BYMONTHDAY": _numbers(31, signed=True),
    "BYYEARDAY": _numbers(366, signed=True),
    "BYWEEKNO": _numbers(53, signed=True),
    "BYMONTH": _numbers(12),
    "BYSETPOS": _numbers(366, signed=True),
    "WKST": _DAY,
}
"""Patterns; compiled where a show has a rule, for that takes a hundredth of what a small build does."""


def find_fault(rule: str) -> str:
    """What is wrong with a rule, as `expected …`; nothing where it is right."""
    found: dict[str, str] = {}
    for part in rule.split(";"):
        name, _, value = part.partition("=")
        if name not in _PARTS:
            return f"expected parts such as FREQ, INTERVAL and BYDAY, got “{part[:40]}”"
        if name in found or not re.fullmatch(_PARTS[name], value):
            return f"expected one {name} with a value it may have, got “{part[:40]}”"
        found[name] = value
    return next((fault for fault, is_there in _together(found) if is_there), "")


def _together(found: Mapping[str, str]) -> Iterator[tuple[str, bool]]:
    """What can be wrong with parts that are each right, and whether it is."""
    often = found.get("FREQ", "")
    yield "expected a rule such as FREQ=WEEKLY;BYDAY=TU, got one without FREQ", not often
    yield "expected either UNTIL or COUNT, got both", {"UNTIL", "COUNT"} <= found.keys()
    numbered = bool(re.search("[0-9]", found.get("BYDAY", "")))
    yield f"expected weekdays without numbers where FREQ is {often}", numbered and often not in {"MONTHLY", "YEARLY"}
    dated = _has_day(found.get("BYMONTH", ""), found.get("BYMONTHDAY", ""))
    yield "expected a day that one of the months has", not dated


def _has_day(months: str, days: str) -> bool:
    """Whether any of the days is in any of the months; where one of both is not named, it is."""
    if not months or not days:
        return True
    longest = max({2: 29, 4: 30, 6: 30, 9: 30, 11: 30}.get(int(month), 31) for month in months.split(","))
    return any(abs(int(day)) <= longest for day in days.split(","))
