"""What was heard before a run was ended is not heard again, and what is cut off does not count."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from call_maker import RATE, mix_clean

from site_builder.model.podcast import Recording
from site_builder.speech.engine import Heard, Sound
from site_builder.speech.recognizer import recognize

NOBODY = Recording(id="1cAlL", source="test")


class CountingEngine:
    """Says how long each piece is, and stops working after so many."""

    name, timed, languages = "counting 1", True, frozenset({"en"})

    def __init__(self, most: int = 1000) -> None:
        """Nothing heard yet."""
        self.heard, self._most = 0, most

    def hear(self, sound: Sound, language: str, hints: Sequence[str] = ()) -> list[Heard]:
        """One word a piece."""
        if self.heard == self._most:
            raise KeyboardInterrupt
        self.heard += 1
        return [Heard(0.1, 0.5, f"{len(sound)}ü", 0.9)]


@pytest.mark.parametrize("left", [b"", b'[[0.1, 0.5, "half', b"[1, 2]\n", b"\xff\xfe\n"], ids=repr)
def test_a_run_goes_on_where_one_was_ended(tmp_path: Path, left: bytes) -> None:
    """Whatever stands at the end of the notes."""
    sound = np.array_split(np.tile(mix_clean()[: 40 * RATE], 3), 9)
    notes = tmp_path / "cache/notes.jsonl"
    whole = CountingEngine()
    words = recognize(sound, NOBODY, whole)
    assert whole.heard > 3
    with pytest.raises(KeyboardInterrupt):
        recognize(sound, NOBODY, CountingEngine(2), notes=notes)
    notes.write_bytes(notes.read_bytes() + left)
    again = CountingEngine()
    assert recognize(sound, NOBODY, again, notes=notes) == words
    assert again.heard == whole.heard - 2
    assert not notes.exists()
