"""The lines of a transcript for the studio: speaker, times of words, what is not published."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, pairwise
from pathlib import Path

from site_builder.episodes.transcripts.cues import belongs_to, name_cues, time_words
from site_builder.errors import InvalidDocument
from site_builder.model.edits import EditList
from site_builder.model.podcast import Cue, Person, Recording, Span, Timeline
from site_builder.model.speech import Recognition
from site_builder.model.speech import Word as HeardWord
from site_builder.show.bundles import Bundle
from site_builder.show.transcripts.files import parse_transcript
from site_builder.show.transcripts.words import load_recognition
from site_builder.text.spoken import fold_word

LINES = 150
"""Of a page: three hours are some three thousand."""
_NEAR = 0.3
"""Seconds by which what an engine heard may lie beside a line."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A stretch that is not heard."""

    why: str
    """`cut`, `mute`, `trim` or `refused`: taken out for somebody."""
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class ShownWord:
    """A word of a line; times are recording time."""

    text: str
    start: float
    end: float
    is_unsure: bool
    is_out: bool
    """It is cut, muted, trimmed or taken out for somebody."""


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the transcript."""

    number: int
    start: float
    end: float
    speaker: str
    lane: int | None
    """Number of a speaker's colour."""
    words: tuple[ShownWord, ...]
    lost: tuple[str, ...] = ()
    """Why words of it are not heard, as `Loss.why`."""

    @property
    def text(self) -> str:
        """What is said."""
        return " ".join(word.text for word in self.words)

    def as_json(self) -> dict[str, object]:
        """For scripts."""
        words = [
            [word.text, round(word.start, 3), round(word.end, 3), word.is_unsure, word.is_out] for word in self.words
        ]
        return {"number": self.number, "speaker": self.speaker, "lane": self.lane, "words": words, "lost": self.lost}


@dataclass(frozen=True, slots=True)
class Transcript:
    """The transcript of one episode."""

    cues: tuple[Cue, ...]
    heard: Recognition | None
    recording: Recording | None
    names: tuple[str, ...]
    """Everybody who can be said to speak: those who take part, then others the file names."""

    def show(self, first: int, last: int, edits: EditList | None, losses: Sequence[Loss] = ()) -> list[ShownLine]:
        """Some lines."""
        cues = self.cues[first:last]
        heard = self._find_heard(cues)
        timed = time_words(cues, heard) if heard else cues
        unsure = [word for word in heard if word.is_unsure]
        lines = [self._show(number, cue, unsure, edits) for number, cue in enumerate(self._name(timed), first)]
        return [replace(line, lost=_explain(line.words, losses)) for line in lines]

    def find_line(self, at: float) -> int:
        """Number of the line that is said at a moment, or the next."""
        return min(bisect_right([cue.end for cue in self.cues], at), max(0, len(self.cues) - 1))

    def _find_heard(self, cues: Sequence[Cue]) -> list[HeardWord]:
        if not cues or self.heard is None:
            return []
        start, end = cues[0].start - _NEAR, max(cue.end for cue in cues) + _NEAR
        return [word for word in self.heard.words if start < word.end and word.start < end]

    def _name(self, cues: Sequence[Cue]) -> Sequence[Cue]:
        """The cues, each without a speaker given the name of the person who speaks most in it."""
        recording = self.recording
        if recording is None or recording.timeline is not Timeline.LEVELS:
            return cues
        return name_cues(cues, recording.turns, [Person(name=name_of(one)) for one in recording.speakers])

    def _show(self, number: int, cue: Cue, doubtful: Sequence[HeardWord], edits: EditList | None) -> ShownLine:
        near = (word for word in doubtful if cue.start - _NEAR < word.end and word.start < cue.end + _NEAR)
        unsure = {fold_word(part) for word in near for part in word.text.split()}
        words = tuple(
            ShownWord(
                text,
                start,
                end,
                is_unsure=fold_word(text) in unsure,
                is_out=edits is not None and not edits.find_audible(Span(start=start, end=max(end, start + 0.001))),
            )
            for text, start, end in _time(cue)
        )
        known = [name.casefold() for name in self.names]
        lane = known.index(cue.speaker.casefold()) if cue.speaker.casefold() in known else None
        return ShownLine(number, cue.start, cue.end, cue.speaker, lane, words)


def _explain(words: Sequence[ShownWord], losses: Sequence[Loss]) -> tuple[str, ...]:
    """Why words are not heard, each reason once; where several hold, the first of `losses`."""
    middles = [(word.start + word.end) / 2 for word in words if word.is_out]
    found = [next((one.why for one in losses if one.start <= at <= one.end), "") for at in middles]
    return tuple(filter(None, dict.fromkeys(found)))


def name_of(speaker: object) -> str:
    """What a transcript calls somebody: their name, or their handle."""
    return getattr(speaker, "name", "") or getattr(speaker, "handle", "")


def _time(cue: Cue) -> Iterator[tuple[str, float, float]]:
    """The words of a line between spaces, each with its time; guessed by length where nobody heard it."""
    texts = cue.text.split()
    if len(cue.times) == len(texts):
        yield from ((text, start, end) for text, (start, end) in zip(texts, cue.times, strict=True))
        return
    whole = sum(map(len, texts)) or 1
    edges = [cue.start + (cue.end - cue.start) * at / whole for at in accumulate(map(len, texts), initial=0)]
    yield from ((text, start, end) for text, (start, end) in zip(texts, pairwise(edges), strict=True))


def load_transcript(bundle: Bundle) -> Transcript | None:
    """The transcript of an episode; None where there is none.

    Raises:
        InvalidDocument: it cannot be read.
    """
    if bundle.transcript is None:
        return None
    cues = _parse(bundle.transcript.read_bytes(), bundle.transcript)
    try:
        heard = load_recognition(bundle.folder)
    except InvalidDocument:  # its words are made anew by the next run
        heard = None
    recording = bundle.recording
    speakers = map(name_of, recording.speakers) if recording else ()
    names = dict.fromkeys([*filter(None, speakers), *filter(None, (cue.speaker for cue in cues))])
    own = heard if heard and belongs_to(heard, recording) else None
    return Transcript(cues, own, recording, tuple(_distinct(names)))


@lru_cache(maxsize=2)
def _parse(content: bytes, file: Path) -> tuple[Cue, ...]:
    """Read once, whatever else of the show changes: an hour and more takes its time."""
    return parse_transcript(content, file)


def _distinct(names: Sequence[str] | dict[str, None]) -> list[str]:
    """Each name once, whatever its case."""
    return list({name.casefold(): name for name in reversed(list(names))}.values())[::-1]


def stamp(bundle: Bundle) -> tuple[tuple[str, int, int], ...]:
    """Changes when the transcript does, or what was heard."""
    files = [bundle.folder / "words.json", *([bundle.transcript] if bundle.transcript else [])]
    return tuple(_stat(file) for file in files)


def _stat(file: Path) -> tuple[str, int, int]:
    try:
        found = file.stat()
    except FileNotFoundError:
        return (file.name, 0, 0)
    return (file.name, found.st_mtime_ns, found.st_size)


def learn(before: str, after: str) -> tuple[str, str] | None:
    """What was heard and what is meant, where a correction replaced a word or a few; None where it did not.

    The same rule as of `spacecast transcribe --learn`: ordinary words are right elsewhere.
    """
    from site_builder.episodes.transcripts.learn_replacements import learn_replacements  # noqa: PLC0415

    heard = [HeardWord(start=0.0, end=1.0, text=word) for word in before.split()]
    found = learn_replacements(heard, [Cue(start=0.0, end=1.0, text=after)])
    return next(iter(found.items())) if len(found) == 1 else None


def as_data(lines: Sequence[ShownLine]) -> str:
    """Lines as scripts read them."""
    return json.dumps([line.as_json() for line in lines], ensure_ascii=False)
