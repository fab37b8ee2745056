"""`transcript.make: true`: recordings that have no transcript yet get one while the site is built."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from site_builder.build.options import BuildOptions
from site_builder.episodes.transcripts.hearing import Hearing, open_hearing
from site_builder.episodes.transcripts.transcribe import Outcome, transcribe_bundle
from site_builder.errors import InvalidDocument, SpacecastError, UsageError
from site_builder.events import Made, Making, Notify, Started, tell_progress
from site_builder.show.bundles import Bundle, find_bundles, find_transcript, load_bundle
from site_builder.show.config import Config
from site_builder.show.layout import RECORDING, TRANSCRIPT, WORDS
from site_builder.show.own_files import list_folder


def find_untranscribed(content: Path) -> Iterator[Bundle]:
    """Episodes whose recording is here and was never heard, and that have no transcript from elsewhere."""
    for folder in find_bundles(content):
        names = list(list_folder(folder))
        if RECORDING in names and WORDS not in names and find_transcript(folder, names) is None:
            try:
                bundle = load_bundle(folder)
            except InvalidDocument:
                continue  # the build tells of it
            if bundle.has_recording:
                yield bundle


def transcribe_new(folder: Path, config: Config, options: BuildOptions, notify: Notify) -> tuple[bool, tuple[str, ...]]:
    """Transcribe what has no transcript: whether any was, and what went wrong, in sentences."""
    wanted = list(find_untranscribed(folder / "content"))
    if not wanted:
        return False, ()
    try:
        hearing = open_hearing(config, jobs=max(1, options.jobs))
        notify(Started(len(wanted)))
        if options.cluster:
            place = (options.cluster, options.cluster_store)
            failed = dict(_hear_there(folder, wanted, hearing, place, config.transcript.model, notify))
        else:
            failed = dict(_hear_here(folder, wanted, hearing, notify))
    except UsageError as error:
        count = "1 episode has" if len(wanted) == 1 else f"{len(wanted)} episodes have"
        return False, (f"transcript.make: {count} no transcript, and {error}; then run `spacecast transcribe`",)
    notify(Started(0))
    told = tuple(f"content/episodes/{name}: not transcribed: {why}" for name, why in sorted(failed.items()))
    return len(told) < len(wanted), told


def _hear_here(folder: Path, wanted: Sequence[Bundle], hearing: Hearing, notify: Notify) -> Iterator[tuple[str, str]]:
    """Transcribe by this process; yields the folder's name of each that failed, and why."""
    for bundle in wanted:
        _begin(bundle, notify)
        path, length = _locate(bundle), bundle.recording.duration if bundle.recording else 0.0
        try:
            transcribe_bundle(
                bundle, hearing, folder / ".cache/transcripts", report=tell_progress(notify, path, length)
            )
        except SpacecastError as error:
            yield bundle.folder.name, str(error)


def _hear_there(
    folder: Path, wanted: Sequence[Bundle], hearing: Hearing, place: tuple[str, str], model: str, notify: Notify
) -> Iterator[tuple[str, str]]:
    """The same by a cluster."""
    from site_builder.build.cluster.hearing import hear_on_cluster  # noqa: PLC0415 -- only where a cluster is asked for

    heard = hear_on_cluster(folder, wanted, hearing, place, notify, lambda bundle: _begin(bundle, notify), model=model)
    for bundle, came in heard:
        if isinstance(came, Outcome):
            notify(Made(_locate(bundle), bundle.matter.title, True))
        else:
            yield bundle.folder.name, came


def _begin(bundle: Bundle, notify: Notify) -> None:
    notify(Making(_locate(bundle), f"Transcribing {bundle.matter.title}"))


def _locate(bundle: Bundle) -> str:
    return f"{bundle.folder.name}/{TRANSCRIPT}"
