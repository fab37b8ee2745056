"""Command lines to copy, as the shell of this system reads them. Pure."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path


def make_command(folder: Path, *words: str) -> str:
    """`spacecast -C 'my show' build`; without `-C` where the show is where the person is."""
    place = [] if folder == Path() else ["-C", str(folder)]
    return quote_words("spacecast", *place, *words)


def quote_words(*words: str) -> str:
    """Words as one line, quoted where the shell would split or read them otherwise."""
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)
