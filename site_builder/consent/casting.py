"""Who may be heard and named in an episode: what people said, applied to a recording.

docs/decisions/0013 says why.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter

from site_builder.consent.redaction import Redaction, make_redaction
from site_builder.consent.removals import find_removals, is_placed, merge
from site_builder.consent.secrets import (
    Hidden,
    describe_hidden,
    find_first_names,
    find_namesakes,
    list_refused,
    split_name,
)
from site_builder.model.podcast import Guid, Person, Recording, Role, Span, Speaker, Timeline, Turn
from site_builder.show.config import Pending
from site_builder.show.people import Consent, People, PersonRecord, is_unknown
from site_builder.text.timecode import format_clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What holds for one speaker of one recording."""

    heard: bool
    named: bool
    consent: Consent
    """The answer as recorded; `pending` stays `pending` whatever the policy makes of it."""
    label: str = ""
    """What to call them: the name, `Guest 1`, or nothing for those who are not heard."""
    role: Role = Role.GUEST
    person: PersonRecord | None = None
    unknown: bool = False
    """Nothing is known of them: no list names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Casting:
    """Who is heard and named in one episode."""

    verdicts: tuple[Verdict, ...]
    """One for each of the recording's `speakers`, in that order."""
    withheld: str = ""
    """Why the episode may not be published, in sentences for the host alone: they name people. Empty where it may."""
    credits: tuple[Person, ...] = ()
    """Host, co-hosts, then guests by time of speech (recording time); whoever is refused is absent."""
    credit_of: tuple[int | None, ...] = ()
    """For each speaker, the index into `credits`; None for those who are not heard."""
    refused: frozenset[int] = frozenset()
    """Those to be taken out of the sound, as numbers in the recording's `speakers` and, after these, in `on_stage`."""
    taken_out: int = 0
    """How many of them refused; the others are unknown, and may have."""
    redaction: Redaction = field(default_factory=Redaction)
    """What must not be read in this episode; see `redact`."""
    taking_part: int = 0
    """How many of `redaction.hidden` speak or are on stage here; they come first."""

    @property
    def pending(self) -> tuple[str, ...]:
        """Labels of those heard who have not answered."""
        waiting = (verdict.label for verdict in self.verdicts if verdict.heard and verdict.consent is Consent.PENDING)
        return tuple(dict.fromkeys(waiting))

    @property
    def restricted(self) -> bool:
        """Whether anybody in this episode is hidden or removed."""
        return bool(self.refused) or not all(verdict.heard and verdict.named for verdict in self.verdicts)


_SENIORITY = (Role.HOST, Role.CO_HOST, Role.GUEST)
NOUNS: Mapping[Role, str] = {Role.HOST: "Host", Role.CO_HOST: "Co-host", Role.GUEST: "Guest"}
"""What people without a name are called, in English."""


def decide(
    recording: Recording,
    guid: Guid,
    people: People,
    pending: Pending | str,
    nouns: Mapping[Role, str] = NOUNS,
) -> Casting:
    """What people said, applied to one recording; pure, so the same answers give the same episode again.

    `nouns` are what people without a name are called, in the show's language.
    """
    policy = Pending(pending)
    found = [_judge(who, guid, people, policy) for who in (*recording.speakers, *recording.on_stage)]
    if _may_be_refused(found, guid, people):
        found = _silence_unknown(found)
    verdicts = _label(recording, found[: len(recording.speakers)], nouns)
    credits_, credit_of = _make_credits(recording, verdicts)
    hidden = _find_hidden(recording.speakers, verdicts)
    hidden += _find_hidden_on_stage(recording.on_stage, found[len(recording.speakers) :], hidden)
    hidden = _add_first_names(hidden, [one.name for one in credits_ if not one.anonymous])
    return Casting(
        verdicts=verdicts,
        withheld=" ".join(dict.fromkeys(_find_obstacles(recording, guid, found, people, policy))),
        credits=credits_,
        credit_of=credit_of,
        refused=frozenset(number for number, verdict in enumerate(found) if not verdict.heard),
        taken_out=sum(verdict.consent is Consent.REFUSED for verdict in found),
        redaction=make_redaction(people, guid, policy is Pending.ANONYMISE, hidden, [p.name for p in credits_]),
        taking_part=len(hidden),
    )


def _may_be_refused(found: Sequence[Verdict], guid: Guid, people: People) -> bool:
    """Whether somebody unknown may be somebody who refused: one is on stage, or it is not known of anybody who is."""
    if not all(verdict.heard for verdict in found):
        return True
    is_told = any(not verdict.unknown and verdict.role is not Role.HOST for verdict in found)
    return not is_told and any(record.answer_for(guid).status is Consent.REFUSED for record in people.reserved)


def _silence_unknown(found: Sequence[Verdict]) -> list[Verdict]:
    """Nobody hears those whom no list names, until the host says who it is."""
    return [
        replace(verdict, heard=False) if verdict.unknown and verdict.consent is Consent.PENDING else verdict
        for verdict in found
    ]


def _judge(speaker: Speaker, guid: Guid, people: People, policy: Pending) -> Verdict:
    """The verdict on one speaker, without a label; where it is not sure who they are, the strictest answer holds."""
    unknown = is_unknown(speaker)
    person, candidates = (people.find_unknown(guid), ()) if unknown else people.identify(speaker)
    consent = person.answer_for(guid).status if person else _unknown(speaker)
    for candidate in candidates:
        other = candidate.answer_for(guid).status
        if other.strictness > max(consent.strictness, Consent.PENDING.strictness):
            consent = other
    unnamed = consent is Consent.PENDING and policy is Pending.ANONYMISE
    return Verdict(
        heard=consent is not Consent.REFUSED,
        named=consent in {Consent.GRANTED, Consent.PENDING} and not unnamed,
        consent=consent,
        role=min(speaker.role, person.role if person else Role.GUEST, key=_SENIORITY.index),
        person=person,
        unknown=unknown,
    )


def _unknown(speaker: Speaker) -> Consent:
    """Whose recording it is publishes it; nobody else is taken to agree."""
    return Consent.GRANTED if speaker.role is Role.HOST else Consent.PENDING


def _label(recording: Recording, verdicts: Sequence[Verdict], nouns: Mapping[Role, str]) -> tuple[Verdict, ...]:
    """Names for those named, numbers by order of first speech for those who are heard without."""
    first: dict[int, float] = {}
    for turn in recording.turns:
        if turn.start < first.get(turn.speaker, math.inf):
            first[turn.speaker] = turn.start
    labels: dict[object, str] = {}
    counts = dict.fromkeys(Role, 0)
    for number in sorted(range(len(verdicts)), key=lambda number: (first.get(number, float("inf")), number)):
        verdict, speaker = verdicts[number], recording.speakers[number]
        name = _name(verdict, speaker)
        if verdict.heard and not name and _identity(verdict, number) not in labels:
            counts[verdict.role] += 1
            alone = verdict.role is Role.HOST and counts[verdict.role] == 1
            name = nouns[verdict.role] + ("" if alone else f" {counts[verdict.role]}")
        labels.setdefault(_identity(verdict, number), name)
    return tuple(
        replace(verdict, label=labels[_identity(verdict, number)] if verdict.heard else "")
        for number, verdict in enumerate(verdicts)
    )


def _name(verdict: Verdict, speaker: Speaker) -> str:
    """What a named speaker is called; empty where they are not named or nothing is known."""
    if not verdict.named:
        return ""
    person = verdict.person or PersonRecord(key="")
    handle = person.handle or speaker.handle
    return person.name or speaker.name or (f"@{handle}" if handle else "")


def _identity(verdict: Verdict, number: int) -> object:
    """The same for two speakers who are one person: somebody who left and came back."""
    return verdict.person.key if verdict.person else number


def _make_credits(
    recording: Recording, verdicts: Sequence[Verdict]
) -> tuple[tuple[Person, ...], tuple[int | None, ...]]:
    """The credits in their order, and for each speaker which is theirs."""
    speakers: dict[object, list[int]] = {}
    for number, verdict in enumerate(verdicts):
        if verdict.heard:
            speakers.setdefault(_identity(verdict, number), []).append(number)
    spoken: dict[int, list[tuple[float, float]]] = {}
    for turn in recording.turns:
        spoken.setdefault(turn.speaker, []).append((turn.start, turn.end))
    people = [(_credit(recording, verdicts, numbers, spoken), numbers) for numbers in speakers.values()]
    people.sort(key=lambda person: (_SENIORITY.index(person[0].role), -person[0].speaking))
    position = {number: index for index, (_, numbers) in enumerate(people) for number in numbers}
    return tuple(person for person, _ in people), tuple(position.get(number) for number in range(len(verdicts)))


def _credit(
    recording: Recording,
    verdicts: Sequence[Verdict],
    numbers: Sequence[int],
    spoken: Mapping[int, Sequence[tuple[float, float]]],
) -> Person:
    verdict, speaker = verdicts[numbers[0]], recording.speakers[numbers[0]]
    role = min((verdicts[number].role for number in numbers), key=_SENIORITY.index)
    spans = merge(span for number in numbers for span in spoken.get(number, ()))
    speaking = sum(end - start for start, end in spans)
    if not verdict.named:
        return Person(name=verdict.label, role=role, speaking=speaking, anonymous=True)
    person = verdict.person or PersonRecord(key="", handle=speaker.handle, avatar_url=speaker.avatar_url)
    href = person.links[0] if person.links else ""
    return Person(
        name=verdict.label,
        role=role,
        handle=person.handle,
        href=href,
        avatar_url=person.avatar_url,
        speaking=speaking,
        anonymous=not _name(verdict, speaker),
    )


def _find_hidden(speakers: Sequence[Speaker], verdicts: Sequence[Verdict]) -> tuple[Hidden, ...]:
    """What must not be read about the speakers who are not named."""
    return tuple(
        describe_hidden(verdict.person or PersonRecord(key=""), verdict.label, speaker)
        for verdict, speaker in zip(verdicts, speakers, strict=True)
        if not verdict.named
    )


def _find_hidden_on_stage(
    on_stage: Sequence[Speaker], verdicts: Sequence[Verdict], known: Sequence[Hidden]
) -> tuple[Hidden, ...]:
    """The same about those who are on stage beside them: they are spoken to, by their first name perhaps."""
    keys = {one.person for one in known if one.person}
    found: dict[object, Hidden] = {}
    for number, (speaker, verdict) in enumerate(zip(on_stage, verdicts, strict=True)):
        key = verdict.person.key if verdict.person else ""
        if not verdict.named and key not in keys:
            found.setdefault(key or number, describe_hidden(verdict.person or PersonRecord(key=""), "", speaker))
    return tuple(found.values())


def _add_first_names(hidden: Sequence[Hidden], credited: Sequence[str]) -> tuple[Hidden, ...]:
    """The same with what they are called for short, but for what somebody `credited` is called as well."""
    shown = {part for name in credited for part in split_name(name)}
    return tuple(
        replace(one, first_names=tuple(name for name in find_first_names(one.names) if name not in shown))
        for one in hidden
    )


def _find_obstacles(
    recording: Recording, guid: Guid, found: Sequence[Verdict], people: People, policy: Pending
) -> Iterator[str]:
    """Why the episode may not be published, in sentences; `found` are verdicts on `speakers`, then `on_stage`."""
    verdicts = found[: len(recording.speakers)]
    everyone = [*recording.speakers, *recording.on_stage]
    placed = {verdict.person.key for n, verdict in enumerate(found) if verdict.person and is_placed(recording, n)}
    for number, verdict in enumerate(found):
        who = _call(verdict, everyone[number], number, recording)
        is_found = is_placed(recording, number) or (verdict.person is not None and verdict.person.key in placed)
        if verdict.consent is Consent.REFUSED and verdict.role is Role.HOST:
            yield f"{who}, the host, refused."
        elif verdict.consent is Consent.REFUSED and not is_found:
            yield f"{who} refused, and the recording does not tell exactly when they speak."
        elif number < len(verdicts) and verdict.consent is Consent.PENDING and policy is Pending.WITHHOLD:
            how = _say_how_unknown(guid) if verdict.unknown else ""
            yield f"{who} has not answered yet, and consent.pending is “withhold”{how}."
    yield from _find_namesakes(verdicts, recording, guid, people)
    if recording.timeline is not Timeline.LEVELS:
        yield from _find_doubles(verdicts, recording, guid, people)
    if verdicts and not any(verdict.heard for verdict in verdicts):
        yield "Nobody who agreed is left to be heard."


def _find_namesakes(verdicts: Sequence[Verdict], recording: Recording, guid: Guid, people: People) -> Iterator[str]:
    """Speakers who have not answered and may, by their name, be somebody who refused."""
    refused = list_refused(people, guid)
    for speaker, verdict in zip(recording.speakers, verdicts, strict=True):
        if verdict.consent is Consent.PENDING and (alike := find_namesakes(speaker, verdict.person, refused)):
            who = verdict.person.key if verdict.person else speaker.name
            yield f"{who} may be {' or '.join(alike)}, who refused: write down what {who} says."


def _find_doubles(verdicts: Sequence[Verdict], recording: Recording, guid: Guid, people: People) -> Iterator[str]:
    """Speakers of whom only a number is known, who may be somebody who refused and of whom it is not known."""
    unnumbered = [
        record.key for record in list_refused(people, guid) if not record.x_ids and (record.names or record.handles)
    ]
    for speaker, verdict in zip(recording.speakers, verdicts, strict=True):
        person = verdict.person or PersonRecord(key="")
        is_nameless = not (speaker.handle or speaker.name or person.names or person.handles)
        if unnumbered and is_nameless and speaker.x_id and verdict.consent is Consent.PENDING:
            yield (
                f"The speaker with the X id {speaker.x_id} may be {' or '.join(unnumbered)}, who refused; "
                f"write whose it is at ids.x in people.yaml, or the answer of {person.key or speaker.x_id}."
            )


def _call(verdict: Verdict, speaker: Speaker, number: int, recording: Recording) -> str:
    """What the host calls somebody on the command line; somebody unknown is told by when they speak."""
    if not verdict.unknown:
        person = verdict.person.key if verdict.person else ""
        return person or speaker.handle or speaker.name or speaker.x_id or speaker.periscope_id
    spans = merge((turn.start, turn.end) for turn in recording.turns if turn.speaker == number)
    times = ", ".join(f"{format_clock(start)}–{format_clock(end)}" for start, end in spans[:3])
    return f"Somebody unknown ({times})" if times else "Somebody unknown"


def _say_how_unknown(guid: Guid) -> str:
    return f"; listen, and say with `spacecast consent unknown granted|anonymous|refused --episode {guid}`"


def cast_turns(recording: Recording, casting: Casting) -> tuple[Turn, ...]:
    """The turns of everyone heard, in recording time and order, `speaker` being an index into `casting.credits`."""
    credit_of = casting.credit_of
    return tuple(
        Turn(speaker=credit, start=turn.start, end=turn.end)
        for turn in sorted(recording.turns, key=attrgetter("start", "end", "speaker"))
        if (credit := credit_of[turn.speaker]) is not None
    )


def plan_removals(recording: Recording, casting: Casting) -> tuple[Span, ...]:
    """What has to go from the audio because people refused, in recording time, sorted and disjoint."""
    return find_removals(recording, casting.refused)
