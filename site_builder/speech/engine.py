"""The interface of a speech engine: one method that turns a short piece of sound into words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
"""Samples a second that engines are given."""
LONGEST_PIECE = 28.0
"""Seconds of sound that an engine is given at most: memory does not grow with the recording."""

Sound = NDArray[np.float32]
"""Mono samples from -1 to 1 at `SAMPLE_RATE`."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A word, or where the engine has no word times a piece of a sentence; seconds from the start of the sound."""

    start: float
    end: float
    text: str
    confidence: float


class Engine(Protocol):
    """A speech engine with a loaded model."""

    name: str
    """Name and version."""
    timed: bool
    """Whether each `Heard` is one word."""
    at_once: int
    """How many pieces it hears at the same time, each in a thread of its caller."""
    languages: frozenset[str]
    """Codes of what the model knows, as in ISO 639 (two letters where there are two)."""

    def hear(self, sound: Sound, language: str, hints: Sequence[str] = ()) -> list[Heard]:
        """What is said in at most `LONGEST_PIECE` seconds of sound, in order.

        Args:
            sound: The samples.
            language: ISO 639 code, or empty to let the engine tell.
            hints: Names and words that are likely to occur.
        """
        ...
