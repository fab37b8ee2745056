"""Pieces that engines are given, and models they are given them with."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from call_maker import mix_clean
from faster_whisper.vad import get_vad_model

from site_builder.errors import UsageError
from site_builder.model.podcast import Recording, Span, Timeline
from site_builder.speech.engine import LONGEST_PIECE
from site_builder.speech.models import find_model
from site_builder.speech.recognizer import find_audible
from site_builder.speech.segments import VoiceDetector, cut_pieces, group_spans, level_out


def speak(*edges: float) -> list[Span]:
    """Stretches of speech from pairs of times."""
    return [Span(start=start, end=end) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def test_a_piece_ends_at_the_longest_pause() -> None:
    """Not wherever there is no room for more: an engine hears a sentence better whole."""
    assert group_spans(speak(0, 10, 10.4, 19, 20.2, 26, 26.4, 30)) == [(0, 19), (20.2, 30)]
    assert group_spans(speak(0, 4, 6, 7)) == [(0, 4), (6, 7)], "a long silence always ends one"


def test_who_never_pauses_is_cut_all_the_same() -> None:
    """No piece is longer than an engine takes, and nothing is lost."""
    assert len(group_spans(speak(84, 124))) == 2, "84 + 27.2 - 84 is a little more than 27.2"
    pieces = group_spans(speak(0, 100, 100.3, 101))
    assert all(last - first <= LONGEST_PIECE for first, last in pieces)
    assert pieces[0][0] == 0
    assert pieces[-1][1] == 101
    assert all(before[1] <= after[0] for before, after in pairwise(pieces))


class Detector(VoiceDetector):
    """Calls loud what is loud."""

    def __init__(self) -> None:
        """Without a model."""

    def judge(self, sound: np.ndarray) -> np.ndarray:
        """A window is 512 samples."""
        loud: np.ndarray = (np.abs(np.pad(sound, (0, -len(sound) % 512)).reshape(-1, 512)).max(axis=1) > 0.1).astype(
            np.float32
        )
        return loud


def test_no_sound_is_in_two_pieces() -> None:
    """Some sound around speech goes along, but a word at an edge is heard once."""
    sound = np.zeros(16_000 * 70, dtype=np.float32)
    for start in range(0, 70, 10):
        sound[start * 16_000 : start * 16_000 + 155_000] = 0.5  # pauses of 0.3 s
    pieces = list(cut_pieces([sound], Detector()))
    assert len(pieces) > 2
    for before, after in pairwise(pieces):
        assert before.end <= after.start + 0.001
        assert after.start - before.end < 0.05


@pytest.mark.parametrize(("quiet", "loud"), [(0.09, 0.9), (0.0001, 0.002), (0.0, 0.0)])
def test_quiet_callers_are_made_louder(quiet: float, loud: float) -> None:
    """Up to what does not clip, twenty times at most; silence stays silence."""
    assert np.abs(level_out(np.array([quiet, -quiet / 2], dtype=np.float32))).max() == pytest.approx(loud, rel=1e-3)


def test_a_model_is_known_by_its_files(tmp_path: Path) -> None:
    """Whisper's has model.bin, Moonshine's an encoder; a folder with neither is told with both."""
    (tmp_path / "whisper").mkdir()
    (tmp_path / "whisper/model.bin").write_bytes(b"w")
    (tmp_path / "moon").mkdir()
    (tmp_path / "moon/encoder_model.ort").write_bytes(b"m")
    assert find_model(str(tmp_path / "whisper")).engine == "faster-whisper"
    assert find_model(str(tmp_path / "moon")).engine == "moonshine"
    with pytest.raises(UsageError, match=r"model\.bin.*encoder_model\.ort"):
        find_model(str(tmp_path))


@pytest.mark.parametrize(
    ("silences", "audible"),
    [
        ([], [(0, math.inf)]),
        ([(0, 10)], [(8, math.inf)]),
        ([(20, 23.9)], [(0, math.inf)]),
        ([(20, 30), (90, 100)], [(0, 22), (28, 92), (98, math.inf)]),
        ([(0, 100)], [(98, math.inf)]),
    ],
    ids=str,
)
def test_only_what_levels_call_silence_is_never_heard(
    silences: list[tuple[float, float]], audible: list[tuple[float, float]]
) -> None:
    """With two seconds at its edges; whoever is in no list of guests, or speaks where tags are lost, is heard."""
    spans = tuple(Span(start=start, end=end) for start, end in silences)
    recording = Recording(id="1cAlL", source="test", silences=spans, timeline=Timeline.LEVELS)
    assert find_audible(recording) == [Span(start=start, end=end) for start, end in audible]
    assert find_audible(replace(recording, timeline=Timeline.SESSIONS)) is None


def test_the_voice_detector_says_what_the_library_says_of_it() -> None:
    """A little at a time, with what it remembers: but for the last window, whose end the library forgets."""
    sound = mix_clean()[: 21 * 16_000 + 100]
    judged = VoiceDetector().judge(sound)
    asked = get_vad_model()(np.pad(sound, (0, -len(sound) % 512))).reshape(-1)
    assert len(judged) == 657
    assert np.abs(judged - asked)[:-1].max() < 1e-5
    assert 0.3 < (judged > 0.5).mean() < 1
    assert len(VoiceDetector().judge(sound[:0])) == 0
