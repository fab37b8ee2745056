"""Adds people who are heard for the first time to those known. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime

from site_builder.model.conversation import Account
from site_builder.model.podcast import Recording, Role, Speaker
from site_builder.show.people.records import Answer, Consent, PersonRecord
from site_builder.show.people.register import UNKNOWN, Register, contradicts, tidy
from site_builder.text.slugs import make_slug


def meet(register: Register, recordings: Iterable[Recording], own: Account | None = None) -> None:
    """Enter new people, and what became known of others, into `register`; the oldest recording first.

    Whoever's show it is agrees by making it: that is the holder of the first account (`own`, where that is known). The
    host of a recording from somebody else's account is asked like everybody.
    """
    is_begun = any(record.role is Role.HOST and record.consent.status is Consent.GRANTED for record in register)
    for recording in sorted(recordings, key=_when):
        listed = (guest for guest in recording.on_stage if guest.handle or guest.periscope_id)
        for speaker in (*recording.speakers, *listed):
            known = tidy(speaker)
            _meet(register, known, _day(recording), is_own=not is_begun and _is_of(known, own) if own else True)


def _is_of(speaker: Speaker, account: Account) -> bool:
    """Whether a speaker is who made a source, or neither says who that is."""
    pairs = ((speaker.x_id, account.x_id), (speaker.handle.casefold(), account.handle.casefold()))
    told = [(one, other) for one, other in pairs if one and other]
    return not told or any(one == other for one, other in told)


def _meet(register: Register, speaker: Speaker, day: date | None, *, is_own: bool) -> None:
    """Somebody speaks: note what is new about them."""
    if not (speaker.periscope_id or speaker.x_id or speaker.handle or speaker.name):
        return
    if record := register.match(speaker):
        register.put(_learn(register, record, speaker))
        return
    namesakes = register.candidates(speaker)
    if all(contradicts(record, speaker) for record in namesakes):
        register.put(_introduce(register, speaker, namesakes, day, is_own=is_own))


def _learn(register: Register, record: PersonRecord, speaker: Speaker) -> PersonRecord:
    """What a speaker adds to somebody known: ids of a new kind, another handle; all else at a first meeting."""
    others = [other for other in register.candidates(speaker) if other.key != record.key]
    if others or contradicts(record, speaker):
        return record
    if not (record.periscope_ids or record.x_ids):
        links = record.links or _profile_links(speaker)
        avatar_url = record.avatar_url or speaker.avatar_url
        record = replace(record, links=links, avatar_url=avatar_url)
    handles = {handle.casefold() for handle in record.handles}
    if speaker.handle and speaker.handle.casefold() not in handles and handles:
        record = replace(record, other_handles=(*record.other_handles, speaker.handle))
    return replace(
        record,
        name=record.name or speaker.name,
        handle=record.handle or speaker.handle,
        x_ids=record.x_ids or _one(speaker.x_id),
        periscope_ids=record.periscope_ids or _one(speaker.periscope_id),
    )


def _introduce(
    register: Register, speaker: Speaker, namesakes: Iterable[PersonRecord], day: date | None, *, is_own: bool
) -> PersonRecord:
    """A new person; hidden until the host has looked, where somebody hidden has the same handle."""
    answer = Answer(since=day)
    if speaker.role is Role.HOST and is_own:
        answer = Answer(status=Consent.GRANTED, since=day, note="host of the show")
    for namesake in namesakes:
        if namesake.consent.status.strictness > max(answer.status.strictness, Consent.PENDING.strictness):
            note = f"same handle as {namesake.key}, but other ids: please check who this is"
            answer = Answer(status=namesake.consent.status, since=day, note=note)
    return PersonRecord(
        key=_free_key(register, speaker),
        name=speaker.name,
        handle=speaker.handle,
        links=_profile_links(speaker),
        avatar_url=speaker.avatar_url,
        role=speaker.role,
        x_ids=_one(speaker.x_id),
        periscope_ids=_one(speaker.periscope_id),
        consent=answer,
    )


def _free_key(register: Register, speaker: Speaker) -> str:
    fallback = f"x-{speaker.x_id}" if speaker.x_id else f"p-{speaker.periscope_id}"
    stem = key = speaker.handle or make_slug(speaker.name, fallback=fallback if len(fallback) > 2 else "guest")
    number = 1
    while key in register or key == UNKNOWN:
        number += 1
        key = f"{stem}-{number}"
    return key


def _profile_links(speaker: Speaker) -> tuple[str, ...]:
    known_on_x = speaker.handle and (speaker.x_id or speaker.periscope_id)
    return (f"https://x.com/{speaker.handle}",) if known_on_x else ()


def _when(recording: Recording) -> tuple[datetime, str]:
    return recording.started_at or datetime.max.replace(tzinfo=UTC), recording.id


def _day(recording: Recording) -> date | None:
    return recording.started_at.date() if recording.started_at else None


def _one(text: str) -> tuple[str, ...]:
    return (text,) if text else ()
