"""An audio file of any kind as a source of one conversation, with what a downloader wrote beside it.

yt-dlp and its kin write `NAME.info.json` beside `NAME.m4a`; where that names a Space, the conversation has the same id
as in the host's own archive, so it becomes the same episode.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from site_builder.errors import UnusableSource
from site_builder.model.conversation import Account, Announcement, Conversation
from site_builder.model.podcast import Recording, Role, Speaker
from site_builder.sources.damage import describe_damage
from site_builder.sources.parts import CHUNK, is_audio_start, read_part
from site_builder.sources.x.hydra_tags import PartReading
from site_builder.sources.x.timeline import TimelineReading, make_timeline

__all__ = ["AudioFile", "PartReading", "detect", "open_audio_file", "read_part"]

_SUFFIXES = frozenset({".aac", ".aif", ".aiff", ".caf", ".flac", ".m4a", ".m4b", ".mka", ".mov", ".mp3", ".mp4"})
_SUFFIXES |= {".mpga", ".oga", ".ogg", ".opus", ".ts", ".wav", ".webm"}
_SPACE = re.compile(r"https://(?:mobile\.)?(?:twitter|x)\.com/i/spaces/([A-Za-z0-9]{1,40})(?:[/?#].*)?")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_LARGEST_INFO = 1 << 24  # bytes; yt-dlp's longest are some 2 MB


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
        """Whoever put the recording online, by the downloader's word; else the file's own artist tag."""
        name = _line(self._info.get("uploader")) or _line((self._tags or {}).get("artist"))
        handle = _line(self._info.get("uploader_id")).removeprefix("@") if self._space_id else ""
        return Account(handle=handle if re.fullmatch(r"\w{1,50}", handle, re.ASCII) else "", name=name)

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

    def read(self, id: str, copy_into: Path | None = None) -> Conversation:  # noqa: A002
        """The conversation; see `Source.read`."""
        if id != self._id:
            raise KeyError(id)
        with self._path.open("rb") as stream:
            reading = read_part(stream, self.name, folder=copy_into)
        self.remarks += describe_damage([reading])
        host = Speaker(role=Role.HOST, handle=self.account.handle, name=self.account.name)
        timeline = make_timeline([reading], host)
        recording = self._describe(reading, timeline)
        return Conversation(recording=recording, announcement=self._announcement)

    def _describe(self, reading: PartReading, timeline: TimelineReading) -> Recording:
        started_at = reading.part.started_at or self._started_at
        is_known = bool(timeline.turns or self.account.name or self.account.handle)
        return Recording(
            id=self._id,
            source="x-space" if self._space_id else "audio-file",
            url=self._url,
            started_at=started_at,
            ended_at=started_at + timedelta(seconds=reading.part.duration) if started_at else None,
            parts=(reading.part,),
            speakers=timeline.speakers if is_known else timeline.speakers[1:],
            turns=timeline.turns,
            timeline=timeline.timeline,
            tick=timeline.tick,
            silences=timeline.silences,
            unknown=timeline.unknown,
            gaps=timeline.gaps,
        )

    @cached_property
    def _id(self) -> str:
        if self._space_id:
            return self._space_id
        digest = hashlib.sha256()
        with self._path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        return f"audio-{digest.hexdigest()[:16]}"

    @cached_property
    def _info(self) -> dict[str, Any]:
        """What the downloader wrote beside the file; empty where there is nothing of use."""
        for path in (self._path.with_suffix(".info.json"), Path(f"{self._path}.info.json")):
            try:
                if path.stat().st_size <= _LARGEST_INFO:
                    info = json.loads(path.read_text("utf-8", errors="replace"))
                    return info if isinstance(info, dict) else {}
            except (OSError, ValueError, RecursionError):
                continue
        return {}

    @cached_property
    def _tags(self) -> dict[str, str] | None:
        from site_builder.sources.containers import load_audio_tags  # noqa: PLC0415  (FFmpeg)

        return load_audio_tags(self._path)

    @property
    def _url(self) -> str:
        url = _line(self._info.get("webpage_url"))
        return url if re.fullmatch(r"https?://[^\s\"'<>\\]{1,2000}", url) else ""

    @property
    def _space_id(self) -> str:
        match = _SPACE.fullmatch(self._url)
        return match[1] if match else ""

    @property
    def _started_at(self) -> datetime | None:
        """When the conversation began by the downloader's word, else by a whole date among the file's own tags."""
        for key in ("release_timestamp", "timestamp"):
            if moment := _parse_epoch(self._info.get(key)):
                return moment
        tags = self._tags or {}
        return next((moment for key in ("creation_time", "date") if (moment := _parse_date(tags.get(key, "")))), None)

    @property
    def _announcement(self) -> Announcement:
        title = _line(self._info.get("title")) or _line((self._tags or {}).get("title")) or self._title_of_name()
        body = _text(self._info.get("description"))
        return Announcement(title=title, body="" if body == title else body)

    def _title_of_name(self) -> str:
        """The file name without its suffix and without the id that downloaders append in brackets."""
        return _line(re.sub(r"\s*\[[\w-]{6,}\]$", "", self._path.stem).replace("_", " "))


def _line(value: Any) -> str:
    """One line of text from anything."""
    return " ".join(_text(value).split())[:500]


def _text(value: Any) -> str:
    """Text without control characters; empty where it is none."""
    if not isinstance(value, str):
        return ""
    return _UNSEEN.sub("", value).encode("utf-8", "ignore").decode()[:50_000].strip()


def _parse_epoch(value: Any) -> datetime | None:
    """A moment from seconds since 1970, where they mean one between 2000 and 2100."""
    if isinstance(value, int | float) and 946_684_800 <= value < 4_102_444_800:
        return datetime.fromtimestamp(value, UTC)
    return None


def _parse_date(text: str) -> datetime | None:
    """A moment from an ISO 8601 date or time, UTC where it names no zone; None for a bare year."""
    if not re.match(r"(?:19|20)\d\d-?\d\d-?\d\d", text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
