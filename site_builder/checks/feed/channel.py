"""Rules about the show as a whole: categories, medium, kinds of episodes, who may list it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from site_builder.checks import references as ref
from site_builder.checks.feed.document import FeedDocument, text_of
from site_builder.checks.rule import Remark, Rulebook, Severity

CHANNEL: Rulebook[FeedDocument] = Rulebook("The show as a whole")

_CATEGORIES = 3
"""More than that no directory reads."""
_SLUGS = """
acast amazon anchor apple audioboom backtracks bitcoin blubrry buzzsprout captivate castos fireside google hypercatcher
libsyn mastodon megafono megaphone omnystudio overcast paypal pinecast podbean podcastaddict podcastindex podcasts.com
podchaser podfriend podiant podigee podnews podomatic podserve podverse redcircle relayfm resonate rss.com shoutengine
simplecast slack soundcloud spotify spreaker transistor twitter whooshkaa youtube zencast
"""
_SERVICES = frozenset(_SLUGS.split())
_NO_EPISODES = {"publisher"}


@CHANNEL.rule(
    "category-repeated",
    Severity.WARNING,
    ref.APPLE_CATEGORIES,
    holds="No category stands there twice: directories that take the first few lose one.",
    remedy="Remove one of the two from `show.category`.",
)
def _find_repeated(document: FeedDocument) -> Iterator[Remark]:
    known: set[tuple[str, ...]] = set()
    for element in document.all("itunes:category"):
        above = [parent.get("text", "") for parent in element.iterancestors(element.tag)]
        path = (element.get("text", "").lower(), *above)
        if path in known:
            yield f"the category “{element.get('text')}” stands there twice", document.at(element)
        known.add(path)


@CHANNEL.rule(
    "category-count",
    Severity.ADVICE,
    ref.APPLE_CATEGORIES,
    holds=f"There are at most {_CATEGORIES} categories: Apple shows the first, others up to that many.",
    remedy="Leave the most fitting in `show.category`, the best one first.",
)
def _find_many(document: FeedDocument) -> Iterator[Remark]:
    count = len(document.channel.all("itunes:category"))
    if count > _CATEGORIES:
        yield f"there are {count} categories", document.at(document.channel)


@CHANNEL.rule(
    "episodes-full",
    Severity.ADVICE,
    ref.APPLE_REQUIREMENTS,
    holds="There is more than trailers: some directories list no show that has nothing else.",
    remedy="Publish the first episode, or correct `type` in the front matter.",
)
def _find_trailers_alone(document: FeedDocument) -> Iterator[Remark]:
    kinds = {item.text("itunes:episodeType") for item in document.items}
    if kinds == {"trailer"}:
        yield "every episode is a trailer", document.at(document.channel)


@CHANNEL.rule(
    "medium-items",
    Severity.WARNING,
    ref.namespace_tag("medium"),
    holds="The medium fits what the feed holds: lists (podcastL) and publishers hold remote items, no episodes.",
    remedy="Set `feed.medium: podcast`.",
)
def _find_wrong_medium(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("podcast:medium"):
        medium = text_of(element)
        if (medium.endswith("L") or medium in _NO_EPISODES) and document.items:
            yield f"the medium {medium} has no episodes, but there are {len(document.items)}", document.at(element)
        elif medium in {"video", "film"} and document.items and not _is_moving(document):
            yield f"the medium is {medium}, but there is no video", document.at(element)
        if medium in {"podcast", "audiobook", "course"} and document.channel.all("podcast:remoteItem"):
            yield f"a list of remote items has another medium than {medium}", document.at(element)


def _is_moving(document: FeedDocument) -> bool:
    files = (*document.all("enclosure"), *document.all("podcast:alternateEnclosure"))
    return any(file.get("type", "").startswith("video/") for file in files)


@CHANNEL.rule(
    "locked-owner",
    Severity.ADVICE,
    ref.namespace_tag("locked"),
    holds="Whoever may unlock the feed is its owner: both have the same e-mail address.",
    remedy="Set `show.email`; both are made of it.",
)
def _find_other_owner(document: FeedDocument) -> Iterator[Remark]:
    owners = {text_of(element).lower() for element in document.all("itunes:email")}
    for element in document.all("podcast:locked"):
        if owners and element.get("owner") and element.get("owner", "").lower() not in owners:
            yield f"{element.get('owner')} is not the owner's address", document.at(element)


@CHANNEL.rule(
    "feed-hub",
    Severity.WARNING,
    ref.WEBSUB,
    holds="Each WebSub hub is named once.",
    remedy="Correct `feed.hub`.",
)
def _find_hubs(document: FeedDocument) -> Iterator[Remark]:
    hubs = [link for link in document.channel.all("atom:link") if link.get("rel") == "hub"]
    counts = Counter(link.get("href") for link in hubs)
    own = document.site.show.url + document.site.feed_path
    for link in hubs:
        if counts[link.get("href")] > 1 or link.get("href") == own:
            yield f"the hub {link.get('href')} is named twice, or is the feed itself", document.at(link)


@CHANNEL.rule(
    "podroll-others",
    Severity.WARNING,
    ref.namespace_tag("podroll"),
    holds="The podroll recommends other shows, each once; a publisher is not the show itself.",
    remedy="Remove the entry from `feed.podroll`.",
)
def _find_itself(document: FeedDocument) -> Iterator[Remark]:
    own = {document.channel.text("podcast:guid").lower(), document.site.show.url + document.site.feed_path} - {""}
    known: set[str] = set()
    for element in document.all("podcast:remoteItem"):
        parent = element.getparent().tag.rpartition("}")[2]
        names = {element.get("feedGuid", "").lower(), element.get("feedUrl", "")} - {""}
        if parent in {"podroll", "publisher"} and names & own:
            yield f"the {parent} names this show itself", document.at(element)
        if parent == "podroll" and names & known:
            yield "the podroll names a show twice", document.at(element)
        known |= names if parent == "podroll" else set()


@CHANNEL.rule(
    "block-agrees",
    Severity.WARNING,
    ref.namespace_tag("block"),
    holds="About each service the feed says one thing: it may list the show, or it may not.",
    remedy="Correct `feed.block_services` and `feed.allow_services`.",
)
def _find_contradictions(document: FeedDocument) -> Iterator[Remark]:
    counts = Counter((element.get("id") or "").lower() for element in document.all("podcast:block"))
    for name, count in counts.items():
        if count > 1:
            yield f"{name or 'every service'} is spoken of {count} times", document.at(document.channel)


@CHANNEL.rule(
    "block-service",
    Severity.ADVICE,
    ref.SERVICE_SLUGS,
    holds="Services that are blocked or allowed are called as the list of the namespace calls them.",
    remedy="Correct `feed.block_services` or `feed.allow_services`.",
)
def _find_unknown_services(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("podcast:block"):
        if element.get("id") and element.get("id") not in _SERVICES:
            yield f"no service is called “{element.get('id')[:40]}”", document.at(element)


@CHANNEL.rule(
    "season-named-once",
    Severity.ADVICE,
    ref.namespace_tag("season"),
    holds="A season has one name in all its episodes.",
    remedy="Name seasons in `show.seasons`.",
)
def _find_season_names(document: FeedDocument) -> Iterator[Remark]:
    names: dict[str, str] = {}
    for element in document.all("podcast:season"):
        name = element.get("name", "")
        if name and names.setdefault(text_of(element), name) != name:
            yield f"season {text_of(element)} is “{names[text_of(element)]}” elsewhere", document.at(element)


@CHANNEL.rule(
    "countries-once",
    Severity.ADVICE,
    ref.SPOTIFY,
    holds="Each country is named once.",
    remedy="Correct `show.countries`.",
)
def _find_countries(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("spotify:countryOfOrigin"):
        codes = text_of(element).split()
        if len(set(codes)) < len(codes):
            yield "a country is named twice", document.at(element)
