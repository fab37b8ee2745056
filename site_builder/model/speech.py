"""What a speech engine heard in a recording, before anybody corrected it."""

from __future__ import annotations

from dataclasses import dataclass

UNSURE = 0.5
"""Confidence below which a word is marked for the ear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One recognised word, in recording time."""

    start: float
    """Seconds."""
    end: float
    text: str
    """With its punctuation, without spaces around it."""
    confidence: float = 1.0
    """How sure the engine is, from 0 to 1."""
    speaker: int = -1
    """Index into the recording's `speakers`; -1 where nobody known speaks."""
    is_overlapped: bool = False
    """Whether somebody else speaks at the same time: one track holds both, so the name may be wrong."""

    @property
    def is_unsure(self) -> bool:
        """Whether somebody should listen again: to the word, or to whose it is."""
        return self.confidence < UNSURE or self.is_overlapped


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """All that an engine heard in one recording, and what heard it."""

    engine: str
    """Name and version of the engine: `faster-whisper 1.2.1`."""
    model: str
    """Name of the model, e.g. `tiny.en`."""
    model_sha256: str
    """Digest of the model's weights: another model may hear something else."""
    language: str
    """BCP 47 tag of the language that was heard."""
    sources: tuple[str, ...]
    """sha256 of each part of the recording."""
    is_timed: bool
    """Whether each word has a time of its own; where not, a word is a piece of a sentence."""
    words: tuple[Word, ...] = ()
    transcript_sha256: str = ""
    """Digest of the transcript file that was written from these words; another content was written by a person."""
