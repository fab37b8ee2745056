"""An X data archive as a source of recordings: its Spaces, who spoke in them, what was posted about and during them.

The modules beside this one know X's files; this one has the steps: open, list, read one Space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from site_builder.errors import UnusableSource
from site_builder.model.conversation import Account, Announcement, Conversation
from site_builder.model.podcast import Recording, Speaker, Timeline
from site_builder.sources.damage import describe_damage
from site_builder.sources.x.announcement import choose_announcement, make_announcement, make_notes
from site_builder.sources.x.json import Entry, is_user_id, load_entries, parse_moment, pick, pick_text, unwrap
from site_builder.sources.x.members import Members
from site_builder.sources.x.missing import explain_missing, explain_torn
from site_builder.sources.x.people import People
from site_builder.sources.x.recordings import SpaceSound, read_recordings
from site_builder.sources.x.spaces import Space, find_spaces
from site_builder.sources.x.speaking.clock import Clock, make_clock
from site_builder.sources.x.speaking.hydra_tags import PartReading
from site_builder.sources.x.speaking.timeline import TimelineReading, make_session_turns, make_timeline
from site_builder.sources.x.tweets import Tweets, is_handle, plain_line, plain_text

_A_DAY = timedelta(days=1)
_SLACK = timedelta(hours=1)
"""By which a recording may begin before or end after its Space, in whatever clock."""


class XArchive:
    """An open X archive; a `site_builder.sources.source.Source`. Made by `archives.open_archive`.

    `remarks` gathers, while Spaces are read, what had to be left out because it is damaged: one sentence each.
    """

    def __init__(self, members: Members) -> None:
        self.name = members.path.name
        self.where = str(members.path / members.root) if members.root else str(members.path)
        """Its place, for messages."""
        self.remarks: list[str] = []
        self._members = members
        self._check_readable()
        media = [member for name, member in members.members.items() if "/" in name]
        self._spaces, unmatched = find_spaces(self._load("spaces-metadata"), media)
        if not self._spaces:
            raise UnusableSource(self._explain_no_spaces())
        self.remarks += [
            f"{self.name}: {explain_torn(space)}" for space in self._spaces.values() if self._is_torn(space)
        ]
        self.remarks += [
            f"{self.name}: {member.name} belongs to none of its Spaces; to take it, unzip it and extract it by itself"
            for member in unmatched
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the zip."""
        self._members.close()

    @cached_property
    def account(self) -> Account:
        """Whose archive it is. Only these fields are looked at; what else the files hold (e-mail …) is not."""
        account, profile, user = self._first("account"), self._first("profile"), self._manifest("userInfo")
        handle = pick_text(account, "username") or pick_text(user, "userName")
        x_id = pick_text(account, "accountId") or pick_text(user, "accountId")
        avatar = pick_text(profile, "avatarMediaUrl")
        described = pick(profile, "description")
        return Account(
            handle=handle if is_handle(handle) else "",
            name=plain_line(pick_text(account, "accountDisplayName") or pick_text(user, "displayName")),
            x_id=x_id if is_user_id(x_id) else "",
            bio=plain_text(pick_text(described if isinstance(described, dict) else {}, "bio")),
            avatar_url=avatar if re.fullmatch(r"https://[^\s\"'<>\\]+", avatar) else "",
        )

    @cached_property
    def made_at(self) -> datetime | None:
        """When X made it: as its manifest says, else the date in its file name."""
        if moment := parse_moment(pick(self._manifest("archiveInfo"), "generationDate")):
            return moment
        found = re.search(r"20\d\d-[01]\d-[0-3]\d", self.name)
        return parse_moment(found[0]) if found else None

    def find_ids(self) -> tuple[str, ...]:
        """Ids of all Spaces, oldest first; recordings that nothing describes come last. Reads no audio."""
        return tuple(self._spaces)

    def is_own(self, id: str) -> bool:  # noqa: A002
        """Whether the account created the Space `id`."""
        return bool(self.account.x_id) and self._spaces[id].host_ids[:1] == (self.account.x_id,)

    def count_parts(self, id: str) -> int:  # noqa: A002
        """How many files it holds of the recording of the Space `id`; reads none of them."""
        return len(self._spaces[id].media)

    def read_sound(self, id: str, copy_into: Path | None = None) -> SpaceSound:  # noqa: A002
        """The recording of the Space `id`; see `Source.read_sound`."""
        space = self._spaces[id]
        return read_recordings(self._members, () if self._is_torn(space) else space.media, copy_into)

    def read(self, id: str, copy_into: Path | None = None, sound: SpaceSound | None = None) -> Conversation:  # noqa: A002
        """The Space `id`; see `Source.read`. Where its recording cannot be read at all, `missing` says why.

        Parts that cannot be read are left out, and damaged ones end early; `remarks` says so.
        """
        space = self._spaces[id]
        parts, damage = sound or self.read_sound(id, copy_into)
        self.remarks += [f"{self.name}: {sentence}" for sentence in (*damage, *describe_damage(parts))]
        people = People(space, self.account, self._tweets)
        reading = make_timeline(parts, people.describe_host(_guest_handles(parts)))
        clock = make_clock(space, [part.part for part in parts], reading.started_at, reading.gaps)
        recording = self._describe(people, parts, reading, clock)
        tweet = choose_announcement(self._tweets.about(id), id, clock.started_at, space.ended_at or clock.ended_at)
        thread = self._tweets.find_thread(tweet) if tweet else []
        announcement = make_announcement(tweet, id, self.account.handle, thread) if tweet else Announcement()
        shared = self._tweets.between(clock.started_at, clock.ended_at) if clock.started_at and clock.ended_at else []
        return Conversation(
            recording=replace(recording, announced_url=announcement.url),
            announcement=announcement,
            notes=make_notes((other for other in shared if other != tweet and other not in thread), id, clock.locate),
            missing="" if parts else "; ".join(damage) or self._explain(space),
            unreadable=bool(damage and not parts),
        )

    def _describe(
        self, people: People, parts: Sequence[PartReading], reading: TimelineReading, clock: Clock
    ) -> Recording:
        space = people.space
        recording = Recording(
            id=space.id,
            source="x-space",
            url=f"https://x.com/i/spaces/{space.id}",
            started_at=clock.started_at if parts else space.started_at or space.created_at,
            ended_at=space.ended_at or (clock.ended_at if parts else None),
            archive_made_at=self.made_at,
            parts=tuple(part.part for part in parts),
            tick=reading.tick,
            silences=reading.silences,
            unknown=reading.unknown,
            gaps=reading.gaps,
            participants=space.participants,
        )
        if reading.timeline is not Timeline.LEVELS:
            return _with_sessions(recording, people, (*reading.speakers, *reading.on_stage), clock)
        named = (*reading.speakers, *reading.on_stage)
        known = people.identify(named, reading.turns, clock.moment_of if clock.exact else None)
        unseen = people.find_unseen(known)
        earlier = people.find_earlier_names((*known, *unseen))
        return replace(
            recording,
            speakers=known[: len(reading.speakers)],
            turns=reading.turns,
            on_stage=(*known[len(reading.speakers) :], *unseen, *earlier),
            may_speak=reading.may_speak,
            timeline=Timeline.LEVELS,
        )

    @cached_property
    def _tweets(self) -> Tweets:
        windows = [
            (start - _SLACK, (space.ended_at or start + _A_DAY) + _SLACK)
            for space in self._spaces.values()
            if space.media and (start := space.created_at or space.started_at)
        ]
        return Tweets(
            lambda: self._load("tweets", "tweet", "community-tweet", "community-tweets"),
            self.account,
            windows,
            lambda: self._load("note-tweet", "note-tweets"),
        )

    def _load(self, *stems: str) -> Iterator[Any]:
        return load_entries(self._members, *stems, remarks=self.remarks)

    def _first(self, stem: str) -> Entry:
        """The fields of the first entry of a file that has one entry."""
        return unwrap(next(self._load(stem), None), frozenset({"username", "avatarMediaUrl"}))

    def _manifest(self, section: str) -> Entry:
        found = pick(self._manifest_entry, section)
        return found if isinstance(found, dict) else {}

    @cached_property
    def _manifest_entry(self) -> Entry:
        return unwrap(next(self._load("manifest"), None), frozenset({"userInfo", "archiveInfo"}))

    @property
    def _is_partial(self) -> bool:
        return str(pick(self._manifest("archiveInfo"), "isPartialArchive")).lower() == "true"

    def _is_torn(self, space: Space) -> bool:
        """Whether a part that comes before others is in another zip of the same archive."""
        return space.incomplete and self._is_partial

    def _explain(self, space: Space) -> str:
        """Why there is no recording."""
        if self._is_torn(space):
            return explain_torn(space)
        return explain_missing(space, self.made_at, is_partial=self._is_partial)

    def _check_readable(self) -> None:
        path, members = self._members.path, self._members.members
        if not members:
            what = "folder" if path.is_dir() else "zip"
            raise UnusableSource(
                f"{path} is not an X archive: no data/spaces-metadata.js or the like is in that {what}; "
                "use the zip that X sent, or the whole folder it was unzipped to"
            )
        if any(member.refused == "is encrypted" for name, member in members.items() if "/" not in name):
            raise UnusableSource(f"{path} is encrypted; unzip it with its password and use the folder instead")

    def _explain_no_spaces(self) -> str:
        path = self._members.path
        if self.remarks:
            return f"{path} is damaged: {self.remarks[0]}; or download the archive from X again"
        if self._is_partial:
            return (
                f"{path} is one of several zips of an archive and holds no Spaces; "
                "use the one that has data/spaces-metadata.js, or unzip them all into one folder"
            )
        return (
            f"{path} holds no Spaces; X puts only Spaces hosted by the account itself into an archive, "
            "so use the archive of the account that hosted"
        )


def _guest_handles(parts: Sequence[PartReading]) -> set[str]:
    lists = {tick.participants for part in parts for tick in part.ticks if tick.participants}
    return {guest.handle for guests in lists for guest in guests}


def _with_sessions(recording: Recording, people: People, on_stage: Sequence[Speaker], clock: Clock) -> Recording:
    """Speakers and turns from the metadata, for a recording that does not tell who speaks when.

    Guests whom the recording's tags name without saying when they speak are kept, without turns.
    """
    space = people.space
    order = list(dict.fromkeys([*space.host_ids[:1], *space.speaker_ids]))
    speakers = [people.describe_user(x_id) for x_id in order] or [people.describe_host()]
    known = {speaker.handle.lower() for speaker in speakers}
    others = [guest for guest in people.identify(on_stage[1:], (), None) if guest.x_id not in order]
    speakers += [guest for guest in others if guest.handle.lower() not in known]
    known_start = clock.started_at if recording.parts else None
    sessions = [(session.user_id, session.start, session.end) for session in space.sessions]
    turns = make_session_turns(sessions, known_start, recording.duration, order) if known_start else ()
    timeline = Timeline.SESSIONS if turns else Timeline.NONE
    on_stage = people.find_earlier_names(speakers)
    return replace(recording, speakers=tuple(speakers), turns=turns, timeline=timeline, on_stage=on_stage)
