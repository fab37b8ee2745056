"""Recurrence rules: those that calendars take, and those that mean nothing."""

from __future__ import annotations

import pytest

from site_builder.model.recurrence import find_fault


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=MO",
        "FREQ=MONTHLY;BYDAY=-1FR,2MO;COUNT=10",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=MONTHLY;BYMONTHDAY=-31",
        "FREQ=WEEKLY;UNTIL=20271231T235959Z;BYHOUR=0,23;BYMINUTE=0",
    ],
)
def test_rules_that_mean_something(rule: str) -> None:
    assert find_fault(rule) == ""


@pytest.mark.parametrize(
    ("rule", "part"),
    [
        ("", "FREQ"),
        ("INTERVAL=2", "without FREQ"),
        ("FREQ=FORTNIGHTLY", "FREQ=FORTNIGHTLY"),
        ("freq=weekly", "freq=weekly"),
        ("FREQ=WEEKLY;FREQ=DAILY", "one FREQ"),
        ("FREQ=WEEKLY;INTERVAL=0", "INTERVAL=0"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY=XX"),
        ("FREQ=WEEKLY;BYDAY=2MO", "without numbers"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "got both"),
        ("FREQ=YEARLY;BYMONTH=2,4;BYMONTHDAY=31", "one of the months"),
        ("FREQ=YEARLY;BYMONTH=13", "BYMONTH=13"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR=24"),
        ("RRULE:FREQ=DAILY", "RRULE:FREQ"),
        ("FREQ=DAILY;;", "got “”"),
    ],
)
def test_rules_that_mean_nothing(rule: str, part: str) -> None:
    assert find_fault(rule).startswith("expected ")
    assert part in find_fault(rule)
