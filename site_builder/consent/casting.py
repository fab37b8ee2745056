"""Who may be heard and named in an episode: what people said, applied to a recording."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter

from site_builder.consent.redaction import Hidden, Redaction, describe_hidden, make_redaction
from site_builder.model.podcast import Guid, Person, Recording, Role, Span, Speaker, Timeline, Turn
from site_builder.show.config import Pending
from site_builder.show.people import Consent, People, PersonRecord

PendingPolicy = Pending
"""What happens to people who have not answered: `consent.pending` in config."""


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
    redaction: Redaction = field(default_factory=Redaction)
    """What must not be read in this episode; see `redact`."""

    @property
    def pending(self) -> tuple[str, ...]:
        """Labels of those heard who have not answered."""
        waiting = (verdict.label for verdict in self.verdicts if verdict.heard and verdict.consent is Consent.PENDING)
        return tuple(dict.fromkeys(waiting))

    @property
    def restricted(self) -> bool:
        """Whether anybody in this episode is hidden or removed."""
        return not all(verdict.heard and verdict.named for verdict in self.verdicts)


_SENIORITY = (Role.HOST, Role.CO_HOST, Role.GUEST)
NOUNS: Mapping[Role, str] = {Role.HOST: "Host", Role.CO_HOST: "Co-host", Role.GUEST: "Guest"}
"""What people without a name are called, in English."""


def decide(
    recording: Recording,
    guid: Guid,
    people: People,
    pending: PendingPolicy | str,
    nouns: Mapping[Role, str] = NOUNS,
) -> Casting:
    """What people said, applied to one recording; pure, so the same answers give the same episode again.

    `nouns` are what people without a name are called, in the show's language.
    """
    policy = PendingPolicy(pending)
    found = [_judge(speaker, guid, people, policy) for speaker in recording.speakers]
    verdicts = _label(recording, found, nouns)
    credits_, credit_of = _make_credits(recording, verdicts)
    hidden = _find_hidden(recording.speakers, verdicts)
    return Casting(
        verdicts=verdicts,
        withheld=_find_obstacles(recording, verdicts, policy),
        credits=credits_,
        credit_of=credit_of,
        redaction=make_redaction(people, guid, policy is PendingPolicy.ANONYMISE, hidden, [p.name for p in credits_]),
    )


def _judge(speaker: Speaker, guid: Guid, people: People, policy: PendingPolicy) -> Verdict:
    """The verdict on one speaker, without a label; where it is not sure who they are, the strictest answer holds."""
    person, candidates = people.identify(speaker)
    consent = person.answer_for(guid).status if person else _unknown(speaker)
    for candidate in candidates:
        other = candidate.answer_for(guid).status
        if other.strictness > max(consent.strictness, Consent.PENDING.strictness):
            consent = other
    unnamed = consent is Consent.PENDING and policy is PendingPolicy.ANONYMISE
    return Verdict(
        heard=consent is not Consent.REFUSED,
        named=consent in {Consent.GRANTED, Consent.PENDING} and not unnamed,
        consent=consent,
        role=min(speaker.role, person.role if person else Role.GUEST, key=_SENIORITY.index),
        person=person,
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
    spans = _merge(span for number in numbers for span in spoken.get(number, ()))
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


def _find_obstacles(recording: Recording, verdicts: Sequence[Verdict], policy: PendingPolicy) -> str:
    """Why the episode may not be published; empty where it may."""
    sentences: dict[str, None] = {}
    spoken = {turn.speaker for turn in recording.turns}
    for number, verdict in enumerate(verdicts):
        who = _call(verdict, recording.speakers[number])
        seen = number in spoken or bool(recording.speakers[number].periscope_id)
        if not verdict.heard and verdict.role is Role.HOST:
            sentences[f"{who}, the host, refused."] = None
        elif not verdict.heard and (recording.timeline is not Timeline.LEVELS or not seen):
            sentences[f"{who} refused, and the recording does not tell exactly when they speak."] = None
        elif verdict.consent is Consent.PENDING and policy is PendingPolicy.WITHHOLD:
            sentences[f"{who} has not answered yet, and consent.pending is “withhold”."] = None
    if verdicts and not any(verdict.heard for verdict in verdicts):
        sentences["Nobody who agreed is left to be heard."] = None
    return " ".join(sentences)


def _call(verdict: Verdict, speaker: Speaker) -> str:
    """What the host calls somebody on the command line."""
    person = verdict.person.key if verdict.person else ""
    return person or speaker.handle or speaker.name or "somebody unknown"


def cast_turns(recording: Recording, casting: Casting) -> tuple[Turn, ...]:
    """The turns of everyone heard, in recording time and order, `speaker` being an index into `casting.credits`."""
    credit_of = casting.credit_of
    return tuple(
        Turn(speaker=credit, start=turn.start, end=turn.end)
        for turn in sorted(recording.turns, key=attrgetter("start", "end", "speaker"))
        if (credit := credit_of[turn.speaker]) is not None
    )


def plan_removals(recording: Recording, casting: Casting) -> tuple[Span, ...]:
    """What has to go from the audio, in recording time, sorted and disjoint.

    Every turn of whoever refused, wider than its edges may be off; where others speak at the same time, that goes too.
    A level is read once a tick and holds until the next: speech may begin up to a tick before its turn does, but ends
    within it. One tick more on both sides is for safety. Where no level was read anybody may speak: that goes as well.
    """
    if all(verdict.heard for verdict in casting.verdicts):
        return ()
    tick, end = recording.tick, recording.duration or math.inf
    refused = [(turn.start - tick, turn.end) for turn in recording.turns if not casting.verdicts[turn.speaker].heard]
    unknown = [(span.start, span.end) for span in recording.unknown]
    return merge_spans(
        Span(start=max(0.0, start - tick), end=min(stop + tick, end)) for start, stop in (*refused, *unknown)
    )


def merge_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time as sorted spans that neither overlap nor touch; empty ones are left out."""
    return tuple(Span(start=start, end=end) for start, end in _merge((span.start, span.end) for span in spans))


def _merge(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
