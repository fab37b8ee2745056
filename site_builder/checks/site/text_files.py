"""Reads chapter and transcript files as a podcast app would."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from site_builder.checks.feed.document import Branch
from site_builder.checks.subject import CheckedShow
from site_builder.text.timecode import parse_timecode

_LATEST = 1e7
"""Seconds; what is later is no time in an episode."""


def find_chapters_file(built: CheckedShow, item: Branch) -> Path | None:
    """The JSON chapters of an episode on this disk; None where it names none, or they are elsewhere."""
    element = item.first("podcast:chapters")
    return None if element is None else built.site.find_file(element.get("url", ""))


def read_chapters(file: Path) -> Sequence[Mapping[str, Any]] | None:
    """The chapters of a JSON chapters file; None where it is not one."""
    try:
        chapters = json.loads(file.read_bytes())["chapters"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    good = isinstance(chapters, list) and all(isinstance(chapter, dict) for chapter in chapters)
    return chapters if good else None


def start_of(chapter: Mapping[str, Any]) -> float | None:
    """Seconds at which a chapter begins; None where it does not say."""
    start = chapter.get("startTime")
    if isinstance(start, bool) or not isinstance(start, int | float):
        return None
    return float(start) if 0 <= start < _LATEST else None


def find_chapter_starts(built: CheckedShow, item: Branch) -> list[int] | None:
    """Milliseconds at which the chapters begin that the feed names; None where that cannot be told."""
    file = find_chapters_file(built, item)
    if file is None:
        return [] if item.first("podcast:chapters") is None and item.first("psc:chapters") is None else None
    starts = [start_of(chapter) for chapter in read_chapters(file) or ()]
    return [round(start * 1000) for start in starts if start is not None] or None


def find_simple_starts(item: Branch) -> list[int]:
    """Milliseconds at which the simple chapters in the feed begin."""
    found = []
    for chapters in item.all("psc:chapters"):
        for mark in chapters.iterchildren("{*}chapter"):
            try:
                found.append(round(parse_timecode(mark.get("start", "")) * 1000))
            except ValueError:
                found.append(-1)
    return found
