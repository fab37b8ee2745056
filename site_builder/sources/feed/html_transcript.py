"""Transcripts as HTML, which Podcasting 2.0 allows, made WebVTT: `<cite>` says who, `<time>` when, `<p>` what.

https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/transcripts/transcripts.md#html
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import NamedTuple

import lxml.etree
import lxml.html

from site_builder.text.plain import clean
from site_builder.text.timecode import format_timestamp, parse_timecode

_LAST = 5.0
"""Seconds that the last words are given, which nothing tells the end of."""
_LONGEST = 60.0
"""Seconds after which words are not shown any more, though nobody speaks before the next time."""


class _Line(NamedTuple):
    start: float
    speaker: str
    text: str


def convert_html_transcript(content: bytes) -> bytes:
    """The transcript as WebVTT; without a single cue where the page has no times."""
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, no_network=True)
    try:
        root = lxml.html.document_fromstring(content, parser=parser)
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, ValueError):
        return b"WEBVTT\n"
    lines = _join(sorted(_read_lines(root), key=lambda line: line.start))
    ends = [*(line.start for line in lines[1:]), lines[-1].start + _LAST] if lines else []
    cues = (_render(line, end) for line, end in zip(lines, ends, strict=True))
    return "\n\n".join(("WEBVTT", *cues, "")).encode()


def _read_lines(root: lxml.html.HtmlElement) -> Iterator[_Line]:
    """What is said, in order; a time or a name holds until the next one."""
    start: float | None = None
    speaker = ""
    for line_break in root.iter("br"):
        line_break.tail = f" {line_break.tail or ''}"
    for element in root.iter("cite", "time", "p"):
        text = clean(element.text_content(), keep_lines=False)
        if element.tag == "cite":
            speaker = text.rstrip(": ")
        elif element.tag == "time":
            start = _read_time(element.get("datetime") or text, text)
        elif start is not None and text:
            yield _Line(start, speaker, text)


def _join(lines: list[_Line]) -> list[_Line]:
    """Paragraphs of one speaker that have one time are one cue."""
    grouped = groupby(lines, key=lambda line: (line.start, line.speaker))
    return [_Line(start, speaker, " ".join(line.text for line in found)) for (start, speaker), found in grouped]


def _read_time(*texts: str) -> float | None:
    for text in texts:
        try:
            return parse_timecode(text.strip("[]() "))
        except ValueError:
            continue
    return None


def _render(line: _Line, end: float) -> str:
    end = min(max(end, line.start + 0.5), line.start + _LONGEST)
    voice = f"<v {escape(line.speaker, quote=False)}>" if line.speaker else ""
    return f"{format_timestamp(line.start)} --> {format_timestamp(end)}\n{voice}{escape(line.text, quote=False)}"
