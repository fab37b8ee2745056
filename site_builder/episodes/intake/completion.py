"""Adds names, roles or a title that a second source knows to an episode; never over a person's work.

A co-host's archive knows the creator by a number only, the creator's by name. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from site_builder.episodes.intake.new_episode import make_title, render_notes
from site_builder.model.conversation import Announcement, Conversation
from site_builder.model.podcast import Recording, Role, Speaker, Timeline
from site_builder.show.bundles import Bundle
from site_builder.show.documents.writing import render_front_matter


def may_be_completed(bundle: Bundle) -> bool:
    """Whether something is not known of it: somebody's name, who speaks when, the host's own announcement."""
    recording = bundle.recording
    if recording is None or recording.source != "x-space":  # of all else there is one source
        return False
    nameless = any(not speaker.name for speaker in recording.speakers)
    return nameless or recording.timeline is Timeline.NONE or not _is_announced_by_host(recording, recording)


def complete_recording(known: Recording, found: Recording) -> Recording:
    """What is known, with what only the other source tells. Who speaks when stays, and whose turns are whose."""
    others = list(found.speakers)
    if known.timeline is Timeline.NONE and found.timeline is not Timeline.NONE and found.duration == known.duration:
        known = _take_timeline(known, found)
    speakers = tuple(_complete_speaker(speaker, others) for speaker in known.speakers)
    return replace(
        known,
        speakers=speakers,
        on_stage=(*known.on_stage, *_find_missing((*speakers, *known.on_stage), (*others, *found.on_stage))),
        url=known.url or found.url,
        announced_url=found.announced_url if _is_better(known, found) else known.announced_url or found.announced_url,
        title=found.title if _is_better(known, found) else known.title or found.title,
        started_at=known.started_at or found.started_at,
        ended_at=known.ended_at or found.ended_at,
        participants=found.participants if known.participants is None else known.participants,
    )


def _take_timeline(known: Recording, found: Recording) -> Recording:
    """With who speaks when, and all that numbers people in the same way, from the other source."""
    left = _find_missing(found.speakers, known.speakers)
    is_exact = found.timeline is Timeline.LEVELS  # then whoever has no level is on stage at most
    return replace(
        known,
        turns=found.turns,
        timeline=found.timeline,
        tick=found.tick,
        speakers=(
            *(_complete_speaker(other, known.speakers) for other in found.speakers),
            *(() if is_exact else left),
        ),
        on_stage=(*found.on_stage, *(left if is_exact else ())),
        may_speak=found.may_speak,
        silences=found.silences,
        unknown=found.unknown,
    )


def _find_missing(known: Sequence[Speaker], others: Iterable[Speaker]) -> tuple[Speaker, ...]:
    """Those who are named by something that nobody known has: they may be somebody else."""
    signs = {sign for speaker in known for sign in _list_signs(speaker)}
    return tuple(dict.fromkeys(one for one in others if (own := set(_list_signs(one))) and not own <= signs))


def _list_signs(speaker: Speaker) -> Iterator[tuple[str, str]]:
    """Whatever identifies an account."""
    pairs = (("x", speaker.x_id), ("periscope", speaker.periscope_id), ("handle", speaker.handle.casefold()))
    yield from (pair for pair in pairs if pair[1])


def _is_better(known: Recording, found: Recording) -> bool:
    """Whether the other source has the host's own announcement, and this one has not."""
    return _is_announced_by_host(found, found) and not _is_announced_by_host(known, found)


def _complete_speaker(speaker: Speaker, others: tuple[Speaker, ...] | list[Speaker]) -> Speaker:
    same = [other for other in others if _is_same(speaker, other)]
    if len(same) != 1:
        return speaker
    (other,) = same
    known_role = speaker.role is not Role.GUEST or not (speaker.x_id and speaker.x_id == other.x_id)
    return replace(
        speaker,
        role=speaker.role if known_role else other.role,
        handle=speaker.handle or other.handle,
        name=speaker.name or other.name,
        x_id=speaker.x_id or other.x_id,
        periscope_id=speaker.periscope_id or other.periscope_id,
        avatar_url=speaker.avatar_url or other.avatar_url,
    )


def _is_same(one: Speaker, other: Speaker) -> bool:
    """Whether two are one person beyond doubt: something that identifies is equal, and nothing that does differs."""
    pairs = [
        (one.x_id, other.x_id),
        (one.handle.casefold(), other.handle.casefold()),
        (one.periscope_id, other.periscope_id),
    ]
    told = [(mine, yours) for mine, yours in pairs if mine and yours]
    return bool(told) and all(mine == yours for mine, yours in told)


def complete_title(text: str, bundle: Bundle, conversation: Conversation) -> str:
    """The text of `index.md` with the host's announced title in place of a dated one or of a co-host's.

    Only what stands there as it was written by this program is replaced; notes are added where there are none.
    """
    known, found = bundle.recording, conversation.recording
    announced = replace(found, announced_url=conversation.announcement.url)
    if known is None or not conversation.announcement.title or not _may_replace_title(bundle, known, announced):
        return text
    before, after = (_title_line(title) for title in (bundle.matter.title, make_title(conversation)))
    if text.count(before) != 1:
        return text
    text = text.replace(before, after)
    notes = "" if bundle.notes.strip() else render_notes(conversation)
    return f"{text.rstrip()}\n\n{notes}" if notes else text


def _may_replace_title(bundle: Bundle, known: Recording, found: Recording) -> bool:
    title = bundle.matter.title
    if title == make_title(Conversation(recording=known, announcement=Announcement())):
        return True
    return _is_better(known, found) and title == known.title


def _is_announced_by_host(recording: Recording, source: Recording) -> bool:
    """Whether the announcing post of a recording is by the host that `source` names."""
    hosts = {speaker.handle.casefold() for speaker in source.speakers if speaker.role is Role.HOST and speaker.handle}
    return bool(hosts) and any(f"/{host}/status/" in recording.announced_url.casefold() for host in hosts)


def _title_line(title: str) -> str:
    return "\n" + render_front_matter({"title": title}).split("\n", 1)[1].rsplit("---", 1)[0]
