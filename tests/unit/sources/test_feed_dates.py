"""Dates as feeds write them, beside what feedparser makes of them."""

from __future__ import annotations

from calendar import timegm
from datetime import UTC, datetime
from itertools import product

import pytest
from feedparser.datetimes import _parse_date as read_as_feedparser

from site_builder.sources.feed.dates import parse_date, read_date

CLOCKS = ("08:00:00", "08:00", "8:5:3", "23:59:59", "00:00:00")
ZONES = "GMT UT Z +0000 -0000 +0200 -0330 +02:00 -05:00 EST EDT CST CDT MST MDT PST PDT AST ADT A M N Y".split()  # noqa: SIM905
DAYS = ("Tue, 07 Jul 2020", "07 Jul 2020", "Tuesday, 7 July 2020", "Tue, 7 Jul 20", "Tue, Jul 7 2020", "Mon, 31 Dec 99")
RFC_822 = [" ".join(parts) for parts in product(DAYS, CLOCKS, ZONES)]
ISO_DAYS = ("2020-07-07", "1938-10-30", "2003-12-31")
ISO_CLOCKS = ("08:00:00", "08:00", "23:59:59.5")
ISO = [
    f"{day}T{clock}{zone}"
    for day, clock, zone in product(ISO_DAYS, ("08:00:00", "08:00", "23:59:59.5"), ("Z", "+02:00"))
]
OTHERS = """\
2020-07-07
2020-07
2020
20200707
200707
03-12-31
2003335
03-335
2020-07-07 08:00
2020-07-07 08:00:00 +0200
2020-07-07T08:00+0200
2020-07-07T24:00:00Z
2020-07-07T08:00:00 UTC
2020-07-07T08:00:00+02:00[Europe/Berlin]
20-07-07T08:00:00Z
Mon, 07 Sept 2020 08:00:00 GMT
Tue, 07 Jul 2020
Tue, 07 JUL 2020 08:00:00 GMT
Thu,  01 Jan 2004 19:48:21   GMT
Tue, 07 Jul 2020 08:00:00 +0200 (CEST)
Tue, 07 Jul 2020 08:00:00 +0000 UTC
Sun, 30 Oct 1938 20:00:00 -0500
Thu, 01 Jan 1970 00:00:00 GMT
Tue Jul  7 08:00:00 2020
Sun Jan 4 16:29:06 PST 2004
Fri, 2006/09/15 08:19:53 EDT
2004-07-08 23:56:58.0
Κυρ, 11 Ιούλ 2004 12:00:00 EST
Δευ, 05 Απρ 2004 12:00:00 EST
Tue, 31 Jun 2020 08:00:00 GMT
Tue, 07 Jul 2020 25:00:00 GMT
yesterday
""".splitlines()


def test_as_feedparser() -> None:
    """Every spelling that feedparser reads, read as it does."""
    wrong = {}
    for text in (*RFC_822, *ISO, *OTHERS):
        found = read_as_feedparser(text)
        right = datetime.fromtimestamp(timegm(found), UTC) if found else None
        if parse_date(text) != right:
            wrong[text] = (parse_date(text), right)
    assert wrong == {}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Tue, 07 Jul 2020 24:00:00 GMT", "2020-07-08T00:00:00"),
        ("Tue, 07 Jul 2020 08:00:60 GMT", "2020-07-07T08:01:00"),
        ("Thu, 31 Dec 2020 23:59:60 GMT", "2021-01-01T00:00:00"),
        ("Tue,07 Jul 2020 08:00:00 GMT", "2020-07-07T08:00:00"),
        ("07/07/2020", "2020-07-07T00:00:00"),
        ("7/13/2020 10:00", "2020-07-13T10:00:00"),
        ("13/07/2020", "2020-07-13T00:00:00"),
        ("7.8.2020 10:00", "2020-08-07T10:00:00"),
        ("2020/07/07", "2020-07-07T00:00:00"),
        ("2020-188", "2020-07-06T00:00:00"),
        ("1594108800", "2020-07-07T08:00:00"),
        ("1594108800000", "2020-07-07T08:00:00"),
        ("July 7th, 2020 8:00 PM", "2020-07-07T20:00:00"),
        ("Tue, 07 Jul 2020 12:30:00 a.m. EST", "2020-07-07T05:30:00"),
        ("Tue, 07 Jul 2020 08:00:00 CEST", "2020-07-07T06:00:00"),
        ("Tue, 07 Jul 2020 08:00:00 GMT+2", "2020-07-07T06:00:00"),
        ("Tue, 07 Jul 2020 08:00:00 (PDT)", "2020-07-07T15:00:00"),
        ("Tue, 07 Jul 2020 08:00:00 America/New_York", "2020-07-07T12:00:00"),
        ("2020-07-07 08:00:00 PST", "2020-07-07T16:00:00"),
        ("20031231T101455Z", "2003-12-31T10:14:55"),
        ("Di, 03 Mär 2020 10:00:00 +0100", "2020-03-03T09:00:00"),
        ("mar. 07 juil. 2020 08:00:00 GMT", "2020-07-07T08:00:00"),
        ("2003-július-13T9:15-05:00", "2003-07-13T14:15:00"),
        ("2004년 05월 28일  01:31:15", "2004-05-27T16:31:15"),
        ("2004-05-25 오후 11:23:17", "2004-05-25T14:23:17"),
        ("٢٠٢٠-٠٧-٠٧", "2020-07-07T00:00:00"),
    ],
)
def test_beyond_feedparser(text: str, moment: str) -> None:
    """What it does not read, or reads wrongly."""
    assert parse_date(text) == datetime.fromisoformat(f"{moment}+00:00")


@pytest.mark.parametrize(
    "text",
    ["07/08/2020", "7-8-2020", "1/1/70", "-0100", "2020-000", "0000-001", "2020-13-01", "2021-02-29", "1899-12-31",
     "2200-01-01", "9" * 79, "1/" * 40, "Tue, 07 Jul 2020 08:61:00 GMT", "Tue, 07 Jul 2020 08:00:61 GMT",
     "Tue, 07 Jul 2020 08:00:00 +9999", "07 Foo 2020", "07 Jul", "Jul 2020 07 08", "", "０"],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    """Neither what could be two days, nor what is none."""
    assert parse_date(text) is None


def test_an_unknown_zone_is_told() -> None:
    """UTC is taken, as apps do."""
    assert read_date("Tue, 07 Jul 2020 08:00:00 XYZT") == (datetime(2020, 7, 7, 8, tzinfo=UTC), "xyzt")
