"""The files of a built site that are to be online: what the build made, and audio whose recording is elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from site_builder.engine.digests import digest_file
from site_builder.engine.ledger import Entry, Ledger
from site_builder.engine.state import StateDatabase
from site_builder.hosts.host import Upload
from site_builder.model.paths import is_feed
from site_builder.model.podcast import Enclosure
from site_builder.show.bundles import find_bundles, load_bundle
from site_builder.show.layout import OutputPaths, find_output_paths


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsentAudio:
    """An enclosure that the built feed names and the build could not make, for its recording is not here."""

    title: str
    enclosure: Enclosure
    file: Path
    """Where it belongs in `output/`."""

    @property
    def is_here(self) -> bool:
        """Whether the very file is there all the same: fetched, or left from a build that had the recording."""
        wanted = self.enclosure
        return (
            self.file.is_file()
            and self.file.stat().st_size == wanted.size_bytes
            and digest_file(self.file) == wanted.sha256
        )


def find_absent(folder: Path) -> tuple[AbsentAudio, ...]:
    """Enclosures of the built feed that are known from `media.json` alone."""
    output_paths = find_output_paths(folder, preview=False)
    output, made = output_paths.output, _load_made(output_paths)
    feed = b"".join((output / path).read_bytes() for path in made if is_feed(path) and (output / path).is_file())
    bundles = (load_bundle(bundle) for bundle in find_bundles(folder / "content"))
    return tuple(
        AbsentAudio(title=bundle.matter.title, enclosure=enclosure, file=output / enclosure.path)
        for bundle in bundles
        if bundle.media
        for enclosure in (bundle.media.enclosure, *bundle.media.alternates)
        if enclosure.path not in made and f'/{quote(enclosure.path)}"'.encode() in feed
    )


def _load_made(output_paths: OutputPaths) -> dict[str, Entry]:
    with StateDatabase(output_paths.database) as state:
        return Ledger(state).entries


def load_uploads(folder: Path) -> tuple[Upload, ...]:
    """Everything that is to be online of the show in `folder`, by path. Files nobody planned are not among it."""
    output_paths = find_output_paths(folder, preview=False)
    made = (
        Upload(path=path, source=output_paths.output / path, size_bytes=entry.size_bytes, sha256=entry.sha256)
        for path, entry in _load_made(output_paths).items()
    )
    absent = (
        Upload(
            path=audio.enclosure.path,
            source=audio.file if audio.is_here else None,
            size_bytes=audio.enclosure.size_bytes,
            sha256=audio.enclosure.sha256,
        )
        for audio in find_absent(folder)
    )
    return tuple(sorted([*made, *absent], key=lambda upload: upload.path))
