"""The engine Moonshine (https://github.com/moonshine-ai/moonshine): small models without word times.

Its package holds a model for English (`moonshine-tiny-en`, MIT); those for other languages are not for commercial use.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from moonshine_voice import ModelArch, Transcriber

from site_builder.speech.engine import SAMPLE_RATE, Heard, Sound


class Moonshine:
    """A Moonshine model from a folder."""

    timed = False
    at_once = 1
    languages = frozenset({"en"})

    def __init__(self, folder: Path, threads: int) -> None:  # noqa: ARG002 -- the engine chooses its threads itself
        """Load the model in `folder`."""
        self.name = f"moonshine-voice {version('moonshine-voice')}"
        architecture = ModelArch.BASE if "base" in folder.name else ModelArch.TINY
        self._model = Transcriber(model_path=str(folder), model_arch=architecture)

    def hear(self, sound: Sound, language: str, hints: Sequence[str] = ()) -> list[Heard]:  # noqa: ARG002
        """See `Engine.hear`; language and hints are the model's own affair."""
        said = self._model.transcribe_without_streaming(sound.tolist(), SAMPLE_RATE)
        lines = [line for line in said.lines if line.text.strip()]
        ends = [line.start_time + line.duration for line in lines]
        nexts = [*(line.start_time for line in lines[1:]), float("inf")]
        return [
            Heard(line.start_time, max(line.start_time, min(end, then)), line.text.strip(), 1.0)
            for line, end, then in zip(lines, ends, nexts, strict=False)
        ]
