"""The drawn shape follows the sound."""

from __future__ import annotations

from array import array
from pathlib import Path

import av
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


@pytest.mark.parametrize(
    ("codec", "code", "full_scale"), [("f32le", "f", 1), ("f64le", "d", 1), ("s16le", "h", 1 << 15)]
)
@pytest.mark.parametrize("sign", [1, -1])
def test_height_is_the_largest_magnitude(codec: str, code: str, full_scale: int, sign: int, tmp_path: Path) -> None:
    """A wave that reaches further down than up is as high as one turned over, in every kind of sample."""
    heights = [sign * 0.8, -sign * 0.2] * 8 + [sign * 0.4, -sign * 0.1] * 8
    numbers = [height * full_scale for height in heights for _ in range(1000)]
    samples = array(code, map(int, numbers) if code == "h" else numbers)
    with av.open(str(tmp_path / "in"), "w", format="wav") as container:
        stream = container.add_stream(f"pcm_{codec}", rate=16000, layout="mono")
        packet = av.Packet(samples.tobytes())
        packet.stream = stream
        container.mux(packet)
    assert make_peaks(tmp_path / "in", 4) == (100, 100, 50, 50)
