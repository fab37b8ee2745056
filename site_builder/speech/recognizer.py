"""Recognises the words of a recording piece by piece, and goes on where an earlier run ended.

Pieces are heard side by side, as many as the engine can. What it hears in one is written down at once (a line of JSON),
so that whatever ends the program costs no more than is being heard. The sound is read as a stream.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from threading import Lock

from site_builder.engine.processes.threads import map_in_threads
from site_builder.model.podcast import Recording, Span, Timeline
from site_builder.model.speech import Word
from site_builder.speech.diarizer import Diarizer
from site_builder.speech.engine import Engine, Heard, Sound
from site_builder.speech.segments import Piece, VoiceDetector, cut_pieces, level_out

_REACH = 2.0
"""Seconds from the edges of a silence, as levels tell it, in which somebody may still be heard."""


def recognize(
    sound: Iterable[Sound],
    recording: Recording,
    engine: Engine,
    *,
    language: str = "",
    hints: Sequence[str] = (),
    notes: Path | None = None,
    report: Callable[[float], None] = lambda _: None,
) -> tuple[Word, ...]:
    """The words of a recording with who says each.

    Args:
        sound: The recording in chunks of any length.
        recording: Who speaks when, as its source tells.
        engine: Hears the words.
        language: ISO 639 code; empty lets the engine tell.
        hints: Names and words that are likely.
        notes: A file that keeps what was heard so far; whoever calls names it after all that decides the result.
        report: Told how far it is, in seconds of the recording.
    """
    turns = recording.turns if recording.timeline is Timeline.LEVELS else ()
    pieces = enumerate(cut_pieces(sound, VoiceDetector(), find_audible(recording)))
    with _Notebook(notes) as notebook, Diarizer(turns, recording.tick) as diarizer:

        def hear(numbered: tuple[int, Piece]) -> list[Heard]:
            number, piece = numbered
            said = notebook.find(number)
            if said is None:
                said = engine.hear(level_out(piece.sound), language, hints)
                notebook.add(number, said)
            return said

        with closing(map_in_threads(hear, pieces, engine.at_once)) as heard:
            for (_, piece), said in heard:
                diarizer.add(piece, [_place(one, piece.start) for one in said])
                report(piece.end)
        return diarizer.finish()


def _place(heard: Heard, start: float) -> Word:
    """What was heard in a piece that begins at `start`, as a word of the recording."""
    return Word(
        start=round(start + heard.start, 3),
        end=round(start + max(heard.end, heard.start + 0.02), 3),
        text=heard.text,
        confidence=heard.confidence,
    )


def find_audible(recording: Recording) -> list[Span] | None:
    """When anybody may be heard: not well inside stretches of which the recording says that nobody is.

    None where it does not tell. What it says nothing of (tags are lost, a voice is in nobody's place) may be speech.
    """
    if recording.timeline is not Timeline.LEVELS:
        return None
    edges = [0.0]
    for silence in recording.silences:
        start = silence.start + _REACH if silence.start > 0 else 0.0
        if start < silence.end - _REACH:
            edges += [start, silence.end - _REACH]
    edges.append(math.inf)
    return [Span(start=start, end=end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]


class _Notebook:
    """A file with a line for each piece, its number and what was heard in it; a line that is cut off does not count."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._known: dict[int, list[Heard]] = {}
        self._turn = Lock()

    def __enter__(self) -> _Notebook:
        if self._file:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("ab+") as notes:
                notes.seek(0)
                notes.truncate(self._read(notes))
        return self

    def __exit__(self, *failure: object) -> None:
        if failure[0] is None and self._file:
            self._file.unlink(missing_ok=True)

    def _read(self, notes: Iterable[bytes]) -> int:
        """Take what is whole; returns how many bytes that is."""
        size = 0
        with suppress(ValueError, TypeError):
            for line in notes:
                if not line.endswith(b"\n"):
                    break
                number, rows = json.loads(line)
                self._known[number] = [Heard(*row) for row in rows]
                size += len(line)
        return size

    def find(self, number: int) -> list[Heard] | None:
        """What was heard in piece `number` by an earlier run."""
        return self._known.get(number)

    def add(self, number: int, said: Sequence[Heard]) -> None:
        """Write down what was heard in piece `number`."""
        if self._file:
            with self._turn, self._file.open("a", encoding="utf-8") as out:
                out.write(_write_line(number, said))


def _write_line(number: int, said: Sequence[Heard]) -> str:
    rows = [[one.start, one.end, one.text, one.confidence] for one in said]
    return json.dumps([number, rows], ensure_ascii=False) + "\n"
