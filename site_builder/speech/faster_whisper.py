"""The engine faster-whisper: Whisper models on CTranslate2 (https://github.com/SYSTRAN/faster-whisper)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any

from faster_whisper import WhisperModel

from site_builder.engine.processes.heap import share_heap, trim_heap
from site_builder.errors import UsageError
from site_builder.speech.engine import Heard, Sound

_TOKENS = "tokenizer.json"

_LARGE = 200_000_000
"""Bytes of weights from which a model takes hints: smaller ones repeat them where nobody says them (decision 29)."""
_LOOP = 2.4
"""How many times smaller text packs that says the same over and over: Whisper's own sign of having lost the thread."""
_CODES = {"nb": "no", "fil": "tl", "jv": "jw"}
"""Languages that Whisper knows under another code."""
_AT_ONCE = 2
"""Pieces that are heard at the same time at most; more cores share them (decision 52)."""


class _Model(WhisperModel):  # type: ignore[misc]  # it has no types
    """Encodes one piece at a time, which takes most of the memory; another is put into words meanwhile."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._turn = Lock()

    def encode(self, features: Any) -> Any:
        with self._turn:
            trim_heap()
            return super().encode(features)


class FasterWhisper:
    """A Whisper model from a folder; gives the same words for the same sound, however many threads it has."""

    timed = True

    def __init__(self, folder: Path, jobs: int) -> None:
        """Load the model in `folder`; nothing is looked for elsewhere.

        Raises:
            UsageError: it is not whole.
        """
        self.name = f"faster-whisper {version('faster-whisper')}"
        self._takes_hints = (folder / "model.bin").stat().st_size >= _LARGE
        if not (folder / _TOKENS).is_file():  # the engine would ask a network for one
            raise UsageError(f"{folder}: the model has no {_TOKENS}; copy it from where the model is from")
        self.at_once = max(1, min(jobs, _AT_ONCE))
        share_heap()
        try:
            self._model = _Model(
                str(folder),
                device="cpu",
                compute_type="int8",
                cpu_threads=max(1, jobs // self.at_once),
                num_workers=self.at_once,
                local_files_only=True,
            )
        except Exception as error:  # its libraries raise nothing narrower
            reason = str(error).strip().partition("\n")[0]
            raise UsageError(f"{folder}: this is no model that can be read ({reason}); copy it here again") from None
        known = self._model.supported_languages
        self.languages = frozenset([*known, *(ours for ours, theirs in _CODES.items() if theirs in known)])

    def hear(self, sound: Sound, language: str, hints: Sequence[str] = ()) -> list[Heard]:
        """See `Engine.hear`.

        Where the model loses the thread, in noise mostly, no words come of it. Trying again at a higher temperature, as
        is usual, means to draw lots: one sound would give other words each time.
        """
        segments, _ = self._model.transcribe(
            sound,
            language=_CODES.get(language, language) or None,
            beam_size=5,
            temperature=0.0,
            word_timestamps=True,
            condition_on_previous_text=False,
            vad_filter=False,
            hotwords=", ".join(hints) or None if self._takes_hints else None,
        )
        return [
            Heard(float(word.start), float(word.end), word.word.strip(), round(float(word.probability), 3))
            for segment in segments
            if segment.compression_ratio <= _LOOP
            for word in segment.words or ()
            if word.word.strip()
        ]
