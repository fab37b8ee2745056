"""Rules about a feed as a document: bytes, XML, namespaces, and which elements must be there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from site_builder.checks import references as ref
from site_builder.checks.feed.document import FILE, NAMESPACES, FeedDocument, RawFeed
from site_builder.checks.feed.elements.table import known_elements
from site_builder.checks.rule import Place, Remark, Rule, Rulebook, Severity

BYTES: Rulebook[RawFeed] = Rulebook("The feed as a file")
DOCUMENT: Rulebook[FeedDocument] = Rulebook("The feed as a document")

_TRANSCRIPT = (
    "Run `spacecast transcribe`, or put a `transcript.vtt` or `.srt` into the episode's folder; then build again."
)
_AGAIN = "Build again; if it stays, report it: this program wrote the file."
_ITUNES_SPARE = {"itunes:category", "itunes:name", "itunes:summary", "itunes:keywords", "itunes:order"}
_ITUNES_SPARE |= {"itunes:isClosedCaptioned", "itunes:applepodcastsverify"}
_USELESS = re.compile(
    "[\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffd-\uffff\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U000efffe-\U000effff\U0010fffe\U0010ffff]"
)
_KNOWN_PREFIXES = ("itunes:", "podcast:", "psc:", "spotify:")
_RSS_NAMES = """
rss channel item title link description language copyright managingEditor webMaster pubDate lastBuildDate category
generator docs cloud ttl image rating textInput skipHours skipDays hour day url width height name author comments
enclosure guid source
"""
_RSS = frozenset(_RSS_NAMES.split())
_REFERENCE = re.compile(r"&#(x[0-9a-fA-F]{2,6}|[0-9]{2,7});")
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_LARGE = 1_000_000


@BYTES.rule(
    "feed-well-formed",
    Severity.ERROR,
    ref.XML,
    holds="The feed is well-formed XML: `rss` with a `channel`, without control characters.",
    remedy=_AGAIN,
)
def _find_malformed(feed: RawFeed) -> Iterator[Remark]:
    if feed.fault:
        yield f"the feed cannot be read: {feed.fault}", Place(file=FILE, line=feed.fault.line)


@BYTES.rule(
    "feed-encoding",
    Severity.ERROR,
    ref.APPLE,
    holds="The feed begins with an XML declaration and is UTF-8.",
    remedy=_AGAIN,
)
def _find_encoding(feed: RawFeed) -> Iterator[Remark]:
    raw = feed.content
    if not re.match(rb"<\?xml version=[\"']1\.0[\"'] encoding=[\"'](?i:utf-8)[\"']", raw):
        yield 'the feed does not begin with <?xml version="1.0" encoding="UTF-8"?>', Place(file=FILE, line=1)


@BYTES.rule(
    "feed-doctype",
    Severity.ERROR,
    ref.XML,
    holds="The feed has no document type: apps refuse to resolve entities.",
    remedy=_AGAIN,
)
def _find_doctype(feed: RawFeed) -> Iterator[Remark]:
    raw = feed.content
    at = raw.find(b"<!DOCTYPE", 0, 4096)
    if at >= 0:
        yield "the feed declares a document type", Place(file=FILE, line=raw.count(b"\n", 0, at) + 1)


@BYTES.rule(
    "feed-characters",
    Severity.WARNING,
    ref.XML,
    holds="No text has control characters, characters that never are any, nor the mark of lost ones (U+FFFD).",
    remedy="Retype the title or the passage in the episode's index.md.",
)
def _find_odd_characters(feed: RawFeed) -> Iterator[Remark]:
    raw = feed.content
    if not any(mark in raw for mark in (b"\xc2", b"\x7f", b"\xef\xb7", b"\xef\xbf", b"\xbf\xbe", b"\xbf\xbf", b"&#")):
        return
    for number, line in enumerate(raw.decode("utf-8", "replace").split("\n"), 1):
        if found := _USELESS.search(line if "&#" not in line else _REFERENCE.sub(_resolve, line)):
            yield f"the character U+{ord(found[0]):04X} is of no use to anybody", Place(file=FILE, line=number)


def _resolve(reference: re.Match[str]) -> str:
    """The character that `&#133;` stands for."""
    number = int(reference[1][1:], 16) if reference[1][0] == "x" else int(reference[1])
    return chr(number) if number < 0x110000 else ""


@BYTES.rule(
    "feed-size",
    Severity.ADVICE,
    ref.RFC5005,
    holds="The feed is smaller than a megabyte: apps fetch it every hour, and whole wherever it changed.",
    remedy="It may stay so: Apple, Spotify and many others read the first page only. `feed.page_size` sends older "
    "episodes to further pages, and takes them out of those directories.",
)
def _find_size(feed: RawFeed) -> Iterator[Remark]:
    raw = feed.content
    if len(raw) > _LARGE:
        yield (
            f"the feed has {len(raw) / 1e6:.1f} MB: {len(raw) * 24 / 1e6:.0f} MB a day for each listener",
            Place(file=FILE),
        )


@DOCUMENT.rule(
    "rss-version", Severity.ERROR, ref.RSS, holds="The root is `rss` of version 2.0 with one channel.", remedy=_AGAIN
)
def _find_version(document: FeedDocument) -> Iterator[Remark]:
    if document.root.get("version") != "2.0":
        yield 'expected <rss version="2.0">', document.at(document.root)
    for extra in document.all("channel")[1:]:
        yield "there is a second channel", document.at(extra)


@BYTES.rule(
    "stylesheet-loads",
    Severity.ADVICE,
    ref.XML_STYLESHEET,
    holds="The style sheet that browsers show the feed with lies beside it, and is of the type it says.",
    remedy=_AGAIN,
)
def _find_stylesheet(feed: RawFeed) -> Iterator[Remark]:
    for found in re.finditer(rb"<\?xml-stylesheet\b([^?]*)\?>", feed.content[:4096]):
        said = dict(re.findall(r"(type|href)\s*=\s*[\"']([^\"']*)[\"']", found[1].decode("utf-8", "replace")))
        place = Place(file=FILE, line=feed.content.count(b"\n", 0, found.start()) + 1)
        href, kind = said.get("href", ""), said.get("type", "")
        if re.match("[a-z]+:|//", href, re.IGNORECASE):
            yield f"browsers load no style sheet from elsewhere: {href[:120]}", place
        if (href.partition("?")[0].endswith(".css"), kind == "text/css") in {(True, False), (False, True)}:
            yield f"{href[:120]} is not of the type {kind}", place


@DOCUMENT.rule(
    "feed-base",
    Severity.WARNING,
    ref.XML_BASE,
    holds="Nothing in the feed depends on `xml:base`: hardly any app reads it.",
    remedy="Write whole addresses.",
)
def _find_base(document: FeedDocument) -> Iterator[Remark]:
    for element in document.root.xpath("descendant-or-self::*[@xml:base]"):
        yield f"the address {element.get(_BASE)[:80]} is taken for a base", document.at(element)


@DOCUMENT.rule(
    "feed-namespaces",
    Severity.ERROR,
    ref.PSP,
    holds="The namespaces itunes, podcast and atom are declared (content, where notes are HTML).",
    remedy=_AGAIN,
)
def _find_namespaces(document: FeedDocument) -> Iterator[Remark]:
    declared = set(document.root.nsmap.values())
    for prefix in ("itunes", "podcast", "atom"):
        if NAMESPACES[prefix] not in declared:
            yield f"the namespace {NAMESPACES[prefix]} ({prefix}) is not declared", document.at(document.root)


@DOCUMENT.rule(
    "feed-namespace-spelling",
    Severity.ERROR,
    ref.APPLE,
    holds="Namespaces are spelt as they are defined, capitals included, and have their usual prefixes.",
    remedy=_AGAIN,
)
def _find_misspelt(document: FeedDocument) -> Iterator[Remark]:
    plain = {_bare(uri): (prefix, uri) for prefix, uri in NAMESPACES.items()}
    for prefix, uri in document.root.nsmap.items():
        usual, right = plain.get(_bare(uri), (prefix, uri))
        if uri != right:
            yield f"the namespace {uri} must be {right}, exactly", document.at(document.root)
        elif prefix != usual:
            yield (
                f"the namespace {uri} has the prefix {prefix}; some apps look for {usual}: only",
                document.at(document.root),
            )


def _bare(uri: str) -> str:
    return uri.lower().partition("://")[2].rstrip("/#")


@DOCUMENT.rule(
    "feed-unknown-element",
    Severity.WARNING,
    ref.NAMESPACE,
    holds="There is no element that RSS and the namespaces itunes, podcast, psc and spotify do not have; case counts.",
    remedy=_AGAIN,
)
def _find_unknown(document: FeedDocument) -> Iterator[Remark]:
    known = known_elements() | _ITUNES_SPARE
    for name, elements in document.by_name.items():
        if (name.startswith(_KNOWN_PREFIXES) and name not in known) or (":" not in name and name not in _RSS):
            near = next((other for other in known if other.lower() == name.lower()), "")
            hint = f"; it is spelt {near}" if near else ""
            for element in elements:
                yield f"no app knows {name}{hint}", document.at(element)


@DOCUMENT.rule(
    "feed-outdated-element",
    Severity.ADVICE,
    ref.APPLE,
    holds="There is no element that directories stopped reading: itunes:summary, itunes:keywords, podcast:images.",
    remedy="Leave it out.",
)
def _find_outdated(document: FeedDocument) -> Iterator[Remark]:
    for name in ("itunes:summary", "itunes:keywords", "podcast:images"):
        for element in document.all(name)[:1]:
            yield f"{name} is read no more", document.at(element)


@dataclass(frozen=True, slots=True)
class _Needed:
    """An element that must, or should, be there."""

    name: str
    severity: Severity
    source: str
    why: str
    remedy: str


_E, _W, _A = Severity.ERROR, Severity.WARNING, Severity.ADVICE
_CONFIG = "Set `{}` in config.yaml."
_MATTER = "Write `{}` into the episode's front matter."
_IN_CHANNEL = (
    _Needed("title", _E, ref.PSP, "Every directory requires it.", _CONFIG.format("show.title")),
    _Needed("link", _E, ref.PSP, "Every directory requires it.", _CONFIG.format("show.url")),
    _Needed("description", _E, ref.PSP, "Every directory requires it.", _CONFIG.format("show.description")),
    _Needed("language", _E, ref.PSP, "Apple and PSP-1 require it.", _CONFIG.format("show.language")),
    _Needed("itunes:image", _E, ref.PSP, "No directory takes a show without artwork.", _CONFIG.format("show.cover")),
    _Needed("itunes:category", _E, ref.PSP, "Apple and PSP-1 require it.", _CONFIG.format("show.category")),
    _Needed("itunes:explicit", _E, ref.PSP, "Apple and PSP-1 require it.", _CONFIG.format("show.explicit")),
    _Needed("itunes:author", _E, ref.SPOTIFY, "Spotify requires it.", _CONFIG.format("show.author")),
    _Needed("itunes:owner", _W, ref.SPOTIFY, "Ownership codes go to its e-mail.", _CONFIG.format("show.email")),
    _Needed("podcast:guid", _W, ref.PSP, "PSP-1 recommends it.", _CONFIG.format("feed.guid")),
    _Needed("podcast:locked", _W, ref.PSP, "PSP-1 recommends it.", _CONFIG.format("feed.locked")),
    _Needed("generator", _A, ref.RSS, "Directories name the program in reports.", _AGAIN),
)
_IN_ITEM = (
    _Needed("title", _E, ref.PSP, "Every directory requires it.", _MATTER.format("title")),
    _Needed("guid", _E, ref.APPLE_REQUIREMENTS, "Without it an app may list an episode twice.", _MATTER.format("guid")),
    _Needed("enclosure", _E, ref.PSP, "Without it there is nothing to play.", _AGAIN),
    _Needed("pubDate", _E, ref.SPOTIFY, "Spotify requires it, and apps sort by it.", _MATTER.format("date")),
    _Needed("link", _W, ref.PSP, "PSP-1 recommends it.", _AGAIN),
    _Needed("description", _W, ref.PSP, "PSP-1 recommends it.", _MATTER.format("summary")),
    _Needed("itunes:duration", _W, ref.PSP, "PSP-1 recommends it.", _AGAIN),
    _Needed("itunes:explicit", _W, ref.APPLE_REQUIREMENTS, "Apple asks for it in show and episode.", _AGAIN),
    _Needed("itunes:image", _A, ref.PSP, "PSP-1 recommends it; else the show's is used.", _MATTER.format("cover")),
    _Needed(
        "podcast:transcript",
        _A,
        ref.PSP,
        "PSP-1 recommends it.",
        _TRANSCRIPT,
    ),
)


def _add_needed(needed: _Needed, where: str) -> None:
    def find(document: FeedDocument) -> Iterator[Remark]:
        for branch in (document.channel,) if where == "channel" else document.items:
            if branch.first(needed.name) is None:
                yield f"the {where} has no {needed.name}", document.at(branch)

    bare = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", needed.name.rpartition(":")[2]).lower()
    holds = f"The {where} has `{needed.name}`. {needed.why}"
    rule = Rule(
        name=f"{where}-{bare}", severity=needed.severity, holds=holds, remedy=needed.remedy, source=needed.source
    )
    DOCUMENT.add(rule, find)


for _one in _IN_CHANNEL:
    _add_needed(_one, "channel")
for _one in _IN_ITEM:
    _add_needed(_one, "item")


@DOCUMENT.rule(
    "feed-episodes",
    Severity.ADVICE,
    ref.APPLE_REQUIREMENTS,
    holds="There is at least one episode: directories take no empty show.",
    remedy="Put your archive into content/archives/ and build again.",
)
def _find_no_episodes(document: FeedDocument) -> Iterator[Remark]:
    if not document.items:
        yield "the feed has no episodes yet", Place(file=FILE)
