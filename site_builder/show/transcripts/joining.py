"""Transcripts in which each word is an entry of its own, joined to lines that keep the times of their words. Pure.

Podcasting 2.0 JSON may be written so, and ours is; the line break after a word ends a line
(https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/transcripts/transcripts.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from site_builder.model.podcast import Cue
from site_builder.text.plain import clean
from site_builder.text.spoken import is_spaced, split_words

_MOST = 0.75
"""Share of entries of one word from which on a transcript is one of words."""
_MANY = 20
"""Entries of which so many of one word are no chance."""
_PAUSE, _LONGEST = 1.0, 84
"""Seconds of silence, or characters, after which another line begins where no line break says so."""
_SENTENCE_END = (".", "?", "!", "…")


def is_word_by_word(cues: Sequence[Cue]) -> bool:
    """Whether nearly every cue is one word, and some of them end a line or there are many."""
    single = sum(len(split_words(cue.text)) == 1 and is_spaced(cue.text) for cue in cues)
    is_sure = len(cues) >= _MANY or any(cue.text.endswith("\n") for cue in cues)
    return is_sure and single >= len(cues) * _MOST


def join_words(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """Lines of cues that are a word each."""
    has_breaks = any(cue.text.endswith("\n") for cue in cues)
    return tuple(_join(line) for line in _group(cues, has_breaks=has_breaks) if line)


def _group(cues: Sequence[Cue], *, has_breaks: bool) -> Iterator[list[Cue]]:
    line: list[Cue] = []
    for cue in cues:
        if line and _ends(line, cue, has_breaks=has_breaks):
            yield line
            line = []
        if cue.text.strip():
            line.append(cue)
    yield line


def _ends(line: Sequence[Cue], cue: Cue, *, has_breaks: bool) -> bool:
    """Whether `cue` begins another line."""
    last = line[-1]
    if cue.speaker != last.speaker or last.text.endswith("\n"):
        return True
    length = sum(len(word.text) + 1 for word in line)
    if length > 10 * _LONGEST:
        return True
    return not has_breaks and (
        cue.start - last.end > _PAUSE or length > _LONGEST or last.text.strip().endswith(_SENTENCE_END)
    )


def _join(line: Sequence[Cue]) -> Cue:
    words = [(cue, split_words(clean(cue.text, keep_lines=False))) for cue in line]
    is_plain = all(len(parts) == 1 for _, parts in words)
    return Cue(
        start=line[0].start,
        end=max(line[-1].end, line[0].start + 0.001),
        text=" ".join(" ".join(parts) for _, parts in words),
        speaker=line[0].speaker,
        times=tuple((cue.start, cue.end) for cue in line) if is_plain else (),
    )
