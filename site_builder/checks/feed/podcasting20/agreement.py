"""Rules about what Podcasting 2.0 elements say together: soundbites, chapters, encodings, people, the end of a show."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from itertools import pairwise

from site_builder.checks import references as ref
from site_builder.checks.feed.document import Branch, FeedDocument, text_of
from site_builder.checks.rule import BUILD_AGAIN, Remark, Rulebook, Severity
from site_builder.text.timecode import parse_timecode

PODCASTING: Rulebook[FeedDocument] = Rulebook("Podcasting 2.0 elements together")

_SRI = re.compile(r"sha(256|384|512)-([A-Za-z0-9+/]+={0,2})")
_SRI_BYTES = {"256": 32, "384": 48, "512": 64}


def find_duration(item: Branch) -> float:
    """Seconds an episode lasts by its `itunes:duration`; 0 where that does not say."""
    try:
        return parse_timecode(item.text("itunes:duration"))
    except ValueError:
        return 0.0


def find_number(text: str | None) -> float:
    """The number, or 0 where it is none."""
    return float(text) if text and re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) else 0.0


@PODCASTING.rule(
    "soundbite-inside",
    Severity.WARNING,
    ref.namespace_tag("soundbite"),
    holds="Soundbites lie within the episode.",
    remedy="Correct `soundbites` in the front matter.",
)
def _find_outside(document: FeedDocument) -> Iterator[Remark]:
    for item in document.items:
        duration = find_duration(item)
        for bite in item.all("podcast:soundbite"):
            end = find_number(bite.get("startTime")) + find_number(bite.get("duration"))
            if duration and end > duration + 1:
                yield f"a soundbite ends at {end:g} s, the episode at {duration:g} s", document.at(bite)


@PODCASTING.rule(
    "soundbite-length",
    Severity.ADVICE,
    ref.namespace_tag("soundbite"),
    holds="Soundbites last 15 to 120 seconds.",
    remedy="Choose a passage of that length.",
)
def _find_odd_soundbites(document: FeedDocument) -> Iterator[Remark]:
    for bite in document.all("podcast:soundbite"):
        length = find_number(bite.get("duration"))
        if length and not 15 <= length <= 120:
            yield f"a soundbite lasts {length:g} s", document.at(bite)


@PODCASTING.rule(
    "psc-order",
    Severity.WARNING,
    ref.SIMPLE_CHAPTERS,
    holds="Simple chapters follow each other in time, within the episode.",
    remedy="Correct `chapters` in the front matter.",
)
def _find_chapter_order(document: FeedDocument) -> Iterator[Remark]:
    for item in document.items:
        duration = find_duration(item)
        for chapters in item.all("psc:chapters"):
            marks = [(_find_time(mark.get("start", "")), mark) for mark in chapters.iterchildren("{*}chapter")]
            for (earlier, _), (later, mark) in pairwise(marks):
                if later <= earlier:
                    yield f"the chapter at {mark.get('start')} does not come after the one before it", document.at(mark)
            for start, mark in marks:
                if duration and start >= duration + 1:
                    yield f"the chapter at {mark.get('start')} begins after the end", document.at(mark)


def _find_time(text: str) -> float:
    try:
        return parse_timecode(text)
    except ValueError:
        return 0.0


@PODCASTING.rule(
    "alternate-default",
    Severity.WARNING,
    ref.namespace_tag("alternateEnclosure"),
    holds="Of several encodings exactly one is the default, and it is the enclosure.",
    remedy=BUILD_AGAIN,
)
def _find_defaults(document: FeedDocument) -> Iterator[Remark]:
    for item in document.items:
        alternates = item.all("podcast:alternateEnclosure")
        defaults = [element for element in alternates if element.get("default") == "true"]
        enclosure = item.first("enclosure")
        if alternates and len(defaults) != 1:
            yield f"{len(defaults)} of {len(alternates)} encodings are the default", document.at(item)
        url = "" if enclosure is None else enclosure.get("url")
        for element in defaults if url else ():
            if url not in {source.get("uri") for source in element.iterchildren("{*}source")}:
                yield "the default encoding is not the enclosure", document.at(element)


@PODCASTING.rule(
    "integrity-format",
    Severity.WARNING,
    ref.SRI,
    holds="An integrity value of the type sri is the name of a hash and its base64.",
    remedy=BUILD_AGAIN,
)
def _find_integrity(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("podcast:integrity"):
        if element.get("type") == "sri" and not _is_sri(element.get("value", "")):
            yield f"“{element.get('value', '')[:60]}” is no integrity value", document.at(element)


def _is_sri(value: str) -> bool:
    found = _SRI.fullmatch(value)
    try:
        return (
            bool(found) and len(base64.b64decode(found[2], validate=True)) == _SRI_BYTES[found[1]] if found else False
        )
    except ValueError:
        return False


@PODCASTING.rule(
    "license-address",
    Severity.WARNING,
    ref.namespace_tag("license"),
    holds="A licence is an identifier in small letters such as cc-by-4.0, or has a `url` that tells its terms.",
    remedy="Write the identifier as spdx.org lists it, in small letters, or add the address of the licence.",
)
def _find_license(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("podcast:license"):
        if not element.get("url") and not _is_identifier(text_of(element)):
            yield f"the licence “{text_of(element)[:60]}” has no address", document.at(element)


def _is_identifier(text: str) -> bool:
    """Whether spdx.org lists a licence by this name, in small letters as the namespace wants it."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression  # noqa: PLC0415 -- a long list

    if not re.fullmatch(r"[a-z0-9.+-]+", text):
        return False
    try:
        return canonicalize_license_expression(text).lower() == text
    except InvalidLicenseExpression:
        return False


@PODCASTING.rule(
    "publisher-medium",
    Severity.WARNING,
    ref.namespace_tag("publisher"),
    holds='The remote item of a publisher has medium="publisher".',
    remedy=BUILD_AGAIN,
)
def _find_publisher(document: FeedDocument) -> Iterator[Remark]:
    for publisher in document.all("podcast:publisher"):
        for element in publisher.iterchildren("{*}remoteItem"):
            if element.get("medium") != "publisher":
                yield "the publisher's remote item has another medium", document.at(element)


@PODCASTING.rule(
    "person-host",
    Severity.ADVICE,
    ref.namespace_tag("person"),
    holds="Where an episode names people, one of them is the host: an item's list replaces the show's.",
    remedy="Add the host to `people` in the front matter.",
)
def _find_hostless(document: FeedDocument) -> Iterator[Remark]:
    for item in document.items:
        people = item.all("podcast:person")
        if people and not any(person.get("role", "host").lower() == "host" for person in people):
            yield "nobody is named as the host", document.at(item)


@PODCASTING.rule(
    "season-agrees",
    Severity.WARNING,
    ref.namespace_tag("season"),
    holds="`podcast:season` and `podcast:episode` say the same numbers as Apple's elements.",
    remedy=BUILD_AGAIN,
)
def _find_other_numbers(document: FeedDocument) -> Iterator[Remark]:
    for item in document.items:
        for part in ("season", "episode"):
            ours, theirs = item.text(f"podcast:{part}"), item.text(f"itunes:{part}")
            if ours and theirs and ours != theirs:
                yield f"podcast:{part} says {ours}, itunes:{part} {theirs}", document.at(item)


@PODCASTING.rule(
    "complete-agrees",
    Severity.ADVICE,
    ref.namespace_tag("updateFrequency"),
    holds='A show that is complete says so to all apps: itunes:complete and complete="true" go together.',
    remedy="Remove `feed.update_frequency`, or set `feed.complete: false`.",
)
def _find_complete(document: FeedDocument) -> Iterator[Remark]:
    complete = document.channel.text("itunes:complete") == "Yes"
    for element in document.all("podcast:updateFrequency"):
        if complete != (element.get("complete") == "true"):
            yield "itunes:complete and podcast:updateFrequency do not agree", document.at(element)


@PODCASTING.rule(
    "transcript-captions",
    Severity.ADVICE,
    ref.APPLE_TRANSCRIPTS,
    holds="An episode with transcripts has one in WebVTT: Apple takes names of speakers from it alone.",
    remedy="Build again; transcripts are written in every format.",
)
def _find_no_vtt(document: FeedDocument) -> Iterator[Remark]:
    for item in document.items:
        kinds = {element.get("type") for element in item.all("podcast:transcript")}
        if kinds and "text/vtt" not in kinds:
            yield "none of the transcripts is WebVTT", document.at(item)
