"""Cues of a transcript: who says each, when each word is said, and where it is heard after edits. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, groupby

from site_builder.model.edits import EditList
from site_builder.model.podcast import Cue, Person, Recording, Span, Speaker, Turn
from site_builder.model.speech import Recognition, Word
from site_builder.text.plain import clean
from site_builder.text.spoken import Times, carry_times, find_words, split_words

_MARGIN = 0.25
"""Seconds by which engines miss when a word is said: so near to what is taken out, a word may be what was meant."""
_BRIEF = 0.01
_NEAR = 0.3
"""Seconds before and after a cue in which the middle of a word of it may lie."""


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


def move_cues(
    cues: Sequence[Cue], edits: EditList, *, silences: Sequence[Span] = (), refused: Sequence[Span] = ()
) -> tuple[Cue, ...]:
    """Cues in published time. One that is muted or removed, even in part, is left out: what is not heard is not quoted.

    Only a part that lies in one of `silences` (recording time) may be missing, because nobody says anything there; and
    no more than half, for a word may fall between two readings of level. Where it is known when each word is said, the
    words well apart from what is taken out stay, unless somebody `refused` speaks anywhere in the line.
    """
    moved = []
    for cue in _drop_unheard(cues, edits, silences, refused):
        if whole := edits.place_whole(cue):
            times = tuple((whole[0] + start - cue.start, whole[0] + end - cue.start) for start, end in cue.times)
            moved.append(Cue(start=whole[0], end=whole[1], text=cue.text, speaker=cue.speaker, times=times))
            continue
        span = Span(start=cue.start, end=cue.end)
        place = edits.to_published_span(span)
        lost = _find_lost(span, edits)
        is_heard = sum(part.duration for part in lost) <= (cue.end - cue.start) / 2
        if place and is_heard and all(_is_within(part, silences) for part in lost):
            times = _move_times(cue.times, edits, place)
            moved.append(replace(cue, start=place.start, end=place.end, times=times))
    return tuple(moved)


def _drop_unheard(
    cues: Sequence[Cue], edits: EditList, silences: Sequence[Span], refused: Sequence[Span]
) -> Iterator[Cue]:
    """Cues, of those that lose a part of what is said only the words that are heard."""
    for cue in cues:
        span = Span(start=cue.start, end=cue.end)
        lost = [part for part in _find_lost(span, edits) if not _is_within(part, silences)] if cue.times else []
        if not lost or any(other.start < cue.end and cue.start < other.end for other in refused):
            yield cue
        else:
            yield from _cut_cue(cue, lost)


def _cut_cue(cue: Cue, lost: Sequence[Span]) -> Iterator[Cue]:
    """What of a cue is said well apart from what is `lost`, in stretches of neighbouring words."""
    places = [match.span() for match in find_words(cue.text)]
    kept = [number for number, times in enumerate(cue.times) if not any(_is_near(times, part) for part in lost)]
    for _, run in groupby(enumerate(kept), lambda pair: pair[1] - pair[0]):
        numbers = [number for _, number in run]
        times = cue.times[numbers[0] : numbers[-1] + 1]
        text = cue.text[places[numbers[0]][0] : places[numbers[-1]][1]]
        yield replace(cue, start=times[0][0], end=max(times[-1][1], times[0][0] + _BRIEF), text=text, times=times)


def _is_near(times: tuple[float, float], lost: Span) -> bool:
    return times[0] < lost.end + _MARGIN and lost.start - _MARGIN < times[1]


def reword(cue: Cue, text: str) -> Cue:
    """A cue that says something else; when each word is said is carried over as far as it is known."""
    if text == cue.text or not cue.times:
        return replace(cue, text=text)
    times, _ = carry_times(split_words(cue.text), cue.times, split_words(text), cue.start, cue.end)
    return replace(cue, text=text, times=times)


def belongs_to(heard: Recognition, recording: Recording | None) -> bool:
    """Whether an engine heard the recording as it is now."""
    return recording is not None and heard.sources == tuple(part.sha256 for part in recording.parts)


def time_words(cues: Sequence[Cue], heard: Sequence[Word]) -> tuple[Cue, ...]:
    """Cues with the times of their words, as an engine `heard` them, whatever a person corrected since.

    A cue of which the engine heard less than a third otherwise has no times: they would be guesses.
    """
    known = [part for word in heard for part in _split_word(word)]
    middles = [(start + end) / 2 for _, (start, end) in known]
    return tuple(_time_cue(cue, known, middles) for cue in cues)


def _split_word(word: Word) -> Iterator[tuple[str, tuple[float, float]]]:
    """What an engine calls a word may be several."""
    parts = split_words(word.text)
    step = (word.end - word.start) / max(1, len(parts))
    for number, part in enumerate(parts):
        yield part, (word.start + number * step, word.start + (number + 1) * step)


def _time_cue(cue: Cue, known: Sequence[tuple[str, tuple[float, float]]], middles: Sequence[float]) -> Cue:
    near = known[bisect_left(middles, cue.start - _NEAR) : bisect_left(middles, cue.end + _NEAR)]
    words = split_words(cue.text)
    times, kept = carry_times([word for word, _ in near], tuple(at for _, at in near), words, cue.start, cue.end)
    return replace(cue, times=times) if kept * 3 >= len(words) else cue


def _move_times(times: Times, edits: EditList, place: Span) -> Times:
    """Times of words in published time; those in a part that is left out are where it was."""
    moved, last = [], place.start
    for edges in times:
        start, end = (last if (at := edits.to_published(edge)) is None else at for edge in edges)
        last = max(last, min(end, place.end))
        moved.append((min(max(start, place.start), place.end), last))
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
