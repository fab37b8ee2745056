"""Rules about further files that the feed offers: pictures, encodings, transcripts, chapters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from site_builder.checks import references as ref
from site_builder.checks.feed.document import Element, FeedDocument
from site_builder.checks.feed.podcasting20.agreement import find_duration, find_number
from site_builder.checks.rule import BUILD_AGAIN, Remark, Rulebook, Severity

OFFERED: Rulebook[FeedDocument] = Rulebook("Files the feed offers")

_TYPES = {
    ".vtt": {"text/vtt"},
    ".srt": {"application/x-subrip", "application/srt"},
    ".json": {"application/json", "application/json+chapters", "application/chapters+json"},
    ".html": {"text/html"},
    ".htm": {"text/html"},
    ".txt": {"text/plain"},
    ".xml": set[str](),
    ".jpg": {"image/jpeg"},
    ".jpeg": {"image/jpeg"},
    ".png": {"image/png"},
    ".webp": {"image/webp"},
    ".gif": {"image/gif"},
    ".mp4": {"video/mp4", "audio/mp4"},
    ".webm": {"video/webm", "audio/webm"},
}
"""Extensions that tell what a file is, with the types that go with them."""
_FAMILIES = {
    "audio/mpeg": r"mp3|mp4a\.(69|6B)",
    "audio/x-m4a": "mp4a|alac|ac-3|ec-3|opus",
    "audio/mp4": "mp4a|alac|ac-3|ec-3|opus|flac",
    "audio/ogg": "opus|vorbis|flac",
}
"""What can be in a file of a type, where little can."""
_LEAST_RATE = 4_000
"""Bits a second; speech takes more in every codec there is."""


def _suffix(url: str) -> str:
    try:
        return PurePosixPath(urlsplit(url).path).suffix.lower()
    except ValueError:
        return ""


@OFFERED.rule(
    "offered-type",
    Severity.WARNING,
    ref.TRANSCRIPTS,
    holds="Transcripts, chapters and pictures are of the type that their address says.",
    remedy=BUILD_AGAIN,
)
def _find_types(document: FeedDocument) -> Iterator[Remark]:
    for name, attribute in (("podcast:transcript", "url"), ("podcast:chapters", "url"), ("podcast:image", "href")):
        for element in document.all(name):
            kind, suffix = element.get("type", ""), _suffix(element.get(attribute, ""))
            if kind and suffix in _TYPES and kind.partition(";")[0] not in _TYPES[suffix]:
                yield f"{name} says {kind} of a file that ends in {suffix}", document.at(element)


@OFFERED.rule(
    "transcript-once",
    Severity.WARNING,
    ref.namespace_tag("transcript"),
    holds="No transcript is offered twice.",
    remedy=BUILD_AGAIN,
)
def _find_same_transcript(document: FeedDocument) -> Iterator[Remark]:
    for item in document.items:
        yield from _find_repeated(document, item.all("podcast:transcript"), ("url",))


@OFFERED.rule(
    "podcast-image-once",
    Severity.ADVICE,
    ref.namespace_tag("image"),
    holds="No picture is offered twice for the same purpose.",
    remedy=BUILD_AGAIN,
)
def _find_same_image(document: FeedDocument) -> Iterator[Remark]:
    for branch in document.branches:
        yield from _find_repeated(document, branch.all("podcast:image"), ("href", "purpose"))


def _find_repeated(
    document: FeedDocument, elements: Sequence[Element], attributes: tuple[str, ...]
) -> Iterator[Remark]:
    known: set[tuple[str, ...]] = set()
    for element in elements if len(elements) > 1 else ():
        key = tuple(element.get(name, "") for name in attributes)
        if key in known:
            yield f"{key[0][:120]} stands here twice", document.at(element)
        known.add(key)


@OFFERED.rule(
    "podcast-image-shape",
    Severity.WARNING,
    ref.namespace_tag("image"),
    holds="The shape of a picture is that of its width and height.",
    remedy=BUILD_AGAIN,
)
def _find_shapes(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("podcast:image"):
        shape = re.fullmatch(r"([1-9][0-9]{0,5}) ?/ ?([1-9][0-9]{0,5})", element.get("aspect-ratio", ""))
        width, height = (find_number(element.get(name)) for name in ("width", "height"))
        if shape and width and height and abs(int(shape[1]) / int(shape[2]) - width / height) > 0.02 * width / height:
            size = f"{width:g}×{height:g}"
            yield f"the shape is given as {shape[0]}, but the size as {size}", document.at(element)


@OFFERED.rule(
    "enclosure-rate",
    Severity.WARNING,
    ref.APPLE,
    holds="Length and duration of an episode go together: nothing can be said in so few bytes.",
    remedy="Build again; where the audio is on another host, run `spacecast check --live`.",
)
def _find_tiny(document: FeedDocument) -> Iterator[Remark]:
    for item in document.items:
        enclosure, duration = item.first("enclosure"), find_duration(item)
        size = find_number(enclosure.get("length")) if enclosure is not None else 0.0
        if size and duration > 1 and size * 8 / duration < _LEAST_RATE:
            yield f"{size:g} bytes cannot last {duration:g} s", document.at(item)


@OFFERED.rule(
    "alternate-rate",
    Severity.WARNING,
    ref.namespace_tag("alternateEnclosure"),
    holds="The bit rate of an encoding is about its length by its duration.",
    remedy=BUILD_AGAIN,
)
def _find_rates(document: FeedDocument) -> Iterator[Remark]:
    for item in document.items:
        duration = find_duration(item)
        for element in item.all("podcast:alternateEnclosure"):
            stated, size = find_number(element.get("bitrate")), find_number(element.get("length"))
            whole = size * 8 / duration if duration >= _LONG_ENOUGH else 0.0
            if stated and whole and not 0.2 < stated / whole < 2:
                yield f"the bit rate is given as {stated:g}, but it is {whole:.0f}", document.at(element)


_LONG_ENOUGH = 60
"""Seconds after which a cover inside the file no longer counts for much."""


@OFFERED.rule(
    "alternate-codecs",
    Severity.WARNING,
    ref.namespace_tag("alternateEnclosure"),
    holds="The codecs of an encoding are such as a file of its type can have.",
    remedy=BUILD_AGAIN,
)
def _find_codecs(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("podcast:alternateEnclosure"):
        kind, codecs = element.get("type", ""), element.get("codecs", "")
        family = _FAMILIES.get(kind)
        if codecs and family and not re.match(family, codecs, re.IGNORECASE):
            yield f"the codec {codecs[:40]} is not one of {kind}", document.at(element)
        if kind.startswith("audio/") and element.get("height"):
            yield "sound has no height", document.at(element)


@OFFERED.rule(
    "alternate-once",
    Severity.WARNING,
    ref.namespace_tag("alternateEnclosure"),
    holds="Each encoding is another file.",
    remedy=BUILD_AGAIN,
)
def _find_same_source(document: FeedDocument) -> Iterator[Remark]:
    for item in document.items:
        sources = [source for element in item.all("podcast:alternateEnclosure") for source in element.iter("{*}source")]
        yield from _find_repeated(document, sources, ("uri",))


@OFFERED.rule(
    "soundbite-once",
    Severity.ADVICE,
    ref.namespace_tag("soundbite"),
    holds="No passage is a soundbite twice.",
    remedy="Remove one of the two from `soundbites`.",
)
def _find_same_soundbite(document: FeedDocument) -> Iterator[Remark]:
    for item in document.items:
        yield from _find_repeated(document, item.all("podcast:soundbite"), ("startTime", "duration"))
