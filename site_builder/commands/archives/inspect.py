"""Describes what a source holds before anything is taken from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from site_builder.episodes.dead_air import find_dead_air
from site_builder.episodes.intake.new_episode import make_title, recorded_at
from site_builder.events import Made, Making, Notify, Started, ignore
from site_builder.model.conversation import Account, Conversation
from site_builder.model.podcast import Part, Recording, Speaker
from site_builder.sources.detect import open_source
from site_builder.sources.source import Source
from site_builder.sources.x.layouts import WANTED
from site_builder.text.timecode import format_utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """How long one speaker is heard."""

    speaker: Speaker
    seconds: float

    @property
    def label(self) -> str:
        """What to call them: name, handle or id, whatever is known."""
        speaker = self.speaker
        return speaker.name or (f"@{speaker.handle}" if speaker.handle else "") or speaker.x_id or "not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionReport:
    """All conversations of one source, oldest first."""

    name: str
    account: Account
    made_at: str
    conversations: tuple[Conversation, ...]
    remarks: tuple[str, ...] = ()
    """Damage that was worked around, a sentence each."""

    def as_json(self) -> dict[str, Any]:
        """The report as plain values for `spacecast inspect --json`."""
        return {
            "archive": self.name,
            "account": {"handle": self.account.handle, "name": self.account.name},
            "made_at": self.made_at,
            "remarks": list(self.remarks),
            "conversations": [_describe(conversation) for conversation in self.conversations],
        }


def inspect_source(path: Path, notify: Notify = ignore, *, cluster: str = "") -> InspectionReport:
    """Read a source without taking anything: every recording is read once, to count its frames and hear who speaks.

    With the address of a `cluster` its workers read them, each from the source under the same path.

    Raises:
        UnusableSource: the path holds nothing this program can read.
        UsageError: there is no such cluster.
    """
    with open_source(path) as source:
        ids = source.find_ids()
        notify(Started(len(ids)))
        if cluster:
            conversations, remarks = _read_there(path, ids, cluster, notify)
        else:
            conversations, remarks = [_read(source, id_, notify) for id_ in ids], []
        made_at = format_utc(source.made_at) if source.made_at else ""
        return InspectionReport(
            name=source.name,
            account=source.account,
            made_at=made_at,
            conversations=tuple(conversations),
            remarks=tuple(dict.fromkeys([*source.remarks, *remarks])),
        )


def _read(source: Source, id_: str, notify: Notify) -> Conversation:
    notify(Making(id_, f"Reading {id_}"))
    return source.read(id_)


def _read_there(path: Path, ids: Sequence[str], address: str, notify: Notify) -> tuple[list[Conversation], list[str]]:
    """The same by a cluster's workers, in the same order, and what they remark on."""
    from site_builder.build.cluster.workers import open_readers  # noqa: PLC0415 -- only where a cluster is asked for

    questions = {id_: partial(_read_on_worker, str(path.resolve()), id_) for id_ in ids}
    found: dict[str, tuple[Conversation, list[str]]] = {}
    with open_readers(path, address, notify) as cluster:
        for id_, read in cluster.ask_all(questions):
            notify(Made(id_, f"Reading {id_}", changed=True))
            found[id_] = read
    return [found[id_][0] for id_ in ids], [remark for id_ in ids for remark in found[id_][1]]


def _read_on_worker(path: str, id_: str) -> tuple[Conversation, list[str]]:
    with open_source(Path(path)) as source:
        return source.read(id_), list(source.remarks)


def make_wanted_pattern() -> str:
    """A regular expression that matches what is read of an archive of X, as a name below its `data/`."""
    return WANTED.pattern


def count_speech(recording: Recording) -> tuple[Speech, ...]:
    """Everyone in a recording with the seconds they speak, in the recording's order."""
    seconds = [0.0] * len(recording.speakers)
    for turn in recording.turns:
        seconds[turn.speaker] += turn.duration
    pairs = zip(recording.speakers, seconds, strict=True)
    return tuple(Speech(speaker=speaker, seconds=spoken) for speaker, spoken in pairs)


def _describe(conversation: Conversation) -> dict[str, Any]:
    recording = conversation.recording
    date = recorded_at(conversation)
    return {
        "id": recording.id,
        "title": make_title(conversation),
        "announced": conversation.announcement.url,
        "date": format_utc(date) if date else None,
        "date_guessed_from": conversation.guessed_from or None,
        "duration": round(recording.duration, 3),
        "parts": [_describe_part(part) for part in recording.parts],
        "who_speaks_when": str(recording.timeline),
        "speakers": [_describe_speech(speech) for speech in count_speech(recording)],
        "dead_air": [[round(span.start, 3), round(span.end, 3)] for span in find_dead_air(recording)],
        "gaps": [{"at": round(gap.at, 3), "lost": round(gap.lost, 3)} for gap in recording.gaps],
        "missing": conversation.missing or None,
    }


def _describe_part(part: Part) -> dict[str, Any]:
    return {
        "file": part.origin,
        "container": part.container,
        "codec": part.codec,
        "duration": round(part.duration, 3),
        "size_bytes": part.size_bytes,
        "sha256": part.sha256,
    }


def _describe_speech(speech: Speech) -> dict[str, Any]:
    speaker = speech.speaker
    return {
        "name": speaker.name,
        "handle": speaker.handle,
        "role": str(speaker.role),
        "seconds": round(speech.seconds, 1),
    }
