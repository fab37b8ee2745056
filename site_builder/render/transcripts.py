"""Transcripts in every form that apps read, from one list of cues; and who said what, by the turns. Pure.

Formats: https://www.w3.org/TR/webvtt1/ and
https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/transcripts/transcripts.md;
advice on lines from there and https://podcasters.apple.com/support/5316-transcripts-on-apple-podcasts.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from itertools import accumulate, groupby

from site_builder.edits import EditList
from site_builder.model import Cue, Person, Span, Turn
from site_builder.render.plain import fit_line
from site_builder.timecode import format_clock, format_fragment, format_iso_duration, format_timestamp

VTT_LINE = 65
"""Characters advised for a line of WebVTT."""
SRT_LINE = 32
"""Characters advised for a line of SubRip; two lines at most."""
_encode = json.JSONEncoder(ensure_ascii=False).encode
_PARAGRAPH = 60.0
"""Seconds after which a long speech starts a new paragraph."""


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
    """Podcasting 2.0 JSON transcript 1.0.0, one line per segment."""
    segments = ",\n".join(_encode(_describe_segment(cue)) for cue in cues)
    return f'{{"version": "1.0.0", "segments": [\n{segments}\n]}}\n'.encode()


def render_html_transcript(cues: Sequence[Cue], page: str = "") -> str:
    """An HTML fragment: `cite`, `time` and `p` for each passage, and a `span` for each cue.

    Times link to that moment on `page` (or the page it stands on); spans carry `data-start` and `data-end` in seconds.
    """
    return "".join(f"{_render_passage(passage, page)}\n" for passage in make_passages(cues))


def make_passages(cues: Sequence[Cue]) -> tuple[tuple[Cue, ...], ...]:
    """Cues as paragraphs: what one speaker says in one go, broken at the first sentence end after a minute."""
    passages: list[tuple[Cue, ...]] = []
    for _, said in groupby(cues, key=lambda cue: cue.speaker):
        paragraph: list[Cue] = []
        for cue in said:
            paragraph.append(cue)
            if cue.end - paragraph[0].start >= _PARAGRAPH and cue.text.endswith((".", "?", "!", "…", "。")):
                passages.append(tuple(paragraph))
                paragraph = []
        if paragraph:
            passages.append(tuple(paragraph))
    return tuple(passages)


def name_cues(cues: Sequence[Cue], turns: Sequence[Turn], people: Sequence[Person]) -> tuple[Cue, ...]:
    """Cues with the name of whoever speaks most during each; names the cues have already stay.

    `cues` and `turns` are on one clock. Turns of anyone not in `people` give no name. Only turns that tell who speaks
    (`Timeline.LEVELS`) will do: somebody on stage is not somebody speaking.
    """
    if all(cue.speaker for cue in cues):
        return tuple(cues)
    turns = sorted(turns, key=lambda turn: turn.start)
    ends = list(accumulate((turn.end for turn in turns), max))
    return tuple(cue if cue.speaker else replace(cue, speaker=_name_of(cue, turns, ends, people)) for cue in cues)


def move_cues(cues: Sequence[Cue], edits: EditList, *, silences: Sequence[Span] = ()) -> tuple[Cue, ...]:
    """Cues in published time. One that is muted or removed, even in part, is left out: what is not heard is not quoted.

    Only a part that lies in one of `silences` (recording time) may be missing, because nobody says anything there.
    """
    moved = []
    for cue in cues:
        if whole := edits.place_whole(cue):
            moved.append(Cue(start=whole[0], end=whole[1], text=cue.text, speaker=cue.speaker))
            continue
        span = Span(start=cue.start, end=cue.end)
        place = edits.to_published_span(span)
        if place and all(_is_within(lost, silences) for lost in _find_lost(span, edits)):
            moved.append(replace(cue, start=place.start, end=place.end))
    return tuple(moved)


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


def _describe_segment(cue: Cue) -> dict[str, object]:
    speaker = {"speaker": fit_line(cue.speaker)} if cue.speaker else {}
    body = _line(cue.text)
    return speaker | {"startTime": round(cue.start, 3), "endTime": round(cue.end, 3), "body": body}


def _render_passage(passage: Sequence[Cue], page: str) -> str:
    first = passage[0]
    cite = f"<cite>{escape(fit_line(first.speaker))}:</cite> " if first.speaker else ""
    link = f'<a href="{escape(page)}#t={format_fragment(first.start)}">{format_clock(first.start)}</a>'
    words = " ".join(
        f'<span data-start="{cue.start:.3f}" data-end="{cue.end:.3f}">{escape(_line(cue.text))}</span>'
        for cue in passage
    )
    return f'{cite}<time datetime="{format_iso_duration(first.start)}">{link}</time>\n<p>{words}</p>'


def _name_of(cue: Cue, turns: Sequence[Turn], ends: Sequence[float], people: Sequence[Person]) -> str:
    """Who speaks most during `cue`; `ends` is the latest end of each turn and those before it."""
    heard: dict[int, float] = {}
    for number in range(bisect_left(ends, cue.start), len(turns)):
        turn = turns[number]
        if turn.start >= cue.end:
            break
        shared = min(turn.end, cue.end) - max(turn.start, cue.start)
        if shared > 0:
            heard[turn.speaker] = heard.get(turn.speaker, 0.0) + shared
    most = max(heard, key=lambda speaker: heard[speaker], default=-1)
    return people[most].name if 0 <= most < len(people) else ""


def _find_lost(span: Span, edits: EditList) -> list[Span]:
    """Parts of `span` that nobody will hear."""
    heard = edits.find_audible(span)
    edges = [span.start, *(edge for part in heard for edge in (part.start, part.end)), span.end]
    return [Span(start=a, end=b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1e-6]


def _is_within(span: Span, others: Sequence[Span]) -> bool:
    return any(other.start <= span.start and span.end <= other.end for other in others)
