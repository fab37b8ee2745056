"""Rules about short texts: titles, names, descriptions as people read them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from site_builder.checks import references as ref
from site_builder.checks.feed.document import Element, FeedDocument, text_of
from site_builder.checks.rule import Remark, Rulebook, Severity
from site_builder.text.plain import DIRECTION_MARKS

TITLES: Rulebook[FeedDocument] = Rulebook("Titles and descriptions in the feed")

_LINES = ("title", "itunes:title", "itunes:subtitle", "itunes:author", "itunes:name", "podcast:person", "copyright")
_TEXTS = (*_LINES, "description", "podcast:location", "podcast:funding", "podcast:trailer", "category")
_READ = (*_TEXTS, "content:encoded", "podcast:soundbite", "podcast:contentLink", "podcast:season", "guid")
_TAG = re.compile(
    r"</?(?:b|i|u|em|strong|p|br|a|span|div|font|img|h[1-6]|ul|ol|li|small|sup|sub|script|style)\b[^<>]*>",
    re.IGNORECASE,
)
_ESCAPED = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|[mn]dash|hellip|[lr][sd]quo|[a-z]{1,3}(?:acute|grave|uml|cedil));|&#x?[0-9a-f]{2,6};",
    re.IGNORECASE,
)
_OVERRIDES = "\u202d\u202e"
_OPENING = {"\u202a": "\u202c", "\u202b": "\u202c", "\u202d": "\u202c", "\u202e": "\u202c"}
_OPENING |= dict.fromkeys("\u2066\u2067\u2068", "\u2069")
_INVISIBLE = re.compile("[\u200b\u2060-\u2064\ufeff\u00ad\u180e\ue000-\uf8ff\ufff9-\ufffb\U000e0000-\U000e007f]")
_MOJIBAKE = re.compile("Ã[\x80-\xbf]|Ã[¤¶¼Ÿ©¨¡³±§]|â€[™œ\x9d“”¦˜]|Â[\xa0«»°·]")
_NUMBERED = re.compile(r"\s*(?:s\d{1,3}\s*[·.:-]?\s*e\d{1,4}|(?:ep(?:isode)?\.?|folge|#)\s*\d{1,4})\b", re.IGNORECASE)
_FRANK = re.compile(r"[\[(](?:explicit|nsfw|18\+)[\])]", re.IGNORECASE)


def _texts(document: FeedDocument, names: tuple[str, ...]) -> Iterator[tuple[Element, str]]:
    for name in names:
        for element in document.all(name):
            if element.text:
                yield element, element.text


@TITLES.rule(
    "title-plain",
    Severity.ADVICE,
    ref.APPLE,
    holds="Titles and names are plain text: apps show tags as they are written.",
    remedy="Remove the tags from the title; only notes may have them.",
)
def _find_markup(document: FeedDocument) -> Iterator[Remark]:
    for element, text in _texts(document, _LINES):
        if "<" in text and (found := _TAG.search(text)):
            yield f"“{found[0][:40]}” would be read as it stands", document.at(element)


@TITLES.rule(
    "text-escaped-once",
    Severity.ADVICE,
    ref.RSS_PROFILE,
    holds="Characters are escaped once: `&amp;amp;` in the feed is read as `&amp;` by listeners.",
    remedy="Write the character itself: & for `&amp;`.",
)
def _find_escapes(document: FeedDocument) -> Iterator[Remark]:
    for element, text in _texts(document, _TEXTS):
        if "&" in text and (found := _ESCAPED.search(text)):
            yield f"“{found[0]}” would be read as it stands", document.at(element)


@TITLES.rule(
    "text-direction",
    Severity.WARNING,
    ref.BIDI,
    holds="No text turns the direction of what follows it: overrides are not used, and what is opened is closed.",
    remedy="Delete the invisible character: retype the passage.",
)
def _find_direction(document: FeedDocument) -> Iterator[Remark]:
    for element, text in _texts(document, _READ):
        if not text.isascii() and DIRECTION_MARKS.search(text) and (mark := _find_open(text)):
            yield f"U+{ord(mark):04X} ({unicodedata.name(mark).lower()}) changes how it is read", document.at(element)


def _find_open(text: str) -> str:
    """A mark that overrides the direction, or one that is never closed in its paragraph."""
    for line in text.splitlines():
        waiting: list[str] = []
        for mark in DIRECTION_MARKS.findall(line):
            if mark in _OVERRIDES:
                return str(mark)
            if mark in _OPENING:
                waiting.append(mark)
            elif waiting and _OPENING[waiting[-1]] == mark:
                waiting.pop()
        if waiting:
            return waiting[-1]
    return ""


@TITLES.rule(
    "text-visible",
    Severity.ADVICE,
    ref.APPLE,
    holds="Titles and guids have no characters that nobody sees, such as a zero-width space, or each sees otherwise.",
    remedy="Retype the title; a guid that was published stays as it is.",
)
def _find_invisible(document: FeedDocument) -> Iterator[Remark]:
    for element, text in _texts(document, (*_LINES, "guid")):
        if not text.isascii() and (found := _INVISIBLE.search(text)):
            yield f"U+{ord(found[0]):04X} cannot be seen", document.at(element)


@TITLES.rule(
    "itunes-title-number",
    Severity.ADVICE,
    ref.APPLE,
    holds="`itunes:title` is the title alone: number and season have elements of their own.",
    remedy="Leave the number out of the title; write `episode` and `season`.",
)
def _find_numbers(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("itunes:title"):
        if found := _NUMBERED.match(text_of(element)):
            yield f"it begins with “{found[0].strip()}”", document.at(element)


@TITLES.rule(
    "episode-title-unique",
    Severity.ADVICE,
    ref.APPLE,
    holds="No two episodes have the same title: listeners cannot tell them apart, and some directories merge them.",
    remedy="Give one of the two another `title`.",
)
def _find_same_title(document: FeedDocument) -> Iterator[Remark]:
    known: set[str] = set()
    for item in document.items:
        title = item.text("title").casefold()
        if title and title in known:
            yield "another episode has the same title", document.at(item)
        known.add(title)


@TITLES.rule(
    "description-own",
    Severity.ADVICE,
    ref.APPLE,
    holds="A description says more than the title.",
    remedy="Write a `summary`, or some notes.",
)
def _find_bare_descriptions(document: FeedDocument) -> Iterator[Remark]:
    for branch in document.branches:
        said = branch.text("description").casefold().rstrip(".")
        if said and said == branch.text("title").casefold().rstrip("."):
            yield "the description is the title", document.at(branch)
        elif re.fullmatch(r"https?://\S+", said):
            yield "the description is an address", document.at(branch)


@TITLES.rule(
    "text-decoded",
    Severity.WARNING,
    ref.XML,
    holds="Texts are read in the encoding they were written in: no `Ã¼` for `ü`, no `â€™` for an apostrophe.",
    remedy="Retype the passage, or save the file as UTF-8.",
)
def _find_mojibake(document: FeedDocument) -> Iterator[Remark]:
    for element, text in _texts(document, _TEXTS):
        if not text.isascii() and (found := _MOJIBAKE.search(text)):
            yield f"“{found[0]}” was another character", document.at(element)


@TITLES.rule(
    "explicit-agrees",
    Severity.ADVICE,
    ref.APPLE_REQUIREMENTS,
    holds="What calls itself explicit is marked so.",
    remedy="Write `explicit: yes` into the front matter, or leave the word out.",
)
def _find_unmarked(document: FeedDocument) -> Iterator[Remark]:
    for branch in document.branches:
        found = _FRANK.search(f"{branch.text('title')} {branch.text('description')[:4000]}")
        if found and branch.text("itunes:explicit") == "false":
            yield f"it says “{found[0]}”, and itunes:explicit is false", document.at(branch)
