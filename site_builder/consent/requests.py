"""Who is heard in which episode, and the message that asks them for consent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from site_builder.consent.removals import merge_spans
from site_builder.model.podcast import Guid, Recording, Role, Span
from site_builder.show.bundles import Bundle
from site_builder.show.people import UNKNOWN, Answer, Consent, People, PersonRecord, is_for_unknown, is_unknown
from site_builder.text.timecode import format_clock, format_length

_FEW_SPANS = 3
"""Times in the name of somebody unknown."""
_MOST_SPANS = 8
"""Times named one by one in a message; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """One person in one episode."""

    guid: Guid
    title: str
    seconds: float
    """Of speech; 0 where the recording does not tell."""
    spans: tuple[Span, ...]
    """When they speak, in recording time; empty where the recording does not tell."""
    consent: Consent
    since: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A line of `spacecast people`."""

    key: str
    name: str
    handle: str
    role: Role
    consent: Consent
    since: date | None
    note: str
    asked: date | None
    """When they were last asked; None: never."""
    seconds: float
    """Of speech in all episodes."""
    appearances: tuple[Appearance, ...] = ()


def describe_person_rows(people: People, bundles: Iterable[Bundle]) -> tuple[PersonRow, ...]:
    """Everyone in `people`, in the order of the file, with where and how long they speak.

    After them, for each episode in which somebody is heard whom no list names, a row of its own.
    """
    known = [record for record in people.records if not is_for_unknown(record)]
    heard: dict[str, list[Appearance]] = {record.key: [] for record in known}
    unknown: list[PersonRow] = []
    for bundle in bundles:
        guid, title, recording = bundle.guid, bundle.matter.title, bundle.recording
        if recording is None:
            continue
        for key, spans in _find_speech(people, recording).items():
            record = people.get(key)
            heard[key].append(_describe_appearance(record.answer_for(guid), guid, title, spans))
        if numbers := [number for number, speaker in enumerate(recording.speakers) if is_unknown(speaker)]:
            unknown.append(_describe_unknown(people, guid, title, _find_spans(recording, numbers)))
    return (*(_describe_row(record, tuple(heard[record.key])) for record in known), *unknown)


def _describe_unknown(people: People, guid: Guid, title: str, spans: tuple[Span, ...]) -> PersonRow:
    record = people.find_unknown(guid)
    answer = record.answer_for(guid) if record else Answer()
    times = ", ".join(f"{format_clock(span.start)}–{format_clock(span.end)}" for span in spans[:_FEW_SPANS])
    more = ", …" if len(spans) > _FEW_SPANS else ""
    return PersonRow(
        key=UNKNOWN,
        name=f"somebody unknown in “{title}”" + (f", {times}{more}" if times else ""),
        handle="",
        role=Role.GUEST,
        consent=answer.status,
        since=answer.since,
        note=answer.note,
        asked=None,
        seconds=sum(span.duration for span in spans),
        appearances=(_describe_appearance(answer, guid, title, spans),),
    )


def _find_speech(people: People, recording: Recording) -> dict[str, tuple[Span, ...]]:
    """For each person known in a recording, when they speak."""
    speakers: dict[str, list[int]] = {}
    for number, speaker in enumerate(recording.speakers):
        if record := people.match(speaker):
            speakers.setdefault(record.key, []).append(number)
    return {key: _find_spans(recording, numbers) for key, numbers in speakers.items()}


def _find_spans(recording: Recording, numbers: Collection[int]) -> tuple[Span, ...]:
    return merge_spans(Span(start=turn.start, end=turn.end) for turn in recording.turns if turn.speaker in numbers)


def _describe_appearance(answer: Answer, guid: Guid, title: str, spans: tuple[Span, ...]) -> Appearance:
    seconds = sum(span.duration for span in spans)
    return Appearance(guid=guid, title=title, seconds=seconds, spans=spans, consent=answer.status, since=answer.since)


def _describe_row(record: PersonRecord, appearances: tuple[Appearance, ...]) -> PersonRow:
    return PersonRow(
        key=record.key,
        name=record.name or record.handle or record.key,
        handle=record.handle,
        role=record.role,
        consent=record.consent.status,
        since=record.consent.since,
        note=record.consent.note,
        asked=record.asked,
        seconds=sum(appearance.seconds for appearance in appearances),
        appearances=appearances,
    )


def describe_rows_json(rows: Sequence[PersonRow]) -> list[dict[str, object]]:
    """The rows as plain values for `spacecast people --json`; times in seconds of recording time."""
    return [
        {
            "who": row.key,
            "name": row.name,
            "handle": row.handle,
            "role": row.role.value,
            "consent": row.consent.value,
            "since": row.since.isoformat() if row.since else None,
            "note": row.note,
            "asked": row.asked.isoformat() if row.asked else None,
            "seconds": round(row.seconds, 3),
            "episodes": [_describe_appearance_json(appearance) for appearance in row.appearances],
        }
        for row in rows
    ]


def _describe_appearance_json(appearance: Appearance) -> dict[str, object]:
    return {
        "guid": appearance.guid,
        "title": appearance.title,
        "seconds": round(appearance.seconds, 3),
        "spans": [[round(span.start, 3), round(span.end, 3)] for span in appearance.spans],
        "consent": appearance.consent.value,
        "since": appearance.since.isoformat() if appearance.since else None,
    }


def render_request(row: PersonRow, *, show: str, host: str, contact: str, urls: Mapping[Guid, str]) -> str:
    """A message ready to send to somebody who has not answered: which episodes, when, how long, how to say no.

    Args:
        row: the person; only episodes without an answer are named.
        show: title of the show.
        host: who signs.
        contact: where a no can be sent at any time; may be empty.
        urls: pages of episodes that have one.
    """
    waiting = [appearance for appearance in row.appearances if appearance.consent is Consent.PENDING]
    episodes = "\n".join(_render_appearance(appearance, urls.get(appearance.guid, "")) for appearance in waiting)
    later = f"write to {contact}" if contact else "write to me"
    return f"""\
Hello {row.name},

you spoke in a conversation that I recorded, and I would like to publish it as an episode of the podcast “{show}”. \
Anyone could then listen to it for a long time, not only those who were there. This is where you are heard:

{episodes}

May I? Whatever you answer is fine:

- “Yes”: you are heard and named.
- “Yes, without my name”: you are heard, but called “Guest”; no name, handle, picture or link.
- “No”: you are taken out of the recording and of everything written about it.

You can change your mind at any time, also after publication: just {later}. \
Please know that apps and people may keep copies of what was public once; I cannot call those back.

Thank you,
{host}
"""


def _render_appearance(appearance: Appearance, url: str) -> str:
    times = [f"{format_clock(span.start)}–{format_clock(span.end)}" for span in appearance.spans[:_MOST_SPANS]]
    more = len(appearance.spans) - len(times)
    listed = ", ".join(times) + (f" and {more} more times" if more > 1 else f" and {more} more time" if more else "")
    speech = f"{listed}; {format_length(appearance.seconds)} in all" if times else "the recording does not tell when"
    return f"- “{appearance.title}”: {speech}" + (f"\n  {url}" if url else "")
