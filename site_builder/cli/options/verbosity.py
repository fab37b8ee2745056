"""How much a command says: `-q` only what is wrong, `-v` each file as well."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class _Verbosity:
    is_quiet: bool = False
    is_verbose: bool = False


VERBOSITY = _Verbosity()
"""Of the command at work; set by its options and taken back at its end."""
