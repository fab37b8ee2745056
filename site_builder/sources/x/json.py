"""The `data/*.js` files of an X archive: JSON behind an assignment, read entry by entry in little memory.

`window.YTD.tweets.part0 = [ {…}, {…} ]`; the name, the spaces and even the assignment may be missing.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from site_builder.sources.x.members import DamagedMember, Members, open_member

_CHUNK = 1 << 18
_LONGEST_ENTRY = 4 << 20
"""Characters; a tweet has a few thousand, a Space with a thousand speakers a few hundred thousand."""
_MOST_ENTRIES = 300_000
"""In one file, which X ends at about 100 MB; a tweet takes some 800 bytes at least."""
_MOST_OF_ALL = 2_000_000
"""In all files of a kind: more than nearly anybody has posted."""
_MOST_EMPTY = 1000
"""Entries that say nothing, of which X writes none."""
_SEPARATOR = re.compile(r"[\s,]*")
_PREFIX = re.compile(r"\s*(?=[\[{])|[^=]{0,200}=\s*(?=[\[{])")
_PART = re.compile(r"-part(\d+)\.js$")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_POST_TIME = re.compile(r"\w{3} (\w{3}) (\d\d?) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d) (\d{4})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = range(2006, 2100)
"""X was founded in 2006; a year outside is a mistake or malice."""
_DECODER = json.JSONDecoder()

Entry = Mapping[str, Any]


class _Text:
    """Characters of a stream, as many as are looked at."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder: codecs.IncrementalDecoder | None = None
        self.ended = False
        self.ahead = ""

    def more(self) -> bool:
        """Read on; False at the end."""
        if self.ended:
            return False
        chunk = self._stream.read(max(_CHUNK, min(len(self.ahead), _LONGEST_ENTRY)))
        self.ended = not chunk
        if self._decoder is None:  # some editor may have saved it anew
            is_utf_16 = chunk[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
            self._decoder = codecs.getincrementaldecoder("utf-16" if is_utf_16 else "utf-8-sig")("replace")
        self.ahead += self._decoder.decode(chunk, self.ended)
        return True

    def skip(self, count: int) -> None:
        """Forget characters that have been understood."""
        self.ahead = self.ahead[count:]


def parse_entries(stream: BinaryIO) -> Iterator[Any]:
    """Every item of the array in `stream`, one at a time; a lone object is one item.

    Raises:
        DamagedMember: It is not such a file, or it ends early or breaks off; entries before that have been given.
    """
    text = _Text(stream)
    while text.more() and len(text.ahead) < 1000:
        pass
    start = _PREFIX.match(text.ahead)
    if not start:
        raise DamagedMember("is not one of X's files: no list of entries in it")
    text.skip(start.end())
    if text.ahead.startswith("{"):
        yield _next_entry(text, 0)[0]
        return
    text.skip(1)
    yield from _items(text)


def _items(text: _Text) -> Iterator[Any]:
    at = given = empty = 0
    while True:
        at = _SEPARATOR.match(text.ahead, at).end()  # type: ignore[union-attr]  # matches anything
        if at >= len(text.ahead):
            text.skip(at)
            at = 0
            if not text.more():
                raise DamagedMember("ends in the middle")
            continue
        if text.ahead[at] == "]":
            return
        entry, at = _next_entry(text, at)
        given, empty = given + 1, empty + (not entry)
        if given > _MOST_ENTRIES or empty > _MOST_EMPTY:
            raise DamagedMember("holds more entries than anything X writes")
        yield entry


def _next_entry(text: _Text, at: int) -> tuple[Any, int]:
    """The JSON value at `at` and where it ends; reads on where it is not complete."""
    while True:
        try:
            entry, end = _DECODER.raw_decode(text.ahead, at)
            if end < len(text.ahead) or text.ended:
                return entry, end
        except RecursionError as error:
            raise DamagedMember("is nested too deeply to be one of X's files") from error
        except ValueError as error:
            if text.ended or len(text.ahead) - at > _LONGEST_ENTRY:
                raise DamagedMember("ends in the middle or is not what X writes") from error
        text.skip(at)
        at = 0
        text.more()


def find_files(members: Members, *stems: str) -> list[str]:
    """Names of `<stem>.js`, `<stem>-part1.js` … in order of their number, the first stem first."""
    found = [name for name in members.members if "/" not in name and _stem(name) in stems]
    return sorted(found, key=lambda name: (_part_number(name), stems.index(_stem(name))))


def _stem(name: str) -> str:
    return _PART.sub("", name).removesuffix(".js").replace("_", "-")


def _part_number(name: str) -> int:
    match = _PART.search(name)
    return int(match[1]) if match else 0


def load_entries(members: Members, *stems: str, remarks: list[str] | None = None) -> Iterator[Any]:
    """Entries of a split file, all parts in order. What is damaged is left out, and said in `remarks`."""
    left = iter(range(_MOST_OF_ALL))
    for name in find_files(members, *stems):
        try:
            with open_member(members, name) as stream:
                for entry in parse_entries(stream):
                    if next(left, None) is None:
                        raise DamagedMember("holds more entries than are read")  # noqa: TRY301
                    yield entry
        except DamagedMember as damage:
            if remarks is not None:
                rest = "" if members.members[name].refused else "; what comes after the damage is left out"
                remarks.append(f"data/{name} {damage}{rest}")


def unwrap(entry: Any, known: frozenset[str]) -> Entry:
    """The object inside `{"spacesMetadata": {…}}` or any other single-key wrapper; a bare one as it is; else empty."""
    for _ in range(3):
        if not isinstance(entry, dict):
            return {}
        if len(entry) != 1 or known & entry.keys():
            return entry
        entry = next(iter(entry.values()))
    return entry if isinstance(entry, dict) else {}


def pick(entry: Entry, *names: str) -> Any:
    """The first of these fields that is there and not null."""
    return next((entry[name] for name in names if entry.get(name) is not None), None)


def pick_text(entry: Entry, *names: str) -> str:
    """A field as text: numbers as digits, anything else as nothing."""
    value = pick(entry, *names)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 70:
        return str(value)
    return value.strip() if isinstance(value, str) else ""


def pick_items(entry: Entry, *names: str) -> list[Any]:
    """A field as a list; a lone value is a list of one."""
    value = pick(entry, *names)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def parse_moment(value: object) -> datetime | None:
    """A moment from ISO 8601 (no zone: UTC), `Sat Aug 12 16:10:37 +0000 2023`, or epoch (milli)seconds; else None."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        moment = _parse_any_time(str(value).strip())
    except (ValueError, OverflowError):
        return None
    return moment if moment.year in _YEARS else None


def _parse_any_time(text: str) -> datetime:
    if re.fullmatch(r"[0-9]{9,16}(\.[0-9]+)?", text):
        number = float(text)
        return _EPOCH + timedelta(seconds=number if number < 1e11 else number / 1000)
    if match := _POST_TIME.fullmatch(text):
        month, day, hour, minute, second, sign, off_hours, off_minutes, year = match.groups()
        offset = timedelta(hours=int(off_hours), minutes=int(off_minutes)) * (-1 if sign == "-" else 1)
        clock = (int(hour), int(minute), int(second))
        return datetime(int(year), _MONTHS.index(month) + 1, int(day), *clock, tzinfo=UTC) - offset
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.utcoffset() is None else moment.astimezone(UTC)


def is_user_id(text: str) -> bool:
    """Whether `text` can be the X id of a user or a post."""
    return bool(re.fullmatch(r"[0-9]{1,25}", text))
