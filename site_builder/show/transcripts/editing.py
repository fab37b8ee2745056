"""Correcting lines of a WebVTT file that a person may have written: the line changes, every other byte stays. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape, unescape
from pathlib import Path

from site_builder.errors import InvalidDocument, Problem
from site_builder.model.podcast import Cue
from site_builder.show.transcripts.files import (
    LATEST,
    NO_CUE,
    TAG,
    TIMING,
    VOICE,
    one_line,
    parse_vtt,
    read_clock,
)

_WIDTH = 65
"""Characters advised for a line of WebVTT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What one line is to say; None: as it does."""

    text: str | None = None
    """Empty: the line goes."""
    speaker: str | None = None
    """Empty: nobody is named."""


@dataclass(frozen=True, slots=True)
class _PlacedCue:
    """A cue, and where in the text it stands."""

    cue: Cue
    block: tuple[int, int]
    """From its timing line, or the number above it, up to the end of its words."""
    tag: tuple[int, int]
    """The voice tag; empty where there is none."""
    words: tuple[int, int]
    is_alone: bool
    """Nobody else speaks under the same time."""


def correct_vtt(content: bytes, corrections: Mapping[int, Correction], file: Path) -> bytes:
    """The file with some lines corrected; numbers count the cues as `parse_vtt` gives them.

    Raises:
        InvalidDocument: a line cannot be found in the file as it is written.
    """
    text = content.decode("utf-8")
    placed = _place_cues(text)
    cues = parse_vtt(text.removeprefix("\ufeff"))
    if tuple(one.cue for one in placed) != cues or any(not 0 <= number < len(cues) for number in corrections):
        raise _explain(file)
    changed = text
    for number, correction in sorted(corrections.items(), key=lambda pair: placed[pair[0]].words, reverse=True):
        changed = _correct(changed, placed[number], correction)
    if parse_vtt(changed.removeprefix("\ufeff")) != correct_cues(cues, corrections):
        raise _explain(file)
    return changed.encode()


def correct_cues(cues: Sequence[Cue], corrections: Mapping[int, Correction]) -> tuple[Cue, ...]:
    """The same of cues: what a file says after its lines are corrected."""
    corrected = []
    for number, cue in enumerate(cues):
        wanted = corrections.get(number, Correction())
        text = cue.text if wanted.text is None else one_line(wanted.text)
        speaker = cue.speaker if wanted.speaker is None else one_line(wanted.speaker)
        if text:
            corrected.append(replace(cue, text=text, speaker=speaker))
    return tuple(corrected)


def find_replacements(cues: Sequence[Cue], heard: str, meant: str) -> dict[int, Correction]:
    """Corrections that put what is `meant` in place of what was `heard`, wherever it stands as whole words."""
    words = r"\s+".join(map(re.escape, heard.split()))
    pattern = re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)
    found = {number: pattern.sub(lambda _: meant, cue.text) for number, cue in enumerate(cues)} if words else {}
    return {number: Correction(text=text) for number, text in found.items() if text != cues[number].text}


def _explain(file: Path) -> InvalidDocument:
    message = "this line cannot be changed here, because of how the file is written; change it in an editor"
    return InvalidDocument([Problem(message, file, field="text")])


def _place_cues(text: str) -> list[_PlacedCue]:
    """Every cue with its place, in the order of `parse_vtt`."""
    found = [placed for start, end in _find_blocks(text) for placed in _place_in_block(text, start, end)]
    usable = (one for one in found if one.cue.text and 0 <= one.cue.start < one.cue.end <= LATEST)
    return sorted(usable, key=lambda one: one.cue.start)


def _find_blocks(text: str) -> Iterator[tuple[int, int]]:
    """From where to where stretches without an empty line go. Line ends may be of any kind: they keep their places."""
    plain = text.replace("\r\n", " \n").replace("\r", "\n")
    start = 1 if text.startswith("\ufeff") else 0
    for blank in re.finditer(r"\n[ \t]*(?=\n)", plain):
        yield start, blank.start()
        start = blank.end()
    yield start, len(text)


def _place_in_block(text: str, start: int, end: int) -> Iterator[_PlacedCue]:
    lines = _split_lines(text, start, end)
    if not lines or NO_CUE.match(text[lines[0][0] : lines[0][1]]):
        return
    timings = [(at, found) for at, (a, b) in enumerate(lines) if (found := TIMING.match(text[a:b]))]
    nexts = [at for at, _ in timings[1:]] + [len(lines)]
    for (at, timing), last in zip(timings, nexts, strict=bool(timings)):
        is_numbered = last < len(lines) and text[lines[last - 1][0] : lines[last - 1][1]].strip().isdigit()
        own = lines[at + 1 : last - is_numbered]
        if own:
            above = at > 0 and not any(other == at - 1 for other, _ in timings)
            has_number = above and text[slice(*lines[at - 1])].strip().isdigit()
            block = (lines[at - has_number][0], own[-1][1])
            yield from _place_voices(text, timing, (own[0][0], own[-1][1]), block)


def _split_lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Places of the lines, without their ends and without empty ones at either end."""
    lines = [(start + one.start(), start + one.end()) for one in re.finditer(r"[^\r\n]+", text[start:end])]
    return [line for line in lines if text[slice(*line)].strip(" \t") or line[0] != lines[0][0]]


def _place_voices(
    text: str, timing: re.Match[str], place: tuple[int, int], block: tuple[int, int]
) -> Iterator[_PlacedCue]:
    start, end = read_clock(timing.groups()[:4]), read_clock(timing.groups()[4:])
    payload = text[slice(*place)]
    tags = list(VOICE.finditer(payload))
    pieces = [("", 0, 0, tags[0].start() if tags else len(payload))]
    edges = [tag.start() for tag in tags[1:]] + [len(payload)]
    pieces += [(tag[1], tag.start(), tag.end(), edge) for tag, edge in zip(tags, edges, strict=bool(tags))]
    told = [piece for piece in pieces if payload[piece[2] : piece[3]].strip()]
    for name, tag, words, edge in told:
        said = one_line(unescape(TAG.sub("", re.sub(r"\r\n?", "\n", payload[words:edge]))))
        yield _PlacedCue(
            cue=Cue(start=start, end=end, text=said, speaker=one_line(unescape(name))),
            block=block,
            tag=(place[0] + tag, place[0] + words),
            words=(place[0] + words, place[0] + edge),
            is_alone=len(told) == 1,
        )


def _correct(text: str, placed: _PlacedCue, correction: Correction) -> str:
    """`text` with one cue corrected; what stands before it stays where it is."""
    if correction.text is not None and not one_line(correction.text):
        return _remove(text, placed)
    first, last = placed.words
    words = text[first:last]
    if correction.text is not None and one_line(correction.text) != placed.cue.text:
        words = _spell(one_line(correction.text), words)
    tag = text[slice(*placed.tag)]
    if correction.speaker is not None and one_line(correction.speaker) != placed.cue.speaker:
        name = escape(one_line(correction.speaker), quote=False)
        tag = f"<v {name}>" if name else ""
    return text[: placed.tag[0]] + tag + text[placed.tag[1] : first] + words + text[last:]


def _spell(text: str, before: str) -> str:
    """Words as they are written in the file, in lines if they are long; space and line ends around them stay."""
    lead = before[: len(before) - len(before.lstrip())]
    tail = before[len(before.rstrip()) :]
    lines = textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
    newline = "\r\n" if "\r\n" in before else "\n"
    return lead + newline.join(escape(line, quote=False) for line in lines) + tail


def _remove(text: str, placed: _PlacedCue) -> str:
    """Without the cue; with its time, where it has that for itself alone."""
    if not placed.is_alone:
        return text[: placed.tag[0]] + text[placed.words[1] :]
    after = text[placed.block[1] :]
    gap = re.match(r"(?:\r\n|\r|\n)(?:[ \t]*(?:\r\n|\r|\n))*", after)
    return text[: placed.block[0]] + after[gap.end() if gap else 0 :]
