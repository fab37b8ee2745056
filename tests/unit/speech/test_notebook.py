"""What was heard before a run was ended is not heard again, and what is cut off does not count."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Event, Lock

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

    def __init__(self, most: int = 1000, at_once: int = 1) -> None:
        """Nothing heard yet."""
        self.heard, self.at_once, self._most = 0, at_once, most
        self._turn = Lock()

    def hear(self, sound: Sound, language: str, hints: Sequence[str] = ()) -> list[Heard]:
        """One word a piece."""
        with self._turn:
            if self.heard == self._most:
                raise KeyboardInterrupt
            self.heard += 1
        return [Heard(0.1, 0.5, f"{len(sound)}ü", 0.9)]


class LateEngine(CountingEngine):
    """Hears the second piece while the first is being heard, at which it is ended."""

    def __init__(self) -> None:
        """Two pieces at a time."""
        super().__init__(at_once=2)
        self._second = Event()

    def hear(self, sound: Sound, language: str, hints: Sequence[str] = ()) -> list[Heard]:
        """The first call waits for the second to be over."""
        with self._turn:
            self.heard += 1
            number = self.heard
        if number == 1:
            assert self._second.wait(10), "no two pieces are heard at once"
        if number in {1, 3}:  # the same thread takes the third, after the second is written down
            self._second.set()
            raise KeyboardInterrupt
        return [Heard(0.1, 0.5, f"{len(sound)}ü", 0.9)]


def make_sound() -> list[Sound]:
    """A minute and a half of talk in chunks."""
    return np.array_split(np.tile(mix_clean()[: 45 * RATE], 2), 9)


@pytest.mark.parametrize(
    ("left", "at_once"),
    [
        (b"", 1),
        (b'[5, [[0.1, 0.5, "half', 3),
        (b"[1, 2]\n", 3),
        (b'[[0.1, 0.5, "old", 0.9]]\n', 2),
        (b"\xff\xfe\n", 1),
    ],
    ids=repr,
)
def test_a_run_goes_on_where_one_was_ended(tmp_path: Path, left: bytes, at_once: int) -> None:
    """Whatever stands at the end of the notes, and however many pieces are heard at once."""
    sound = make_sound()
    notes = tmp_path / "cache/notes.jsonl"
    whole = CountingEngine()
    words = recognize(sound, NOBODY, whole)
    assert whole.heard > 3
    assert recognize(sound, NOBODY, CountingEngine(at_once=3)) == words
    with pytest.raises(KeyboardInterrupt):
        recognize(sound, NOBODY, CountingEngine(2, at_once), notes=notes)
    notes.write_bytes(notes.read_bytes() + left)
    again = CountingEngine(at_once=at_once)
    assert recognize(sound, NOBODY, again, notes=notes) == words
    assert again.heard == whole.heard - 2
    assert not notes.exists()


def test_a_piece_that_is_done_is_kept_before_an_earlier_one(tmp_path: Path) -> None:
    """Of two that are heard at once, only the one that was not done is heard again."""
    sound, notes, whole = make_sound(), tmp_path / "notes.jsonl", CountingEngine()
    words = recognize(sound, NOBODY, whole)
    with pytest.raises(KeyboardInterrupt):
        recognize(sound, NOBODY, LateEngine(), notes=notes)
    again = CountingEngine(at_once=2)
    assert recognize(sound, NOBODY, again, notes=notes) == words
    assert again.heard == whole.heard - 1
