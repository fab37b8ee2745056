"""How much a command says: `-q` only what is wrong, or was asked for; `-v` each file as well."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class _Verbosity:
    is_quiet: bool = False
    """`-q` was given: no progress and no advice."""
    is_verbose: bool = False
    """`-v` was given."""
    answers: bool = False
    """The command was run for what it prints, such as `people`: `-q` leaves that in."""

    @property
    def hides_results(self) -> bool:
        """Whether only what is wrong is printed."""
        return self.is_quiet and not self.answers


VERBOSITY = _Verbosity()
"""Of the command at work; set by its options and taken back at its end."""
