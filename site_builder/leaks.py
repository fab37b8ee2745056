"""The last look before anything is published: nobody who must stay hidden is found in any file of the site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from site_builder.consent import Casting
from site_builder.model import Guid, Span
from site_builder.people import People


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Something that must not be found."""

    what: str
    """`handle`, `name`, `id` or `avatar`."""
    value: str
    person: str
    """The person's key in people.yaml: for messages on the host's own terminal."""
    within: tuple[str, ...] = ()
    """Path prefixes below the output to search; empty for everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A file that holds what it must not. Never holds the secret itself."""

    file: str
    """Below the output, with forward slashes."""
    what: str
    person: str

    def __str__(self) -> str:
        return f"{self.file}: holds the {self.what} of {self.person}, who must not be named"


def describe_secrets(
    people: People, castings: Mapping[Guid, Casting], places: Mapping[Guid, Sequence[str]]
) -> tuple[Secret, ...]:
    """Everything that must not be found.

    Args:
        people: everyone.
        castings: the casting of each published episode.
        places: for each published episode, path prefixes of its own files (page, audio, chapters, transcript).
    """
    raise NotImplementedError


def find_leaks(output: Path, secrets: Sequence[Secret]) -> tuple[Leak, ...]:
    """Search every file below `output`, names of files included, for every secret; sorted by file."""
    raise NotImplementedError


def check_silence(audio: Path, spans: Sequence[Span], *, below: float = -80.0) -> tuple[Span, ...]:
    """Those of `spans` (published time) in which `audio` is louder than `below` dBFS."""
    raise NotImplementedError
