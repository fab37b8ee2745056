"""Spaces as `data/spaces-metadata.js` describes them and as the names in `data/spaces_media/` tell.

Which fields there are is documented by X, how they are wrapped and what a speaker's session looks like is not: every
shape that can be understood is, and what cannot be is left out. `invitedUserIds` is private and never read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from site_builder.sources.x.json import Entry, is_user_id, parse_moment, pick, pick_items, pick_text, unwrap
from site_builder.sources.x.members import Member

_ID = re.compile(r"[A-Za-z0-9]{1,40}")
_MEDIA = re.compile(
    r"(?:spaces?[-_])?(?P<id>[A-Za-z0-9]{1,40})(?:[-_](?:part)?(?P<number>[0-9]{1,6}))?\.(?P<suffix>[A-Za-z0-9]+)"
)
_LIKELY_ID = re.compile(r"1[A-Za-z0-9]{2,39}")
"""Ids of Spaces begin with 1."""
_MOST = 100_000
"""Spaces in one archive."""
_AUDIO_SUFFIXES = frozenset(
    ["ts", "aac", "adts", "m4a", "mp4", "mp3", "m4b", "mov", "ogg", "opus", "flac", "wav", "mka", "webm", "m2ts"]
)
_SPACE_FIELDS = frozenset({"id", "spaceId", "creatorUserId", "createdAt", "hostUserIds", "speakers", "endedAt"})
_SPEAKER_FIELDS = frozenset({"userId", "id", "accountId", "sessions", "startedAt", "endedAt", "startTime", "endTime"})
_STARTS = ("startedAt", "startTime", "start", "startAt", "joinedAt")
_ENDS = ("endedAt", "endTime", "end", "endAt", "leftAt")
_TIME_FIELDS = frozenset({*_STARTS, *_ENDS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One user's time as a speaker, on the wall clock."""

    user_id: str
    start: datetime
    end: datetime | None
    """None where it is not told: to the end of the Space."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """What the archive says about one Space, its recording apart."""

    id: str
    host_ids: tuple[str, ...] = ()
    """X user ids: the creator first, then the co-hosts."""
    speaker_ids: tuple[str, ...] = ()
    """X user ids of all who spoke, whether or not it is told when."""
    sessions: tuple[Session, ...] = ()
    created_at: datetime | None = None
    started_at: datetime | None = None
    """Rarely told; X documents only when a Space was created."""
    ended_at: datetime | None = None
    participants: int | None = None
    media: tuple[Member, ...] = ()
    """Its recordings in order; empty where the archive has none."""
    incomplete: bool = False
    """The numbers of its recordings do not begin at 0, or leave one out."""
    is_cancelled: bool = False
    described: bool = True
    """False where nothing but the recording is there."""


def parse_space(entry: Any) -> Space | None:
    """The Space an entry describes, whatever it is wrapped in; None where it has no id."""
    fields = unwrap(entry, _SPACE_FIELDS)
    space_id = pick_text(fields, "id", "spaceId", "space_id")
    if not _ID.fullmatch(space_id):
        return None
    hosts = [pick_text(fields, "creatorUserId", "creatorId"), *_parse_ids(pick_items(fields, "hostUserIds", "hosts"))]
    speakers = list(_parse_speakers(pick(fields, "speakers")))
    count = pick_text(fields, "totalParticipated")
    return Space(
        id=space_id,
        host_ids=_unique(hosts),
        speaker_ids=_unique(user_id for user_id, _ in speakers),
        sessions=tuple(session for _, sessions in speakers for session in sessions),
        created_at=parse_moment(pick(fields, "createdAt", "created_at")),
        started_at=parse_moment(pick(fields, *_STARTS)),
        ended_at=parse_moment(pick(fields, *_ENDS)),
        is_cancelled=pick_text(fields, "state").lower() in {"canceled", "cancelled"},
        participants=int(count) if re.fullmatch(r"[0-9]{1,12}", count) else None,
    )


def find_spaces(entries: Iterable[Any], media: Iterable[Member]) -> tuple[dict[str, Space], list[Member]]:
    """All Spaces by id, oldest first: those described, and recordings that nothing describes (last).

    Then the files in the folder of recordings that belong to none.
    """
    spaces = {space.id: space for entry in islice(entries, _MOST) if (space := parse_space(entry))}
    groups, unmatched = _group_media(media, spaces)
    for space_id, parts in groups.items():
        known = spaces.get(space_id) or Space(id=space_id, described=False)
        in_order = [parts[number] for number in sorted(parts)]
        spaces[space_id] = replace(known, media=tuple(in_order), incomplete=max(parts) >= len(parts))
    return {space.id: space for space in sorted(spaces.values(), key=_age)}, unmatched


def _age(space: Space) -> tuple[bool, float, str]:
    moment = space.started_at or space.created_at or space.ended_at
    return moment is None, moment.timestamp() if moment else 0.0, space.id


def _group_media(media: Iterable[Member], known: Collection[str]) -> tuple[dict[str, dict[int, Member]], list[Member]]:
    """Recordings by Space id and number, and the files that are of none."""
    groups: dict[str, dict[int, Member]] = {}
    unmatched = []
    for member in sorted(media, key=lambda member: member.name):
        found = _match_media(member.name.rpartition("/")[2], known)
        if found:
            groups.setdefault(found[0], {}).setdefault(found[1], member)
        else:
            unmatched.append(member)
    return groups, unmatched


def _match_media(name: str, known: Collection[str]) -> tuple[str, int] | None:
    """Space id and number that a file name tells: X's own form, else any name with the id of a known Space in it."""
    stem, _, suffix = name.rpartition(".")
    if suffix.lower() not in _AUDIO_SUFFIXES:
        return None
    if (match := _MEDIA.fullmatch(name)) and (match["id"] in known or _LIKELY_ID.fullmatch(match["id"])):
        return match["id"], int(match["number"] or 0)
    words = re.findall(r"[A-Za-z0-9]+", stem)
    space_id = next((word for word in words if word in known), "")
    number = re.search(r"[-_](?:part)?([0-9]{1,6})$", stem)
    return (space_id, int(number[1]) if number else 0) if space_id else None


def _parse_speakers(value: Any) -> Iterator[tuple[str, list[Session]]]:
    """(user id, sessions) for every entry, be it an object, a bare id, or a map from id to sessions."""
    entries: list[Any] = value if isinstance(value, list) else []
    if isinstance(value, dict):
        entries = (
            [value] if _SPEAKER_FIELDS & value.keys() else [{"userId": k, "sessions": v} for k, v in value.items()]
        )
    for entry in entries:
        fields = unwrap({"userId": entry} if isinstance(entry, str | int) else entry, _SPEAKER_FIELDS)
        user_id = pick_text(fields, "userId", "id", "accountId", "user_id")
        if is_user_id(user_id):
            yield user_id, list(_parse_sessions(user_id, fields))


def _parse_sessions(user_id: str, fields: Entry) -> Iterator[Session]:
    """Sessions in a list, alone, as pairs, or flat beside the user's id."""
    for item in [*pick_items(fields, "sessions", "spokenSessions", "session"), fields]:
        pair = isinstance(item, list) and len(item) == 2
        times = unwrap(dict(zip(("start", "end"), item, strict=True)) if pair else item, _TIME_FIELDS)
        start, end = parse_moment(pick(times, *_STARTS)), parse_moment(pick(times, *_ENDS))
        if start and (end is None or start <= end):
            yield Session(user_id=user_id, start=start, end=end)


def _parse_ids(items: Iterable[Any]) -> Iterator[str]:
    for item in items:
        fields = item if isinstance(item, dict) else {"userId": item}
        yield from pick_text(fields, "userId", "id").split(",")


def _unique(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(user_id.strip() for user_id in ids if is_user_id(user_id.strip())))
