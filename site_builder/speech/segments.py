"""Where somebody speaks, and sound cut into pieces at pauses, so that an engine never gets silence or a long file.

Whisper models invent text where nobody speaks, so they are given only what a voice detector (Silero, inside
faster-whisper) and, where the recording has them, the levels of its guests call speech.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from site_builder.model.podcast import Span
from site_builder.speech.engine import LONGEST_PIECE, SAMPLE_RATE, Sound

WINDOW = 512
"""Samples that the voice detector judges at a time."""
_STEP = WINDOW / SAMPLE_RATE
_BEGINS, _ENDS = 0.5, 0.35
"""Probability of speech at which it begins, and below which it ends."""
_PAUSE = 0.3
"""Seconds; a shorter silence is part of the speech."""
_BRIEF = 0.2
"""Seconds; shorter speech is a click."""
_PADDING = 0.2
"""Seconds of sound kept on each side of speech."""
_APART = 1.5
"""Seconds of silence that always end a piece."""
BLOCK = 120.0
"""Seconds of sound held at a time."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of speech and its sound."""

    start: float
    """Seconds from the start of the recording."""
    sound: Sound

    @property
    def end(self) -> float:
        """Seconds from the start of the recording."""
        return self.start + len(self.sound) / SAMPLE_RATE


class VoiceDetector:
    """Tells for each window of `WINDOW` samples how likely it holds speech."""

    def __init__(self) -> None:
        """Load the model that lies inside faster-whisper."""
        from faster_whisper.vad import get_vad_model  # noqa: PLC0415 -- loads onnxruntime

        self._model = get_vad_model()

    def judge(self, sound: Sound) -> NDArray[np.float32]:
        """Probabilities from 0 to 1, one a window."""
        padded = np.pad(sound, (0, -len(sound) % WINDOW))
        return np.asarray(self._model(padded), dtype=np.float32).reshape(-1)


def cut_pieces(
    sound: Iterable[Sound], detector: VoiceDetector, allowed: Sequence[Span] | None = None
) -> Iterator[Piece]:
    """Pieces of speech of at most `LONGEST_PIECE` seconds, in order, cut at pauses.

    Args:
        sound: The recording in chunks of any length.
        detector: Tells speech from other sound.
        allowed: When somebody may speak at all, as the recording's own levels say; None where it has none.
    """
    for start, block in _cut_blocks(sound, detector):
        spans = find_speech(detector.judge(block))
        if allowed is not None:
            spans = [part for span in spans for part in _overlaps(span, allowed, start)]
        for first, last in group_spans(spans):
            at = max(0, int((first - _PADDING) * SAMPLE_RATE))
            yield Piece(start + at / SAMPLE_RATE, block[at : int((last + _PADDING) * SAMPLE_RATE)])


def _cut_blocks(sound: Iterable[Sound], detector: VoiceDetector) -> Iterator[tuple[float, Sound]]:
    """The recording in blocks of about `BLOCK` seconds that end in a pause, with the time each starts at."""
    held: list[Sound] = []
    length, start = 0, 0
    for chunk in sound:
        held.append(chunk)
        length += len(chunk)
        if length >= BLOCK * SAMPLE_RATE:
            block = np.concatenate(held)
            cut = _find_pause(block, detector)
            yield start / SAMPLE_RATE, block[:cut]
            held, start, length = [block[cut:].copy()], start + cut, length - cut
    if length:
        yield start / SAMPLE_RATE, np.concatenate(held)


def _find_pause(block: Sound, detector: VoiceDetector) -> int:
    """The sample in the last quarter of a block that is furthest from speech."""
    last = len(block) * 3 // 4 // WINDOW * WINDOW
    silence = 1.0 - detector.judge(block[last:])
    width = max(1, min(len(silence), round(1.0 / _STEP)))
    calm = np.convolve(silence, np.ones(width, dtype=np.float32), mode="same")
    return int(last + (int(np.argmax(calm)) * WINDOW))


def find_speech(probabilities: NDArray[np.float32]) -> list[Span]:
    """Stretches of speech in seconds, short pauses closed and clicks left out."""
    spans: list[Span] = []
    begin: int | None = None
    for number, probability in enumerate([*probabilities.tolist(), 0.0]):
        if begin is None and probability >= _BEGINS:
            begin = number
        elif begin is not None and probability < _ENDS:
            span = Span(start=begin * _STEP, end=number * _STEP)
            begin = None
            if spans and span.start - spans[-1].end < _PAUSE:
                spans[-1] = Span(start=spans[-1].start, end=span.end)
            else:
                spans.append(span)
    return [span for span in spans if span.duration >= _BRIEF]


def group_spans(spans: Sequence[Span]) -> list[tuple[float, float]]:
    """Start and end of pieces: neighbouring stretches together, none longer than an engine takes."""
    room = LONGEST_PIECE - 2 * _PADDING
    pieces: list[tuple[float, float]] = []
    for span in spans:
        start = span.start
        while span.end - start > room:  # nobody paused for so long: an engine loses a word at the edge at worst
            pieces.append((start, start + room))
            start += room
        if pieces and start - pieces[-1][1] < _APART and span.end - pieces[-1][0] <= room:
            pieces[-1] = (pieces[-1][0], span.end)
        else:
            pieces.append((start, span.end))
    return pieces


def _overlaps(span: Span, allowed: Sequence[Span], offset: float) -> Iterator[Span]:
    """The parts of a span of a block that lie in `allowed`, which counts from the start of the recording."""
    for other in allowed:
        start, end = max(span.start, other.start - offset), min(span.end, other.end - offset)
        if end - start >= _BRIEF:
            yield Span(start=start, end=end)
