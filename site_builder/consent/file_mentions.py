"""Finds the lines of a show's files that name somebody who is hidden."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from site_builder.consent.evidence import Reading
from site_builder.consent.matcher import Match, Matcher
from site_builder.consent.redaction import Redaction
from site_builder.consent.visible_text import TAG, View, view_plain
from site_builder.show.documents.document import decode_any
from site_builder.text.folding import fold

_LINK_TARGET = re.compile(r"\]\([^)\n]{0,2048}\)|\]\[[^\]\n]{0,2048}\]|!?\[")
_TIMING = re.compile(r"(?:^|\n)\s*(?:[^\n]*\n)?[^\n]*-->[^\n]*")
_ADDRESS_LINE = re.compile(r"^(?:slug|tags|cover|image|-)\s*:?.*$", re.MULTILINE)
_TAGS = re.compile(r"^tags:([^\n]*(?:\n[ \t]*- [^\n]*)*)", re.MULTILINE)
_TAG_ITEM = re.compile(r"[^\s\[\],\"'-][^\[\],\"'\n]*")


class Mention(NamedTuple):
    """Somebody who is named in a file."""

    line: int
    """From 1."""
    person: str
    what: str

    def describe(self, file: str) -> str:
        """For the host's own terminal."""
        return f"{file}:{self.line}: the {self.what} of {self.person}"


def find_mentions(text: str, redaction: Redaction) -> list[Mention]:
    """Who of those hidden is named in Markdown, YAML, HTML or a transcript, in order of lines, each once a line."""
    matcher = redaction.matcher
    if not text or not _may_be_in(text, matcher):
        return []
    found: dict[Mention, None] = {}
    lines = text.split("\n")
    ends = [match.start() for match in re.finditer("\n", text)]
    for view, match in _find_all(text, matcher):
        who = matcher.hidden[match.person].person
        spans = view.find_spans(match.start, match.end)
        if spans and who:
            first, last = (bisect_left(ends, place) + 1 for place in (spans[0][0], spans[-1][1] - 1))
            found |= {
                Mention(line, who, match.what): None for line in range(first, last + 1) if lines[line - 1].strip()
            }
    return sorted(found)


def _may_be_in(text: str, matcher: Matcher) -> bool:
    """A fast first look."""
    return any(matcher.find_terms(folded) for folded in (fold(view_plain(text).text), fold(TAG.sub("", text))))


def _find_all(text: str, matcher: Matcher) -> Iterator[tuple[View, Match]]:
    raw = view_plain(text)
    read = view_plain(text).replace(TAG, lambda _: "").replace(_LINK_TARGET, lambda _: "")
    read = read.replace(_TIMING, lambda _: "\n")
    for view in (raw, read):
        yield from ((view, match) for match in matcher.find(view))
    for line in _ADDRESS_LINE.finditer(text):
        at = line.start()
        view = View(line.group(), [(at + place, at + place + 1) for place in range(len(line.group()))])
        yield from ((view, match) for match in matcher.find(view, Reading.ADDRESS))
    for item in _find_tags(text):
        yield from ((item, match) for match in matcher.find(item))


def _find_tags(text: str) -> Iterator[View]:
    """Each item of `tags`, in one line or a line each: on pages it stands alone."""
    for block in _TAGS.finditer(text):
        for item in _TAG_ITEM.finditer(text, block.start(1), block.end(1)):
            yield View(item.group(), [(place, place + 1) for place in range(item.start(), item.end())])


def describe_mentions(file: Path, name: str, redaction: Redaction) -> list[str]:
    """A line for each place of a file at which somebody hidden is named; `name` is what people call the file."""
    if not redaction or not file.is_file():
        return []
    return [one.describe(name) for one in find_mentions(decode_any(file.read_bytes()), redaction)]
