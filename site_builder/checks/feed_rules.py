"""Rules about what a feed says: addresses, identities, texts, numbers, and whether they agree with each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from pydantic import TypeAdapter, ValidationError

from site_builder.checks import references as ref
from site_builder.checks.feed_document import FILE, Branch, Element, FeedDocument, iter_addresses, text_of
from site_builder.checks.rule import Place, Remark, Rulebook, Severity
from site_builder.checks.shapes import find_date, is_local, is_web
from site_builder.config import FEED
from site_builder.documents.fields import Language

FEED_TEXT: Rulebook[FeedDocument] = Rulebook("What the feed says")

DESCRIPTION_BYTES = 4000
_AGAIN = "Build again; if it stays, report it: this program wrote the feed."
_ASCII = re.compile(r"[A-Za-z0-9._~/%:?&=,#@+!$'()*;\[\]-]+")
_TYPES = {
    ".m4a": {"audio/x-m4a", "audio/m4a", "audio/mp4"},
    ".mp3": {"audio/mpeg"},
    ".mp4": {"video/mp4"},
    ".m4v": {"video/x-m4v", "video/m4v"},
    ".mov": {"video/quicktime"},
    ".pdf": {"application/pdf"},
}
"""Extensions Apple lists, with the media types of Apple and PSP-1."""
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
_UNSAFE = re.compile(
    r"<\s*(script|style|iframe|object|embed|form|link|meta)\b|\son[a-z]+\s*=|javascript:", re.IGNORECASE
)


@FEED_TEXT.rule(
    "feed-address",
    Severity.ERROR,
    ref.PSP,
    holds="The feed names its own address once: `atom:link` with rel=self and type application/rss+xml.",
    remedy="Set `show.url` to the address the site really has, then build again.",
)
def _find_self(document: FeedDocument) -> Iterator[Remark]:
    links = [link for link in document.channel.all("atom:link") if link.get("rel") == "self"]
    if len(links) != 1:
        yield f"expected one self link, got {len(links)}", document.at(document.channel)
    for link in links:
        if link.get("type") != "application/rss+xml":
            yield "the self link has not the type application/rss+xml", document.at(link)
        if link.get("href") != document.site.show.url + FEED:
            yield (
                f"the self link is {link.get('href')}, but the feed will be at {document.site.show.url}{FEED}",
                (document.at(link)),
            )


@FEED_TEXT.rule(
    "feed-links",
    Severity.WARNING,
    ref.RFC5005,
    holds="Links to further pages of the feed lead elsewhere than to the page itself, one of each kind.",
    remedy=_AGAIN,
)
def _find_pages(document: FeedDocument) -> Iterator[Remark]:
    links = [link for link in document.channel.all("atom:link") if link.get("rel") != "self"]
    own = {link.get("href") for link in document.channel.all("atom:link") if link.get("rel") == "self"}
    kinds = Counter(link.get("rel") for link in links)
    for link in links:
        if link.get("rel") in {"next", "previous"} and link.get("href") in own:
            yield f"the link {link.get('rel')} leads to this page itself", document.at(link)
        if kinds[link.get("rel")] > 1 and link.get("rel") != "hub":
            yield f"there are {kinds[link.get('rel')]} links of the kind {link.get('rel')}", document.at(link)


@FEED_TEXT.rule(
    "feed-https",
    Severity.WARNING,
    ref.NAMESPACE,
    holds="Every address in the feed begins with https.",
    remedy="Write the link with https, where that site has it.",
)
def _find_http(document: FeedDocument) -> Iterator[Remark]:
    for element, address in iter_addresses(document):
        if address.startswith("http://") and not is_local(address):
            yield f"{address} is not https", document.at(element)


@FEED_TEXT.rule(
    "feed-relative-address",
    Severity.ERROR,
    ref.RSS,
    holds="Every address is absolute: apps do not know where the feed came from.",
    remedy="Write the whole address.",
)
def _find_relative(document: FeedDocument) -> Iterator[Remark]:
    for element, address in iter_addresses(document):
        if not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", address.strip()):
            yield f"“{address[:80]}” is not a whole address", document.at(element)


@FEED_TEXT.rule(
    "guid-unique",
    Severity.ERROR,
    ref.APPLE_REQUIREMENTS,
    holds="No two episodes have the same guid.",
    remedy="Give the newer of the two its own `guid`; leave the older one as it is.",
)
def _find_same_guid(document: FeedDocument) -> Iterator[Remark]:
    yield from _find_repeated(document, "guid", lambda item: item.text("guid"))


@FEED_TEXT.rule(
    "guid-not-a-link",
    Severity.ERROR,
    ref.RSS,
    holds='A guid that is no address says isPermaLink="false".',
    remedy=_AGAIN,
)
def _find_permalinks(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("guid"):
        if element.get("isPermaLink", "true") == "true" and not is_web(text_of(element)):
            yield f"the guid “{text_of(element)[:80]}” is taken for an address", document.at(element)


@FEED_TEXT.rule(
    "enclosure-unique",
    Severity.ERROR,
    ref.APPLE_REQUIREMENTS,
    holds="No two episodes have the same audio: Apple shows one of them only.",
    remedy="Remove one of the two episodes.",
)
def _find_same_enclosure(document: FeedDocument) -> Iterator[Remark]:
    yield from _find_repeated(document, "enclosure", _enclosure_url)


def _find_repeated(document: FeedDocument, name: str, value_of: Callable[[Branch], str]) -> Iterator[Remark]:
    first: dict[str, Branch] = {}
    for item in document.items:
        value = value_of(item)
        other = first.setdefault(value, item) if value else item
        if other is not item:
            yield f"the {name} {value} is that of “{other.label}” too", document.at(item)


def _enclosure_url(item: Branch) -> str:
    element = item.first("enclosure")
    return "" if element is None else str(element.get("url", ""))


@FEED_TEXT.rule(
    "link-unique",
    Severity.WARNING,
    ref.RSS,
    holds="Each episode has a page of its own.",
    remedy="Give one of the two another `slug`.",
)
def _find_same_link(document: FeedDocument) -> Iterator[Remark]:
    yield from _find_repeated(document, "link", lambda item: item.text("link"))


@FEED_TEXT.rule(
    "enclosure-extension",
    Severity.ERROR,
    ref.APPLE,
    holds="The address of the audio ends in .m4a or .mp3 (.mp4, .m4v, .mov, .pdf): Apple goes by that.",
    remedy="Set `audio.format` to copy, aac or mp3.",
)
def _find_extensions(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("enclosure"):
        if _suffix(element.get("url", "")) not in _TYPES:
            yield f"{element.get('url')} has no extension that Apple lists", document.at(element)


@FEED_TEXT.rule(
    "enclosure-type",
    Severity.ERROR,
    ref.APPLE,
    holds="The type of the audio is one that Apple and PSP-1 list, and goes with its extension.",
    remedy=_AGAIN,
)
def _find_types(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("enclosure"):
        kind, suffix = element.get("type", ""), _suffix(element.get("url", ""))
        allowed = _TYPES.get(suffix) or set().union(*_TYPES.values())
        if kind not in allowed:
            yield f"the type {kind or 'nothing'} does not go with {suffix or 'the file'}", document.at(element)


def _suffix(url: str) -> str:
    return PurePosixPath(urlsplit(url).path).suffix.lower() if is_web(url) else ""


@FEED_TEXT.rule(
    "enclosure-length",
    Severity.ERROR,
    ref.APPLE,
    holds="The length of the audio is the size of its file in bytes, exactly.",
    remedy="Build again: the file in output/ was changed afterwards.",
)
def _find_lengths(document: FeedDocument) -> Iterator[Remark]:
    for element, address in _media(document):
        stated, file = element.get("length", ""), document.site.find_file(address)
        size = file.stat().st_size if file and file.is_file() else None
        if file and size is not None and stated.isdecimal() and int(stated[:18]) != size:
            yield f"the length is given as {stated}, but {file.name} has {size} bytes", document.at(element)


def _media(document: FeedDocument) -> Iterator[tuple[Element, str]]:
    """Everything that has a length, with its address."""
    for element in document.all("enclosure"):
        yield element, element.get("url", "")
    for element in document.all("podcast:alternateEnclosure"):
        for source in element.iterchildren("{*}source"):
            yield element, source.get("uri", "")


@FEED_TEXT.rule(
    "enclosure-ascii",
    Severity.WARNING,
    ref.APPLE_REQUIREMENTS,
    holds="Addresses of audio, pictures, chapters and transcripts are plain ASCII.",
    remedy="Give the episode a `slug` of small letters, digits and hyphens.",
)
def _find_not_ascii(document: FeedDocument) -> Iterator[Remark]:
    for name in ("enclosure", "itunes:image", "podcast:chapters", "podcast:transcript"):
        for element in document.all(name):
            address = element.get("url") or element.get("href") or ""
            if not _ASCII.fullmatch(unquote(address)) and address:
                yield f"{address} has characters that some hosts write otherwise", document.at(element)


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
        if found := _UNSAFE.search(text_of(element)):
            yield f"the notes hold “{found[0].strip()}”", document.at(element)


@FEED_TEXT.rule(
    "notes-after-description",
    Severity.WARNING,
    ref.RSS_PROFILE,
    holds="`content:encoded` comes after `description`: some apps take the last of the two.",
    remedy=_AGAIN,
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
    remedy=_AGAIN,
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
    "image-extension",
    Severity.ERROR,
    ref.APPLE,
    holds="Artwork is a .jpg or .png by its address.",
    remedy="Give a JPEG or PNG as `show.cover` or `image`.",
)
def _find_image_extension(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("itunes:image"):
        if _suffix(element.get("href", "")) not in {".jpg", ".jpeg", ".png"}:
            yield f"{element.get('href')} ends neither in .jpg nor in .png", document.at(element)


@FEED_TEXT.rule(
    "image-agrees",
    Severity.WARNING,
    ref.RSS_PROFILE,
    holds="The channel's `image` has the channel's own title and link.",
    remedy=_AGAIN,
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
    remedy=_AGAIN,
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
