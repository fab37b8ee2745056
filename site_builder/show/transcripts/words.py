"""What a speech engine heard, on disk: `words.json` beside the recording. Written by the program alone.

The transcript that people correct is another file (`transcript.vtt`); this one keeps the words with their times,
how sure the engine was, and who it was that spoke. It holds everything that was said, by whomever: it is private.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from site_builder.engine.files import write_file
from site_builder.engine.serialization import parse_value, render_value
from site_builder.errors import InvalidDocument, Problem
from site_builder.model.speech import Recognition, Word
from site_builder.show.layout import WORDS

_Row = tuple[float, float, str, float, int, bool]
_HEAD = Recognition


def load_recognition(bundle: Path) -> Recognition | None:
    """What was heard in the recording of a bundle; None where nothing was transcribed.

    Raises:
        InvalidDocument: the file is damaged.
    """
    file = bundle / WORDS
    try:
        head, _, rows = file.read_bytes().partition(b"\n")
        words = tuple(map(_read_row, parse_value(list[_Row], rows or b"[]")))
        return replace(parse_value(_HEAD, head), words=words)
    except FileNotFoundError:
        return None
    except ValidationError:
        message = "this file is written by spacecast; delete it and run `spacecast transcribe` again"
        raise InvalidDocument([Problem(message, file=file)]) from None


def _read_row(row: _Row) -> Word:
    start, end, text, confidence, speaker, is_overlapped = row
    return Word(start=start, end=end, text=text, confidence=confidence, speaker=speaker, is_overlapped=is_overlapped)


def round_times(word: Word) -> Word:
    """The word as it is after it was written and read: to hundredths of a second."""
    return replace(word, start=round(word.start, 2), end=round(word.end, 2))


def write_recognition(bundle: Path, recognition: Recognition) -> None:
    """Write it: a line of facts, then a line a word, so that a change of one is a change of one line."""
    head = render_value(_HEAD, replace(recognition, words=()))
    rows: list[_Row] = [
        (word.start, word.end, word.text, word.confidence, word.speaker, word.is_overlapped)
        for word in map(round_times, recognition.words)
    ]
    lines = b",\n".join(render_value(_Row, row) for row in rows)  # type: ignore[arg-type]
    write_file(bundle / WORDS, head + b"\n[" + lines + b"]\n")
