"""The transcribe command: episodes without a transcript get one, offline, with the names of who speaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from site_builder.episodes.transcripts.hearing import Hearing, open_hearing, require_engine
from site_builder.episodes.transcripts.learn_replacements import learn_replacements
from site_builder.episodes.transcripts.transcribe import (
    Outcome,
    apply_replacements,
    is_current,
    rewrite_lines,
    transcribe_bundle,
)
from site_builder.errors import InvalidDocument, SpacecastError, UsageError
from site_builder.events import Failed, Made, Making, Notify, Progress, Started, ignore, tell_progress
from site_builder.show.bundles import Bundle, find_bundles, load_bundle
from site_builder.show.config import Config, load_config
from site_builder.show.layout import TRANSCRIPT, WORDS
from site_builder.show.lock import lock_show
from site_builder.show.transcripts.files import parse_transcript
from site_builder.show.transcripts.words import load_recognition

NONE_YET = "there is no episode here yet; `spacecast build` takes in what archives hold"


@dataclass(frozen=True, slots=True)
class Transcribed:
    """What came of one episode."""

    episode: str
    """Name of its folder."""
    outcome: str
    seconds: float = 0.0
    """Length of the recording."""
    message: str = ""
    """What went wrong, or what to do."""
    unsure: tuple[tuple[float, str], ...] = ()
    """Words to listen to again, with their times: the engine was not sure of them."""


@dataclass(frozen=True, slots=True)
class TranscribeReport:
    """What a run did."""

    model: str
    episodes: tuple[Transcribed, ...] = ()
    found: int = 0
    """Episodes that were looked at, whatever became of them."""

    @property
    def failed(self) -> bool:
        """Whether an episode could not be transcribed."""
        return any(entry.outcome == "failed" for entry in self.episodes)

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


_MESSAGES = {
    Outcome.KEPT: "the transcript here was written or corrected by a person and stays",
    Outcome.REWRITTEN: "what was heard before, written anew with what config.yaml replaces now",
    Outcome.NOTHING: "no speech was recognised in it",
    Outcome.NO_RECORDING: "its recording is not here",
}


def transcribe(  # noqa: PLR0913 -- what the command takes
    folder: Path,
    episodes: Sequence[str] = (),
    *,
    model: str = "",
    language: str = "",
    jobs: int = 1,
    again: bool = False,
    cluster: str = "",
    cluster_store: str = "",
    notify: Notify = ignore,
) -> TranscribeReport:
    """Transcribe the episodes named, or all that have no transcript.

    Args:
        folder: The show.
        episodes: Guids, slugs or folder names; none means all.
        model: Folder or name of a speech model; empty takes any that is here.
        language: ISO 639 code; empty takes the show's.
        jobs: Cores that may be used.
        again: Also those that were heard before, and those that have a transcript (which stays).
        cluster: Address of a Dask scheduler whose workers hear instead of this process, or `local:N`.
        cluster_store: Address of an object store that they have in common with this computer, instead of a folder.
        notify: Told how far it is.

    Raises:
        UsageError: there is no show, engine, model or episode of that name, or no such cluster.
    """
    config = load_config(folder)
    chosen = choose_bundles(folder, episodes)
    hearing = open_hearing(config, model=model, language=language, jobs=jobs)
    with lock_show(folder, "transcribe"):
        wanted = [bundle for bundle in chosen if again or _wants(bundle, hearing, named=bool(episodes))]
        notify(Started(len(wanted)))
        wished = model or config.transcript.model
        there = _hear_there(folder, wanted, hearing, wished, (cluster, cluster_store), notify) if cluster else {}
        done = [entry for bundle in chosen if bundle not in wanted for entry in _rewrite(bundle, config)]
        cache = folder / ".cache/transcripts"
        done += [there.get(bundle.folder) or _transcribe(bundle, hearing, cache, notify) for bundle in wanted]
    return TranscribeReport(hearing.model.name, tuple(done), len(chosen))


def fetch(name: str, notify: Notify = ignore) -> Path:
    """Bring a speech model to this computer; its folder.

    Raises:
        UsageError: there is no engine, no such model is listed, or it cannot be had.
    """
    require_engine()
    from site_builder.speech.models import fetch_model  # noqa: PLC0415 -- an extra

    notify(Started(1))
    notify(Making(name, f"Fetching the model {name}"))
    return fetch_model(name, report=lambda done, total: notify(Progress(name, done / max(total, done, 1)))).folder


def _hear_there(
    folder: Path, wanted: Sequence[Bundle], hearing: Hearing, model: str, place: tuple[str, str], notify: Notify
) -> dict[Path, Transcribed]:
    """By folder, what came of those that a cluster takes."""
    from site_builder.build.cluster.hearing import hear_on_cluster  # noqa: PLC0415 -- only where a cluster is asked for

    def begin(bundle: Bundle) -> None:
        notify(Making(_locate(bundle), bundle.matter.title))

    bundles = [bundle for bundle in wanted if bundle.has_recording and bundle.recording]
    found = hear_on_cluster(folder, bundles, hearing, place, notify, begin, model=model)
    return {bundle.folder: _describe(bundle, came, notify) for bundle, came in found}


def learn(folder: Path, episodes: Sequence[str] = ()) -> dict[str, str]:
    """What was corrected by hand in the transcripts of the episodes named, or of all, as `transcript.replace` has it.

    Raises:
        UsageError: there is no show or episode of that name.
    """
    known = load_config(folder).transcript.replace
    learnt: dict[str, str] = {}
    for bundle in choose_bundles(folder, episodes):
        heard = load_recognition(bundle.folder)
        if heard and bundle.transcript and bundle.transcript.name == TRANSCRIPT:
            cues = parse_transcript(bundle.transcript.read_bytes(), bundle.transcript)
            learnt |= learn_replacements(apply_replacements(heard.words, known), cues)
    return {heard: meant for heard, meant in learnt.items() if known.get(heard) != meant}


def choose_bundles(folder: Path, names: Sequence[str]) -> list[Bundle]:
    """The episodes with these guids, slugs or folder names; all that can be read where none is named.

    Raises:
        UsageError: no episode is called so.
    """
    bundles = list(_load_usable(find_bundles(folder / "content")))
    if not names:
        return bundles
    chosen = []
    for name in names:
        found = [b for b in bundles if name in {b.matter.guid, b.slug, b.folder.name}]
        if not found:
            known = f"these are: {', '.join(bundle.slug for bundle in bundles[:20])}" if bundles else NONE_YET
            raise UsageError(f"no episode is called {name}; {known}")
        chosen += [bundle for bundle in found if bundle not in chosen]
    return chosen


def _load_usable(folders: Iterable[Path]) -> Iterable[Bundle]:
    """Bundles that can be read; the others are the build's to tell of."""
    for folder in folders:
        try:
            yield load_bundle(folder)
        except InvalidDocument:
            continue


def _wants(bundle: Bundle, hearing: Hearing, *, named: bool) -> bool:
    """Whether a run without `--again` has anything to do: a person's own transcript is enough, unless it was named."""
    if not bundle.has_recording:
        return named
    if bundle.transcript is not None and bundle.transcript.name != TRANSCRIPT and not named:
        return False
    try:
        heard = is_current(bundle, hearing)
    except InvalidDocument:
        heard = False
    has_own = bundle.transcript is not None and not (bundle.folder / WORDS).is_file()
    return not heard and (named or not has_own)


def _locate(bundle: Bundle) -> str:
    return f"content/episodes/{bundle.folder.name}/{TRANSCRIPT}"


def _rewrite(bundle: Bundle, config: Config) -> Iterator[Transcribed]:
    """What was heard before is written anew where other replacements or names say so; damaged words are heard again."""
    with suppress(InvalidDocument):
        if rewrite_lines(bundle, config.transcript.replace):
            length = round(bundle.recording.duration, 1) if bundle.recording else 0.0
            yield Transcribed(bundle.folder.name, Outcome.REWRITTEN.value, length, _MESSAGES[Outcome.REWRITTEN])


def _transcribe(bundle: Bundle, hearing: Hearing, cache: Path, notify: Notify) -> Transcribed:
    path, length = _locate(bundle), bundle.recording.duration if bundle.recording else 0.0
    notify(Making(path, bundle.matter.title))
    try:
        came: Outcome | str = transcribe_bundle(bundle, hearing, cache, report=tell_progress(notify, path, length))
    except SpacecastError as error:
        came = str(error)
    return _describe(bundle, came, notify)


def _describe(bundle: Bundle, came: Outcome | str, notify: Notify) -> Transcribed:
    """What is told of an episode, of which came an outcome, or a sentence where it failed."""
    path, length = _locate(bundle), bundle.recording.duration if bundle.recording else 0.0
    if not isinstance(came, Outcome):
        notify(Failed(path, bundle.matter.title, came, SpacecastError(came)))
        return Transcribed(bundle.folder.name, "failed", length, came)
    notify(Made(path, bundle.matter.title, came is Outcome.MADE))
    heard = load_recognition(bundle.folder)
    unsure = tuple((word.start, word.text) for word in heard.words if word.is_unsure) if heard else ()
    return Transcribed(bundle.folder.name, came.value, round(length, 1), _MESSAGES.get(came, ""), unsure)
