"""One recording from sound to attributed words, a piece at a time, going on where an earlier run was ended.

What an engine hears is written down after each piece (a line of JSON), so that whatever ends the program costs one
piece. The sound is read as a stream; only features of voices are kept of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from site_builder.model.podcast import Recording, Span, Timeline, Turn
from site_builder.model.speech import Word
from site_builder.speech.attribution import Evidence, attribute
from site_builder.speech.engine import Engine, Heard, Sound
from site_builder.speech.segments import Piece, VoiceDetector, cut_pieces, level_out
from site_builder.speech.voices import Features, Voice, learn_voice, make_features

_REACH = 2.0
"""Seconds beside a turn in which its speaker may still be heard."""
_ALONE = 2.0
"""Seconds that somebody must speak alone for their voice to be learnt."""
_MOST_FRAMES = 6000
"""Frames of features that a voice is learnt from at most: a minute."""
_WORD_FRAMES = 24
"""Frames of features kept of a word at most."""


@dataclass(slots=True)
class _Heard:
    """What came of the pieces so far."""

    words: list[Word] = field(default_factory=list)
    features: list[Features] = field(default_factory=list)
    """Of each word, as 16-bit floats."""
    alone: dict[int, list[Features]] = field(default_factory=dict)
    """Of each speaker, while nobody else speaks."""


def recognize(
    sound: Iterable[Sound],
    recording: Recording,
    engine: Engine,
    *,
    language: str = "",
    hints: Sequence[str] = (),
    notes: Path | None = None,
    report: Callable[[float], None] = lambda _: None,
) -> tuple[Word, ...]:
    """The words of a recording with who says each.

    Args:
        sound: The recording in chunks of any length.
        recording: Who speaks when, as its source tells.
        engine: Hears the words.
        language: ISO 639 code; empty lets the engine tell.
        hints: Names and words that are likely.
        notes: A file that keeps what was heard so far; whoever calls names it after all that decides the result.
        report: Told how far it is, in seconds of the recording.
    """
    turns = recording.turns if recording.timeline is Timeline.LEVELS else ()
    heard = _Heard()
    with _Notebook(notes) as notebook:
        for number, piece in enumerate(cut_pieces(sound, VoiceDetector(), _find_allowed(turns))):
            said = notebook.find(number)
            if said is None:
                said = engine.hear(level_out(piece.sound), language, hints)
                notebook.add(said)
            _take(heard, piece, said, turns, recording.tick)
            report(piece.end)
    voices = _learn_voices(heard.alone)
    named = attribute(heard.words, turns, recording.tick, _weigh(heard.features, voices))
    if {turn.speaker for turn in turns} <= voices.keys():
        return named
    voices = _learn_voices(_gather_words(named, heard))
    return attribute(heard.words, turns, recording.tick, _weigh(heard.features, voices))


def _find_allowed(turns: Sequence[Turn]) -> list[Span] | None:
    """When anybody may be heard; None where the recording does not tell."""
    allowed: list[Span] = []
    for turn in sorted(turns, key=lambda turn: turn.start):
        start, end = max(0.0, turn.start - _REACH), turn.end + _REACH
        if allowed and start <= allowed[-1].end:
            allowed[-1] = Span(start=allowed[-1].start, end=max(end, allowed[-1].end))
        else:
            allowed.append(Span(start=start, end=end))
    return allowed or None


def _take(heard: _Heard, piece: Piece, said: Sequence[Heard], turns: Sequence[Turn], tick: float) -> None:
    features = make_features(piece.sound) if turns else np.zeros((0, 0), dtype=np.float32)
    for one in said:
        word = Word(
            start=round(piece.start + one.start, 3),
            end=round(piece.start + max(one.end, one.start + 0.02), 3),
            text=one.text,
            confidence=one.confidence,
        )
        heard.words.append(word)
        own = features[int(one.start * 100) : max(int(one.start * 100) + 1, int(one.end * 100))]
        step = max(1, len(own) // _WORD_FRAMES)
        heard.features.append(own[::step][:_WORD_FRAMES].astype(np.float16))
    for speaker, span in _find_alone(turns, tick):
        first, last = (int((edge - piece.start) * 100) for edge in (span.start, span.end))
        if last > 0 and first < len(features):
            heard.alone.setdefault(speaker, []).append(features[max(0, first) : last].astype(np.float16))


def _find_alone(turns: Sequence[Turn], tick: float) -> Iterator[tuple[int, Span]]:
    """The middle of each turn, less where anybody else may speak."""
    for turn in turns:
        start, end = turn.start + tick, turn.end - tick
        for other in turns:
            if other.speaker != turn.speaker and other.start - tick < end and start < other.end + tick:
                if other.start - tick > start:
                    end = min(end, other.start - tick)
                else:
                    start = max(start, other.end + tick)
        if end - start > 0.1:
            yield turn.speaker, Span(start=start, end=end)


def _learn_voices(alone: dict[int, list[Features]]) -> dict[int, Voice]:
    """A voice of everybody who speaks long enough alone; of much speech an even share is used."""
    voices = {}
    for speaker, parts in sorted(alone.items()):
        features = np.concatenate(parts)
        if len(features) >= _ALONE * 100:
            step = max(1, len(features) // _MOST_FRAMES)
            voices[speaker] = learn_voice(features[::step].astype(np.float32))
    return voices


def _gather_words(named: Sequence[Word], heard: _Heard) -> dict[int, list[Features]]:
    """What is heard of each speaker: alone, and in the words that time alone gives them.

    Who never speaks alone for longer than levels can tell is thus known by voice as well, from many short turns.
    """
    found = {speaker: list(parts) for speaker, parts in heard.alone.items()}
    for word, features in zip(named, heard.features, strict=True):
        if word.speaker >= 0 and not word.is_overlapped:
            found.setdefault(word.speaker, []).append(features)
    return found


def _weigh(words: Sequence[Features], voices: dict[int, Voice]) -> list[Evidence] | None:
    """How well each voice fits each word; None where there are not two to compare."""
    return [_compare(features, voices) for features in words] if len(voices) > 1 else None


def _compare(features: Features, voices: dict[int, Voice]) -> Evidence:
    if not len(features):
        return Evidence({})
    known = features.astype(np.float32)
    return Evidence({speaker: float(voice.score(known).mean()) for speaker, voice in voices.items()}, len(features))


class _Notebook:
    """A file with a line of what was heard for each piece; a line that is cut off does not count."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._known: list[list[Heard]] = []

    def __enter__(self) -> _Notebook:
        if self._file:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._known = list(self._read(self._file))
            text = "".join(_write_line(said) for said in self._known)
            self._file.write_text(text, "utf-8")
        return self

    def __exit__(self, *failure: object) -> None:
        if failure[0] is None and self._file:
            self._file.unlink(missing_ok=True)

    def _read(self, file: Path) -> Iterator[list[Heard]]:
        with suppress(OSError, ValueError, TypeError):
            for line in file.read_text("utf-8").splitlines(keepends=True):
                if not line.endswith("\n"):
                    return
                yield [Heard(*row) for row in json.loads(line)]

    def find(self, number: int) -> list[Heard] | None:
        """What was heard in piece `number` by an earlier run."""
        return self._known[number] if number < len(self._known) else None

    def add(self, said: Sequence[Heard]) -> None:
        """Write down what was heard in the next piece."""
        if self._file:
            with self._file.open("a", encoding="utf-8") as out:
                out.write(_write_line(said))
                out.flush()


def _write_line(said: Sequence[Heard]) -> str:
    return json.dumps([[one.start, one.end, one.text, one.confidence] for one in said], ensure_ascii=False) + "\n"
