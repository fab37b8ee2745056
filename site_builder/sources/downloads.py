"""What downloaders of Spaces leave beside, inside and in the name of an audio file: which Space, what title, whose.

yt-dlp writes `Title [id].m4a` and `Title [id].info.json`; twspace-dl `(Creator)Title-id.m4a`, the tag `episode_id` and,
when asked, a JSON file of X's own answer; twspace-crawler `[handle][date] Title (id).m4a`. Everything is untrusted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from site_builder.model.podcast import Role, Speaker
from site_builder.sources.x.addresses import find_space_id

_LARGEST_INFO = 1 << 24  # bytes; yt-dlp's longest are some 2 MB
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_ID = r"(?P<id>1(?=[A-Za-z0-9]*[a-z])(?=[A-Za-z0-9]*[A-Z])[A-Za-z0-9]{12})"
"""Ids of Spaces have 13 characters; a moment in milliseconds has 13 digits."""
_NAMES = [
    re.compile(rf"\[(?P<handle>\w{{1,30}})\]\s*\[(?P<date>\d{{6,8}})[^\]]*\]\s*(?P<title>.*?)\s*\({_ID}\)", re.ASCII),
    re.compile(rf"\((?P<name>[^()]*)\)\s*(?P<title>.*?)\s*-\s*{_ID}"),
    re.compile(rf"(?P<title>.*?)\s*[\[(]{_ID}[\])]"),
    re.compile(rf"(?:spaces?[-_])?{_ID}(?:[-_]\d{{1,3}})?"),
    re.compile(rf"(?P<title>.+?)\s*[-_]\s*{_ID}"),
    re.compile(r"(?P<title>.*?)\s*\[[\w-]{6,}\]"),
]
"""In this order: the first that fits all of a name tells what its parts are."""
_DAY = re.compile(r"(?<!\d)(20\d\d)[-_. ]?(0[1-9]|1[0-2])[-_. ]?(0[1-9]|[12]\d|3[01])(?!\d)")
_MADE_DESCRIPTION = re.compile(r"\s*Twitter Space participated by\s+(?P<names>.*)", re.IGNORECASE | re.DOTALL)
_NOBODY = "nobody yet"
_MOST_NAMES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """What is known of a downloaded recording; empty where nothing tells."""

    space_id: str = ""
    url: str = ""
    title: str = ""
    description: str = ""
    """The host's own words; never the list of names that yt-dlp makes."""
    name: str = ""
    """Of the host."""
    handle: str = ""
    started_at: datetime | None = None
    people: tuple[Speaker, ...] = ()
    """Who spoke, when nothing else may say so."""


def read_download(path: Path, tags: Mapping[str, str]) -> Download:
    """What the files beside `path`, its own `tags` (lower-case keys) and its name tell, in this order of trust."""
    found = [*_read_infos(path), _read_tags(tags), read_name(path.stem)]
    return Download(
        space_id=_first(item.space_id for item in found),
        url=_first(item.url for item in found),
        title=_first(item.title for item in found),
        description=_first(item.description for item in found),
        name=_first(item.name for item in found),
        handle=_first(item.handle for item in found),
        started_at=next((item.started_at for item in found if item.started_at), None),
        people=next((item.people for item in found if item.people), ()),
    )


def _first(texts: Iterator[str]) -> str:
    return next(filter(None, texts), "")


def read_name(stem: str) -> Download:
    """What a file name without its suffix tells."""
    for pattern in _NAMES:
        if match := pattern.fullmatch(stem):
            parts = match.groupdict()
            return Download(
                space_id=parts.get("id") or "",
                title=clean_line((parts.get("title") or "").replace("_", " ")),
                name=clean_line(parts.get("name")),
                handle=parts.get("handle") or "",
                started_at=find_day(_with_century(parts.get("date") or "")),
            )
    return Download(title=clean_line(stem.replace("_", " ")))


def _with_century(digits: str) -> str:
    return f"20{digits}" if len(digits) == 6 else digits


def find_day(text: str) -> datetime | None:
    """The first whole date in a text, at its beginning in UTC."""
    for year, month, day in _DAY.findall(text):
        try:
            return datetime(int(year), int(month), int(day), tzinfo=UTC)
        except ValueError:
            continue
    return None


def _read_tags(tags: Mapping[str, str]) -> Download:
    addresses = (tags.get(key, "") for key in ("purl", "comment", "url", "website"))
    by_address = _first(find_space_id(address.strip()) for address in addresses)
    episode = re.fullmatch(_ID, tags.get("episode_id", "").strip())
    moments = (parse_date(tags.get(key, "")) for key in ("creation_time", "date"))
    return Download(
        space_id=episode["id"] if episode else by_address,
        title=clean_line(tags.get("title")),
        name=clean_line(tags.get("artist")),
        started_at=next(filter(None, moments), None),
    )


def _read_infos(path: Path) -> Iterator[Download]:
    for beside in (path.with_suffix(".info.json"), Path(f"{path}.info.json"), path.with_suffix(".json")):
        info = _load(beside)
        if space := _find_audio_space(info):
            yield _read_audio_space(space)
        elif info:
            yield _read_info(info)


def _load(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size <= _LARGEST_INFO:
            info = json.loads(path.read_text("utf-8", errors="replace"))
            return info if isinstance(info, dict) else {}
    except (OSError, ValueError, RecursionError):
        pass
    return {}


def _read_info(info: Mapping[str, Any]) -> Download:
    """yt-dlp's `.info.json`."""
    url = clean_line(info.get("webpage_url"))
    url = url if re.fullmatch(r"https?://[^\s\"'<>\\]{1,2000}", url, re.IGNORECASE) else ""
    own_id = re.fullmatch(r"[A-Za-z0-9]{1,40}", clean_line(info.get("id")))
    is_space = clean_line(info.get("extractor")).lower() == "twitter:spaces"
    space_id = find_space_id(url) or (own_id[0] if is_space and own_id else "")
    handle = clean_line(info.get("uploader_id")).removeprefix("@") if space_id else ""
    description, name = clean_text(info.get("description")), clean_line(info.get("uploader"))
    made = _MADE_DESCRIPTION.fullmatch(description)
    moments = (_parse_epoch(info.get(key)) for key in ("release_timestamp", "timestamp"))
    return Download(
        space_id=space_id,
        url=f"https://x.com/i/spaces/{space_id}" if space_id else url,
        title=clean_line(info.get("title")),
        description="" if made else description,
        name=name,
        handle=handle if re.fullmatch(r"\w{1,50}", handle, re.ASCII) else "",
        started_at=next(filter(None, moments), None),
        people=tuple(_read_names(made["names"], name)) if made else (),
    )


def _read_names(names: str, host: str) -> Iterator[Speaker]:
    """The people in yt-dlp's sentence: display names, which may hold commas themselves and then come apart."""
    if names.strip().casefold() == _NOBODY:
        return
    for name in dict.fromkeys(map(clean_line, names.split(", ")[:_MOST_NAMES])):
        if name and name.casefold() != host.casefold():
            yield Speaker(name=name[:200])


def _find_audio_space(info: Mapping[str, Any]) -> Mapping[str, Any]:
    """X's own answer as twspace-dl saves it: `{"data": {"audioSpace": {…}}}`."""
    data = _entry(info.get("data")) or info
    return _entry(data.get("audioSpace"))


def _read_audio_space(space: Mapping[str, Any]) -> Download:
    about = _entry(space.get("metadata"))
    creator = _entry(_entry(_entry(about.get("creator_results")).get("result")).get("legacy"))
    people = _entry(space.get("participants"))
    handle, space_id = clean_line(creator.get("screen_name")), clean_line(about.get("rest_id"))
    is_id = re.fullmatch(r"[A-Za-z0-9]{1,40}", space_id)
    moments = (_parse_epoch(_seconds(about.get(key))) for key in ("started_at", "scheduled_start", "created_at"))
    return Download(
        space_id=space_id if is_id else "",
        url=f"https://x.com/i/spaces/{space_id}" if is_id else "",
        title=clean_line(about.get("title")),
        name=clean_line(creator.get("name")),
        handle=handle if re.fullmatch(r"\w{1,50}", handle, re.ASCII) else "",
        started_at=next(filter(None, moments), None),
        people=tuple(_read_participants(people, handle)),
    )


def _read_participants(people: Mapping[str, Any], host: str) -> Iterator[Speaker]:
    for kind, role in (("admins", Role.CO_HOST), ("speakers", Role.GUEST)):
        listed = people.get(kind)
        for person in map(_entry, listed[:_MOST_NAMES] if isinstance(listed, list) else []):
            handle = clean_line(person.get("twitter_screen_name")).removeprefix("@")
            if handle.casefold() != host.casefold() and re.fullmatch(r"\w{1,50}", handle, re.ASCII):
                periscope_id = clean_line(person.get("periscope_user_id"))[:200]
                name = clean_line(person.get("display_name"))[:200]
                yield Speaker(role=role, handle=handle, name=name, periscope_id=periscope_id)


def _entry(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _seconds(value: Any) -> Any:
    """Seconds from milliseconds, in digits or as a number."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{9,15}", value):
        value = int(value)
    return value / 1000 if isinstance(value, int | float) and value > 1e11 else value


def clean_line(value: Any) -> str:
    """One line of text from anything."""
    return " ".join(clean_text(value).split())[:500]


def clean_text(value: Any) -> str:
    """Text without control characters; empty where it is none."""
    if not isinstance(value, str):
        return ""
    return _UNSEEN.sub("", value).encode("utf-8", "ignore").decode()[:50_000].strip()


def _parse_epoch(value: Any) -> datetime | None:
    """A moment from seconds since 1970, where they mean one between 2000 and 2100."""
    if isinstance(value, int | float) and 946_684_800 <= value < 4_102_444_800:
        return datetime.fromtimestamp(value, UTC)
    return None


def parse_date(text: str) -> datetime | None:
    """A moment from an ISO 8601 date or time, UTC where it names no zone; None for a bare year."""
    if not re.match(r"(?:19|20)\d\d-?\d\d-?\d\d", text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
