"""The kinds of source, and which of them a path is."""

from __future__ import annotations

from pathlib import Path

from site_builder.errors import UnusableSource
from site_builder.sources.audio_file import detect as is_audio
from site_builder.sources.audio_file import open_audio_file
from site_builder.sources.source import Source, SourceKind
from site_builder.sources.x.archives import detect as is_archive
from site_builder.sources.x.archives import open_archive

SOURCES = [
    SourceKind("x-archive", is_archive, open_archive),
    SourceKind("audio-file", is_audio, open_audio_file),
]
"""Asked in this order. A new kind of source is a module with two functions and one line here."""


def open_source(path: Path) -> Source:
    """The source at `path`, a file or folder.

    Raises:
        UnusableSource: There is nothing there, or nothing this program can read.
    """
    if not path.exists():
        raise UnusableSource(f"{path} does not exist; check the name")
    for kind in SOURCES:
        if kind.detect(path):
            return kind.open(path)
    raise UnusableSource(
        f"{path} is neither an X archive (a zip, or the folder it was unzipped to) nor an audio file; "
        "pass the archive as X delivered it, or an .m4a, .aac, .mp3 or other audio file"
    )
