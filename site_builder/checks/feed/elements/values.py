"""What a value in a feed may be.

A `Check` is a function from a value to what is wrong with it: `expected yes or no`, or nothing where it is right.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import urlsplit
from uuid import UUID

from site_builder.model.countries import COUNTRIES
from site_builder.model.credits import parse_group, parse_role
from site_builder.model.recurrence import find_fault
from site_builder.show.documents.fields import LANGUAGES

Check = Callable[[str], str]

_LOCAL = {"localhost", "127.0.0.1", "::1"}


def anything(value: str) -> str:
    """Whatever is not empty."""
    return "" if value.strip() else "expected some text"


def matches(pattern: str, what: str) -> Check:
    """Values that a regular expression matches as a whole."""
    compiled = re.compile(pattern)
    return lambda value: "" if compiled.fullmatch(value) else f"expected {what}, got {_quote(value)}"


def one_of(*values: str) -> Check:
    """One of a few words, spelt exactly so."""
    words = values[0] if len(values) == 1 else f"{', '.join(values[:-1])} or {values[-1]}"
    return lambda value: "" if value in values else f"expected {words}, got {_quote(value)}"


def up_to(longest: int) -> Check:
    """Text of at most so many characters, and not nothing."""

    def check(value: str) -> str:
        if len(value) > longest:
            return f"expected at most {longest} characters, got {len(value)}"
        return anything(value)

    return check


def whole(least: int = 0) -> Check:
    """A whole number, not less than `least`."""

    def check(value: str) -> str:
        if re.fullmatch(r"[0-9]{1,18}", value) and int(value) >= least:
            return ""
        return f"expected a whole number{f' from {least}' if least else ''}, got {_quote(value)}"

    return check


def seconds(*, positive: bool = False) -> Check:
    """A time in seconds, with or without a fraction."""

    def check(value: str) -> str:
        if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value) and (float(value) > 0 or not positive):
            return ""
        return f"expected {'more than 0' if positive else 'a number of'} seconds, got {_quote(value)}"

    return check


def web(value: str) -> str:
    """An absolute http or https address."""
    return "" if is_web(value) else f"expected an absolute https address, got {_quote(value)}"


def resource(value: str) -> str:
    """An address apps load something from: https."""
    if is_web(value) and (value.startswith("https://") or is_local(value)):
        return ""
    return f"expected an absolute https address, got {_quote(value)}"


def is_web(value: str) -> bool:
    """Whether it is an absolute address in the web, in ASCII."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and re.fullmatch(r"[!-~]+", value) is not None


def is_local(value: str) -> bool:
    """Whether it leads to this computer, where a certificate is not to be had."""
    try:
        return urlsplit(value).hostname in _LOCAL
    except ValueError:
        return False


def find_date(value: str) -> datetime | None:
    """The moment an RFC 2822 date names, whatever weekday it claims; None where it is no such date."""
    if not _DATE.fullmatch(value):
        return None
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment if moment.utcoffset() is not None else None


def date(value: str) -> str:
    """An RFC 2822 date with four digits of year, 24 hours and a zone, on the right weekday."""
    moment = find_date(value)
    if moment is None:
        return f"expected a date such as Fri, 02 Oct 2026 18:30:00 +0000, got {_quote(value)}"
    weekday = _WEEKDAYS[moment.weekday()]
    return "" if value.startswith(weekday) else f"expected {weekday}, for that is the day of {_quote(value)}"


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"\d{2}:\d{2}(?::\d{2})? (?:[+-]\d{4}|GMT|UT|UTC|[ECMP][SD]T)"
)


def moment(value: str) -> str:
    """An ISO 8601 date and time with a zone: without one it is another moment for each listener."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        found = None
    if found is None or found.utcoffset() is None:
        return f"expected a date with a zone such as 2026-10-02T18:30:00Z, got {_quote(value)}"
    return ""


def iso_date(value: str) -> str:
    """An ISO 8601 date and time."""
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return f"expected a date such as 2026-10-02T18:30:00Z, got {_quote(value)}"
    return ""


def uuid5(value: str) -> str:
    """A UUID of version 5."""
    try:
        right = UUID(value).version == 5 and len(value) == 36
    except ValueError:
        right = False
    return "" if right else f"expected a UUID of version 5, got {_quote(value)}"


def uuid(value: str) -> str:
    """Any UUID."""
    return matches(r"(?!0{8}-0)[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "a UUID")(value)


media_type = matches(r"[a-z]+/[a-zA-Z0-9.+-]+(; ?[a-z]+=.+)?", "a media type such as audio/mpeg")
email = matches(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", "an e-mail address")
_language_tag = matches(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*", "a language code such as en or pt-br")
true_false = one_of("true", "false")


@lru_cache(maxsize=64)
def language(value: str) -> str:
    """A language tag (BCP 47) whose language and country there are."""
    if complaint := _language_tag(value):
        return complaint
    first, *rest = value.lower().split("-")
    region = next((part for part in rest if len(part) == 2), "")
    if (len(first) == 2 and first not in LANGUAGES) or (region and region.upper() not in COUNTRIES):
        return f"expected a language code such as en or pt-br, got {_quote(value)}"
    return ""


def country(value: str) -> str:
    """Two letters of ISO 3166."""
    return "" if value.upper() in COUNTRIES else f"expected a country code such as AT, got {_quote(value)}"


def countries(value: str) -> str:
    """Several in small letters, as Spotify takes them."""
    known = value == value.lower() and all(code.upper() in COUNTRIES for code in value.split(" "))
    return "" if known else f"expected country codes in small letters such as de at, got {_quote(value)}"


def geo(value: str) -> str:
    """A place on Earth (RFC 5870)."""
    found = re.fullmatch(r"geo:(-?[0-9]{1,3}(?:\.[0-9]+)?),(-?[0-9]{1,3}(?:\.[0-9]+)?)(,-?[0-9.]+)?(;.+)?", value)
    if found and abs(float(found[1])) <= 90 and abs(float(found[2])) <= 180:
        return ""
    return f"expected latitude and longitude such as geo:48.2082,16.3738, got {_quote(value)}"


def recurrence(value: str) -> str:
    """A recurrence rule (RFC 5545)."""
    return find_fault(value)


def codecs(value: str) -> str:
    """Codecs as RFC 6381 names them, of the families podcasts use."""
    known = all(_CODEC.fullmatch(part.strip()) for part in value.split(","))
    return "" if known else f"expected codecs such as mp4a.40.2 or opus, got {_quote(value)}"


_CODEC = re.compile(
    r"mp4a(\.[0-9A-Fa-f]{2}(\.[0-9]{1,2})?)?|mp3|opus|vorbis|flac|alac|ac-3|ec-3|ac-4(\.[0-9.]+)?|pcm|lc3|theora|vp8|"
    r"(avc[1-4]|hvc1|hev1|vp09|av01|dvh1|mp4v|vp9)(\.[0-9A-Za-z.]+)?|wvtt|stpp(\.[a-z.0-9]+)?|tx3g",
    re.IGNORECASE,
)


def role(value: str) -> str:
    """A role of the Podcast Taxonomy, in any case."""
    try:
        parse_role(value)
    except ValueError as error:
        return f"{error}, got {_quote(value)}"
    return ""


def group(value: str) -> str:
    """A group of the Podcast Taxonomy, in any case."""
    try:
        parse_group(value)
    except ValueError as error:
        return f"{error}, got {_quote(value)}"
    return ""


host_name = matches(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:[0-9]{1,5})?", "the name of a server, without https://")
rate = matches(r"[1-9][0-9]*(\.[0-9]+)?|0\.[0-9]*[1-9][0-9]*", "a number greater than 0")
contact = matches(
    r"[^@\s<>()]+@[^@\s<>()]+\.[^@\s<>()]+( \(.+\))?", "an e-mail address, with a name in brackets after it"
)


def _quote(value: str) -> str:
    return f"“{value[:80]}{'…' if len(value) > 80 else ''}”"
