"""How much a command says: `-q` only what is wrong, or was asked for; `-v` each file as well."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class _Verbosity:
    is_calm: bool = False
    """`-q` was given: nobody wants progress, summaries or advice."""
    is_verbose: bool = False
    is_asked: bool = False
    """What the command at work prints is what it was asked for, which is said all the same."""

    @property
    def is_quiet(self) -> bool:
        """Whether only what is wrong is said."""
        return self.is_calm and not self.is_asked


VERBOSITY = _Verbosity()
"""Of the command at work; set by its options and taken back at its end."""
