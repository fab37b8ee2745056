"""Who speaks when over a whole recording, from the tags of X's audio engine (Hydra) in all its parts. Pure.

A reading stands for the time up to the next one. A slot whose level is at least LOUD speaks. Pauses of up to
LONGEST_PAUSE (or one reading, where those are further apart) belong to a turn, unless somebody else speaks in them:
then the turn ends, so that removing one person never takes along what another said in their pause. Where several speak
at once their turns overlap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from statistics import median

from site_builder.model.podcast import Gap, Role, Span, Speaker, Timeline, Turn
from site_builder.sources.x.hydra_tags import Participant, PartReading, Tick, find_start, join_ticks, parse_tag

__all__ = [
    "LOUD",
    "PartReading",
    "Participant",
    "Tick",
    "TimelineReading",
    "find_start",
    "join_ticks",
    "make_session_turns",
    "make_timeline",
    "parse_tag",
]

LOUD = 8.0
"""The level from which a slot counts as speaking: 1 to 7 is the noise of an open microphone, talk is 20 to 80."""
LONGEST_PAUSE = 2.0
"""Seconds of silence inside a turn: levels drop to zero between words."""
SMALLEST_GAP = 0.5
"""Seconds by which the wall clock must jump before audio counts as lost."""

_SLACK = 0.1  # tags stand between frames, so their distances vary by a frame or two
Holders = Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineReading:
    """What the ticks of a recording say. Times are recording time: seconds over all parts joined."""

    speakers: tuple[Speaker, ...]
    """The host, then guests in order of appearance: all whose level was ever above zero, however quiet (so some may
    have no turn); without any level, all on stage. A slot that no list names gives a speaker without a name."""
    turns: tuple[Turn, ...] = ()
    silences: tuple[Span, ...] = ()
    unknown: tuple[Span, ...] = ()
    """Longer than a tick without a reading, in a recording that has some: nobody can tell who speaks there."""
    gaps: tuple[Gap, ...] = ()
    tick: float = 1.0
    timeline: Timeline = Timeline.NONE
    started_at: tuple[datetime | None, ...] = ()
    """Wall clock of the first sample of each part."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """Levels from `start` up to `end`, and who holds which slot then."""

    start: float
    end: float
    levels: tuple[float, ...]
    holders: Holders


def make_timeline(parts: Sequence[PartReading], host: Speaker) -> TimelineReading:
    """Speakers, turns, silences and gaps of a recording from the ticks of its parts.

    A tag without a list of guests means the list before it. A slot is held by whom the list says at that moment (by
    Periscope id, or else handle), and whoever left a slot is its holder until another takes it.
    """
    ticks = join_ticks(
        [
            replace(tick, at=tick.at + offset) if offset else tick
            for reading, offset in _with_offsets(parts)
            for tick in reading.ticks
        ]
    )
    duration = sum(reading.part.duration for reading in parts)
    cast = _Cast(host)
    tick = _regular_distance([tick.at for tick in ticks if tick.levels is not None])
    readings = _make_readings(ticks, cast, tick, duration)
    turns = _make_turns(readings, max(LONGEST_PAUSE, tick) + _SLACK)
    speakers, turns = cast.keep_heard(readings, turns) if readings else (tuple(cast.speakers), ())
    return TimelineReading(
        speakers=speakers,
        turns=turns,
        silences=tuple(_make_silences(readings)),
        unknown=tuple(_find_unknown(readings, tick, duration)),
        gaps=tuple(_find_gaps(ticks)),
        tick=tick,
        timeline=Timeline.LEVELS if readings else Timeline.NONE,
        started_at=tuple(find_start(reading.ticks) for reading in parts),
    )


def make_session_turns(
    sessions: Sequence[tuple[str, datetime, datetime | None]],
    started_at: datetime,
    duration: float,
    order: Sequence[str] = (),
) -> tuple[Turn, ...]:
    """Turns from sessions on stage (X user id, start, end), for recordings that do not tell who speaks when.

    `Turn.speaker` counts the ids in `order`, then those in `sessions` in order of appearance. A session without an end
    lasts to the end of the recording; what lies outside the recording is left out; one person's overlapping sessions
    are joined.
    """
    numbers: dict[str, int] = {}
    for x_id in [*order, *(x_id for x_id, _, _ in sessions)]:
        numbers.setdefault(x_id, len(numbers))
    turns: list[Turn] = []
    for x_id, start, end in sorted(sessions, key=lambda session: (session[0], session[1])):
        first = max(0.0, (start - started_at).total_seconds())
        last = duration if end is None else min(duration, (end - started_at).total_seconds())
        if turns and turns[-1].speaker == numbers[x_id] and first <= turns[-1].end:
            turns[-1] = replace(turns[-1], end=max(last, turns[-1].end))
        elif first < last:
            turns.append(Turn(speaker=numbers[x_id], start=first, end=last))
    return tuple(sorted(turns, key=lambda turn: (turn.start, turn.speaker)))


def _with_offsets(parts: Sequence[PartReading]) -> Iterator[tuple[PartReading, float]]:
    offset = 0.0
    for reading in parts:
        yield reading, offset
        offset += reading.part.duration


def _regular_distance(times: Sequence[float]) -> float:
    """The longest distance between readings that means none is missing: at most 1.5 times the usual one."""
    distances = [after - before for before, after in pairwise(times) if after > before]
    if not distances:
        return 1.0
    usual = median(distances)
    return round(max(distance for distance in distances if distance <= usual * 1.5), 3)


class _Cast:
    """Who is who: gives each person one number, whatever slot they hold."""

    def __init__(self, host: Speaker) -> None:
        self.speakers: list[Speaker] = [host]
        self._numbers: dict[tuple[str, str], int] = {("handle", host.handle.casefold()): 0} if host.handle else {}
        self._nameless: dict[int, int] = {}

    def number_of(self, guest: Participant) -> int:
        """The guest's number: known by Periscope id, else by handle."""
        keys = [("id", guest.periscope_id)] * bool(guest.periscope_id)
        keys += [("handle", guest.handle.casefold())] * bool(guest.handle)
        known = next((self._numbers[key] for key in keys if key in self._numbers), None)
        if known is None or (known and self._is_other(known, guest)):
            known = len(self.speakers)
            self.speakers.append(
                Speaker(
                    handle=guest.handle, periscope_id=guest.periscope_id, avatar_url=guest.avatar_url, role=Role.GUEST
                )
            )
        for key in keys:
            self._numbers[key] = known
        return known

    def _is_other(self, number: int, guest: Participant) -> bool:
        """Whether a guest who has a known handle is another account all the same."""
        known = self.speakers[number].periscope_id
        return bool(known and guest.periscope_id and known != guest.periscope_id)

    def nameless(self, slot: int) -> int:
        """The number of whoever holds a slot that no list names."""
        if slot not in self._nameless:
            self._nameless[slot] = len(self.speakers)
            self.speakers.append(Speaker())
        return self._nameless[slot]

    def keep_heard(
        self, readings: Sequence[_Reading], turns: Sequence[Turn]
    ) -> tuple[tuple[Speaker, ...], tuple[Turn, ...]]:
        """The host and all whose level was ever above zero, and the turns with numbers to match."""
        heard = {reading.holders[slot] for reading in readings for slot, level in enumerate(reading.levels) if level}
        kept = sorted(heard | {0})
        renumbered = {number: new for new, number in enumerate(kept)}
        return (
            tuple(self.speakers[number] for number in kept),
            tuple(replace(turn, speaker=renumbered[turn.speaker]) for turn in turns),
        )


def _make_readings(ticks: Sequence[Tick], cast: _Cast, tick: float, duration: float) -> list[_Reading]:
    """Level readings with their times and holders; each lasts to the next, or one tick where that is missing."""
    holders = _find_holders(ticks, cast)
    heard = [n for n, tick_ in enumerate(ticks) if tick_.levels is not None and tick_.at < duration]
    readings = []
    for n, following in pairwise([*heard, None]):
        assert n is not None
        levels = ticks[n].levels
        assert levels is not None
        start = ticks[n].at
        end = min(duration, start + tick + _SLACK if following is None else ticks[following].at)
        if end - start > tick + _SLACK:
            end = start + tick
        loud = [slot for slot, level in enumerate(levels) if level and slot not in holders[n]]
        named = {slot: cast.nameless(slot) for slot in loud}
        readings.append(_Reading(start, end, levels, {**holders[n], **named} if named else holders[n]))
    return readings


def _find_holders(ticks: Sequence[Tick], cast: _Cast) -> list[Holders]:
    """Who holds each slot at each tick. A slot that becomes known only with the next list was that person's already."""
    holders: list[Holders] = []
    current: Holders = {0: 0}
    listed: tuple[Participant, ...] | None = None
    for tick in ticks:
        if tick.participants is not None and tick.participants is not listed:
            listed = tick.participants
            current = {**current, **{guest.slot: cast.number_of(guest) for guest in listed}}
        holders.append(current)
    first = next((n for n, tick in enumerate(ticks) if tick.participants is not None), 0)
    holders[:first] = [holders[first]] * first if holders else []
    return [
        now if now is after else {**after, **now}
        for now, after in zip(holders, [*holders[1:], *holders[-1:]], strict=True)
    ]


def _make_turns(readings: Sequence[_Reading], longest_pause: float) -> tuple[Turn, ...]:
    speaking = [{reading.holders[s] for s, level in enumerate(reading.levels) if level >= LOUD} for reading in readings]
    under_way: dict[int, tuple[int, int]] = {}  # speaker to the first and last reading of the turn
    turns: list[tuple[int, int, int]] = []
    for now, speakers in enumerate(speaking):
        for speaker in speakers:
            first, last = under_way.get(speaker, (now, now))
            pause = readings[now].start - readings[last].end
            if pause > longest_pause or any(speaking[between] - {speaker} for between in range(last + 1, now)):
                turns.append((first, speaker, last))
                first = now
            under_way[speaker] = (first, now)
    turns += [(first, speaker, last) for speaker, (first, last) in under_way.items()]
    return tuple(
        Turn(speaker=speaker, start=_whole_ms(readings[first].start), end=_whole_ms(readings[last].end))
        for first, speaker, last in sorted(turns)
    )


def _whole_ms(seconds: float) -> float:
    """To the millisecond, downwards, so that nothing ends after the recording does."""
    return int(seconds * 1000 + 1e-6) / 1000


def _make_silences(readings: Sequence[_Reading]) -> Iterator[Span]:
    """Spans in which every level is zero."""
    start: float | None = None
    for reading, after in pairwise([*readings, None]):
        assert reading is not None
        if any(reading.levels):
            continue
        start = reading.start if start is None else start
        if after is None or any(after.levels) or after.start > reading.end:
            yield Span(start=_whole_ms(start), end=_whole_ms(reading.end))
            start = None


def _find_unknown(readings: Sequence[_Reading], tick: float, duration: float) -> Iterator[Span]:
    """Spans longer than a tick that no reading covers."""
    if readings:
        ends, starts = [0.0, *(r.end for r in readings)], [*(r.start for r in readings), duration]
        for end, start in zip(ends, starts, strict=True):
            if start - end > tick:
                yield Span(start=_whole_ms(end), end=_whole_ms(start))


def _find_gaps(ticks: Sequence[Tick]) -> Iterator[Gap]:
    """Where the wall clock jumps ahead of the audio for good, by more than it wavers elsewhere.

    One tag with a late clock is no gap: the three tags before and the three after must agree that time is lost.
    """
    timed = [(tick.at, tick.ntp - tick.at) for tick in ticks if tick.ntp is not None]
    jumps = [after[1] - before[1] for before, after in pairwise(timed)]
    wavering = median(map(abs, jumps)) if jumps else 0.0
    least = max(SMALLEST_GAP, 4 * wavering)
    for n, lost in enumerate(jumps, start=1):
        if lost <= least:
            continue
        before = median(offset for _, offset in timed[max(0, n - 3) : n])
        after = median(offset for _, offset in timed[n : n + 3])
        if after - before > least:
            yield Gap(at=round(timed[n][0], 3), lost=round(lost, 3))
