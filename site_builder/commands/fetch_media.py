"""`spacecast fetch-media`: audio whose recording is elsewhere is carried over from where it is published already.

Recordings are not in git. A build without them knows each enclosure from `media.json`; the file itself comes from the
published site, or from a folder with a copy of it, and must have the very bytes that were published.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlsplit

from site_builder.engine.digests import digest_file
from site_builder.engine.files import OutputTree, name_part_file
from site_builder.errors import TargetFailed, UsageError
from site_builder.events import Made, Making, Notify, Progress, Started, ignore
from site_builder.hosts.uploads import AbsentAudio, find_absent
from site_builder.model.podcast import Enclosure
from site_builder.net.download import discard, download
from site_builder.net.failures import Refused, Unanswered
from site_builder.net.http import Client
from site_builder.show.config import load_config
from site_builder.show.layout import find_output_paths

_CHUNK = 1 << 20
_LONGEST = 2 * 3600.0
"""Seconds that one file may take from one place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchReport:
    """What was carried over."""

    fetched: tuple[str, ...]
    """Paths below output/."""
    present: int
    """How many were there already."""
    elsewhere: str = ""
    """Where listeners get all audio from, if that is not the site: nothing is fetched then."""

    @property
    def summary(self) -> str:
        """One line."""
        if self.elsewhere:
            return f"Listeners get the audio from {self.elsewhere}: nothing to fetch."
        return f"{len(self.fetched)} audio files fetched, {self.present} there already."


def fetch_media(folder: Path, sources: Sequence[str] = (), notify: Notify = ignore) -> FetchReport:
    """Put into `output/media/` what the built feed names and the build could not make.

    Args:
        folder: The show's, built.
        sources: Folders with a published site, or addresses of one, tried in order; the show's own address comes last.
        notify: Receives the events of a build, for each file.

    Raises:
        UsageError: the config is wrong, or a source is neither.
        TargetFailed: some files are nowhere, or are not what was published; the others were fetched.
    """
    config = load_config(folder)
    if config.media.url:
        return FetchReport(fetched=(), present=0, elsewhere=config.media.url)
    places = [*map(_read_source, sources), config.show.url]
    absent = find_absent(folder)
    wanted = [audio for audio in absent if not audio.is_here]
    tree = OutputTree(str(find_output_paths(folder, preview=False).output.resolve()))
    notify(Started(len(wanted)))
    failures = [failure for audio in wanted if (failure := _fetch(audio, places, tree, notify))]
    if failures:
        raise TargetFailed(failures)
    paths = tuple(audio.enclosure.path for audio in wanted)
    return FetchReport(fetched=paths, present=len(absent) - len(wanted))


def _read_source(source: str) -> str | Path:
    if urlsplit(source).scheme in {"http", "https"}:
        return source if source.endswith("/") else f"{source}/"
    if "://" in source:
        raise UsageError(f"{source}: expected a folder, or an address that begins with https://")
    return Path(source)


def _fetch(audio: AbsentAudio, places: Sequence[str | Path], tree: OutputTree, notify: Notify) -> str:
    """Why a file could not be had; empty where it could."""
    path = audio.enclosure.path
    notify(Making(path, f"Fetching {audio.title}"))
    reasons = []
    for place in places:
        if reason := _try(audio.enclosure, place, tree, notify):
            reasons.append(f"{place}: {reason}")
        else:
            notify(Made(path, audio.title, changed=True))
            return ""
    return (
        f"“{audio.title}”: {path} is nowhere to be had ({'; '.join(reasons)}); "
        "deploy it once from the computer that has the recording"
    )


def _try(enclosure: Enclosure, place: str | Path, tree: OutputTree, notify: Notify) -> str:
    """Take a file from one place; why that did not do, if it did not."""
    part = name_part_file(enclosure.path)
    file = Path(tree.locate(part))
    try:
        tree.make_folders(enclosure.path)
        tree.remove(part)
        digest = _take(enclosure, place, file, notify)
    except (Refused, Unanswered, OSError, ValueError) as error:
        with suppress(OSError):
            tree.remove(part)
        return str(getattr(error, "strerror", None) or error)
    if digest != enclosure.sha256:
        tree.remove(part)
        return "what is there is not what was published"
    tree.replace(part, enclosure.path)
    return ""


def _take(enclosure: Enclosure, place: str | Path, file: Path, notify: Notify) -> str:
    """SHA-256 of what lies in `file` now, from a folder or from the web."""
    if isinstance(place, Path):
        with (place / enclosure.path).open("rb") as stream:
            return _save(stream, enclosure, file, notify)

    def report(done: int, _: int) -> None:
        notify(Progress(enclosure.path, min(1.0, done / max(1, enclosure.size_bytes))))

    try:
        address = place + quote(enclosure.path)
        download(Client(place), address, file, largest=enclosure.size_bytes, seconds=_LONGEST, report=report)
    finally:
        discard(file)
    return digest_file(file)


def _save(stream: IO[bytes], enclosure: Enclosure, file: Path, notify: Notify) -> str:
    """SHA-256 of what was written: never more than one chunk beyond what there should be."""
    digest, written = sha256(), 0
    with file.open("xb") as out:
        for chunk in _read_chunks(stream):
            digest.update(chunk)
            written += out.write(chunk)
            notify(Progress(enclosure.path, min(1.0, written / max(1, enclosure.size_bytes))))
            if written > enclosure.size_bytes:
                break
    return digest.hexdigest()


def _read_chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk
