"""Rules about texts and numbers of a feed: descriptions, notes, language, seasons, order, and whether they agree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import lxml.etree
import lxml.html
from pydantic import TypeAdapter, ValidationError

from site_builder.checks import references as ref
from site_builder.checks.feed.document import FILE, FeedDocument, text_of
from site_builder.checks.feed.elements.values import find_date
from site_builder.checks.rule import BUILD_AGAIN, Place, Remark, Rulebook, Severity
from site_builder.show.documents.fields import Language

FEED_TEXT: Rulebook[FeedDocument] = Rulebook("What the feed says")

DESCRIPTION_BYTES = 4000
_LANGUAGE: TypeAdapter[str] = TypeAdapter(Language)
_TRIMMED = (
    "title",
    "description",
    "guid",
    "itunes:author",
    "itunes:explicit",
    "pubDate",
    "language",
    "itunes:duration",
)
_UNSAFE_TAGS = frozenset(
    {
        *("script", "style", "iframe", "frame", "frameset", "object", "embed", "applet", "form", "base", "link"),
        *("meta", "svg", "math"),
    }
)
_ADDRESSES = frozenset(("href", "src", "action", "formaction", "poster", "data", "background", "srcset", "xlink:href"))
_ACTIVE_SCHEME = re.compile(r"(?:javascript|vbscript|data(?!:image/)):", re.IGNORECASE)


@FEED_TEXT.rule(
    "description-length",
    Severity.ERROR,
    ref.PSP,
    holds=f"No description has more than {DESCRIPTION_BYTES} bytes.",
    remedy="Shorten the notes; what is longer stands on the page.",
)
def _find_long(document: FeedDocument) -> Iterator[Remark]:
    for branch in document.branches:
        size = len(branch.text("description").encode())
        if size > DESCRIPTION_BYTES:
            yield f"the description has {size} bytes, {DESCRIPTION_BYTES} are allowed", document.at(branch)


@FEED_TEXT.rule(
    "description-plain",
    Severity.WARNING,
    ref.YOUTUBE,
    holds="Descriptions are plain text without HTML tags: YouTube refuses them. HTML stands in `content:encoded`.",
    remedy="Remove the HTML from `show.description` or `summary`.",
)
def _find_tags(document: FeedDocument) -> Iterator[Remark]:
    for branch in document.branches:
        if found := re.search(r"</?[a-zA-Z][^<>]*>", branch.text("description")):
            yield f"the description holds “{found[0][:40]}”", document.at(branch)


@FEED_TEXT.rule(
    "description-brackets",
    Severity.ADVICE,
    ref.YOUTUBE,
    holds="Descriptions have no < and no > at all: YouTube does not take such episodes.",
    remedy="Write it otherwise, e.g. “less than”, if the show goes to YouTube.",
)
def _find_brackets(document: FeedDocument) -> Iterator[Remark]:
    for branch in document.branches:
        if found := re.search("[<>]", branch.text("description")):
            yield f"the description holds “{found[0]}”", document.at(branch)


@FEED_TEXT.rule(
    "notes-safe",
    Severity.ERROR,
    ref.SPOTIFY,
    holds="Show notes hold no scripts, frames, forms or style sheets.",
    remedy="Remove the HTML from the notes; Markdown is all they need.",
)
def _find_unsafe(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("content:encoded"):
        if found := next(_find_active(text_of(element)), ""):
            yield f"the notes hold {found}", document.at(element)


def _find_active(notes: str) -> Iterator[str]:
    """What a browser would run, load or send, as it reads the HTML; words that only speak of it are text."""
    if "<" not in notes:
        return
    try:
        root = lxml.html.document_fromstring(notes)
    except lxml.etree.ParserError:  # nothing but comments
        return
    for element in root.iter():
        if element.tag in _UNSAFE_TAGS:
            yield f"the element “{element.tag}”"
        for name, value in element.items() if isinstance(element.tag, str) else ():
            address = re.sub(r"[\x00-\x20]", "", value)
            if name.startswith("on"):
                yield f"the attribute “{name}”"
            elif name in _ADDRESSES and _ACTIVE_SCHEME.match(address):
                yield f"the address “{address[:40]}”"


@FEED_TEXT.rule(
    "notes-after-description",
    Severity.WARNING,
    ref.RSS_PROFILE,
    holds="`content:encoded` comes after `description`: some apps take the last of the two.",
    remedy=BUILD_AGAIN,
)
def _find_order(document: FeedDocument) -> Iterator[Remark]:
    for item in document.items:
        description, notes = item.first("description"), item.first("content:encoded")
        if (
            description is not None
            and notes is not None
            and item.element.index(notes) < item.element.index(description)
        ):
            yield "content:encoded comes before description", document.at(notes)


@FEED_TEXT.rule(
    "value-trimmed",
    Severity.WARNING,
    ref.APPLE,
    holds="Values have no white space at their ends: a guid with a space is another guid.",
    remedy=BUILD_AGAIN,
)
def _find_untrimmed(document: FeedDocument) -> Iterator[Remark]:
    for name in _TRIMMED:
        for element in document.all(name):
            if (element.text or "") != text_of(element):
                yield f"{name} begins or ends with white space", document.at(element)


@FEED_TEXT.rule(
    "language-known",
    Severity.ERROR,
    ref.APPLE,
    holds="The language is one of ISO 639, with or without a region.",
    remedy="Set `show.language`, e.g. to en, de or pt-br.",
)
def _find_language(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("language"):
        try:
            _LANGUAGE.validate_python(text_of(element))
        except ValidationError:
            yield f"there is no language “{text_of(element)[:40]}”", document.at(element)


@FEED_TEXT.rule(
    "image-agrees",
    Severity.WARNING,
    ref.RSS_PROFILE,
    holds="The channel's `image` has the channel's own title and link.",
    remedy=BUILD_AGAIN,
)
def _find_image(document: FeedDocument) -> Iterator[Remark]:
    for image in document.channel.all("image"):
        for part in ("title", "link"):
            element = image.find(part)
            if element is not None and text_of(element) != document.channel.text(part):
                yield f"the image's {part} is not the channel's", document.at(element)


@FEED_TEXT.rule(
    "serial-numbers",
    Severity.ERROR,
    ref.APPLE,
    holds="In a serial show every full episode has its number: apps play them in that order.",
    remedy="Write `episode: 1` and so on into the front matter, or set `show.type: episodic`.",
)
def _find_unnumbered(document: FeedDocument) -> Iterator[Remark]:
    if document.channel.text("itunes:type") == "serial":
        for item in document.items:
            if item.text("itunes:episodeType") in {"", "full"} and item.first("itunes:episode") is None:
                yield "the episode has no number, and the show is serial", document.at(item)


@FEED_TEXT.rule(
    "episode-number-unique",
    Severity.WARNING,
    ref.APPLE,
    holds="No two full episodes of a season have the same number.",
    remedy="Correct `episode` or `season` in the front matter.",
)
def _find_same_number(document: FeedDocument) -> Iterator[Remark]:
    full = [item for item in document.items if item.text("itunes:episodeType") in {"", "full"}]
    places = {id(item): (item.text("itunes:season"), item.text("itunes:episode")) for item in full}
    counts = Counter(place for place in places.values() if place[1])
    for item in full:
        season, number = places[id(item)]
        if counts[season, number] > 1:
            yield f"the number {number}{f' of season {season}' if season else ''} is used twice", document.at(item)


@FEED_TEXT.rule(
    "season-alone",
    Severity.ADVICE,
    ref.APPLE,
    holds="Where there is a season there is an episode number: Apple shows no season alone.",
    remedy="Write `episode` beside `season`.",
)
def _find_lone_seasons(document: FeedDocument) -> Iterator[Remark]:
    for item in document.items:
        if item.first("itunes:season") is not None and item.first("itunes:episode") is None:
            yield "there is a season, but no episode number", document.at(item)


@FEED_TEXT.rule(
    "item-order",
    Severity.ADVICE,
    ref.RSS_PROFILE,
    holds="The newest episode stands first: some apps show the order of the feed.",
    remedy=BUILD_AGAIN,
)
def _find_item_order(document: FeedDocument) -> Iterator[Remark]:
    dates = [(find_date(item.text("pubDate")), item) for item in document.items]
    for (newer, _), (older, item) in pairwise(dates):
        if newer and older and newer < older:
            yield "the episode is newer than the one before it", document.at(item)


@FEED_TEXT.rule(
    "copyright-plain",
    Severity.ADVICE,
    ref.PSP,
    holds="`copyright` names the owner, without the word, the sign or a year.",
    remedy="Set `show.copyright` to the name alone.",
)
def _find_copyright(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("copyright"):
        if re.search(r"copyright|©|\(c\)|\b(19|20)\d\d\b", text_of(element), re.IGNORECASE):
            yield f"“{text_of(element)[:80]}” is more than the owner's name", document.at(element)


@FEED_TEXT.rule(
    "title-keywords",
    Severity.ADVICE,
    ref.APPLE,
    holds="The show's title is its name, not a list of key words: Apple removes shows for that.",
    remedy="Shorten `show.title`; other words belong into the description.",
)
def _find_keywords(document: FeedDocument) -> Iterator[Remark]:
    title = document.channel.text("title")
    if len(title) > 100 or title.count("|") > 1 or title.count(",") > 3:
        yield f"the title “{title[:100]}” looks like a list of key words", Place(file=FILE)
