"""Rules about whether addresses in a feed can be reached: by everybody, for long, and on this site at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import parse_qsl, urlsplit

from site_builder.checks import references as ref
from site_builder.checks.feed.document import Element, FeedDocument, Site, name_of
from site_builder.checks.rule import Remark, Rulebook, Severity

REACH: Rulebook[FeedDocument] = Rulebook("Whether addresses in the feed can be reached")

_AUTHORITY = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
_AUDIO = frozenset({"enclosure", "podcast:source", "podcast:trailer"})
_PRIVATE_NAMES = ("localhost", "local", "internal", "lan", "home.arpa", "intranet", "corp")
_EXPIRING = frozenset(
    {"expires", "expiry", "exp", "signature", "sig", "token", "access_token", "auth", "key-pair-id", "policy", "se"}
    | {"x-amz-signature", "x-amz-expires", "x-goog-signature", "x-goog-expires", "awsaccesskeyid", "hdnea", "hdnts"}
)
"""Names in a query that come with addresses which work for a while or for somebody."""


@REACH.rule(
    "enclosure-public",
    Severity.ERROR,
    ref.RFC1918,
    holds="Audio lies where everybody can fetch it: no user name or password, no host inside a private network.",
    remedy="Set `show.url` and `media.url` to addresses that work from anywhere, without a login.",
)
def _find_closed_audio(document: FeedDocument) -> Iterator[Remark]:
    yield from _find_closed(document, audio=True)


@REACH.rule(
    "address-public",
    Severity.WARNING,
    ref.RFC1918,
    holds="Every address leads to where everybody gets: no user name or password, no host inside a private network.",
    remedy="Write the address that others see, without user name and password.",
)
def _find_closed_rest(document: FeedDocument) -> Iterator[Remark]:
    yield from _find_closed(document, audio=False)


def _find_closed(document: FeedDocument, *, audio: bool) -> Iterator[Remark]:
    own = _find_own_hosts(document.site)
    addresses = document.addresses
    named = _list_audio(document) if audio else ((e, a) for e, a in addresses if name_of(e.tag) not in _AUDIO)
    for element, address in named:
        found = _AUTHORITY.match(address)
        fault = _find_fault(found[1]) if found else ""
        if found and fault and ("@" in found[1] or _bare_host(found[1]) not in own):
            yield f"{_without_secret(address)} {fault}", document.at(element)


def _find_own_hosts(site: Site) -> frozenset[str]:
    """Where the show itself is: a preview on this computer may name this computer."""
    hosts = (_AUTHORITY.match(url) for url in (site.show.url, site.show.media_url) if url)
    return frozenset(_bare_host(found[1]) for found in hosts if found)


def _bare_host(authority: str) -> str:
    host = authority.rpartition("@")[2].lower()
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]


@lru_cache(maxsize=4096)
def _find_fault(authority: str) -> str:
    """Why the public cannot load anything from an address; empty where it can."""
    if "@" in authority:
        return "holds a user name or password, which everybody can read and few apps send"
    host = _bare_host(authority).rstrip(".")
    try:
        private = not ip_address(host).is_global
    except ValueError:
        private = "." not in host or host.rpartition(".")[2] in _PRIVATE_NAMES or host.endswith(".home.arpa")
    return "leads into a private network" if private else ""


def _without_secret(address: str) -> str:
    return re.sub(r"//[^/@]*@", "//…@", address)[:120]


@REACH.rule(
    "enclosure-lasting",
    Severity.WARNING,
    ref.APPLE_REQUIREMENTS,
    holds="Addresses of audio work for ever and for everybody: no signature or token that runs out.",
    remedy="Make the files public on their host, and set `media.url` to their plain address.",
)
def _find_expiring(document: FeedDocument) -> Iterator[Remark]:
    for element, address in _list_audio(document):
        query = address.partition("?")[2].partition("#")[0]
        names = {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)} if query else set()
        if found := sorted(names & _EXPIRING):
            yield f"the address has “{found[0]}”, as addresses have that stop working", document.at(element)


@REACH.rule(
    "enclosure-fragment",
    Severity.WARNING,
    ref.RFC3986,
    holds="Addresses of audio have no fragment (#): apps drop it, or take the episode for another.",
    remedy="Leave out what follows the #.",
)
def _find_fragments(document: FeedDocument) -> Iterator[Remark]:
    for element, address in _list_audio(document):
        if "#" in address:
            yield f"the address ends in “#{address.partition('#')[2][:40]}”", document.at(element)


def _list_audio(document: FeedDocument) -> Iterator[tuple[Element, str]]:
    for name in sorted(_AUDIO):
        for element in document.all(name):
            if address := element.get("url") or element.get("uri"):
                yield element, address


@REACH.rule(
    "feed-files",
    Severity.WARNING,
    ref.RSS,
    holds="Pages and trailers that the feed names on this site are there.",
    remedy="Build again; if it stays, correct the address.",
)
def _find_missing(document: FeedDocument) -> Iterator[Remark]:
    site = document.site
    if not site.output.is_dir():
        return
    enclosures = {element.get("url") for element in document.all("enclosure")}
    named = [(element, (element.text or "").strip()) for item in document.items for element in item.all("link")]
    named += [(element, url) for element in document.all("podcast:trailer") if (url := element.get("url", ""))]
    pages = (link for link in document.channel.all("atom:link") if link.get("rel") in {"next", "previous", "last"})
    named += [(element, element.get("href", "")) for element in pages]
    for element, address in named:
        file = site.find_file(address)
        if address not in enclosures and file and not file.exists():
            yield f"{address} is not on the site", document.at(element)


@REACH.rule(
    "feed-foreign-pages",
    Severity.ADVICE,
    ref.RSS,
    holds="An episode's link leads to its page, neither to the audio nor to the feed.",
    remedy="Build again: the page of the episode is its link.",
)
def _find_odd_links(document: FeedDocument) -> Iterator[Remark]:
    own = document.site.show.url + document.site.feed_path
    for branch in document.branches:
        link, enclosure = branch.text("link"), branch.first("enclosure")
        if link and (link == own or (enclosure is not None and link == enclosure.get("url"))):
            yield f"the link {link} leads to no page", document.at(branch)


@REACH.rule(
    "new-feed-url-own",
    Severity.ADVICE,
    ref.APPLE_MOVE,
    holds="`itunes:new-feed-url` leads elsewhere: to the feed itself it tells apps nothing.",
    remedy="Remove `feed.moved_to`, once everybody has followed.",
)
def _find_own_move(document: FeedDocument) -> Iterator[Remark]:
    own = _bare(document.site.show.url + document.site.feed_path)
    for element in document.all("itunes:new-feed-url"):
        if _bare((element.text or "").strip()) == own:
            yield "the new address is the one the feed has", document.at(element)


def _bare(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}?{parts.query}"
