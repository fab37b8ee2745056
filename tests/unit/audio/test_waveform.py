"""The drawn shape follows the sound."""

from __future__ import annotations

from pathlib import Path

import pytest
from recording_maker import make_recording, wrap

from site_builder.audio.waveform import make_peaks


@pytest.mark.parametrize("container", ["aac", "mp4", "mp3", "wav"])
@pytest.mark.parametrize("count", [30, 1200])
def test_shape_follows_the_sound(container: str, count: int, tmp_path: Path) -> None:
    """High where somebody speaks, low where nobody does, always as many numbers as asked for, from 0 to 100."""
    recording = make_recording(6, turns=[("host", 1, 3), ("host", 4, 6)])
    path = tmp_path / "in"
    path.write_bytes(recording if container == "aac" else wrap(recording, container))
    peaks = make_peaks(path, count)
    assert len(peaks) == count
    assert max(peaks) == 100
    assert min(peaks) >= 0
    assert all(peak > 50 for peak in peaks[int(count * 0.2) : int(count * 0.45)])
    assert all(peak < 5 for peak in peaks[int(count * 0.54) : int(count * 0.64)])


def test_silence_is_flat(tmp_path: Path) -> None:
    """Nothing to draw is drawn as nothing."""
    (tmp_path / "in").write_bytes(make_recording(2))
    assert max(make_peaks(tmp_path / "in", 100)) <= 100
    (tmp_path / "zero").write_bytes(wrap(make_recording(1), "wav"))
    assert len(make_peaks(tmp_path / "zero", 10)) == 10


def test_same_input_same_numbers(tmp_path: Path) -> None:
    """The same file always gives the same shape."""
    (tmp_path / "in").write_bytes(make_recording(3, turns=[("host", 0, 2)]))
    assert make_peaks(tmp_path / "in") == make_peaks(tmp_path / "in")
