"""`transcript.make: true`: recordings that have no transcript yet get one while the site is built."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from site_builder.episodes.transcripts.hearing import open_hearing
from site_builder.episodes.transcripts.transcribe import transcribe_bundle
from site_builder.errors import InvalidDocument, SpacecastError, UsageError
from site_builder.events import Making, Notify, Started, tell_progress
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


def transcribe_new(folder: Path, config: Config, jobs: int, notify: Notify) -> tuple[bool, tuple[str, ...]]:
    """Transcribe what has no transcript: whether any was, and what went wrong, in sentences."""
    wanted = list(find_untranscribed(folder / "content"))
    if not wanted:
        return False, ()
    try:
        hearing = open_hearing(config, jobs=max(1, jobs))
    except UsageError as error:
        count = "1 episode has" if len(wanted) == 1 else f"{len(wanted)} episodes have"
        return False, (f"transcript.make: {count} no transcript, and {error}; then run `spacecast transcribe`",)
    told = []
    notify(Started(len(wanted)))
    for bundle in wanted:
        path, length = f"{bundle.folder.name}/{TRANSCRIPT}", bundle.recording.duration if bundle.recording else 0.0
        notify(Making(path, f"Transcribing {bundle.matter.title}"))
        try:
            transcribe_bundle(
                bundle, hearing, folder / ".cache/transcripts", report=tell_progress(notify, path, length)
            )
        except SpacecastError as error:
            told.append(f"content/episodes/{bundle.folder.name}: not transcribed: {error}")
    notify(Started(0))
    return len(told) < len(wanted), tuple(told)
