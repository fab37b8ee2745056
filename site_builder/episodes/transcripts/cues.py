"""Cues of a transcript: who says each, by the turns, and where it is heard after edits. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from site_builder.model.edits import EditList
from site_builder.model.podcast import Cue, Person, Span, Speaker, Turn
from site_builder.text.plain import clean


def name_cues(cues: Sequence[Cue], turns: Sequence[Turn], people: Sequence[Person]) -> tuple[Cue, ...]:
    """Cues with the name of the person who speaks most during each; names that cues have already stay.

    `cues` and `turns` are on one clock. Turns of anyone not in `people` give no name. Only turns that tell who speaks
    (`Timeline.LEVELS`) will do: somebody on stage is not somebody speaking.
    """
    if all(cue.speaker for cue in cues):
        return tuple(cues)
    turns = sorted(turns, key=lambda turn: turn.start)
    ends = list(accumulate((turn.end for turn in turns), max))
    return tuple(cue if cue.speaker else replace(cue, speaker=_name_of(cue, turns, ends, people)) for cue in cues)


def label_speakers(cues: Sequence[Cue], speakers: Sequence[Speaker], labels: Sequence[str | None]) -> tuple[Cue, ...]:
    """Cues of those who take part under the name they are published with: their own, `Guest 1`, or none.

    A transcript made from the recording names people as the recording does, whatever they answered. A name that two of
    them share is kept only where both are published with it. What somebody says who refused (None) is left out.
    """
    called: dict[str, set[str | None]] = {}
    for speaker, label in zip(speakers, labels, strict=True):
        for name in filter(None, (speaker.name, speaker.handle, f"@{speaker.handle}" if speaker.handle else "")):
            called.setdefault(_fold(name), set()).add(label)
    known = {name: next(iter(found)) if len(found) == 1 else "" for name, found in called.items()}
    told = [(cue, known.get(_fold(cue.speaker), cue.speaker)) for cue in cues]
    return tuple(cue if name == cue.speaker else replace(cue, speaker=name) for cue, name in told if name is not None)


def _fold(name: str) -> str:
    return " ".join(clean(name, keep_lines=False).casefold().split())


def move_cues(cues: Sequence[Cue], edits: EditList, *, silences: Sequence[Span] = ()) -> tuple[Cue, ...]:
    """Cues in published time. One that is muted or removed, even in part, is left out: what is not heard is not quoted.

    Only a part that lies in one of `silences` (recording time) may be missing, because nobody says anything there; and
    no more than half, for a word may fall between two readings of level.
    """
    moved = []
    for cue in cues:
        if whole := edits.place_whole(cue):
            moved.append(Cue(start=whole[0], end=whole[1], text=cue.text, speaker=cue.speaker))
            continue
        span = Span(start=cue.start, end=cue.end)
        place = edits.to_published_span(span)
        lost = _find_lost(span, edits)
        is_heard = sum(part.duration for part in lost) <= (cue.end - cue.start) / 2
        if place and is_heard and all(_is_within(part, silences) for part in lost):
            moved.append(replace(cue, start=place.start, end=place.end))
    return tuple(moved)


def _name_of(cue: Cue, turns: Sequence[Turn], ends: Sequence[float], people: Sequence[Person]) -> str:
    """Who speaks most during `cue`; `ends` is the latest end of each turn and those before it."""
    heard: dict[int, float] = {}
    for number in range(bisect_left(ends, cue.start), len(turns)):
        turn = turns[number]
        if turn.start >= cue.end:
            break
        shared = min(turn.end, cue.end) - max(turn.start, cue.start)
        if shared > 0:
            heard[turn.speaker] = heard.get(turn.speaker, 0.0) + shared
    most = max(heard, key=lambda speaker: heard[speaker], default=-1)
    return people[most].name if 0 <= most < len(people) else ""


def _find_lost(span: Span, edits: EditList) -> list[Span]:
    """Parts of `span` that nobody will hear."""
    heard = edits.find_audible(span)
    edges = [span.start, *(edge for part in heard for edge in (part.start, part.end)), span.end]
    return [Span(start=a, end=b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1e-6]


def _is_within(span: Span, others: Sequence[Span]) -> bool:
    return any(other.start <= span.start and span.end <= other.end for other in others)
