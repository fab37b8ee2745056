"""The tags that X's audio engine (Hydra) writes between the frames of a recording, one by one.

A tag holds the wall clock, the guests on stage and one audio level for each slot on stage. Slot 0 is the host, who is
not among the guests; a guest's slot is their position in the list, counted from 1, as X's own player reads it. The
number `ParticipantIndex` in an entry has nothing to do with levels (it picks a colour) and is never read. X documents
none of it: every frame may be missing, malformed or hostile, and nothing here raises.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from site_builder.model.podcast import Part
from site_builder.sources.id3 import parse_tag_frames, parse_text, parse_user_text

_NTP_EPOCH = datetime(1900, 1, 1, tzinfo=UTC)
_NTP_RANGE = (3_155_673_600.0, 6_000_000_000.0)  # 2000 to 2090: anything else is no wall clock
_MOST_SLOTS = 10_000  # of levels and guests in one tag; a stage holds a dozen
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A guest on stage."""

    slot: int
    """Place of the guest's level among the levels: position in the list, counted from 1."""
    handle: str = ""
    periscope_id: str = ""
    avatar_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """What one tag says; None for what it leaves out."""

    at: float
    """Seconds of audio before the tag, in its own part."""
    ntp: float | None = None
    """Wall clock: seconds since 1900."""
    levels: tuple[float, ...] | None = None
    """By slot, 0 to about 100; never empty. NaN where something stands there that is no number."""
    participants: tuple[Participant, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartReading:
    """All that was found in one file of a recording, in one pass over its bytes."""

    part: Part
    ticks: tuple[Tick, ...] = ()
    lost: float = 0.0
    """Seconds of sound, about, that its damaged bytes would hold: those that are neither audio nor tags."""
    truncated: bool = False
    """The file ends in the middle of a frame or is damaged from there on."""


def parse_tag(tag: bytes, at: float = 0.0) -> Tick:
    """What an ID3v2 tag that stands after `at` seconds of audio says; an empty tick where it says nothing."""
    ntp = levels = participants = metadata = None
    for name, content in parse_tag_frames(tag):
        if name == b"TIT3":
            ntp = _parse_ntp(parse_text(content))
        elif name == b"TXXX" and (described := parse_user_text(content)):
            kind, text = described
            if kind == "HydraAudioLevel":
                levels = _parse_levels(text)
            elif kind == "HydraParticipants":
                participants = _parse_participants(text)
            elif kind == "JSONMetadata":
                metadata = text
    if ntp is None and metadata is not None:  # it holds the clock once more
        ntp = _parse_metadata_ntp(metadata)
    return Tick(at=at, ntp=ntp, levels=levels, participants=participants)


def join_ticks(ticks: Sequence[Tick]) -> tuple[Tick, ...]:
    """The ticks without empty ones; several tags at the same place become one tick, the later word winning."""
    joined: list[Tick] = []
    for tick in ticks:
        if tick.ntp is None and tick.levels is None and tick.participants is None:
            continue
        if joined and abs(joined[-1].at - tick.at) < 1e-6:
            before = joined.pop()
            tick = Tick(  # noqa: PLW2901
                at=tick.at,
                ntp=before.ntp if tick.ntp is None else tick.ntp,
                levels=before.levels if tick.levels is None else tick.levels,
                participants=before.participants if tick.participants is None else tick.participants,
            )
        joined.append(tick)
    return tuple(joined)


def find_start(ticks: Sequence[Tick]) -> datetime | None:
    """Wall clock of the first sample of a part, to the millisecond; None where no tick tells the time."""
    for tick in ticks:
        if tick.ntp is not None:
            return _NTP_EPOCH + timedelta(milliseconds=round((tick.ntp - tick.at) * 1000))
    return None


def _parse_ntp(text: str | None) -> float | None:
    try:
        ntp = float(text or "")
    except ValueError:
        return None
    return ntp if _NTP_RANGE[0] < ntp < _NTP_RANGE[1] else None


def _parse_metadata_ntp(text: str) -> float | None:
    fields = _load_json(text)
    ntp = fields.get("ntp") if isinstance(fields, dict) else None
    return _parse_ntp(str(ntp)) if isinstance(ntp, int | float | str) else None


def _parse_levels(text: str) -> tuple[float, ...] | None:
    values = _load_json(text)
    if not isinstance(values, list) or not values:
        return None
    return tuple(map(_level, values[:_MOST_SLOTS]))


def _level(value: Any) -> float:
    """A level as a number from 0 (X's special value -2 is no loudness); NaN for what is none, which keeps its place."""
    try:
        level = float(value) if isinstance(value, int | float | str) else math.nan
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan
    return level if math.isnan(level) else max(0.0, level)


@lru_cache(maxsize=4)
def _parse_participants(text: str) -> tuple[Participant, ...] | None:
    """The guests on stage; the same text gives the same tuple, and successive tags hold the same text."""
    entries = _load_json(text)
    return tuple(_participants_of(entries)) if isinstance(entries, list) else None


def _participants_of(entries: list[Any]) -> Iterator[Participant]:
    """Guests with their slots; an entry that names nobody keeps its slot, which is then nobody's."""
    for slot, entry in enumerate(entries[:_MOST_SLOTS], start=1):
        if not isinstance(entry, dict):
            continue
        guest = Participant(
            slot=slot,
            handle=_clean(entry.get("UserName")).removeprefix("@"),
            periscope_id=_clean(entry.get("UserId")),
            avatar_url=_clean_url(entry.get("ProfileUrl")),
        )
        if guest.handle or guest.periscope_id:
            yield guest


def _clean(value: Any) -> str:
    """One line without control characters, at most 200 characters; empty where it is no text."""
    return _UNSEEN.sub("", value).encode("utf-8", "ignore").decode()[:200].strip() if isinstance(value, str) else ""


def _clean_url(value: Any) -> str:
    text = _clean(value)
    return text if re.fullmatch(r"https://[^\s\"'<>\\]+", text) and value == text else ""


def _load_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
