"""Joins recognised words to lines of a transcript: one speaker each, broken at pauses and sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from site_builder.model.podcast import Cue
from site_builder.model.speech import Word

LONGEST = 84
"""Characters of a line: two of subtitles."""
LONGEST_SECONDS = 7.0
_PAUSE = 0.9
"""Seconds of silence that end a line."""
_ENOUGH = 32
"""Characters after which the end of a sentence ends a line."""
_SENTENCE_END = (".", "?", "!", "…", "。", "？", "！", "؟", "۔", "।")
_UNSPACED = ("ja", "zh", "th", "lo", "km", "my")
"""Languages that put no space between words."""


def make_lines(words: Sequence[Word], names: Sequence[str], language: str = "") -> tuple[Cue, ...]:
    """Lines with the name of who says each; words of nobody known have none.

    Args:
        words: In order, with speakers that count in `names`.
        names: Of the recording's speakers; may be empty strings.
        language: BCP 47 tag.
    """
    between = "" if language.partition("-")[0] in _UNSPACED else " "
    return tuple(_make_line(group, names, between) for group in _group(words))


def _group(words: Sequence[Word]) -> Iterator[list[Word]]:
    line: list[Word] = []
    for word in words:
        if line and _ends(line, word):
            yield line
            line = []
        line.append(word)
    if line:
        yield line


def _ends(line: Sequence[Word], word: Word) -> bool:
    """Whether a line ends before `word`."""
    last = line[-1]
    length = sum(len(one.text) + 1 for one in line)
    return (
        word.speaker != last.speaker
        or word.start - last.end > _PAUSE
        or length + len(word.text) > LONGEST
        or word.end - line[0].start > LONGEST_SECONDS
        or (length >= _ENOUGH and last.text.endswith(_SENTENCE_END))
    )


def _make_line(words: Sequence[Word], names: Sequence[str], between: str) -> Cue:
    speaker = words[0].speaker
    return Cue(
        start=round(words[0].start, 3),
        end=round(max(words[-1].end, words[0].start + 0.1), 3),
        text=between.join(word.text for word in words),
        speaker=names[speaker] if 0 <= speaker < len(names) else "",
    )
