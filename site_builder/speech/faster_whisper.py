"""The engine faster-whisper: Whisper models on CTranslate2 (https://github.com/SYSTRAN/faster-whisper)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from faster_whisper import WhisperModel

from site_builder.speech.engine import Heard, Sound

_LARGE = 200_000_000
"""Bytes of weights from which a model takes hints: smaller ones repeat them where nobody says them (decision 29)."""


class FasterWhisper:
    """A Whisper model from a folder; gives the same words for the same sound, however many threads it has."""

    timed = True

    def __init__(self, folder: Path, threads: int) -> None:
        """Load the model in `folder`; nothing is looked for elsewhere."""
        self.name = f"faster-whisper {version('faster-whisper')}"
        self._takes_hints = (folder / "model.bin").stat().st_size >= _LARGE
        self._model = WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
        )

    def hear(self, sound: Sound, language: str, hints: Sequence[str] = ()) -> list[Heard]:
        """See `Engine.hear`."""
        segments, _ = self._model.transcribe(
            sound,
            language=language or None,
            beam_size=5,
            word_timestamps=True,
            condition_on_previous_text=False,
            vad_filter=False,
            hotwords=", ".join(hints) or None if self._takes_hints else None,
        )
        return [
            Heard(float(word.start), float(word.end), word.word.strip(), round(float(word.probability), 3))
            for segment in segments
            for word in segment.words or ()
            if word.word.strip()
        ]
