"""Writes command lines to copy, quoted for this system's shell."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_PLAIN = re.compile(r"[\w.,:/\\@~+=-]+")
"""What no shell of Windows reads otherwise."""
REINSTALL = "Install spacecast again, as you did before."
"""Brings back what a library lacks."""


def make_command(folder: Path, *words: str) -> str:
    """`spacecast -C 'my show' build`; without `-C` where the show is where the person is."""
    place = [] if folder == Path() else ["-C", str(folder)]
    return quote_words(find_program(), *place, *words)


@cache
def find_program() -> str:
    """`spacecast`, where that is a command here; else how this very program was called, from where the person is.

    `make build` puts it into `.venv/bin`, which is on nobody's path.
    """
    called = Path(sys.argv[0]) if sys.argv and sys.argv[0] else Path()
    if called.stem.lower() != "spacecast" or shutil.which("spacecast") or not (called.is_file() or os.name == "nt"):
        return "spacecast"
    here = Path.cwd()
    return str(called.relative_to(here)) if called.is_absolute() and called.is_relative_to(here) else str(called)


def quote_words(*words: str) -> str:
    """Words as one line, quoted where the shell would split or read them otherwise."""
    return " ".join(map(_quote_for_windows, words)) if os.name == "nt" else shlex.join(words)


def _quote_for_windows(word: str) -> str:
    """For programs and both shells alike: `>=1.2` would send what is printed into a file named `=1.2`."""
    quoted = subprocess.list2cmdline([word])
    return f'"{word}"' if quoted == word and not _PLAIN.fullmatch(word) else quoted


def make_install_line(*requirements: str) -> str:
    """What adds libraries to the environment this program runs in: by pip, or by uv where it has none of its own.

    The program to double-click takes none in; what has them is told instead.
    """
    if getattr(sys, "frozen", False):
        return f"install spacecast with uv or pipx, as `{find_program()} help` says: this program cannot take more in"
    if find_spec("pip") is None:
        return quote_words("uv", "pip", "install", "--python", sys.executable, *requirements)
    return quote_words(sys.executable, "-m", "pip", "install", *requirements)
