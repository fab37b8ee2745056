"""Rules about addresses and identities in a feed: of the feed itself, of episodes, of audio and artwork."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from site_builder.checks import references as ref
from site_builder.checks.feed.document import Branch, Element, FeedDocument, text_of
from site_builder.checks.feed.elements.values import is_local, is_web
from site_builder.checks.rule import BUILD_AGAIN, Remark, Rulebook, Severity

ADDRESSES: Rulebook[FeedDocument] = Rulebook("Addresses and identities in the feed")

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


@ADDRESSES.rule(
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
        place = document.site.show.url + document.site.feed_path
        if link.get("href") != place:
            yield f"the self link is {link.get('href')}, but the feed will be at {place}", document.at(link)


@ADDRESSES.rule(
    "feed-links",
    Severity.WARNING,
    ref.RFC5005,
    holds="Links to further pages of the feed lead elsewhere than to the page itself, one of each kind.",
    remedy=BUILD_AGAIN,
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


@ADDRESSES.rule(
    "feed-https",
    Severity.WARNING,
    ref.NAMESPACE,
    holds="Every address in the feed begins with https.",
    remedy="Write the link with https, where that site has it.",
)
def _find_http(document: FeedDocument) -> Iterator[Remark]:
    for element, address in document.addresses:
        if address.startswith("http://") and not is_local(address):
            yield f"{address} is not https", document.at(element)


@ADDRESSES.rule(
    "feed-relative-address",
    Severity.ERROR,
    ref.RSS,
    holds="Every address is absolute: apps do not know where the feed came from.",
    remedy="Write the whole address.",
)
def _find_relative(document: FeedDocument) -> Iterator[Remark]:
    for element, address in document.addresses:
        if not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", address.strip()):
            yield f"“{address[:80]}” is not a whole address", document.at(element)


@ADDRESSES.rule(
    "guid-unique",
    Severity.ERROR,
    ref.APPLE_REQUIREMENTS,
    holds="No two episodes have the same guid.",
    remedy="Give the newer of the two its own `guid`; leave the older one as it is.",
)
def _find_same_guid(document: FeedDocument) -> Iterator[Remark]:
    yield from _find_repeated(document, "guid", lambda item: item.text("guid"))


@ADDRESSES.rule(
    "guid-case",
    Severity.WARNING,
    ref.APPLE_REQUIREMENTS,
    holds="No two guids differ in case, spaces or Unicode form alone: some apps take them for one.",
    remedy="Give the newer of the two another `guid`; leave the older one as it is.",
)
def _find_near_guid(document: FeedDocument) -> Iterator[Remark]:
    known: dict[str, str] = {}
    for item in document.items:
        guid = item.text("guid")
        folded = "".join(unicodedata.normalize("NFKC", guid).casefold().split())
        if known.setdefault(folded, guid) != guid:
            yield f"the guid {guid[:80]} is nearly that of another episode", document.at(item)


@ADDRESSES.rule(
    "guid-not-a-link",
    Severity.ERROR,
    ref.RSS,
    holds='A guid that is no address says isPermaLink="false".',
    remedy=BUILD_AGAIN,
)
def _find_permalinks(document: FeedDocument) -> Iterator[Remark]:
    for element in (guid for item in document.items for guid in item.all("guid")):
        if element.get("isPermaLink", "true") == "true" and not is_web(text_of(element)):
            yield f"the guid “{text_of(element)[:80]}” is taken for an address", document.at(element)


@ADDRESSES.rule(
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


@ADDRESSES.rule(
    "link-unique",
    Severity.WARNING,
    ref.RSS,
    holds="Each episode has a page of its own.",
    remedy="Give one of the two another `slug`.",
)
def _find_same_link(document: FeedDocument) -> Iterator[Remark]:
    yield from _find_repeated(document, "link", lambda item: item.text("link"))


@ADDRESSES.rule(
    "enclosure-extension",
    Severity.ERROR,
    ref.APPLE,
    holds="The address of the audio ends in .m4a or .mp3 (.mp4, .m4v, .mov, .pdf): Apple goes by that.",
    remedy="Set `audio.format` to copy, aac or mp3.",
)
def _find_extensions(document: FeedDocument) -> Iterator[Remark]:
    for element in _list_enclosures(document):
        if _suffix(element.get("url", "")) not in _TYPES:
            yield f"{element.get('url')} has no extension that Apple lists", document.at(element)


@ADDRESSES.rule(
    "enclosure-type",
    Severity.ERROR,
    ref.APPLE,
    holds="The type of the audio is one that Apple and PSP-1 list, and goes with its extension.",
    remedy=BUILD_AGAIN,
)
def _find_types(document: FeedDocument) -> Iterator[Remark]:
    for element in _list_enclosures(document):
        kind, suffix = element.get("type", ""), _suffix(element.get("url", ""))
        allowed = _TYPES.get(suffix) or set().union(*_TYPES.values())
        if kind not in allowed:
            yield f"the type {kind or 'nothing'} does not go with {suffix or 'the file'}", document.at(element)


def _list_enclosures(document: FeedDocument) -> Iterator[Element]:
    """Those of episodes: a live item has a stream, of any kind."""
    return (element for item in document.items for element in item.all("enclosure"))


def _suffix(url: str) -> str:
    return PurePosixPath(urlsplit(url).path).suffix.lower() if is_web(url) else ""


@ADDRESSES.rule(
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


@ADDRESSES.rule(
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


@ADDRESSES.rule(
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
