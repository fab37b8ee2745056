"""Dates and numbers in the English of no country in particular (CLDR's `en_001`), as Babel writes them.

Most shows are in English, and what Babel loads to write them takes 40 ms, a twentieth of what an edited note does.
`tests/unit/render/test_languages.py` holds both against each other.
"""

from __future__ import annotations

from datetime import datetime

MARK = "english/1"
"""Raise the number when anything is written otherwise."""
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec")


def format_date(when: datetime, style: str) -> str:
    """`long` is 9 October 2026, `short` 9 Oct, `month` October 2026, `year` 2026.

    >>> format_date(datetime(2026, 9, 1), "short")
    '1 Sept'
    """
    month = _MONTHS[when.month - 1]
    match style:
        case "short":
            return f"{when.day} {_SHORT[when.month - 1]}"
        case "month":
            return f"{month} {when.year}"
        case "year":
            return str(when.year)
    return f"{when.day} {month} {when.year}"


def format_number(number: float) -> str:
    """With at most three decimals.

    >>> format_number(1234.5)
    '1,234.5'
    """
    return f"{number:,.3f}".rstrip("0").rstrip(".")
