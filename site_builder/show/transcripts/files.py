"""Transcripts as people and programs leave them beside a recording: WebVTT, SubRip and JSON, to cues. Pure.

What is read here may come from anybody: whatever is not a cue is passed over, markup is dropped, nothing is believed.
Only a file without a single usable cue is a problem. Times stay as they are in the file.

Formats: https://www.w3.org/TR/webvtt1/ and
https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/transcripts/transcripts.md.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from html import unescape
from itertools import accumulate
from pathlib import Path
from typing import Any

from site_builder.errors import InvalidDocument, Problem
from site_builder.model.podcast import Cue
from site_builder.show.documents.document import decode_any
from site_builder.show.transcripts.joining import is_word_by_word, join_words
from site_builder.show.transcripts.services import find_segments, is_made_up
from site_builder.text.plain import clean

LATEST = 360_000.0
"""Seconds (100 hours) beyond which a time is a mistake."""
_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
TIMING = re.compile(rf"^\s*{_TIME}\s*-+>\s*{_TIME}")
_BLANK = re.compile(r"\n[ \t]*\n")
NO_CUE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")
VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
TAG = re.compile(r"</?[a-zA-Z0-9][^<>]*>|\{\\[^{}]*\}")
_LABEL = re.compile(r"^([^\s:][^:\n]{0,59}): +(?=\S)")
_CHANGE = re.compile(r"^>> *(?=\S)")
_CLOCK = r"[\[(]?(?:(?P<hours>\d{1,3}):)?(?P<minutes>\d{1,2}):(?P<seconds>\d\d)(?:[.,]\d{1,3})?[\])]?"
_TIMED_LINE = re.compile(rf"\s*{_CLOCK}[\s–—-]+(?:(?P<name>[^\s:][^:]{{0,59}}):\s+)?(?P<words>\S.*)")
_TIMED_NAME = re.compile(rf"\s*(?P<name>\S.{{0,59}}?)?\s*{_CLOCK}\s*$")
_LAST = 10.0
"""Seconds the last line is shown: nothing says how long it is spoken."""
_NOBODY = Cue(start=0.0, end=0.0, text="")
_CHARACTERS = 4000
"""The longest text or name a cue may carry."""


def parse_transcript(content: bytes, file: Path) -> tuple[Cue, ...]:
    """Cues of a `.vtt`, `.srt`, `.json` or `.txt` file, by start; names where the file has them.

    Raises:
        InvalidDocument: another kind of file, or no cue in it.
    """
    parsers: dict[str, Callable[[str], tuple[Cue, ...]]] = {
        ".vtt": parse_vtt,
        ".srt": parse_srt,
        ".json": parse_json,
        ".txt": parse_text,
    }
    parse = parsers.get(file.suffix.lower())
    if not parse:
        raise InvalidDocument([Problem("this is no transcript: write it as .vtt, .srt or .json", file=file)])
    cues = parse(decode_any(content).removeprefix("\ufeff"))
    if not cues:
        message = (
            f"no line of a transcript found: is it really {file.suffix} with times? See `spacecast help transcripts`"
        )
        raise InvalidDocument([Problem(message, file=file)])
    return cues


def parse_vtt(text: str) -> tuple[Cue, ...]:
    """Cues of a WebVTT file; one that several voices share becomes one cue for each."""
    return _tidy(
        Cue(start=start, end=end, text=one_line(unescape(TAG.sub("", words))), speaker=one_line(unescape(name)))
        for start, end, payload in _read_blocks(text)
        for name, words in _split_voices(payload)
    )


def parse_srt(text: str) -> tuple[Cue, ...]:
    """Cues of a SubRip file. `Name: ` at the start of a cue is a name where the same occurs at least twice.

    A name holds until the next, or until `>>`, which says that somebody else speaks: SubRip writes changes only.
    """
    cues = [Cue(start=start, end=end, text=_plain(payload)) for start, end, payload in _read_blocks(text)]
    labels = Counter(label[1] for cue in cues if (label := _LABEL.match(cue.text)))
    names = {name for name, times in labels.items() if times > 1}
    return tuple(accumulate(_tidy(cues), lambda last, cue: _take_label(cue, names, last.speaker), initial=_NOBODY))[1:]


def parse_json(text: str) -> tuple[Cue, ...]:
    """Cues of Podcasting 2.0 JSON, or of the JSON that Whisper and its kin write; empty where it is neither."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    segments = find_segments(document)
    found = [cue for segment in segments if isinstance(segment, Mapping) and (cue := _read_segment(segment))]
    found.sort(key=lambda cue: cue.start)
    nexts = [cue.start for cue in found[1:]] + [LATEST]
    timed = [
        cue if cue.end > cue.start else replace(cue, end=min(then, cue.start + 5.0))
        for cue, then in zip(found, nexts, strict=False)
    ]
    return (
        join_words(timed) if is_word_by_word(timed) else _tidy(replace(cue, text=one_line(cue.text)) for cue in timed)
    )


def parse_text(text: str) -> tuple[Cue, ...]:
    """Cues of plain text in which lines begin or end with a time: `[0:12] Kim: Good evening` or `Kim  0:12`.

    Each lasts until the next. WebVTT and SubRip under another name are read as what they are.
    """
    if "-->" in text:
        return parse_vtt(text) if "<v" in text else parse_srt(text)
    found: list[Cue] = []
    for line in text.splitlines():
        line = line.strip()  # noqa: PLW2901 -- many blanks before a word would be looked through again and again
        if timed := _TIMED_LINE.match(line) or _TIMED_NAME.match(line):
            parts = timed.groupdict()
            start = int(parts["hours"] or 0) * 3600 + int(parts["minutes"]) * 60 + int(parts["seconds"])
            name = "" if is_made_up(parts["name"] or "") else one_line(parts["name"] or "")
            found.append(Cue(start=float(start), end=0.0, text=parts.get("words") or "", speaker=name))
        elif found and line.strip() and len(found[-1].text) < _CHARACTERS:
            found[-1] = replace(found[-1], text=one_line(f"{found[-1].text} {line}"))
    nexts = [*(cue.start for cue in found[1:]), LATEST]
    return _tidy(
        replace(cue, end=then if then < LATEST else cue.start + _LAST) for cue, then in zip(found, nexts, strict=False)
    )


def _read_blocks(text: str) -> Iterator[tuple[float, float, str]]:
    """Start, end and words of everything under a timing line, blank lines between or not."""
    for block in _BLANK.split(re.sub(r"\r\n?", "\n", text)):
        lines = block.strip("\n").split("\n")
        if NO_CUE.match(lines[0]):
            continue
        timings = [(at, timing.groups()) for at, line in enumerate(lines) if (timing := TIMING.match(line))]
        ends = [at for at, _ in timings[1:]] + [len(lines)]
        for (at, times), end in zip(timings, ends, strict=False):
            words = lines[at + 1 : end - 1] if end < len(lines) and lines[end - 1].isdigit() else lines[at + 1 : end]
            yield read_clock(times[:4]), read_clock(times[4:]), "\n".join(words)[: 4 * _CHARACTERS]


def read_clock(parts: tuple[str | None, ...]) -> float:
    """Seconds from hours, minutes, seconds and the digits after the point, as `TIMING` finds them."""
    hours, minutes, seconds, fraction = parts
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return (whole * 1000 + int((fraction or "0").ljust(3, "0"))) / 1000


def _split_voices(payload: str) -> list[tuple[str, str]]:
    """`(name, words)` for each voice of a WebVTT cue, in order; words before the first voice have no name."""
    pieces = VOICE.split(payload)
    voices = [("", pieces[0])] if pieces[0].strip() else []
    return voices + list(zip(pieces[1::2], pieces[2::2], strict=True))


def _plain(markup: str) -> str:
    """Words without tags, on one line."""
    return one_line(TAG.sub("", markup))


def one_line(text: str) -> str:
    """What of a text a cue may carry: one line, no control characters."""
    return clean(text, keep_lines=False)[:_CHARACTERS]


def _take_label(cue: Cue, names: set[str], last: str) -> Cue:
    """`cue` with its label as speaker, else with the `last` one."""
    label = _LABEL.match(cue.text)
    if label and label[1] in names:
        return replace(cue, speaker=label[1], text=cue.text[label.end() :])
    if other := _CHANGE.match(cue.text):
        return replace(cue, text=cue.text[other.end() :])
    return replace(cue, speaker=last)


def _read_segment(segment: Mapping[str, Any]) -> Cue | None:
    start = _number(segment.get("startTime", segment.get("start")))
    end = _number(segment.get("endTime", segment.get("end")))
    words, speaker = segment.get("body", segment.get("text")), segment.get("speaker")
    if start is None or not isinstance(words, str):
        return None
    name = one_line(speaker) if isinstance(speaker, str) and not is_made_up(speaker) else ""
    return Cue(start=start, end=end or 0.0, text=words[: 4 * _CHARACTERS], speaker=name)


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= LATEST else None


def _tidy(cues: Iterable[Cue]) -> tuple[Cue, ...]:
    """Those that say something and take time, by start."""
    usable = (cue for cue in cues if cue.text and 0 <= cue.start < cue.end <= LATEST)
    return tuple(sorted(usable, key=lambda cue: cue.start))
