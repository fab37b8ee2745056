"""Opens the speech engine, model and word list that a show's config asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING

from site_builder.errors import UsageError
from site_builder.show.config import Config
from site_builder.text.command_lines import make_install_line

if TYPE_CHECKING:
    from site_builder.speech.engine import Engine
    from site_builder.speech.models import Model


_SHOWN = 5
"""Languages that are named where a model does not know the one that is wanted."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """A speech engine with its model, and the language and words the config gives it."""

    engine: Engine
    model: Model
    language: str
    """BCP 47 tag of the show."""
    words: tuple[str, ...] = ()
    """Words that are likely, from the config."""
    replace: Mapping[str, str] | None = None
    """What is heard, and what is meant."""


def find_engine_language(language: str) -> str:
    """What engines call a language: without country and script.

    >>> find_engine_language("pt-BR")
    'pt'
    """
    return language.replace("_", "-").partition("-")[0].lower()


def require_engine() -> None:
    """Tell in one sentence what to install where it is not here.

    Raises:
        UsageError: the extra `speech` is not installed.
    """
    if any(find_spec(name) is None for name in ("faster_whisper", "platformdirs")):
        command = make_install_line("faster-whisper>=1.2.1,<2", "platformdirs>=4.3")
        raise UsageError(f"transcribing needs a speech engine, which spacecast[speech] has; this adds it: {command}")


def require_model(name: str) -> Model:
    """The model of that name or folder, or where `name` is empty any that is here.

    Raises:
        UsageError: it is not here, or no engine is; says how to come by it.
    """
    require_engine()
    from site_builder.speech.models import find_model  # noqa: PLC0415 -- an extra

    return find_model(name)


def open_hearing(config: Config, *, model: str = "", language: str = "", jobs: int = 1) -> Hearing:
    """Load the engine and a model.

    Args:
        config: Of the show.
        model: Folder or name; empty takes the config's, or any that is here.
        language: ISO 639 code; empty takes the show's.
        jobs: Cores that may be used.

    Raises:
        UsageError: there is no engine or no such model, or it does not know the language.
    """
    found = require_model(model or config.transcript.model)
    engine = load_engine(found, jobs)
    spoken = language or config.show.language
    if find_engine_language(spoken) not in engine.languages:
        known = ", ".join(sorted(engine.languages)[:_SHOWN]) + (" and others" if len(engine.languages) > _SHOWN else "")
        raise UsageError(
            f"the model {found.name} knows {known}, not “{spoken}”: name a model that knows it with --model FOLDER, "
            "or what is spoken with --language"
        )
    return Hearing(
        engine=engine,
        model=found,
        language=spoken,
        words=config.transcript.words,
        replace=config.transcript.replace,
    )


def describe_hearing(model: str) -> str:
    """What words depend on besides a recording and its settings: the engine's version and the model's digest.

    Raises:
        UsageError: there is no such model.
    """
    from site_builder.audio.encode import encoder_version  # noqa: PLC0415 -- PyAV
    from site_builder.speech.models import find_model  # noqa: PLC0415 -- an extra

    found = find_model(model)
    package = "moonshine-voice" if found.engine == "moonshine" else found.engine
    return f"{encoder_version()}, {package} {version(package)}, model {found.name} ({found.sha256[:12]})"


def load_engine(model: Model, jobs: int) -> Engine:
    """The engine that reads a model."""
    if model.engine == "moonshine":
        if find_spec("moonshine_voice") is None:
            command = make_install_line("moonshine-voice>=0.0.73,<0.1")
            raise UsageError(f"the model {model.name} needs the engine moonshine-voice; this adds it: {command}")
        from site_builder.speech.moonshine import Moonshine  # noqa: PLC0415 -- not every host has it

        return Moonshine(model.folder, jobs)
    from site_builder.speech.faster_whisper import FasterWhisper  # noqa: PLC0415 -- an extra

    return FasterWhisper(model.folder, jobs)
