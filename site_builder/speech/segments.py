"""Finds where somebody speaks, and cuts sound there into pieces at pauses.

Whisper models invent text where nobody speaks, so they are given only what a voice detector (Silero, inside
faster-whisper) and, where the recording has them, the levels of its guests call speech.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from site_builder.model.podcast import Span
from site_builder.speech.engine import LONGEST_PIECE, SAMPLE_RATE, Sound

WINDOW = 512
"""Samples that the voice detector judges at a time."""
_CONTEXT, _STATE = 64, 128
"""Samples of the window before that the voice detector wants, and numbers that it remembers."""
_WINDOWS = 256
"""Windows that are judged at a time: 8 s."""
_STEP = WINDOW / SAMPLE_RATE
_BEGINS, _ENDS = 0.5, 0.35
"""Probability of speech at which it begins, and below which it ends."""
_PAUSE = 0.3
"""Seconds; a shorter silence is part of the speech."""
_BRIEF = 0.2
"""Seconds; shorter speech is a click."""
_PADDING = 0.4
"""Seconds of sound kept on each side of speech, as faster-whisper's own detector does; less where a piece is near."""
_APART = 1.5
"""Seconds of silence that always end a piece."""
_ROUNDING = 1e-6
"""Seconds by which sums of times may be off."""
_PEAK, _MOST_GAIN = 0.9, 20.0
"""Of what an engine is given, and how much louder it is made at most."""
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

        self._session = get_vad_model().session

    def judge(self, sound: Sound) -> NDArray[np.float32]:
        """Probabilities from 0 to 1, one a window.

        As faster-whisper asks its model, but some seconds at a time: all windows of two minutes take 60 MB more.
        """
        state = {name: np.zeros((1, 1, _STATE), dtype=np.float32) for name in ("h", "c")}
        found = [np.zeros(0, dtype=np.float32)]
        for at in range(0, len(sound), _WINDOWS * WINDOW):
            heard, state["h"], state["c"] = self._session.run(None, {"input": _take_windows(sound, at), **state})
            found.append(heard.reshape(-1))
        return np.concatenate(found)


def _take_windows(sound: Sound, at: int) -> Sound:
    """Up to `_WINDOWS` windows from the sample `at` on, each with the end of the one before."""
    count = min(len(sound) - at, _WINDOWS * WINDOW)
    padded = np.pad(sound[max(0, at - _CONTEXT) : at + count], (max(0, _CONTEXT - at), -count % WINDOW))
    return np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(padded, _CONTEXT + WINDOW)[::WINDOW])


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
        for first, last in _pad(group_spans(spans)):
            at = max(0, int(first * SAMPLE_RATE))
            yield Piece(start + at / SAMPLE_RATE, block[at : int(last * SAMPLE_RATE)].copy())


def _pad(pieces: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Pieces with some sound around them, of which none is in two: a word would be heard twice."""
    edges = [-math.inf, *(edge for piece in pieces for edge in piece), math.inf]
    for before, first, last, after in zip(edges[::2], edges[1::2], edges[2::2], edges[3::2], strict=False):
        yield first - min(_PADDING, (first - before) / 2), last + min(_PADDING, (after - last) / 2)


def _cut_blocks(sound: Iterable[Sound], detector: VoiceDetector) -> Iterator[tuple[float, Sound]]:
    """The recording in blocks of about `BLOCK` seconds that end in a pause, with the time each starts at.

    One stretch of memory has them one after the other: a block is good until the next is taken.
    """
    held = np.empty(round((BLOCK + 1) * SAMPLE_RATE), dtype=np.float32)
    length, start = 0, 0
    for chunk in sound:
        after = length + len(chunk)
        if after > len(held):
            held = np.concatenate([held[:length], np.empty(len(chunk), dtype=np.float32)])
        held[length:after] = chunk
        length = after
        if length >= BLOCK * SAMPLE_RATE:
            cut = _find_pause(held[:length], detector)
            yield start / SAMPLE_RATE, held[:cut]
            held[: length - cut] = held[cut:length]
            start, length = start + cut, length - cut
    if length:
        yield start / SAMPLE_RATE, held[:length]


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
    """Start and end of pieces: neighbouring stretches together, none longer than an engine takes.

    Where there is more without a long silence, it is parted at the longest pause of the second half.
    """
    room = LONGEST_PIECE - 2 * _PADDING
    pieces: list[tuple[float, float]] = []
    held: list[Span] = []
    for span in (part for whole in spans for part in _split(whole, room)):
        if held and span.start - held[-1].end >= _APART:
            pieces.append((held[0].start, held[-1].end))
            held = []
        held.append(span)
        while held[-1].end - held[0].start > room + _ROUNDING:
            cut = _find_cut(held, room)
            pieces.append((held[0].start, held[cut - 1].end))
            held = held[cut:]
    return [*pieces, (held[0].start, held[-1].end)] if held else pieces


def _split(span: Span, room: float) -> Iterator[Span]:
    """Nobody paused for so long: an engine loses a word at the edge at worst."""
    start = span.start
    while span.end - start > room + _ROUNDING:
        yield Span(start=start, end=start + room)
        start += room
    yield Span(start=start, end=span.end)


def _find_cut(held: Sequence[Span], room: float) -> int:
    """Before which stretch to part those that are too long together."""
    fitting = [at for at in range(1, len(held)) if held[at - 1].end - held[0].start <= room + _ROUNDING]
    late = [at for at in fitting if held[at - 1].end - held[0].start >= room / 2] or fitting
    return max(late, key=lambda at: held[at].start - held[at - 1].end)


def level_out(sound: Sound) -> Sound:
    """The sound as loud as it can be without clipping: quiet callers are heard better."""
    peak = float(np.abs(sound).max(initial=0.0))
    return sound * np.float32(min(_MOST_GAIN, _PEAK / max(peak, 1e-9)))


def _overlaps(span: Span, allowed: Sequence[Span], offset: float) -> Iterator[Span]:
    """The parts of a span of a block that lie in `allowed`, which counts from the start of the recording."""
    for other in allowed:
        start, end = max(span.start, other.start - offset), min(span.end, other.end - offset)
        if end - start >= _BRIEF:
            yield Span(start=start, end=end)
