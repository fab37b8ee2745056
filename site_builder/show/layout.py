"""What the files of a show are called: names that people and the program agree on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

CONFIG: Final = "config.yaml"
PEOPLE: Final = "content/people.yaml"
PUBLISHED: Final = "content/published.json"
"""What has been promised to those who subscribe."""
EPISODES: Final = "content/episodes"
"""Where bundles are, a folder each."""

INDEX: Final = "index.md"
"""In a bundle: what the host says of the episode."""
RECORDING: Final = "space.json"
"""What its source says of the recording."""
MEDIA: Final = "media.json"
"""Facts of the audio that was made."""
WORDS: Final = "words.json"
"""What a speech engine heard in the recording."""
TRANSCRIPT: Final = "transcript.vtt"
"""What is said, as people correct it."""

FOLDERS: Final = ("content", EPISODES, "content/archives", "output", "templates", ".cache", ".spacecast")
"""Those that a show has, or may come to have."""

STATE: Final = "state.db"
"""In the folder that remembers: what was made of the site, and values kept between builds."""


@dataclass(frozen=True, slots=True)
class OutputPaths:
    """Where a build puts the site, and where it remembers what it made."""

    output: Path
    """The site. Everything in it is made."""
    state: Path
    """Folder of what is remembered of `output` and of the last build's report."""

    is_preview: bool = False
    """To be looked at only: nothing in `content/` is written."""

    @property
    def database(self) -> Path:
        """What is remembered of `output`, and kept of content and episodes."""
        return self.state / STATE

    @property
    def release(self) -> Path:
        """What of the show is in `output`, as its last build noted it; not there while that is not whole."""
        return self.state / "release.json"


def find_artifact_database(folder: Path) -> Path:
    """The database of what takes long to make and lies in `.cache/`: sound, covers, digests of recordings."""
    return folder / ".cache" / "artifacts.db"


def find_output_paths(folder: Path, *, preview: bool) -> OutputPaths:
    """`output/`, or the place of builds that are only looked at, which leave `output/` and its ledger alone."""
    cache = folder / ".cache"
    if preview:
        return OutputPaths(cache / "preview/site", cache / "preview", is_preview=True)
    return OutputPaths(folder / "output", cache)
