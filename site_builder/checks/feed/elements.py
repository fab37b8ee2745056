"""One rule for each element of a feed: where it stands, how often, its attributes and values, as a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from site_builder.checks import references as ref
from site_builder.checks.feed.document import FeedDocument
from site_builder.checks.feed.shapes import (
    Shape,
    anything,
    date,
    email,
    iso_date,
    language,
    matches,
    media_type,
    one_of,
    resource,
    seconds,
    true_false,
    up_to,
    uuid,
    uuid5,
    web,
    whole,
)
from site_builder.checks.rule import Remark, Rule, Rulebook, Severity
from site_builder.model.categories import CATEGORIES

ELEMENTS: Rulebook[FeedDocument] = Rulebook("Elements of the feed")

_CHANNEL, _ITEM = frozenset({"channel"}), frozenset({"item"})
_LIVE = frozenset({"podcast:liveItem"})
_BOTH = _CHANNEL | _ITEM | _LIVE
_ITEMS = _ITEM | _LIVE
_MANY = 10_000
_ROLES = (
    "director, assistant director, executive producer, senior producer, producer, associate producer, "
    "development producer, creative director, host, co-host, guest host, guest, voice actor, narrator, announcer, "
    "reporter, author, editorial director, co-writer, writer, songwriter, guest writer, story editor, "
    "managing editor, script editor, script coordinator, researcher, editor, fact checker, translator, transcriber, "
    "logger, studio coordinator, technical director, technical manager, audio engineer, remote recording engineer, "
    "post production engineer, audio editor, sound designer, foley artist, composer, theme music, music production, "
    "music contributor, production coordinator, booking coordinator, production assistant, content manager, "
    "marketing manager, sales representative, sales manager, graphic designer, cover art designer, "
    "social media manager, consultant, intern, camera operator, lighting designer, camera grip, "
    "assistant camera, assistant editor"
)
_PROTOCOLS = ("activitypub", "twitter", "lightning", "atproto", "hive", "matrix", "nostr", "disabled")
_MEDIA = ("podcast", "music", "video", "film", "audiobook", "newsletter", "blog", "publisher", "course", "mixed")


def _role(value: str) -> str:
    known = value.lower() in {role.strip() for role in _ROLES.split(",")}
    return "" if known else f"expected a role of the taxonomy such as host or guest, got “{value[:40]}”"


def _rule(value: str) -> str:
    right = re.search(r"(^|;)FREQ=(SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)(;|$)", value)
    return "" if right else "expected a rule such as FREQ=WEEKLY (RFC 5545)"


_number = matches(r"[0-9]+(\.[0-9]+)?", "a number")
_image_type = matches(r"image/[a-z+.-]+", "an image's media type")
_start_time = matches(r"[0-9]{2,}:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,3})?", "a time such as 00:05:37.000")

_RSS_SHAPES = (
    Shape(name="pubDate", within=_BOTH | {"channel"}, once=True, text=date),
    Shape(name="lastBuildDate", within=_CHANNEL, once=True, text=date),
    Shape(name="guid", within=_ITEMS, once=True, text=anything, attributes={"isPermaLink": true_false}),
    Shape(
        name="enclosure",
        within=_ITEMS,
        once=True,
        attributes={"url!": resource, "length!": whole(1), "type!": media_type},
    ),
    Shape(name="link", within=frozenset({"channel", "item", "image", "podcast:liveItem"}), once=True, text=resource),
    Shape(name="language", within=_CHANNEL, once=True, text=language),
    Shape(name="title", within=frozenset({"channel", "item", "image", "podcast:liveItem"}), once=True, text=up_to(255)),
    Shape(
        name="description", within=frozenset({"channel", "item", "image", "podcast:liveItem"}), once=True, text=anything
    ),
    Shape(
        name="image",
        within=_CHANNEL,
        once=True,
        children={"url": (1, 1), "title": (1, 1), "link": (1, 1)},
    ),
    Shape(name="content:encoded", within=_ITEMS, once=True, text=anything),
)

_APPLE_SHAPES = (
    Shape(name="itunes:explicit", within=_BOTH, once=True, text=true_false),
    Shape(name="itunes:image", within=_BOTH, once=True, attributes={"href!": resource}),
    Shape(name="itunes:author", within=_BOTH, once=True, text=up_to(255)),
    Shape(name="itunes:title", within=_BOTH, once=True, text=up_to(255)),
    Shape(name="itunes:subtitle", within=_BOTH, once=True, text=up_to(255)),
    Shape(name="itunes:type", within=_CHANNEL, once=True, text=one_of("episodic", "serial")),
    Shape(name="itunes:owner", within=_CHANNEL, once=True, children={"itunes:name": (0, 1), "itunes:email": (1, 1)}),
    Shape(name="itunes:email", within=frozenset({"itunes:owner"}), text=email),
    Shape(name="itunes:new-feed-url", within=_CHANNEL, once=True, text=resource),
    Shape(name="itunes:block", within=_BOTH, once=True, text=one_of("Yes")),
    Shape(name="itunes:complete", within=_CHANNEL, once=True, text=one_of("Yes")),
    Shape(
        name="itunes:duration",
        within=_ITEMS,
        once=True,
        text=matches(r"[1-9][0-9]{0,6}|[0-9]{1,2}(:[0-5][0-9]){1,2}", "whole seconds, more than 0"),
    ),
    Shape(name="itunes:season", within=_ITEMS, once=True, text=whole(1)),
    Shape(name="itunes:episode", within=_ITEMS, once=True, text=whole(1)),
    Shape(name="itunes:episodeType", within=_ITEMS, once=True, text=one_of("full", "trailer", "bonus")),
)

_PODCAST_SHAPES = (
    Shape(
        name="podcast:transcript",
        within=_ITEMS,
        attributes={
            "url!": resource,
            "type!": one_of(
                "text/vtt", "application/x-subrip", "application/srt", "application/json", "text/html", "text/plain"
            ),
            "language": language,
            "rel": one_of("captions"),
        },
    ),
    Shape(name="podcast:locked", within=_CHANNEL, once=True, text=one_of("yes", "no"), attributes={"owner!": email}),
    Shape(name="podcast:funding", within=_BOTH, text=up_to(128), attributes={"url!": web}),
    Shape(
        name="podcast:chapters",
        within=_ITEMS,
        once=True,
        attributes={"url!": resource, "type!": one_of("application/json+chapters")},
    ),
    Shape(
        name="podcast:soundbite",
        within=_ITEMS,
        text=lambda value: up_to(128)(value) if value else "",
        attributes={"startTime!": seconds(), "duration!": seconds(positive=True)},
    ),
    Shape(
        name="podcast:person",
        within=_BOTH,
        text=up_to(128),
        attributes={"role": _role, "group": up_to(64), "img": resource, "href": web},
    ),
    Shape(
        name="podcast:location",
        within=_BOTH,
        text=up_to(128),
        attributes={
            "rel": one_of("subject", "creator"),
            "geo": matches(r"geo:-?[0-9.]+,-?[0-9.]+(,-?[0-9.]+)?(;.+)?", "a place such as geo:48.2082,16.3738"),
            "osm": matches(r"[NWR][0-9]+(#[0-9]+)?", "an OpenStreetMap object such as R109166"),
            "country": matches(r"[A-Za-z]{2}", "a country code such as AT"),
        },
    ),
    Shape(name="podcast:season", within=_ITEMS, once=True, text=whole(), attributes={"name": up_to(128)}),
    Shape(name="podcast:episode", within=_ITEMS, once=True, text=_number, attributes={"display": up_to(32)}),
    Shape(
        name="podcast:trailer",
        within=_CHANNEL,
        text=up_to(128),
        attributes={"url!": resource, "pubdate!": date, "length": whole(1), "type": media_type, "season": whole(1)},
    ),
    Shape(name="podcast:license", within=_BOTH, once=True, text=up_to(128), attributes={"url": web}),
    Shape(
        name="podcast:alternateEnclosure",
        within=_ITEMS,
        attributes={
            "type!": media_type,
            "length": whole(1),
            "bitrate": _number,
            "height": whole(1),
            "lang": language,
            "title": up_to(32),
            "rel": up_to(32),
            "codecs": anything,
            "default": true_false,
        },
        children={"podcast:source": (1, _MANY), "podcast:integrity": (0, 1)},
    ),
    Shape(
        name="podcast:source",
        within=frozenset({"podcast:alternateEnclosure"}),
        attributes={"uri!": anything, "contentType": media_type},
    ),
    Shape(
        name="podcast:integrity",
        within=frozenset({"podcast:alternateEnclosure"}),
        attributes={"type!": one_of("sri", "pgp-signature"), "value!": anything},
    ),
    Shape(name="podcast:guid", within=_CHANNEL, once=True, text=uuid5),
    Shape(
        name="podcast:value",
        within=_BOTH,
        attributes={"type!": anything, "method!": anything, "suggested": _number},
        children={"podcast:valueRecipient": (1, _MANY)},
    ),
    Shape(
        name="podcast:valueRecipient",
        within=frozenset({"podcast:value", "podcast:valueTimeSplit"}),
        attributes={
            "type!": anything,
            "address!": anything,
            "split!": whole(),
            "name": anything,
            "customKey": anything,
            "customValue": anything,
            "fee": true_false,
        },
    ),
    Shape(
        name="podcast:valueTimeSplit",
        within=frozenset({"podcast:value"}),
        attributes={
            "startTime!": seconds(),
            "duration!": seconds(positive=True),
            "remoteStartTime": seconds(),
            "remotePercentage": whole(),
        },
    ),
    Shape(
        name="podcast:medium",
        within=_CHANNEL,
        once=True,
        text=one_of(*_MEDIA, *(f"{medium}L" for medium in _MEDIA if medium != "mixed")),
    ),
    Shape(
        name="podcast:liveItem",
        within=_CHANNEL,
        attributes={"status!": one_of("pending", "live", "ended"), "start!": iso_date, "end": iso_date},
        children={"podcast:contentLink": (1, _MANY)},
    ),
    Shape(name="podcast:contentLink", within=_ITEMS, attributes={"href!": web}, text=anything),
    Shape(
        name="podcast:socialInteract",
        within=_CHANNEL | _ITEM,
        attributes={
            "protocol!": one_of(*_PROTOCOLS),
            "uri!": anything,
            "accountId": anything,
            "accountUrl": web,
            "priority": whole(),
        },
    ),
    Shape(
        name="podcast:chat",
        within=_BOTH,
        once=True,
        attributes={"server!": anything, "protocol!": anything, "accountId": anything, "space": anything},
    ),
    Shape(name="podcast:block", within=_CHANNEL, text=one_of("yes", "no"), attributes={"id": anything}),
    Shape(name="podcast:txt", within=_CHANNEL | _ITEM, text=up_to(4000), attributes={"purpose": up_to(128)}),
    Shape(
        name="podcast:remoteItem",
        within=frozenset({"channel", "podcast:podroll", "podcast:publisher", "podcast:valueTimeSplit"}),
        attributes={"feedGuid!": uuid, "feedUrl": web, "itemGuid": anything, "medium": anything, "title": anything},
    ),
    Shape(name="podcast:podroll", within=_CHANNEL, once=True, children={"podcast:remoteItem": (1, _MANY)}),
    Shape(name="podcast:publisher", within=_CHANNEL, once=True, children={"podcast:remoteItem": (1, 1)}),
    Shape(
        name="podcast:updateFrequency",
        within=_CHANNEL,
        once=True,
        text=up_to(128),
        attributes={"complete": true_false, "dtstart": iso_date, "rrule": _rule},
    ),
    Shape(name="podcast:podping", within=_CHANNEL, once=True, attributes={"usesPodping": true_false}),
    Shape(
        name="podcast:image",
        within=_BOTH,
        attributes={
            "href!": resource,
            "alt": anything,
            "aspect-ratio": matches(r"[1-9][0-9]*/[1-9][0-9]*", "a shape such as 16/9"),
            "width": whole(1),
            "height": whole(1),
            "type": _image_type,
            "purpose": up_to(128),
        },
    ),
)

_OTHER_SHAPES = (
    Shape(
        name="psc:chapters",
        within=_ITEMS,
        once=True,
        attributes={"version!": one_of("1.0", "1.1", "1.2")},
        children={"psc:chapter": (1, _MANY)},
    ),
    Shape(
        name="psc:chapter",
        within=frozenset({"psc:chapters"}),
        attributes={"start!": _start_time, "title!": anything, "href": web, "image": resource},
    ),
    Shape(
        name="spotify:countryOfOrigin",
        within=_CHANNEL,
        once=True,
        text=matches(r"[a-z]{2}( [a-z]{2})*", "country codes in small letters such as de at"),
    ),
    Shape(name="spotify:limit", within=_CHANNEL, once=True, attributes={"recentCount": whole(1)}),
    Shape(
        name="atom:link",
        within=_CHANNEL,
        attributes={
            "href!": resource,
            "rel": one_of("self", "hub", "first", "previous", "next", "last", "alternate", "payment", "license"),
            "type": media_type,
            "title": anything,
            "hreflang": language,
            "length": whole(),
        },
    ),
)

_SOURCES: dict[str, str] = {
    "chapters": ref.SIMPLE_CHAPTERS,
    "chapter": ref.SIMPLE_CHAPTERS,
    "countryOfOrigin": ref.SPOTIFY,
    "limit": ref.SPOTIFY,
    "link": ref.RFC5005,
}
_TABLES: tuple[tuple[tuple[Shape, ...], Severity, Callable[[str], str], str], ...] = (
    (_RSS_SHAPES, Severity.ERROR, lambda _: ref.RSS, "a feed must be"),
    (_APPLE_SHAPES, Severity.ERROR, lambda _: ref.APPLE, "Apple requires"),
    (_PODCAST_SHAPES, Severity.WARNING, ref.namespace_tag, "the Podcasting 2.0 namespace says"),
    (_OTHER_SHAPES, Severity.WARNING, _SOURCES.__getitem__, "its specification says"),
)
_GENTLE = {"itunes:block", "itunes:complete", "itunes:subtitle", "itunes:title"}
"""Apple's elements whose faults are ignored rather than refused."""


def _name_rule(element: str) -> str:
    """`itunes:episodeType` → `itunes-episode-type`; those of plain RSS begin with `rss-`."""
    prefixed = element if ":" in element else f"rss:{element}"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", prefixed).replace(":", "-").lower()


def _fill() -> None:
    for shapes, severity, source, who in _TABLES:
        for shape in shapes:
            local = shape.name.rpartition(":")[2]
            rule = Rule(
                name=_name_rule(shape.name),
                severity=Severity.WARNING if shape.name in _GENTLE else severity,
                holds=f"`{shape.name}` stands where it belongs, with the attributes and values that {who}.",
                remedy="Correct the value in config.yaml or in the episode's front matter, then build again.",
                source=source(local),
            )
            ELEMENTS.add(rule, shape.find)


_fill()


def known_elements() -> frozenset[str]:
    """Every element that has a shape."""
    return frozenset(shape.name for shapes, *_ in _TABLES for shape in shapes)


@ELEMENTS.rule(
    "itunes-category",
    Severity.ERROR,
    ref.APPLE_CATEGORIES,
    holds="Every category is one of Apple's, spelt exactly as Apple does, subcategories within their own category.",
    remedy="Choose `show.category` from the list in docs/configuration.md.",
)
def _find_categories(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("itunes:category"):
        text, parent = element.get("text", ""), element.getparent()
        known = CATEGORIES if parent is document.channel.element else CATEGORIES.get(parent.get("text", ""), ())
        if text not in known:
            yield f"there is no category “{text}” here", document.at(element)
