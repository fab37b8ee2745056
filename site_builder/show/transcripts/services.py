"""JSON as transcription services and programs export it, brought to one form: segments of start, end, text and speaker.

Labels that services make up (`A`, `0`, `SPEAKER_00`) are no names and are left out: who speaks is known better from the
recording. Shapes: Whisper, WhisperX, whisper.cpp, Deepgram, AssemblyAI, Rev, AWS Transcribe, Google, YouTube, Descript.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Segment = Mapping[str, Any]
_LABEL = re.compile(r"(?:spk|speaker|person|channel)?[\s_:-]*(?:\d+|[a-z])", re.IGNORECASE)
_PAUSE, _LONGEST = 1.0, 12.0
"""Seconds of silence, or of speech, after which words begin another segment."""


def find_segments(document: Any) -> list[Any]:
    """The segments of a transcript of any known shape; none where it is of no shape that is known."""
    if isinstance(document, list):
        return document
    if not isinstance(document, Mapping):
        return []
    for read in _READERS:
        try:
            if found := list(read(document)):
                return found
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            continue
    return []


def is_made_up(speaker: str) -> bool:
    """Whether a speaker's name is a label of a service."""
    return _LABEL.fullmatch(speaker.strip()) is not None


def _read_plain(document: Mapping[str, Any]) -> Iterator[Segment]:
    yield from document["segments"]


def _read_whisper_cpp(document: Mapping[str, Any]) -> Iterator[Segment]:
    for entry in document["transcription"]:
        start, end = entry["offsets"]["from"], entry["offsets"]["to"]
        yield {"start": start / 1000, "end": end / 1000, "text": entry["text"]}


def _read_deepgram(document: Mapping[str, Any]) -> Iterator[Segment]:
    results = document["results"]
    if utterances := results.get("utterances"):
        yield from ({**entry, "text": entry["transcript"], "speaker": None} for entry in utterances)
        return
    best = results["channels"][0]["alternatives"][0]
    if paragraphs := best.get("paragraphs", {}).get("paragraphs"):
        yield from (sentence for paragraph in paragraphs for sentence in paragraph["sentences"])
        return
    words = best["words"]
    yield from _join_words((word["start"], word["end"], word.get("punctuated_word", word["word"])) for word in words)


def _read_assembly_ai(document: Mapping[str, Any]) -> Iterator[Segment]:
    """Times in milliseconds."""
    if utterances := document.get("utterances"):
        for entry in utterances:
            yield {"start": entry["start"] / 1000, "end": entry["end"] / 1000, "text": entry["text"]}
        return
    yield from _join_words((word["start"] / 1000, word["end"] / 1000, word["text"]) for word in document["words"])


def _read_rev(document: Mapping[str, Any]) -> Iterator[Segment]:
    for monologue in document["monologues"]:
        spoken = [element for element in monologue["elements"] if "ts" in element]
        words = "".join(element["value"] for element in monologue["elements"])
        yield {"start": spoken[0]["ts"], "end": spoken[-1]["end_ts"], "text": words}


def _read_aws(document: Mapping[str, Any]) -> Iterator[Segment]:
    results = document["results"]
    if segments := results.get("audio_segments"):
        for entry in segments:
            start, end = float(entry["start_time"]), float(entry["end_time"])
            yield {"start": start, "end": end, "text": entry["transcript"]}
        return
    yield from _join_words(_list_aws_words(results["items"]))


def _list_aws_words(items: Sequence[Mapping[str, Any]]) -> Iterator[tuple[float, float, str]]:
    for item, following in zip(items, [*items[1:], {}], strict=True):
        if "start_time" in item:
            mark = following["alternatives"][0]["content"] if following.get("type") == "punctuation" else ""
            yield float(item["start_time"]), float(item["end_time"]), item["alternatives"][0]["content"] + mark


def _read_google(document: Mapping[str, Any]) -> Iterator[Segment]:
    for result in document["results"]:
        words = result["alternatives"][0].get("words", [])
        yield from _join_words((_seconds(word["startTime"]), _seconds(word["endTime"]), word["word"]) for word in words)


def _read_youtube(document: Mapping[str, Any]) -> Iterator[Segment]:
    for event in document["events"]:
        start = event["tStartMs"] / 1000
        words = "".join(piece.get("utf8", "") for piece in event.get("segs", ()))
        yield {"start": start, "end": start + event.get("dDurationMs", 0) / 1000, "text": words}


_READERS: tuple[Callable[[Mapping[str, Any]], Iterator[Segment]], ...] = (
    *(_read_plain, _read_whisper_cpp, _read_deepgram, _read_rev, _read_aws, _read_google, _read_youtube),
    _read_assembly_ai,
)


def _seconds(text: str) -> float:
    """Of `1.200s`."""
    return float(str(text).removesuffix("s"))


def _join_words(words: Iterator[tuple[float, float, str]]) -> Iterator[Segment]:
    """Segments of words, parted at pauses, ends of sentences and before they grow long."""
    some: list[tuple[float, float, str]] = []
    for word in words:
        if some and (word[0] - some[-1][1] > _PAUSE or word[1] - some[0][0] > _LONGEST or some[-1][2][-1:] in ".?!"):
            yield _join(some)
            some = []
        some.append(word)
    if some:
        yield _join(some)


def _join(words: Sequence[tuple[float, float, str]]) -> Segment:
    return {"start": words[0][0], "end": words[-1][1], "text": " ".join(word.strip() for _, _, word in words)}
