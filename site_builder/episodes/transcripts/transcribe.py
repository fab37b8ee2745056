"""Transcribes a recording: keeps every word that was heard, and writes lines for people to correct.

Two files: `words.json` is the machine's and made anew by each run; `transcript.vtt` is written where there is none, or
where it is still as a run of this program left it. What a person changed is never written over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from hashlib import sha256
from itertools import dropwhile, groupby
from pathlib import Path
from typing import TYPE_CHECKING

from site_builder.consent.ordinary_words import DATED, WORDS
from site_builder.engine.files import write_file
from site_builder.episodes.transcripts.cues import belongs_to
from site_builder.episodes.transcripts.hearing import Hearing, find_engine_language
from site_builder.model.podcast import Recording
from site_builder.model.speech import Recognition, Word
from site_builder.render.transcripts import render_vtt
from site_builder.show.bundles import Bundle
from site_builder.show.layout import TRANSCRIPT
from site_builder.show.transcripts.words import load_recognition, round_times, write_recognition
from site_builder.text.folding import fold

if TYPE_CHECKING:
    from site_builder.speech.engine import Sound

_MOST_HINTS = 40
_PIECES = 3
"""Counts up when a recording is cut into other pieces: notes of an earlier version would not fit them."""
_NAME = re.compile(r"\w[\w'’.-]*(?: \w[\w'’.-]*)*")
_ADDRESS = re.compile(r"https?://\S+|\]\([^)]*\)|<[^>]*>|(?<!\w)[@#]\w+|\d+:\d[\d:]*")
_SENTENCE_END = re.compile(r"[.!?…:;。？！]+(?:\s|$)|[\n*\[\]\"“”(|]+")
_WORD = re.compile(r"[^\W\d_][\w'’-]+")


class Outcome(StrEnum):
    """What came of one episode."""

    MADE = "made"
    KEPT = "kept"
    """The transcript is a person's or was corrected; only the words with their times are new."""
    REWRITTEN = "rewritten"
    """Nothing was heard again; the transcript says it with other replacements or names."""
    NOTHING = "nothing"
    """Nobody says a word in it: there is nothing to write."""
    NO_RECORDING = "no recording"


def is_current(bundle: Bundle, hearing: Hearing) -> bool:
    """Whether a bundle's recording was heard already by the same engine and model."""
    known = load_recognition(bundle.folder)
    wanted = (hearing.engine.name, hearing.model.sha256, _list_sources(bundle.recording))
    return known is not None and (known.engine, known.model_sha256, known.sources) == wanted


def transcribe_bundle(
    bundle: Bundle, hearing: Hearing, cache: Path, *, report: Callable[[float], None] = lambda _: None
) -> Outcome:
    """Hear the recording of a bundle and write down what is said.

    Args:
        bundle: An episode whose recording is here.
        hearing: What hears it.
        cache: Folder that keeps what was heard until a recording is done.
        report: Told how many seconds of the recording are done.

    Raises:
        UnusableSource: the recording cannot be read.
        InvalidDocument: the words of an earlier run are damaged.
    """
    from site_builder.speech.recognizer import recognize  # noqa: PLC0415 -- loads the engine's libraries

    recording = bundle.recording
    if recording is None or not bundle.has_recording:
        return Outcome.NO_RECORDING
    hints = find_hints(bundle, hearing.words)
    words = recognize(
        read_speech(bundle.part_files),
        recording,
        hearing.engine,
        language=find_engine_language(hearing.language),
        hints=hints,
        notes=cache / f"{_key(recording, hearing, hints)}.jsonl",
        report=report,
    )
    return keep_words(bundle, hearing, words)


def keep_words(bundle: Bundle, hearing: Hearing, words: tuple[Word, ...]) -> Outcome:
    """Write down what was heard in the recording of a bundle.

    Raises:
        InvalidDocument: the words of an earlier run are damaged.
    """
    recognition = Recognition(
        engine=hearing.engine.name,
        model=hearing.model.name,
        model_sha256=hearing.model.sha256,
        language=hearing.language,
        sources=_list_sources(bundle.recording),
        is_timed=hearing.engine.timed,
        words=tuple(map(round_times, words)),
    )
    return _write(bundle, recognition, hearing.replace or {})


def rewrite_lines(bundle: Bundle, meant: Mapping[str, str]) -> bool:
    """Write the transcript anew from what was heard, if it would say something else now; never one that a person wrote.

    Raises:
        InvalidDocument: the words are damaged.
    """
    heard = load_recognition(bundle.folder)
    if heard is None or not (heard.words and belongs_to(heard, bundle.recording) and _is_untouched(bundle, heard)):
        return False
    before = bundle.transcript.read_bytes() if bundle.transcript else b""
    return render_words(heard, bundle.recording, meant) != before and bool(_write(bundle, heard, meant))


def _write(bundle: Bundle, recognition: Recognition, meant: Mapping[str, str]) -> Outcome:
    before = load_recognition(bundle.folder)
    text = render_words(recognition, bundle.recording, meant)
    is_ours = _is_untouched(bundle, before)
    digest = sha256(text).hexdigest() if is_ours else (before.transcript_sha256 if before else "")
    if is_ours and recognition.words:
        write_file(bundle.folder / TRANSCRIPT, text)
    write_recognition(bundle.folder, replace(recognition, transcript_sha256=digest))
    if not recognition.words:
        return Outcome.NOTHING
    return Outcome.MADE if is_ours else Outcome.KEPT


def _is_untouched(bundle: Bundle, before: Recognition | None) -> bool:
    """Whether the transcript may be written: there is none, or it is as this program left it."""
    if bundle.transcript is None:
        return True
    ours = bundle.transcript.name == TRANSCRIPT and before is not None and before.transcript_sha256
    return bool(ours) and sha256(bundle.transcript.read_bytes()).hexdigest() == ours


def render_words(recognition: Recognition, recording: Recording | None, meant: Mapping[str, str]) -> bytes:
    """The transcript file of what was heard, with the replacements that the host wants."""
    from site_builder.speech.lines import make_lines  # noqa: PLC0415 -- as above

    names = [speaker.name or speaker.handle for speaker in recording.speakers] if recording else []
    words = apply_replacements(recognition.words, meant)
    return render_vtt(make_lines(words, names, recognition.language))


def apply_replacements(words: Sequence[Word], meant: Mapping[str, str]) -> tuple[Word, ...]:
    """Words with what is meant in place of what is heard; case and punctuation around a word do not matter."""
    wanted = {tuple(_bare(part) for part in heard.split()): text for heard, text in meant.items() if heard.split()}
    longest = max(map(len, wanted), default=0)
    return tuple(_replace(words, wanted, longest)) if wanted else tuple(words)


def _replace(words: Sequence[Word], wanted: Mapping[tuple[str, ...], str], longest: int) -> Iterator[Word]:
    at = 0
    while at < len(words):
        for count in range(min(longest, len(words) - at), 0, -1):
            found = wanted.get(tuple(_bare(word.text) for word in words[at : at + count]))
            if found is not None:
                last = words[at + count - 1]
                end = re.search(r"[^\w]*$", last.text)
                yield replace(words[at], end=last.end, text=found + (end[0] if end else ""))
                at += count
                break
        else:
            yield words[at]
            at += 1


def _bare(text: str) -> str:
    return re.sub(r"^\W+|\W+$", "", text).casefold()


def find_hints(bundle: Bundle, words: Sequence[str] = ()) -> tuple[str, ...]:
    """What is likely to be said: the host's own list, names of those who take part, names and terms of the posts.

    The posts are what title, tags and notes of the episode were made of.
    """
    speakers = (*bundle.recording.speakers, *bundle.recording.on_stage) if bundle.recording else ()
    names = [speaker.name or speaker.handle for speaker in speakers]
    plain = [match[0] for name in names if (match := _NAME.search(name))]
    terms = [*bundle.matter.tags, *_find_terms(f"{bundle.matter.title}\n{bundle.notes}")]
    return tuple(dict.fromkeys([*words, *plain, *terms]))[:_MOST_HINTS]


def _find_terms(text: str) -> Iterator[str]:
    """Words in a row that have a capital, but for ordinary ones and for one alone that begins a sentence."""
    for sentence in _SENTENCE_END.split(_ADDRESS.sub("\n", text)):
        runs = groupby(_WORD.findall(sentence), lambda word: word[0].isupper())
        for number, (has_capital, run) in enumerate(runs):
            words = list(run)
            found = list(dropwhile(lambda word: fold(word) in WORDS | DATED, words))
            if found and has_capital and (number or len(words) > 1):
                yield " ".join(found)


def _list_sources(recording: Recording | None) -> tuple[str, ...]:
    return tuple(part.sha256 for part in recording.parts) if recording else ()


def _key(recording: Recording, hearing: Hearing, hints: Sequence[str]) -> str:
    """Names all that decides what is heard."""
    facts = [
        _PIECES,
        _list_sources(recording),
        hearing.engine.name,
        hearing.model.sha256,
        hearing.language,
        list(hints),
    ]
    return sha256(json.dumps(facts).encode()).hexdigest()[:32]


def read_speech(parts: Sequence[Path]) -> Iterator[Sound]:
    """The recording as an engine wants it, in chunks."""
    import numpy as np  # noqa: PLC0415 -- only engines need it

    from site_builder.audio.sound import read_sound  # noqa: PLC0415 -- PyAV
    from site_builder.speech.engine import SAMPLE_RATE  # noqa: PLC0415 -- as above

    for frame in read_sound(parts, sample_rate=SAMPLE_RATE, channels=1):
        yield frame.to_ndarray().reshape(-1).astype(np.float32)
