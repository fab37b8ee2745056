"""The engine Moonshine (https://github.com/moonshine-ai/moonshine): small models without word times."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from moonshine_voice import ModelArch, Transcriber

from site_builder.speech.engine import SAMPLE_RATE, Heard, Sound


class Moonshine:
    """A Moonshine model from a folder."""

    timed = False

    def __init__(self, folder: Path, threads: int) -> None:  # noqa: ARG002 -- the engine chooses its threads itself
        """Load the model in `folder`."""
        self.name = f"moonshine-voice {version('moonshine-voice')}"
        self._model = Transcriber(model_path=str(folder), model_arch=ModelArch.TINY)

    def hear(self, sound: Sound, language: str, hints: Sequence[str] = ()) -> list[Heard]:  # noqa: ARG002
        """See `Engine.hear`; language and hints are the model's own affair."""
        said = self._model.transcribe_without_streaming(sound.tolist(), SAMPLE_RATE)
        return [
            Heard(line.start_time, line.start_time + line.duration, line.text.strip(), 1.0)
            for line in said.lines
            if line.text.strip()
        ]
