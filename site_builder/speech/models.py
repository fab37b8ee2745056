"""Finds speech models on this computer: in a folder, in an installed package, or fetched before.

A package is looked through as data; none of its code is ever imported or run.
docs/decisions/0029 says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from platformdirs import user_data_path

from site_builder.engine.digests import digest_file
from site_builder.errors import UsageError
from site_builder.net.download import download
from site_builder.net.failures import Refused, Unanswered
from site_builder.net.http import Client

WEIGHTS = "model.bin"
"""The file that makes a folder a Whisper model for CTranslate2."""
_FILES = {
    "faster-whisper": (WEIGHTS, "config.json", "tokenizer.json"),
    "moonshine": ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"),
}
"""Files of a model by the engine that reads it, weights first."""
_WAYS = (
    "name the folder of a Whisper model for CTranslate2, or of a Moonshine model, with --model FOLDER, or install a "
    "Python package that holds one beside spacecast; `spacecast help transcripts` says where models are"
)
"""To get a model."""
_HOURS = 3600.0

KNOWN = {
    "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a": "tiny.en",
    "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57": "base",
    "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221": "moonshine-tiny-en",
}
"""Names of models by the digest of their weights, each seen and measured (docs/performance.md)."""


@dataclass(frozen=True, slots=True)
class Model:
    """A speech model in a folder."""

    name: str
    folder: Path
    sha256: str
    """Of its weights."""
    engine: str = "faster-whisper"
    """Which engine reads it: `faster-whisper` or `moonshine`."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a model that can be fetched."""

    name: str
    url: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class RemoteModel:
    """A model that can be fetched: only one whose every byte was seen is listed."""

    files: tuple[RemoteFile, ...]
    licence: str


REMOTE: dict[str, RemoteModel] = {}
"""By name. Empty until the bytes of one have been checked against where it can be had: a digest that nobody saw at its
address would be a promise nobody can keep."""


def find_model(wanted: str, data: Path | None = None) -> Model:
    """The model in the folder `wanted`, or of that name, or any where `wanted` is empty.

    Args:
        wanted: A folder or a name.
        data: Where fetched models are kept; the platform's data folder by default.

    Raises:
        UsageError: there is none; the message says both ways to get one.
    """
    if wanted and Path(wanted).expanduser().is_dir():
        return _load(Path(wanted).expanduser())
    folders = list_model_folders(data)
    models = (_load(folder) for folder in folders)  # to know one by name its weights are read
    if chosen := next((model for model in models if not wanted or model.name == wanted), None):
        return chosen
    names = sorted({_load(folder).name for folder in folders})
    here = f" (here: {', '.join(names)})" if names else ""
    what = f"no speech model “{wanted}” is on this computer{here}" if wanted else "no speech model is on this computer"
    raise UsageError(f"{what}: {_WAYS}")


def list_model_folders(data: Path | None = None) -> tuple[Path, ...]:
    """Folders of models that are found by themselves, fetched ones first; to read one's weights takes a while."""
    return (*_list_fetched(data or find_data_folder()), *_list_packaged())


def _load(folder: Path) -> Model:
    engine = next((engine for engine, files in _FILES.items() if (folder / files[0]).is_file()), "")
    if not engine:
        raise UsageError(
            f"{folder}: there is no {WEIGHTS} here; a model is a folder of a Whisper model for CTranslate2, "
            f"or of a Moonshine model with {_FILES['moonshine'][0]}"
        )
    sha256 = digest_file(folder / _FILES[engine][0])
    return Model(KNOWN.get(sha256, folder.name), folder, sha256, engine)


def find_data_folder() -> Path:
    """Where fetched models are kept."""
    return user_data_path("spacecast", appauthor=False) / "models"


def _list_fetched(data: Path) -> Iterator[Path]:
    if data.is_dir():
        yield from sorted(path.parent for path in data.glob(f"*/{WEIGHTS}"))


def _list_packaged() -> Iterator[Path]:
    """Folders of installed packages that hold a model, those of Whisper first."""
    found: dict[str, list[Path]] = {engine: [] for engine in _FILES}
    weights = {files[0]: engine for engine, files in _FILES.items()}
    for distribution in distributions():
        if not _may_hold(distribution, weights):
            continue
        for file in distribution.files or ():
            if engine := weights.get(file.name):
                folder = Path(str(distribution.locate_file(file))).parent
                if all((folder / name).is_file() for name in _FILES[engine]):
                    found[engine].append(folder)
    for folders in found.values():
        yield from folders


def _may_hold(distribution: Distribution, names: Iterable[str]) -> bool:
    """Whether the list of a package's files has any of these names: to look at each of 40,000 files takes a second."""
    listed = distribution.read_text("RECORD")
    return listed is None or any(name in listed for name in names)


def fetch_model(
    name: str,
    data: Path | None = None,
    *,
    remote: dict[str, RemoteModel] | None = None,
    report: Callable[[int, int], None] = lambda *_: None,
) -> Model:
    """Bring a model to this computer, going on where an earlier attempt broke off; the only way here to a network.

    Raises:
        UsageError: no such model is listed, or it cannot be had as it is known.
    """
    known = REMOTE if remote is None else remote
    if name not in known:
        listed = f"but {', '.join(sorted(known))}" if known else "for this version knows none to the byte"
        raise UsageError(f"no model “{name}” can be fetched, {listed}; {_WAYS}")
    folder = (data or find_data_folder()) / name
    folder.mkdir(parents=True, exist_ok=True)
    # The weights come last: a folder that has them is whole.
    for file in sorted(known[name].files, key=lambda file: file.name == WEIGHTS):
        _fetch_file(file, folder, report)
    return _load(folder)


def _fetch_file(file: RemoteFile, folder: Path, report: Callable[[int, int], None]) -> None:
    place = folder / file.name
    if place.is_file() and digest_file(place) == file.sha256:
        return
    arriving = folder / f".new-{file.name}"
    try:
        client = Client(file.url, seconds=_HOURS)
        download(client, file.url, arriving, largest=file.size_bytes, seconds=_HOURS, report=report)
    except (Refused, Unanswered) as error:
        raise UsageError(f"{file.url}: {error}; run the same again, what came is kept") from None
    if digest_file(arriving) != file.sha256:
        arriving.unlink()
        raise UsageError(f"{file.url}: this is not the file that is known under this name; nothing of it is kept")
    arriving.replace(place)
