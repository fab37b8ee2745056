"""What a person can act on: problems that name a file, a line and a remedy, and the exceptions that carry them.

One tree:

    SpacecastError            exit code 1: the work was done as far as it went, and something failed
    ├── UsageError            exit code 2: the command, the config or the input is wrong; nothing was written
    │   ├── InvalidDocument   config.yaml, front matter or another file a person wrote does not say what it must
    │   └── UnusableSource    an archive or recording that cannot be read
    └── TargetFailed          one or more outputs could not be made; everything else was
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

EXIT_PROBLEMS = 1
EXIT_USAGE = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: where it is and what would be right."""

    message: str
    """A whole sentence without the place, e.g. `expected a whole number, got 'three'`."""
    file: Path | None = None
    """The file as the person knows it (relative to the show folder where possible)."""
    line: int | None = None
    """Line in `file`, counted from 1."""
    field: str | None = None
    """Dotted path of the field, e.g. `show.language`."""

    def __str__(self) -> str:
        place = str(self.file) if self.file else ""
        if self.file and self.line:
            place += f":{self.line}"
        return ": ".join(part for part in (place, self.field or "", self.message) if part)


class SpacecastError(Exception):
    """Base of everything this program raises on purpose; `str()` is a sentence for the person who ran it."""

    exit_code: ClassVar[int] = EXIT_PROBLEMS


class UsageError(SpacecastError):
    """The command, the config or an input is wrong; nothing was written."""

    exit_code: ClassVar[int] = EXIT_USAGE


class InvalidDocument(UsageError):
    """Files a person wrote have problems; all of them are listed at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class UnusableSource(UsageError):
    """An archive or recording cannot be used: wrong, truncated, encrypted, empty or without Spaces."""


class TargetFailed(SpacecastError):
    """Some outputs could not be made; each failure is one sentence in `failures`."""

    def __init__(self, failures: Sequence[str]) -> None:
        self.failures: tuple[str, ...] = tuple(failures)
        super().__init__("\n".join(self.failures))
