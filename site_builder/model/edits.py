"""`EditList`: what of a recording is published, and where each moment of it ends up. Pure.

Two clocks: *recording time* counts from the first sample of the recording, *published time* from the first sample a
listener hears. A **cut** (a trim is a cut at an end) takes time away; a **mute** keeps the clock and silences it.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from typing import Any, Self

from site_builder.model.podcast import Cue, Span, Turn

_TOLERANCE = 1e-6
"""Seconds by which a time may miss a frame border and still lie on it: far less than one sample."""
_FRAME = 0.05
"""Seconds, more than any frame: by so much an edge may move to a border."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of the recording that is published as it is, or as silence."""

    start: float
    """Recording time in seconds."""
    end: float
    muted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EditList:
    """Which spans of a recording are removed and which are muted.

    Spans may be given in any order, overlapping, empty, reaching outside the recording or to infinity; they are kept
    sorted, disjoint and inside it, so equal edits compare equal. What is removed is not muted as well.

        >>> edits = EditList(recording=60, removed=(Span(start=10, end=20),))
        >>> edits.duration, edits.to_published(25), edits.to_published(15)
        (50.0, 15.0, None)

    Raises:
        ValueError: the recording's length is negative or no number, or a span's edge is no number.
    """

    recording: float
    """Length of the whole recording in seconds."""
    removed: tuple[Span, ...] = ()
    """Spans cut out, in recording time."""
    muted: tuple[Span, ...] = ()
    """Spans kept as silence, in recording time."""
    kept: tuple[Span, ...] = field(init=False, repr=False, compare=False)
    """Spans published, muted ones included, in recording time."""
    audible: tuple[Span, ...] = field(init=False, repr=False, compare=False)
    """Spans published with their sound, in recording time."""
    _offsets: tuple[float, ...] = field(init=False, repr=False, compare=False)
    """Published time at which each kept span starts, then the published length."""
    _places: tuple[tuple[Span, float, float], ...] = field(init=False, repr=False, compare=False)
    """Each audible span, the start of the kept one it is part of, and where that is found in published time."""

    def __post_init__(self) -> None:
        if not 0 <= self.recording < math.inf:
            raise ValueError(f"a recording cannot be {self.recording} seconds long")
        whole = Span(start=0.0, end=float(self.recording))
        removed = _normalise(self.removed, whole)
        kept = _subtract((whole,), removed)
        object.__setattr__(self, "recording", whole.end)
        object.__setattr__(self, "removed", removed)
        object.__setattr__(self, "muted", _subtract(_normalise(self.muted, whole), removed))
        object.__setattr__(self, "kept", kept)
        object.__setattr__(self, "audible", _subtract(kept, self.muted))
        object.__setattr__(self, "_offsets", tuple(accumulate((span.duration for span in kept), initial=0.0)))
        places = ((span, self._index(span.start)) for span in self.audible)
        object.__setattr__(self, "_places", tuple((span, kept[n].start, self._offsets[n]) for span, n in places))

    @classmethod
    def keep_all(cls, duration: float) -> Self:
        """Publish all of a recording of `duration` seconds."""
        return cls(recording=duration)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The edit list that `as_json` gave.

        Raises:
            ValueError: `value` is not of that form.
        """
        try:
            removed, muted = (
                tuple(Span(start=float(start), end=float(end)) for start, end in value[name])
                for name in ("removed", "muted")
            )
            return cls(recording=float(value["recording"]), removed=removed, muted=muted)
        except (KeyError, TypeError) as error:
            raise ValueError(f"not an edit list: {value!r}") from error

    @classmethod
    def parse(cls, text: str) -> Self:
        """The edit list that `media.json` keeps as text.

        Raises:
            ValueError: it is none.
        """
        return cls.from_json(json.loads(text))

    def as_json(self) -> dict[str, Any]:
        """The same edits as JSON values; equal edit lists give equal values."""
        removed, muted = ([[span.start, span.end] for span in spans] for spans in (self.removed, self.muted))
        return {"recording": self.recording, "removed": removed, "muted": muted}

    def with_trim(self, keep: Span) -> Self:
        """Also remove everything before and after `keep`."""
        return self.with_cuts((Span(start=0.0, end=keep.start), Span(start=keep.end, end=math.inf)))

    def with_cuts(self, spans: Iterable[Span]) -> Self:
        """Also remove `spans` (recording time)."""
        further = tuple(spans)
        return replace(self, removed=(*self.removed, *further)) if further else self

    def with_mutes(self, spans: Iterable[Span]) -> Self:
        """Also mute `spans` (recording time)."""
        further = tuple(spans)
        return replace(self, muted=(*self.muted, *further)) if further else self

    def snap(self, frame_samples: int, sample_rate: int) -> Self:
        """The same edits on frame borders: what is removed or muted grows to whole frames, what is kept shrinks.

        Audio copied frame by frame can be cut nowhere else, so this is the list that tells published time exactly.
        """

        def grid(time: float, whole: Any) -> float:
            frames: int = whole(time * sample_rate / frame_samples)
            return frames * frame_samples / sample_rate

        def widen(span: Span) -> Span:
            end = span.end if span.end >= self.recording else grid(span.end - _TOLERANCE, math.ceil)
            return Span(start=grid(span.start + _TOLERANCE, math.floor), end=end)

        return replace(self, removed=tuple(map(widen, self.removed)), muted=tuple(map(widen, self.muted)))

    @property
    def duration(self) -> float:
        """Published length in seconds."""
        return self._offsets[-1]

    @property
    def is_identity(self) -> bool:
        """Whether the recording is published as it is."""
        return not self.removed and not self.muted

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """All that is published, in order, split where sound and silence meet."""
        pieces = [Piece(start=span.start, end=span.end, muted=False) for span in self.audible]
        pieces += [Piece(start=span.start, end=span.end, muted=True) for span in self.muted]
        return tuple(sorted(pieces, key=lambda piece: piece.start))

    @property
    def trims(self) -> tuple[Span, ...]:
        """What is removed at the two ends."""
        return tuple(span for span in self.removed if span.start == 0 or span.end == self.recording)

    @property
    def cuts(self) -> tuple[Span, ...]:
        """What is removed in between."""
        return tuple(span for span in self.removed if span not in self.trims)

    def is_near(self, other: EditList) -> bool:
        """Whether the same is removed and muted, but for widening to whole frames."""
        return _are_near(self.removed, other.removed) and _are_near(self.muted, other.muted)

    def find_audible(self, span: Span) -> tuple[Span, ...]:
        """What of `span` is heard; all in recording time."""
        return tuple(part for heard in self.audible if (part := _overlap(heard, span)))

    def to_published(self, time: float) -> float | None:
        """Published time of a moment of the recording; None where it is removed or outside."""
        index = self._index(time)
        if index < 0:
            return None
        span = self.kept[index]
        if time < span.end or time == span.end == self.recording:
            return self._offsets[index] + (time - span.start)
        return None

    def to_published_span(self, span: Span) -> Span | None:
        """Where `span` is found in published time, less what is removed of it; None where nothing is left."""
        pieces = [(n, part) for n, kept in enumerate(self.kept) if (part := _overlap(kept, span))]
        if not pieces:
            return None
        (first, head), (last, tail) = pieces[0], pieces[-1]
        return Span(
            start=self._offsets[first] + (head.start - self.kept[first].start),
            end=self._offsets[last] + (tail.end - self.kept[last].start),
        )

    def find_published(self, span: Span | Turn) -> Iterator[tuple[float, float]]:
        """From when to when, in published time, each part of `span` that is heard; quicker than to ask step by step."""
        for heard, kept, offset in self._places:
            start, end = max(heard.start, span.start), min(heard.end, span.end)
            if start < end:
                yield offset + (start - kept), offset + (end - kept)

    def place_whole(self, span: Cue) -> tuple[float, float] | None:
        """From when to when, in published time, `span` is heard; None where a part of it is not."""
        for heard, kept, offset in self._places:
            if heard.start <= span.start < span.end <= heard.end:
                return offset + (span.start - kept), offset + (span.end - kept)
        return None

    def _index(self, time: float) -> int:
        """The last kept span that starts at or before `time`, or -1."""
        return bisect_right(self.kept, time, key=lambda span: span.start) - 1


def _are_near(some: tuple[Span, ...], others: tuple[Span, ...]) -> bool:
    return len(some) == len(others) and all(
        abs(one.start - other.start) < _FRAME and abs(one.end - other.end) < _FRAME
        for one, other in zip(some, others, strict=True)
    )


def _normalise(spans: Iterable[Span], whole: Span) -> tuple[Span, ...]:
    """Sorted, inside `whole`, overlapping and touching ones joined, empty ones left out."""
    spans = tuple(spans)
    if any(math.isnan(edge) for span in spans for edge in (span.start, span.end)):
        raise ValueError("a span's edge is not a number")
    joined: list[Span] = []
    for span in sorted(filter(None, (_overlap(span, whole) for span in spans)), key=lambda span: span.start):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(start=joined[-1].start, end=max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return tuple(joined)


def _subtract(spans: tuple[Span, ...], holes: tuple[Span, ...]) -> tuple[Span, ...]:
    """What of `spans` lies in none of `holes`; both normalised."""
    if not holes:
        return spans
    edges = [-math.inf, *(edge for hole in holes for edge in (hole.start, hole.end)), math.inf]
    between = [Span(start=start, end=end) for start, end in list(pairwise(edges))[::2]]
    return tuple(part for span in spans for gap in between if (part := _overlap(span, gap)))


def _overlap(one: Span, other: Span) -> Span | None:
    """What two spans share, or None."""
    start, end = max(one.start, other.start), min(one.end, other.end)
    return Span(start=float(start), end=float(end)) if start < end else None
