"""Transcripts in every form that apps read, from one list of cues; and who said what, by the turns. Pure.

Formats: https://www.w3.org/TR/webvtt1/ and
https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/transcripts/transcripts.md;
advice on lines from there and https://podcasters.apple.com/support/5316-transcripts-on-apple-podcasts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from itertools import accumulate, pairwise

from site_builder.model.podcast import Cue
from site_builder.render.feed.limits import fit_line
from site_builder.text.spoken import is_spaced, split_words
from site_builder.text.timecode import format_timestamp

VTT_LINE = 65
"""Characters advised for a line of WebVTT."""
SRT_LINE = 32
"""Characters advised for a line of SubRip; two lines at most."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_encode = json.JSONEncoder(ensure_ascii=False).encode


def render_vtt(cues: Sequence[Cue]) -> bytes:
    """WebVTT with a voice on every cue whose speaker is known; lines of 65 characters at most, but for longer words."""
    return "\n".join(["WEBVTT\n", *map(_render_vtt_cue, cues)]).encode()


def render_srt(cues: Sequence[Cue]) -> bytes:
    """SubRip: two lines of 32 characters at most; long cues become several.

    `Name: ` where the speaker changes, `>> ` where it changes to somebody unknown.
    """
    blocks: list[str] = []
    speaker = ""
    for cue in cues:
        name = ""
        if cue.speaker != speaker:
            name = f"{fit_line(cue.speaker)}: " if cue.speaker else ">> "
        speaker = cue.speaker
        for part in _split_cue(cue, name + _line(cue.text)):
            times = f"{_srt_time(part.start)} --> {_srt_time(part.end)}"
            blocks.append(f"{len(blocks) + 1}\n{times}\n{part.text}\n")
    return "\n".join(blocks).encode()


def render_json_transcript(cues: Sequence[Cue]) -> bytes:
    """Podcasting 2.0 JSON transcript 1.0.0: a segment for each word whose time is known, else for each line.

    As in the example of the format, the last word of a line ends with a line break.
    """
    segments = ",\n".join(_encode(segment) for cue in cues for segment in _describe_segments(cue))
    return f'{{"version": "1.0.0", "segments": [\n{segments}\n]}}\n'.encode()


def _render_vtt_cue(cue: Cue) -> str:
    name = escape(fit_line(cue.speaker), quote=False)
    voice = f"<v {name}>" if name else ""
    words = "\n".join(escape(line, quote=False) for line in _wrap(cue.text, VTT_LINE))
    return f"{format_timestamp(cue.start)} --> {format_timestamp(cue.end)}\n{voice}{words}\n"


def _wrap(text: str, width: int) -> list[str]:
    """Words in lines of at most `width` characters, but for longer words: `textwrap` takes twenty times as long."""
    lines, rest = [], _line(text)
    while len(rest) > width:
        cut = rest.rfind(" ", 0, width + 1)
        cut = rest.find(" ", width) if cut < 0 else cut
        if cut < 0:
            break
        lines.append(rest[:cut])
        rest = rest[cut + 1 :]
    return [*lines, rest] if rest else lines


def _line(text: str) -> str:
    """All of `text` on one line."""
    return fit_line(text, len(text))


def _srt_time(seconds: float) -> str:
    return format_timestamp(seconds).replace(".", ",")


def _split_cue(cue: Cue, text: str) -> Iterator[Cue]:
    """Parts of two lines each of the text; the cue's time is shared out by their number of characters."""
    lines = _wrap(text, SRT_LINE)
    texts = ["\n".join(lines[at : at + 2]) for at in range(0, len(lines), 2)]
    edges = list(accumulate((len(text) for text in texts), initial=0))
    times = [cue.start + (cue.end - cue.start) * edge / edges[-1] for edge in edges] if texts else []
    for part, start, end in zip(texts, times, times[1:], strict=False):
        yield Cue(start=start, end=end, text=part)


def write_word_steps(cue: Cue) -> str:
    """When the words of a line are said, a sign each: tenths of a second from one start to the next, `0` to `z`.

    The first counts from the start of the line, to a tenth; one more at the end says how long the last word takes.
    Empty where it is not known, or a step is longer than 3.5 seconds.
    """
    if not cue.times or len(cue.times) != len(split_words(cue.text)):
        return ""
    moments = [round(cue.start * 10), *(round(start * 10) for start, _ in cue.times), round(cue.times[-1][1] * 10)]
    steps = [later - earlier for earlier, later in pairwise(moments)]
    return "".join(_DIGITS[step] for step in steps) if all(0 <= step < len(_DIGITS) for step in steps) else ""


def _describe_segments(cue: Cue) -> Iterator[dict[str, object]]:
    speaker = {"speaker": fit_line(cue.speaker)} if cue.speaker else {}
    words = split_words(cue.text)
    if len(words) != len(cue.times) or not is_spaced(cue.text):  # apps put a space between words
        yield speaker | _time_segment(cue.start, cue.end, _line(cue.text))
        return
    for number, (word, (start, end)) in enumerate(zip(words, cue.times, strict=True), 1):
        yield speaker | _time_segment(start, end, _line(word) + ("\n" if number == len(words) else ""))


def _time_segment(start: float, end: float, body: str) -> dict[str, object]:
    return {"startTime": round(start, 3), "endTime": round(end, 3), "body": body}
