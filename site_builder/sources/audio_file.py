"""An audio file of any kind as a source of one conversation, with what a downloader left of it.

Where that names a Space, the conversation has the same id as in the host's own archive, so it becomes the same episode.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from site_builder.errors import UnusableSource
from site_builder.model.conversation import Account, Announcement, Conversation
from site_builder.model.podcast import Recording, Role, Speaker, Timeline, Turn
from site_builder.sources.damage import describe_damage
from site_builder.sources.downloads import Download, find_day, read_download
from site_builder.sources.parts import CHUNK, is_audio_start, read_part
from site_builder.sources.x.speaking.hydra_tags import PartReading
from site_builder.sources.x.speaking.timeline import TimelineReading, make_timeline

__all__ = ["AudioFile", "PartReading", "detect", "open_audio_file", "read_part"]

_SUFFIXES = frozenset({".aac", ".aif", ".aiff", ".caf", ".flac", ".m4a", ".m4b", ".mka", ".mov", ".mp3", ".mp4"})
_SUFFIXES |= {".mpga", ".oga", ".ogg", ".opus", ".ts", ".wav", ".webm"}


def detect(path: Path) -> bool:
    """Whether `path` is an audio file by its name or its first bytes."""
    if not path.is_file():
        return False
    if path.suffix.lower() in _SUFFIXES:
        return True
    with path.open("rb") as file:
        return is_audio_start(file.read(1 << 16))


def open_audio_file(path: Path) -> AudioFile:
    """The audio file at `path` as a source.

    Raises:
        UnusableSource: It cannot be opened, is empty, or is no audio.
    """
    source = AudioFile(path)
    source.check()
    return source


class AudioFile:
    """A `Source` of one conversation."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.remarks: list[str] = []
        self._path = path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is kept open."""

    def check(self) -> None:
        """Raises UnusableSource where this is no audio."""
        try:
            empty = self._path.stat().st_size == 0
        except OSError as error:
            raise UnusableSource(f"{self._path} cannot be opened: {error.strerror}") from error
        if empty:
            raise UnusableSource(f"{self._path} is empty; get the file again from where it came from")
        if self._tags is None:
            raise UnusableSource(
                f"{self._path} holds no audio that can be read; play it in a media player to see whether it is whole, "
                "and convert it to .m4a if it is"
            )

    @property
    def account(self) -> Account:
        """The uploader of the recording, as the downloader noted; else the file's artist tag."""
        return Account(handle=self._download.handle, name=self._download.name)

    @property
    def made_at(self) -> datetime | None:
        """Never known: a file's date is that of its last copy."""
        return None

    def find_ids(self) -> tuple[str, ...]:
        """The one id: the Space's where it is known, else `audio-` and the beginning of the content's SHA-256."""
        return (self._id,)

    def count_parts(self, id: str) -> int:  # noqa: A002, ARG002 -- see Source
        """One."""
        return 1

    def read_sound(self, id: str, copy_into: Path | None = None) -> None:  # noqa: A002
        """Nothing is read ahead."""

    def read(self, id: str, copy_into: Path | None = None, sound: Any = None) -> Conversation:  # noqa: A002, ARG002
        """The conversation; see `Source.read`."""
        if id != self._id:
            raise KeyError(id)
        with self._path.open("rb") as stream:
            reading = read_part(stream, self.name, folder=copy_into)
        self.remarks += describe_damage([reading])
        host = Speaker(role=Role.HOST, handle=self.account.handle, name=self.account.name)
        recording = self._describe(reading, make_timeline([reading], host))
        day, origin = (None, "") if recording.started_at else self._guess_day()
        body = self._download.description
        title = self._download.title
        return Conversation(
            recording=recording,
            announcement=Announcement(title=title, body="" if body == title else body),
            guessed_at=day,
            guessed_from=origin,
        )

    def _describe(self, reading: PartReading, timeline: TimelineReading) -> Recording:
        started_at = reading.part.started_at or self._download.started_at
        is_known = timeline.timeline is Timeline.LEVELS or bool(self.account.name or self.account.handle)
        speakers = timeline.speakers if is_known else timeline.speakers[1:]
        others = tuple(self._find_others((*speakers, *timeline.on_stage)))
        return Recording(
            id=self._id,
            source="x-space" if self._download.space_id else "audio-file",
            url=self._download.url,
            started_at=started_at,
            ended_at=started_at + timedelta(seconds=reading.part.duration) if started_at else None,
            parts=(reading.part,),
            speakers=(*speakers, *others),
            turns=timeline.turns,
            on_stage=timeline.on_stage,
            may_speak=_make_room(timeline.may_speak, len(speakers), len(others)),
            timeline=timeline.timeline,
            tick=timeline.tick,
            silences=timeline.silences,
            unknown=timeline.unknown,
            gaps=timeline.gaps,
        )

    def _find_others(self, speakers: Sequence[Speaker]) -> Iterator[Speaker]:
        """Whom the downloader names beyond those the recording names: they were there, so they are to be asked."""
        handles = {speaker.handle.casefold() for speaker in speakers if speaker.handle}
        names = {speaker.name.casefold() for speaker in speakers if speaker.name}
        for person in self._download.people:
            if person.handle.casefold() not in handles and (person.handle or person.name.casefold() not in names):
                yield person

    def _guess_day(self) -> tuple[datetime | None, str]:
        """A date that may be the conversation's, and what it is taken from."""
        if day := find_day(self._path.stem):
            return day, "the file's name"
        changed = datetime.fromtimestamp(self._path.stat().st_mtime, UTC)
        return changed.replace(hour=0, minute=0, second=0, microsecond=0), "when the file was last changed"

    @cached_property
    def _id(self) -> str:
        if self._download.space_id:
            return self._download.space_id
        digest = hashlib.sha256()
        with self._path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        return f"audio-{digest.hexdigest()[:16]}"

    @cached_property
    def _download(self) -> Download:
        return read_download(self._path, self._tags or {})

    @cached_property
    def _tags(self) -> dict[str, str] | None:
        from site_builder.sources.containers import load_audio_tags  # noqa: PLC0415  (FFmpeg)

        return load_audio_tags(self._path)


def _make_room(spans: Sequence[Turn], heard: int, others: int) -> tuple[Turn, ...]:
    """Spans of people who are numbered after those `heard`, with room for `others` between them."""
    return tuple(replace(span, speaker=span.speaker + others) if span.speaker >= heard else span for span in spans)
