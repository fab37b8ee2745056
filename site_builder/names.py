"""What the files of a show are called: names that people and the program agree on."""

from __future__ import annotations

from typing import Final

CONFIG: Final = "config.yaml"
PEOPLE: Final = "content/people.yaml"
EPISODES: Final = "content/episodes"
"""Where bundles are, a folder each."""

INDEX: Final = "index.md"
"""In a bundle: what the host says of the episode."""
RECORDING: Final = "space.json"
"""What its source says of the recording."""
MEDIA: Final = "media.json"
"""Facts of the audio that was made."""
