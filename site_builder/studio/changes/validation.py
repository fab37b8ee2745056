"""Checks a file of a show by the same readers as a build."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from site_builder.errors import InvalidDocument, Problem
from site_builder.show.config import parse_config
from site_builder.show.documents import decode, parse_front_matter
from site_builder.show.front_matter import EpisodeMatter
from site_builder.show.layout import CONFIG, INDEX, PEOPLE
from site_builder.show.people.file import parse_people


def find_problems(path: str, content: bytes | None) -> tuple[Problem, ...]:
    """What is wrong with a file; nothing where it is none that the program reads, or not there."""
    read = _find_reader(path)
    if content is None or read is None:
        return ()
    try:
        read(content, Path(path))
    except InvalidDocument as error:
        return error.problems
    return ()


def _find_reader(path: str) -> Callable[[bytes, Path], object] | None:
    if path == CONFIG:
        return parse_config
    if path == PEOPLE:
        return lambda content, file: parse_people(decode(content, file), file)
    if path.endswith(f"/{INDEX}"):
        return lambda content, file: parse_front_matter(content, file, EpisodeMatter)
    return None
