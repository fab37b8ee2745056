"""Moonshine on a real recording, where its wheel fits the system (`tests/moonshine.txt`)."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

moonshine_voice = pytest.importorskip("moonshine_voice")


def test_lines_are_heard_in_order_and_apart() -> None:
    """Offline, with the model of its package, on the recording of its package; of silence nothing."""
    from site_builder.audio.sound import read_sound  # noqa: PLC0415
    from site_builder.speech.moonshine import Moonshine  # noqa: PLC0415

    assets = Path(moonshine_voice.__file__).parent / "assets"
    engine = Moonshine(assets / "tiny-en", 1)
    frames = read_sound([assets / "beckett.wav"], sample_rate=16_000, channels=1)
    sound = np.concatenate([frame.to_ndarray().reshape(-1).astype(np.float32) for frame in frames])
    heard = engine.hear(sound, "en")
    assert "No matter." in [one.text for one in heard]
    assert not engine.timed
    assert all(before.end <= after.start for before, after in pairwise(heard))
    assert engine.hear(np.zeros(48_000, dtype=np.float32), "en") == []
