"""The shape of an element: where it may stand, how often, with which attributes, and what each value may be.

A `Check` is a function from a value to what is wrong with it: `expected yes or no`, or nothing where it is right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from uuid import UUID

from site_builder.checks.feed.document import Element, FeedDocument, name_of, text_of
from site_builder.checks.rule import Remark

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
    return matches(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "a UUID")(value)


media_type = matches(r"[a-z]+/[a-zA-Z0-9.+-]+(; ?[a-z]+=.+)?", "a media type such as audio/mpeg")
email = matches(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", "an e-mail address")
language = matches(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*", "a language code such as en or pt-br")
true_false = one_of("true", "false")


def _quote(value: str) -> str:
    return f"“{value[:80]}{'…' if len(value) > 80 else ''}”"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What an element must be. Attributes whose names end in `!` are required."""

    name: str
    within: frozenset[str]
    """Names of the elements it may stand in."""
    once: bool = False
    """At most once in each."""
    attributes: Mapping[str, Check] = field(default_factory=dict)
    text: Check | None = None
    """None where text is of no consequence."""
    children: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Least and greatest number of children by name."""

    def find(self, document: FeedDocument) -> Iterator[Remark]:
        """Every way in which elements of this name break the shape."""
        seen: set[Element] = set()
        for element in document.all(self.name):
            parent = element.getparent()
            for complaint in self._complain(element, name_of(parent.tag)):
                yield complaint, document.at(element)
            if self.once and parent in seen:
                yield f"{self.name} stands here a second time", document.at(element)
            seen.add(parent)

    def _complain(self, element: Element, parent: str) -> Iterator[str]:
        if parent not in self.within:
            yield f"{self.name} does not belong into {parent}"
        yield from self._complain_of_attributes(element)
        if self.text and (complaint := self.text(text_of(element))):
            yield f"{self.name}: {complaint}"
        for child, (least, most) in self.children.items():
            count = sum(name_of(found.tag) == child for found in element.iterchildren("{*}*"))
            if not least <= count <= most:
                wanted = str(least) if least == most else f"at least {least}" if count < least else f"at most {most}"
                yield f"{self.name}: expected {wanted} {child} within it, got {count}"

    def _complain_of_attributes(self, element: Element) -> Iterator[str]:
        known = {name.rstrip("!"): check for name, check in self.attributes.items()}
        present = dict(element.attrib)
        for name in self.attributes:
            if name.endswith("!") and name[:-1] not in present:
                yield f"{self.name} has no {name[:-1]}"
        for name, value in present.items():
            if name not in known:
                yield f"{self.name}: there is no attribute {name}"
            elif complaint := known[name](value):
                yield f"{self.name}, {name}: {complaint}"
