"""Gathers what the voices of a recording sound like, and gives each word its speaker.

Memory hardly grows with the recording: of each voice no more is kept than is learnt from, and what each word sounds
like lies in a file without a name until the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from tempfile import TemporaryFile

import numpy as np

from site_builder.model.podcast import Span, Turn
from site_builder.model.speech import Word
from site_builder.speech.attribution import Evidence, TurnIndex, attribute
from site_builder.speech.segments import Piece
from site_builder.speech.voices import COEFFICIENTS, Features, Voice, learn_voice, make_features

_ALONE = 2.0
"""Seconds that somebody must speak alone for their voice to be learnt."""
_MOST_FRAMES = 6000
"""Frames of features that a voice is learnt from, or up to twice as many: a minute or two."""
_WORD_FRAMES = 24
"""Frames of features kept of a word, or up to twice as many before they are cut off there."""
_AT_ONCE = 128
"""Words whose voices are compared at a time: each by itself takes ten times as long."""
_ROW_BYTES = COEFFICIENTS * 2


class Diarizer:
    """Gives words their speakers, by turns that are true to a tick and by voices learnt from them; to be closed."""

    def __init__(self, turns: Sequence[Turn], tick: float) -> None:
        """Nothing is heard yet; without `turns` no word gets a speaker."""
        self._turns, self._tick = turns, tick
        self._alone = sorted(find_alone(turns, tick), key=lambda part: (part[1].start, part[0]))
        lengths = Counter[int]()
        for speaker, span in self._alone:
            lengths[speaker] += int(span.duration * 100)
        self._steps = _choose_steps(lengths)
        self._voices: dict[int, list[Features]] = {}
        self._words: list[Word] = []
        self._counts: list[int] = []
        """Frames of each word in the file."""
        self._file = TemporaryFile()  # noqa: SIM115 -- open as long as this is

    def __enter__(self) -> Diarizer:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, piece: Piece, words: Sequence[Word]) -> None:
        """Take what was heard in the next piece."""
        self._words += words
        if not self._turns:
            return
        features = make_features(piece.sound)
        for word in words:
            first, last = (round((edge - piece.start) * 100) for edge in (word.start, word.end))
            own = features[first : max(first + 1, last)]
            kept = own[:: max(1, len(own) // _WORD_FRAMES)][:_WORD_FRAMES]
            self._counts.append(len(kept))
            self._file.write(kept.astype(np.float16).tobytes())
        for speaker, span in self._alone:
            if span.start < piece.end and piece.start < span.end:
                first, last = (max(0, round((edge - piece.start) * 100)) for edge in (span.start, span.end))
                heard = features[first : last : self._steps[speaker]].astype(np.float16)
                self._voices.setdefault(speaker, []).append(heard)

    def finish(self) -> tuple[Word, ...]:
        """All words with their speakers."""
        if not self._turns:
            return tuple(self._words)
        voices = _learn_voices(self._voices)
        named = self._attribute(voices)
        if {turn.speaker for turn in self._turns} <= voices.keys():
            return named
        return self._attribute(_learn_voices(self._gather_words(named)))

    def _attribute(self, voices: dict[int, Voice]) -> tuple[Word, ...]:
        weighed = self._compare_words(voices) if len(voices) > 1 else None
        return attribute(self._words, self._turns, self._tick, weighed)

    def _compare_words(self, voices: dict[int, Voice]) -> Iterator[Evidence]:
        """How well each voice fits each word."""
        self._file.seek(0)
        for at in range(0, len(self._counts), _AT_ONCE):
            counts = self._counts[at : at + _AT_ONCE]
            features = self._read(sum(counts))
            fits = {speaker: voice.score(features) for speaker, voice in voices.items()}
            for first, last in pairwise(accumulate(counts, initial=0)):
                heard = {speaker: float(fit[first:last].mean()) for speaker, fit in fits.items() if first < last}
                yield Evidence(heard, last - first)

    def _read_words(self) -> Iterator[Features]:
        """What each word sounds like."""
        self._file.seek(0)
        yield from map(self._read, self._counts)

    def _read(self, count: int) -> Features:
        frames = np.frombuffer(self._file.read(count * _ROW_BYTES), dtype=np.float16)
        return frames.reshape(-1, COEFFICIENTS).astype(np.float32)

    def _gather_words(self, named: Sequence[Word]) -> dict[int, list[Features]]:
        """What is heard of each speaker: alone, and in the words that time alone gives them.

        Who never speaks alone for longer than levels can tell is thus known by voice as well, from many short turns.
        """
        lengths = Counter[int]()
        for word, count in zip(named, self._counts, strict=True):
            lengths[word.speaker] += count
        steps, numbers = _choose_steps(lengths), Counter[int]()
        found = {speaker: list(parts) for speaker, parts in self._voices.items()}
        for word, features in zip(named, self._read_words(), strict=True):
            if word.speaker >= 0 and not word.is_overlapped:
                if numbers[word.speaker] % steps[word.speaker] == 0:
                    found.setdefault(word.speaker, []).append(features)
                numbers[word.speaker] += 1
        return found


def _choose_steps(lengths: Counter[int]) -> dict[int, int]:
    """For each speaker how many frames to go on, so that an even share of much speech is taken."""
    return {speaker: max(1, length // _MOST_FRAMES) for speaker, length in lengths.items()}


def find_alone(turns: Sequence[Turn], tick: float) -> Iterator[tuple[int, Span]]:
    """The middle of each turn, less where anybody else may speak."""
    index = TurnIndex(turns)
    for turn in turns:
        start, end = turn.start + tick, turn.end - tick
        for other in index.find_near(start - tick, end + tick):
            if other.speaker != turn.speaker and other.start - tick < end and start < other.end + tick:
                if other.start - tick > start:
                    end = min(end, other.start - tick)
                else:
                    start = max(start, other.end + tick)
        if end - start > 0.1:
            yield turn.speaker, Span(start=start, end=end)


def _learn_voices(heard: dict[int, list[Features]]) -> dict[int, Voice]:
    """A voice of everybody of whom enough is heard."""
    voices = {}
    for speaker, parts in sorted(heard.items()):
        features = np.concatenate(parts)
        if len(features) >= _ALONE * 100:
            step = max(1, len(features) // _MOST_FRAMES)
            voices[speaker] = learn_voice(features[::step].astype(np.float32))
    return voices
