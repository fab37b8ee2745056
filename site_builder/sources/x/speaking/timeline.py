"""Who speaks when over a whole recording, from the tags of X's audio engine (Hydra) in all its parts. Pure.

A reading stands for the time up to the next one. A slot whose level is at least LOUD speaks; where nobody does for
longer than a pause, one of at least QUIET does. Pauses of up to LONGEST_PAUSE (or one reading, where those are further
apart) belong to a turn, unless somebody else speaks in them: then the turn ends, so that removing one person never
takes along what another said in their pause. Where several speak at once their turns overlap.

Turns say who is heard. Who may be heard is more: for those who refused, see `may_speak`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from statistics import median

from site_builder.model.podcast import Gap, Span, Speaker, Timeline, Turn
from site_builder.sources.x.speaking.hydra_tags import PartReading, Tick, find_start, join_ticks
from site_builder.sources.x.speaking.stage import Numbering, StageMoment, make_stage

__all__ = [
    "LOUD",
    "QUIET",
    "PartReading",
    "Tick",
    "TimelineReading",
    "find_start",
    "join_ticks",
    "make_session_turns",
    "make_timeline",
]

LOUD = 8.0
"""The level from which a slot counts as speaking: 1 to 7 is the noise of an open microphone, talk is 20 to 80."""
QUIET = LOUD / 2
"""The level from which a slot counts as speaking where nobody louder is heard: a guest far from the microphone."""
LONGEST_PAUSE = 2.0
"""Seconds of silence inside a turn: levels drop to zero between words."""
SMALLEST_GAP = 0.5
"""Seconds by which the wall clock must jump before audio counts as lost."""

_SLACK = 0.1  # tags stand between frames, so their distances vary by a frame or two


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineReading:
    """What the ticks of a recording say. Times are recording time: seconds over all parts joined."""

    speakers: tuple[Speaker, ...]
    """The host, then guests in order of appearance: all whose level was ever above zero, however quiet (so some may
    have no turn); without any level, all on stage. Levels beyond the list give one speaker without a name."""
    turns: tuple[Turn, ...] = ()
    on_stage: tuple[Speaker, ...] = ()
    """Guests of whom no level above zero is known, though they may be heard, and other handles that guests took
    meanwhile: see `Recording.on_stage`."""
    may_speak: tuple[Turn, ...] = ()
    """When each may be heard, however quietly: see `Recording.may_speak`."""
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
    stage: StageMoment
    heard: Mapping[int, float]
    """Number of each person whose level is above zero, to that level."""


def make_timeline(parts: Sequence[PartReading], host: Speaker) -> TimelineReading:
    """Speakers, turns, silences and gaps of a recording from the ticks of its parts.

    People are known again by Periscope id, or else by handle.
    """
    ticks = join_ticks(
        [
            replace(tick, at=tick.at + offset) if offset else tick
            for reading, offset in _with_offsets(parts)
            for tick in reading.ticks
        ]
    )
    duration = sum(reading.part.duration for reading in parts)
    numbers = Numbering(host)
    tick = _regular_distance([tick.at for tick in ticks if tick.levels is not None])
    readings = _make_readings(ticks, numbers, tick, duration)
    speakers = sorted({0}.union(*(reading.heard for reading in readings)) if readings else range(len(numbers.speakers)))
    presences = _find_presences(readings, tick)
    others = sorted(number for number in presences if number not in speakers)
    new = {number: position for position, number in enumerate([*speakers, *others])}
    return TimelineReading(
        speakers=tuple(numbers.speakers[number] for number in speakers),
        turns=_renumber(_make_turns(readings, max(LONGEST_PAUSE, tick) + _SLACK), new),
        on_stage=(*(numbers.speakers[number] for number in others), *numbers.renamed.values()),
        may_speak=_renumber(_make_spans(presences), new),
        silences=tuple(_make_silences(readings)),
        unknown=tuple(_find_unknown(readings, tick, duration)),
        gaps=tuple(_find_gaps(ticks)),
        tick=tick,
        timeline=Timeline.LEVELS if readings else Timeline.NONE,
        started_at=tuple(find_start(reading.ticks) for reading in parts),
    )


def _renumber(turns: Sequence[Turn], new: Mapping[int, int]) -> tuple[Turn, ...]:
    return tuple(replace(turn, speaker=new[turn.speaker]) for turn in turns)


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


def _make_readings(ticks: Sequence[Tick], numbers: Numbering, tick: float, duration: float) -> list[_Reading]:
    """Level readings with their times and holders; each lasts to the next, or one tick where that is missing.

    None where every level is zero: then the engine tells nothing, whoever speaks.
    """
    stage = make_stage(ticks, numbers)
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
        readings.append(_Reading(start, end, levels, stage[n], _find_heard(levels, stage[n], numbers)))
    return readings if any(reading.heard for reading in readings) else []


def _find_heard(levels: Sequence[float], stage: StageMoment, numbers: Numbering) -> Mapping[int, float]:
    heard: dict[int, float] = {}
    for slot, level in enumerate(levels):
        if level > 0:
            holder = stage.find_holder(slot)
            number = numbers.unknown if holder is None else holder
            heard[number] = max(level, heard.get(number, 0.0))
    return heard


def _find_speaking(readings: Sequence[_Reading]) -> list[set[int]]:
    """Who speaks at each reading."""
    speaking = [{number for number, level in reading.heard.items() if level >= LOUD} for reading in readings]
    quiet = [n for n, loud in enumerate(speaking) if not loud]
    for stretch in _find_runs(quiet):
        if readings[stretch[-1]].end - readings[stretch[0]].start > LONGEST_PAUSE + _SLACK:
            for n in stretch:
                speaking[n] = {number for number, level in readings[n].heard.items() if level >= QUIET}
    return speaking


def _find_runs(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """Ascending numbers in runs without holes."""
    first = 0
    for n in range(1, len(numbers) + 1):
        if n == len(numbers) or numbers[n] != numbers[n - 1] + 1:
            yield numbers[first:n]
            first = n


def _make_turns(readings: Sequence[_Reading], longest_pause: float) -> tuple[Turn, ...]:
    speaking = _find_speaking(readings)
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
    whole = (
        Turn(speaker=speaker, start=_whole_ms(readings[first].start), end=_whole_ms(readings[last].end))
        for first, speaker, last in sorted(turns)
    )
    return tuple(sorted(whole, key=lambda turn: (turn.start, turn.speaker)))  # two readings may be of one millisecond


def _find_presences(readings: Sequence[_Reading], tick: float) -> Mapping[int, Sequence[tuple[float, float]]]:
    """When each person but the host may be heard, by number, as spans; empty for those of whom no level is ever read.

    What lies less than two ticks apart is joined: what is taken out of the sound is wider than that.
    """
    found: dict[int, list[tuple[float, float]]] = {}
    told: set[int] = set()
    for reading in readings:
        told_now = _find_told(reading)
        told.update(reading.heard, told_now)
        for number in _find_present(reading, told_now):
            spans = found.setdefault(number, [])
            if spans and reading.start - spans[-1][1] <= 2 * tick:
                spans[-1] = (spans[-1][0], reading.end)
            else:
                spans.append((reading.start, reading.end))
    return {number: spans if number in told else () for number, spans in found.items()}


def _find_told(reading: _Reading) -> set[int]:
    """Those who have a level, be it zero."""
    levels = reading.levels
    return {
        number for slot, number in reading.stage.listed.items() if slot < len(levels) and not math.isnan(levels[slot])
    }


def _find_present(reading: _Reading, told: set[int]) -> set[int]:
    """Those of whom any level above zero may be, and those who are on stage and not `told` of; the host apart."""
    above = [slot for slot, level in enumerate(reading.levels) if level != 0]  # NaN, no number, may be any
    candidates = {number for slot in above for number in reading.stage.find_candidates(slot)}
    untold = set(reading.stage.listed.values()) - told
    return (candidates | untold | reading.heard.keys()) - {0}


def _make_spans(presences: Mapping[int, Sequence[tuple[float, float]]]) -> tuple[Turn, ...]:
    spans = sorted((start, number, end) for number, own in presences.items() for start, end in own)
    return tuple(Turn(speaker=number, start=_whole_ms(start), end=_whole_ms(end)) for start, number, end in spans)


def _whole_ms(seconds: float) -> float:
    """To the millisecond, downwards, so that nothing ends after the recording does."""
    return int(seconds * 1000 + 1e-6) / 1000


def _make_silences(readings: Sequence[_Reading]) -> Iterator[Span]:
    """Spans in which the level of everyone on stage is zero."""
    start: float | None = None
    for reading, after in pairwise([*readings, None]):
        assert reading is not None
        if not _is_silent(reading):
            continue
        start = reading.start if start is None else start
        if after is None or not _is_silent(after) or after.start > reading.end:
            yield Span(start=_whole_ms(start), end=_whole_ms(reading.end))
            start = None


def _is_silent(reading: _Reading) -> bool:
    return not any(reading.levels) and reading.stage.listed.keys() <= set(range(len(reading.levels)))


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
