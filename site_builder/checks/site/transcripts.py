"""Rules about the chapter and transcript files that the feed names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from site_builder.checks import references as ref
from site_builder.checks.feed.document import Branch, Element
from site_builder.checks.feed.podcasting20.agreement import find_duration
from site_builder.checks.rule import Place, Remark, Rulebook, Severity
from site_builder.checks.site.text_files import find_chapters_file, find_simple_starts, read_chapters, start_of
from site_builder.checks.subject import CheckedShow
from site_builder.errors import InvalidDocument
from site_builder.model.podcast import Cue
from site_builder.show.transcripts.files import parse_transcript
from site_builder.text.timecode import format_clock

TEXTS: Rulebook[CheckedShow] = Rulebook("Chapters and transcripts")

_AGAIN = "Build again: the file in output/ was changed afterwards."
_SUFFIXES = {
    "text/vtt": ".vtt",
    "application/x-subrip": ".srt",
    "application/srt": ".srt",
    "application/json": ".json",
    "text/html": ".html",
    "text/plain": ".txt",
}
_SHORT_CHAPTER, _PER_HOUR, _LONG_TITLE, _LONG_LINE = 120, 6, 45, 65
_TIMING = re.compile(r"^((?:\d{2,}:)?\d\d:\d\d\.\d{3}) --> ((?:\d{2,}:)?\d\d:\d\d\.\d{3})", re.MULTILINE)


def _at(built: CheckedShow, item: Branch, file: Path) -> Place:
    return Place(file=built.relative(file), episode=item.label)


def _chapter_files(built: CheckedShow) -> Iterator[tuple[Branch, Path]]:
    for item in built.items:
        file = find_chapters_file(built, item)
        if file:
            yield item, file


def _transcript_files(built: CheckedShow) -> Iterator[tuple[Branch, Element, Path]]:
    for item in built.items:
        for element in item.all("podcast:transcript"):
            file = built.site.find_file(element.get("url", ""))
            if file:
                yield item, element, file


@TEXTS.rule(
    "chapters-file",
    Severity.ERROR,
    ref.JSON_CHAPTERS,
    holds="The chapters file is there and is JSON chapters: a version and chapters that each have a start.",
    remedy=_AGAIN,
)
def _find_bad_chapters(built: CheckedShow) -> Iterator[Remark]:
    for item, file in _chapter_files(built):
        chapters = read_chapters(file)
        if chapters is None:
            yield "there is no JSON chapters file", _at(built, item, file)
            continue
        if "version" not in json.loads(file.read_bytes()):
            yield "the file has no version", _at(built, item, file)
        if any(start_of(chapter) is None for chapter in chapters):
            yield "a chapter has no startTime", _at(built, item, file)


@TEXTS.rule(
    "chapters-order",
    Severity.ERROR,
    ref.JSON_CHAPTERS,
    holds="Chapters follow each other in time, and begin before the episode ends.",
    remedy="Correct `chapters` in the front matter.",
)
def _find_chapter_order(built: CheckedShow) -> Iterator[Remark]:
    for item, file in _chapter_files(built):
        starts = [start_of(chapter) or 0.0 for chapter in read_chapters(file) or ()]
        duration = find_duration(item)
        for earlier, later in pairwise(starts):
            if later <= earlier:
                yield (
                    f"the chapter at {format_clock(later)} comes after that at {format_clock(earlier)}",
                    (_at(built, item, file)),
                )
        if duration and starts and starts[-1] >= duration + 1:
            yield f"the last chapter begins at {format_clock(starts[-1])}, after the end", _at(built, item, file)


@TEXTS.rule(
    "chapters-agree",
    Severity.WARNING,
    ref.SIMPLE_CHAPTERS,
    holds="JSON chapters and the simple chapters in the feed are the same, to the millisecond.",
    remedy="Build again: both are made from one list.",
)
def _find_other_chapters(built: CheckedShow) -> Iterator[Remark]:
    for item, file in _chapter_files(built):
        simple = find_simple_starts(item)
        starts = [round((start_of(chapter) or 0.0) * 1000) for chapter in read_chapters(file) or ()]
        if simple and starts and simple != starts:
            yield f"{len(starts)} chapters here, {len(simple)} in the feed, or at other times", _at(built, item, file)


@TEXTS.rule(
    "chapters-titles",
    Severity.WARNING,
    ref.APPLE_CHAPTERS,
    holds="Every chapter has a title: Apple shows none without.",
    remedy="Give each chapter a title.",
)
def _find_untitled(built: CheckedShow) -> Iterator[Remark]:
    for item, file in _chapter_files(built):
        for chapter in read_chapters(file) or ():
            if not str(chapter.get("title") or "").strip() and chapter.get("toc") is not False:
                yield f"the chapter at {format_clock(start_of(chapter) or 0)} has no title", _at(built, item, file)


@TEXTS.rule(
    "chapters-advice",
    Severity.ADVICE,
    ref.APPLE_CHAPTERS,
    holds="Chapters help in episodes of over 10 minutes: three or more from 0:00 on, each of two minutes or more, "
    "at most six an hour, with titles of at most 45 characters.",
    remedy="Give it three or more, the first at 0:00; leave out very short ones, and keep titles short.",
)
def _find_odd_chapters(built: CheckedShow) -> Iterator[Remark]:
    for item, file in _chapter_files(built):
        chapters = read_chapters(file) or ()
        starts = [start_of(chapter) or 0.0 for chapter in chapters]
        for complaint in _advise(starts, find_duration(item)):
            yield complaint, _at(built, item, file)
        for chapter in chapters:
            if len(title := str(chapter.get("title") or "")) > _LONG_TITLE:
                yield f"the title “{title[:60]}” has {len(title)} characters", _at(built, item, file)


def _advise(starts: list[float], duration: float) -> Iterator[str]:
    if starts and starts[0] > 0:
        yield f"the first chapter begins at {format_clock(starts[0])}"
    if 0 < len(starts) < 3:
        yield "there is only one chapter" if len(starts) == 1 else "there are only two chapters"
    lengths = [later - earlier for earlier, later in pairwise(starts)]
    if lengths and 0 <= min(lengths) < _SHORT_CHAPTER:
        yield f"a chapter lasts only {min(lengths):.0f} s"
    if duration >= 3600 and len(starts) > _PER_HOUR * duration / 3600 + 1:
        yield f"there are {len(starts)} chapters in {format_clock(duration)}"


@TEXTS.rule(
    "transcript-file",
    Severity.ERROR,
    ref.TRANSCRIPTS,
    holds="The transcript is there and can be read as what its type says.",
    remedy=_AGAIN,
)
def _find_bad_transcripts(built: CheckedShow) -> Iterator[Remark]:
    for item, element, file in _transcript_files(built):
        if complaint := _complain_of_transcript(file, element.get("type", "")):
            yield complaint, _at(built, item, file)


def _complain_of_transcript(file: Path, kind: str) -> str:
    if not file.is_file():
        return "the file is not there"
    try:
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return "the file is not UTF-8"
    if kind == "text/vtt" and not re.match(r"\ufeff?WEBVTT([ \t\n]|$)", text):
        return "the file does not begin with WEBVTT"
    if kind == "text/vtt" and re.search(r"&(?!amp;|lt;|gt;|nbsp;|lrm;|rlm;|#)", text):
        return "an & is not written as &amp;"
    if kind in {"text/vtt", "application/x-subrip", "application/srt", "application/json"} and not _read_cues(file):
        return "no line of it can be read"
    return ""


def _read_cues(file: Path) -> tuple[Cue, ...]:
    try:
        return parse_transcript(file.read_bytes(), file)
    except InvalidDocument:
        return ()


@TEXTS.rule(
    "transcript-type",
    Severity.WARNING,
    ref.APPLE_TRANSCRIPTS,
    holds="The type of a transcript goes with its extension: .vtt is text/vtt, .srt application/x-subrip.",
    remedy=_AGAIN,
)
def _find_transcript_types(built: CheckedShow) -> Iterator[Remark]:
    for item, element, file in _transcript_files(built):
        wanted = _SUFFIXES.get(element.get("type", ""))
        if wanted and file.suffix.lower() not in {wanted, wanted.replace(".html", ".htm")}:
            yield f"{file.name} is said to be {element.get('type')}", _at(built, item, file)


@TEXTS.rule(
    "transcript-order",
    Severity.WARNING,
    ref.WEBVTT,
    holds="The lines of a transcript follow each other in time, and end with the episode.",
    remedy="Correct the times in the episode's transcript file.",
)
def _find_transcript_order(built: CheckedShow) -> Iterator[Remark]:
    for item, _, file in _transcript_files(built):
        if file.suffix != ".vtt" or not file.is_file():
            continue
        times = _TIMING.findall(file.read_text("utf-8", "replace"))
        starts = [start.rjust(12, "0") for start, _ in times]
        for earlier, later in pairwise(starts):
            if later < earlier:
                yield f"the line at {later} comes after that at {earlier}", _at(built, item, file)
        last, duration = max((cue.end for cue in _read_cues(file)), default=0.0), find_duration(item)
        if duration and last > duration + 2:
            yield f"the last line ends at {format_clock(last)}, after the end", _at(built, item, file)


@TEXTS.rule(
    "transcript-lines",
    Severity.ADVICE,
    ref.TRANSCRIPTS,
    holds="Lines of a WebVTT transcript have at most 65 characters.",
    remedy="Leave it; or break long lines in the episode's transcript file.",
)
def _find_long_lines(built: CheckedShow) -> Iterator[Remark]:
    for item, _, file in _transcript_files(built):
        if file.suffix == ".vtt" and file.is_file():
            lines = re.sub(r"<[^<>]*>", "", file.read_text("utf-8", "replace")).split("\n")
            if long := sum(len(line) > _LONG_LINE for line in lines):
                yield f"{long} lines are longer", _at(built, item, file)
