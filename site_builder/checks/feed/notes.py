"""Rules about show notes as apps draw them: links, pictures, tags that are closed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from site_builder.checks import references as ref
from site_builder.checks.feed.document import Element, FeedDocument
from site_builder.checks.rule import Remark, Rulebook, Severity

NOTES: Rulebook[FeedDocument] = Rulebook("Show notes in the feed")

_AGAIN = "Write the notes in Markdown; where HTML is needed, close what is opened."
_TAG = re.compile(r"<!--.*?-->|<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([a-zA-Z][a-zA-Z0-9:-]*)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")
_ADDRESSED = frozenset({"a", "img", "audio", "video", "source", "area"})
_PAIRED = frozenset(
    {"a", "b", "i", "u", "em", "strong", "small", "span", "div", "ul", "ol", "blockquote", "pre", "code", "table"}
    | {
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "figure",
        "details",
        "sup",
        "sub",
        "del",
        "ins",
        "font",
    }
)
"""Elements whose end HTML does not let anybody leave out."""
_SHOWN = re.compile(r"&lt;/?(?:p|br|a|b|i|em|strong|ul|ol|li|div|span|h[1-6])\b[^&]{0,200}&gt;", re.IGNORECASE)
_TWICE = re.compile(r"&amp;(?:amp|nbsp|lt|gt|quot|apos|#x?[0-9a-fA-F]{2,6});")
_ABSOLUTE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")


def _notes(document: FeedDocument) -> Iterator[tuple[Element, str]]:
    for element in document.all("content:encoded"):
        if element.text:
            yield element, element.text


def _addresses(notes: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Elements that lead somewhere, each with its attributes."""
    for found in _TAG.finditer(notes):
        if found[2] and not found[1] and found[2].lower() in _ADDRESSED:
            pairs = _ATTRIBUTE.findall(found[3])
            yield found[2].lower(), {name.lower(): unescape(value.strip("\"'")).strip() for name, value in pairs}


@NOTES.rule(
    "notes-links",
    Severity.WARNING,
    ref.RSS_PROFILE,
    holds="Links and pictures in notes have whole addresses: apps do not know what they are relative to.",
    remedy="Write the whole address, https:// and all.",
)
def _find_relative(document: FeedDocument) -> Iterator[Remark]:
    for element, notes in _notes(document):
        for tag, attributes in _addresses(notes) if "=" in notes else ():
            address = attributes.get("href", attributes.get("src"))
            if address is not None and not _ABSOLUTE.match(address):
                yield f"“{address[:80]}” in <{tag}> is not a whole address", document.at(element)


@NOTES.rule(
    "notes-pictures",
    Severity.WARNING,
    ref.SPOTIFY,
    holds="Pictures in notes lie at https addresses: apps show neither data: nor http: ones.",
    remedy="Put the picture into the episode's folder and name it in the notes.",
)
def _find_odd_pictures(document: FeedDocument) -> Iterator[Remark]:
    for element, notes in _notes(document):
        for tag, attributes in _addresses(notes) if "=" in notes else ():
            source = attributes.get("src", "")
            if tag != "a" and _ABSOLUTE.match(source) and not source.lower().startswith("https:"):
                yield f"a picture or sound lies at “{source[:40]}”", document.at(element)


@NOTES.rule(
    "notes-trackers",
    Severity.WARNING,
    ref.APPLE_REQUIREMENTS,
    holds="Notes hold no picture that nobody sees: it only tells somebody who reads them.",
    remedy="Remove the picture from the notes.",
)
def _find_trackers(document: FeedDocument) -> Iterator[Remark]:
    for element, notes in _notes(document):
        for tag, attributes in _addresses(notes) if "<img" in notes.lower() else ():
            if tag == "img" and _is_unseen(attributes):
                yield f"nobody sees the picture {attributes.get('src', '')[:80]}", document.at(element)


def _is_unseen(attributes: dict[str, str]) -> bool:
    sizes = {attributes.get("width", "").removesuffix("px"), attributes.get("height", "").removesuffix("px")}
    style = attributes.get("style", "").replace(" ", "").lower()
    return bool(sizes & {"0", "1"}) or bool(
        re.search(r"display:none|visibility:hidden|(width|height):[01](px)?\b", style)
    )


@NOTES.rule(
    "notes-closed",
    Severity.WARNING,
    ref.HTML,
    holds="What is opened in notes is closed, in that order: else the rest of an app's page is bold, or a link.",
    remedy=_AGAIN,
)
def _find_unclosed(document: FeedDocument) -> Iterator[Remark]:
    for element, notes in _notes(document):
        if fault := _find_unpaired(notes):
            yield fault, document.at(element)


def _find_unpaired(notes: str) -> str:
    open_: list[str] = []
    for found in _TAG.finditer(notes):
        name = (found[2] or "").lower()
        if name not in _PAIRED:
            continue
        if not found[1]:
            open_.append(name)
        elif open_ and open_[-1] == name:
            open_.pop()
        else:
            return f"</{name}> closes what is not open{f': <{open_[-1]}> is' if open_ else ''}"
    return f"<{open_[-1]}> is never closed" if open_ else ""


@NOTES.rule(
    "notes-escaped-once",
    Severity.WARNING,
    ref.RSS_PROFILE,
    holds="Notes are HTML that is read as HTML: tags are not escaped a second time.",
    remedy="Write < and > as they are; the feed escapes them.",
)
def _find_shown_tags(document: FeedDocument) -> Iterator[Remark]:
    for element, notes in _notes(document):
        if "&" not in notes or re.search("<(?:code|pre)", notes):
            continue
        tags, twice = _SHOWN.findall(notes), _TWICE.search(notes)
        if len(tags) > 1 or twice:
            shown = unescape(twice[0] if twice else tags[0])
            yield f"“{shown[:40]}” would be read as it stands", document.at(element)


@NOTES.rule(
    "notes-fragment",
    Severity.ADVICE,
    ref.RSS_PROFILE,
    holds="Notes are a part of a page: no `html`, `head` or `body` around them.",
    remedy="Leave in the notes what stands between `<body>` and `</body>`.",
)
def _find_pages(document: FeedDocument) -> Iterator[Remark]:
    for element, notes in _notes(document):
        if found := re.search(r"<(html|head|body)\b", notes, re.IGNORECASE):
            yield f"the notes hold <{found[1]}>", document.at(element)


@NOTES.rule(
    "notes-alt",
    Severity.ADVICE,
    ref.WCAG,
    holds="A picture in notes says what is to be seen on it, or, with an empty text, that it need not be known.",
    remedy="Write `![what is to be seen](picture.jpg)`.",
)
def _find_mute_pictures(document: FeedDocument) -> Iterator[Remark]:
    for element, notes in _notes(document):
        for tag, attributes in _addresses(notes) if "<img" in notes.lower() else ():
            if tag == "img" and "alt" not in attributes:
                yield f"the picture {attributes.get('src', '')[:80]} has no text", document.at(element)


@NOTES.rule(
    "notes-html",
    Severity.ADVICE,
    ref.RSS_PROFILE,
    holds="`content:encoded` is HTML: in plain text apps run all lines into one.",
    remedy="Write paragraphs, or leave `content:encoded` out: `description` is for plain text.",
)
def _find_plain(document: FeedDocument) -> Iterator[Remark]:
    for element, notes in _notes(document):
        if not _TAG.search(notes):
            yield "there is no tag in it", document.at(element)
