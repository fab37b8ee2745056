"""Types of single options: what a person may write for each, and what it becomes.

Each refuses with a sentence that begins with "expected"; what was found instead is added by `messages`.
"""

from __future__ import annotations

import math
import re
import unicodedata
import uuid
from datetime import UTC, datetime, tzinfo
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import quote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator

from site_builder.show.documents.moments import parse_moment
from site_builder.text.plain import clean
from site_builder.text.slugs import SLUG_PATTERN, make_slug
from site_builder.text.timecode import parse_timecode

NO = frozenset({"none", "no", "off", "false"})
"""Words that switch an option off."""
_LONGEST_RECORDING = 30 * 24 * 3600.0
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+")
_LANGUAGE = re.compile(r"([a-z]{2,3})(-[a-z]{4})?(-(?:[a-z]{2}|\d{3}))?")
_ISO_639_1 = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo
es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg
ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn
no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta
te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
LANGUAGES = frozenset(_ISO_639_1.split())
"""Codes of two letters."""
_COLOUR = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_FONT = re.compile(r"[\w ,'\"-]+")
_PLAIN_HOST = re.compile(r"(?:[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*)?")


def _is_clean(text: str) -> bool:
    """Whether `clean` would change nothing but white space: the usual case, and quickly told."""
    return text.isprintable() and unicodedata.is_normalized("NFC", text)


def _line(text: str) -> str:
    """One line of text: line breaks become spaces, control characters go."""
    return " ".join(text.split()) if _is_clean(text) else clean(text, keep_lines=False)


def _text(text: str) -> str:
    return text.strip() if _is_clean(text.replace("\n", "")) else clean(text)


def _some_line(text: str) -> str:
    if not (line := _line(text)):
        raise ValueError("expected text")
    return line


def _some_text(text: str) -> str:
    if not (cleaned := _text(text)):
        raise ValueError("expected text")
    return cleaned


_UNFIT = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def _identity(text: str) -> str:
    if not text or text != text.strip() or _UNFIT.search(text):
        raise ValueError("expected an identity on one line, without control characters")
    return text


Identity = Annotated[str, AfterValidator(_identity)]
"""What identifies something in other programs: kept to the letter, for they compare it byte by byte."""
Line = Annotated[str, AfterValidator(_line)]
"""One line of plain text, possibly empty."""
Title = Annotated[str, AfterValidator(_some_line)]
"""One line of plain text that says something."""
Text = Annotated[str, AfterValidator(_text)]
"""Plain text, possibly several lines, possibly empty."""
SomeText = Annotated[str, AfterValidator(_some_text)]
"""Plain text, possibly several lines, that says something."""


def _seconds(value: object) -> float:
    try:
        seconds = parse_timecode(value) if isinstance(value, str) else float(value)  # type: ignore[arg-type]
    except (ValueError, TypeError, OverflowError):
        seconds = math.nan
    if not 0 <= seconds <= _LONGEST_RECORDING:
        raise ValueError("expected a time such as 1:02:03, 2:03.5 or 1h2m3s")
    return seconds


Timecode = Annotated[float, BeforeValidator(_seconds)]
"""A time in a recording; seconds."""


def _moment(value: object) -> object:
    if isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str):
            return parse_moment(value)
    except ValueError:
        pass
    raise ValueError("expected a date such as 2026-10-09, 2026-10-09 19:30 or 2026-10-09T19:30:00+02:00")


Moment = Annotated[datetime, BeforeValidator(_moment)]
"""A date, or a date and time. Without a zone it is naive until `to_utc` places it."""


def to_utc(moment: datetime, zone: tzinfo) -> datetime:
    """`moment` in UTC; one without a time zone is in `zone` (the show's), a day alone is its midnight."""
    return (moment if moment.utcoffset() is not None else moment.replace(tzinfo=zone)).astimezone(UTC)


def _to_ascii(host: str) -> str:
    """The name of a computer as it is asked for; what is in ASCII already needs no tables of Unicode, 5 ms to load."""
    return host if _PLAIN_HOST.fullmatch(host) else host.encode("idna").decode()


def _web_address(text: str) -> str:
    """An http or https address in ASCII, without user name and password."""
    try:
        parts = urlsplit(text)
        host = _to_ascii(parts.hostname or "")
        port = f":{parts.port}" if parts.port else ""
    except (ValueError, UnicodeError):
        host, port, parts = "", "", urlsplit("")
    if parts.scheme not in {"http", "https"} or not host or ":" in host or re.search(r"[\s<>\"\\]", text):
        raise ValueError("expected a web address such as https://example.org/")
    if parts.username or parts.password:
        raise ValueError("write the address without user name and password: this file may be published")
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._")
    query, fragment = (quote(part, safe="/?%:@!$&'()*+,;=~-._[]") for part in (parts.query, parts.fragment))
    return urlunsplit((parts.scheme, host + port, path, query, fragment))


def _secure_address(text: str) -> str:
    address = _web_address(text)
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in {"localhost", "127.0.0.1"}:
        raise ValueError("expected an address that begins with https:// (podcast apps demand it)")
    return address


def _folder_address(text: str) -> str:
    address = _secure_address(text)
    if "?" in address or "#" in address:
        raise ValueError("expected an address without `?` and `#`")
    return address.rstrip("/") + "/"


WebAddress = Annotated[str, AfterValidator(_web_address)]
"""An http or https URL."""
SecureAddress = Annotated[str, AfterValidator(_secure_address)]
"""An https URL (http only on this computer)."""
FolderAddress = Annotated[str, AfterValidator(_folder_address)]
"""An https URL of a folder, with a trailing slash."""


def _local_path(text: str) -> str:
    path = PurePosixPath(text)
    plain = text.isprintable() and "\\" not in text and ":" not in text
    if not text or not plain or path.is_absolute() or ".." in path.parts or not path.name:
        raise ValueError("expected the path of a file in the show's folder, such as content/cover.jpg")
    return str(path)


LocalPath = Annotated[str, AfterValidator(_local_path)]
"""A file, with `/`, relative to the show's folder (in front matter: to the episode's) and never outside it."""


def _picture(text: str) -> str:
    return _secure_address(text) if text.startswith(("http:", "https:")) else _local_path(text)


Picture = Annotated[str, AfterValidator(_picture)]
"""A picture: a path or an https URL."""


def _link(text: str) -> str:
    if text.startswith("mailto:"):
        return "mailto:" + _email(text.removeprefix("mailto:"))
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text):
        return _web_address(text)
    if text.startswith(("/", "\\")) or ".." in text.split("/") or re.search(r"[\s<>\"\\]", text):
        raise ValueError("expected a web address, or a path on this site without a leading slash, such as about/")
    return text


Link = Annotated[str, AfterValidator(_link)]
"""Where a link leads: a web address, `mailto:`, or a path below the site's root."""


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise ValueError("expected an e-mail address such as host@example.org")
    return text


EmailAddress = Annotated[str, AfterValidator(_email)]
"""An e-mail address."""


def _language(text: str) -> str:
    tag = text.lower().replace("_", "-")
    found = _LANGUAGE.fullmatch(tag)
    if not found or (len(found[1]) == 2 and found[1] not in LANGUAGES):
        raise ValueError("expected a language code such as en, de or pt-br (ISO 639)")
    return tag


Language = Annotated[str, AfterValidator(_language)]
"""BCP 47 in lower case, as feeds write it: `en`, `en-us`."""


def _time_zone(text: str) -> str:
    if text == "UTC":
        return text
    try:
        return ZoneInfo(text).key
    except (ValueError, OSError, KeyError):
        zones = {zone.lower(): zone for zone in available_timezones()}
        towns = {name.rpartition("/")[2]: zone for name, zone in zones.items()}
        near = get_close_matches(text.lower().replace(" ", "_"), towns | zones, n=1)
        hint = f"; did you mean `{(towns | zones)[near[0]]}`?" if near else ""
        raise ValueError(f"expected a time zone such as Europe/Berlin or UTC, got {text!r}{hint}") from None


TimeZone = Annotated[str, AfterValidator(_time_zone)]
"""An IANA time zone, e.g. `Europe/Berlin`."""


def _slug(text: str) -> str:
    if not SLUG_PATTERN.match(text) or len(text) > 100:
        hint = f"; did you mean `{slug}`?" if (slug := make_slug(text)) else ""
        raise ValueError(f"expected small letters, digits and single hyphens, got {text!r}{hint}")
    return text


Slug = Annotated[str, AfterValidator(_slug)]
"""Last part of a page's address."""


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise ValueError("expected a UUID such as 917393e3-1b1e-5cef-ace4-edaa54e1f810") from None


Uuid = Annotated[str, AfterValidator(_uuid)]
"""A UUID in its usual form."""


def _colour(text: str) -> str:
    found = _COLOUR.fullmatch(text)
    if not found:
        raise ValueError('expected a colour such as "#1a7f64" (in quotes)')
    digits = found[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


Colour = Annotated[str, AfterValidator(_colour)]
"""A colour as `#rrggbb`."""


def _font(text: str) -> str:
    if not _FONT.fullmatch(text):
        raise ValueError("expected names of fonts such as Georgia, serif")
    return text


Font = Annotated[str, AfterValidator(_font)]
"""A CSS font family list."""


def _handle(text: str) -> str:
    return _line(text).removeprefix("@")


Handle = Annotated[str, AfterValidator(_handle)]
"""An account name, without `@`."""


def _listed(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


AsList = BeforeValidator(_listed)
"""Lets a person write a single entry in place of a list of one."""


def contact_address(text: str) -> str:
    """An e-mail or web address."""
    return _web_address(text) if "://" in text else _email(text)
