"""Shapes of the elements of RSS, Apple, Podlove, Spotify and Atom."""

from __future__ import annotations

from site_builder.checks.feed.elements.places import BOTH, CHANNEL, ITEMS, MANY
from site_builder.checks.feed.elements.shapes import Shape
from site_builder.checks.feed.elements.values import (
    anything,
    contact,
    countries,
    date,
    email,
    host_name,
    language,
    matches,
    media_type,
    one_of,
    resource,
    true_false,
    up_to,
    web,
    whole,
)

_start_time = matches(r"[0-9]{2,}:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,3})?", "a time such as 00:05:37.000")

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

RSS_SHAPES = (
    Shape(name="pubDate", within=BOTH | {"channel"}, once=True, text=date),
    Shape(name="lastBuildDate", within=CHANNEL, once=True, text=date),
    Shape(name="guid", within=ITEMS, once=True, text=anything, attributes={"isPermaLink": true_false}),
    Shape(
        name="enclosure",
        within=ITEMS,
        once=True,
        attributes={"url!": resource, "length!": whole(1), "type!": media_type},
    ),
    Shape(name="link", within=frozenset({"channel", "item", "image", "podcast:liveItem"}), once=True, text=resource),
    Shape(name="language", within=CHANNEL, once=True, text=language),
    Shape(name="title", within=frozenset({"channel", "item", "image", "podcast:liveItem"}), once=True, text=up_to(255)),
    Shape(
        name="description", within=frozenset({"channel", "item", "image", "podcast:liveItem"}), once=True, text=anything
    ),
    Shape(
        name="image",
        within=CHANNEL,
        once=True,
        children={"url": (1, 1), "title": (1, 1), "link": (1, 1)},
    ),
    Shape(name="item", within=CHANNEL),
    Shape(name="ttl", within=CHANNEL, once=True, text=whole(1)),
    Shape(name="skipHours", within=CHANNEL, once=True, children={"hour": (1, 23)}),
    Shape(name="hour", within=frozenset({"skipHours"}), text=matches(r"1?[0-9]|2[0-3]", "an hour from 0 to 23")),
    Shape(name="skipDays", within=CHANNEL, once=True, children={"day": (1, 6)}),
    Shape(name="day", within=frozenset({"skipDays"}), text=one_of(*DAYS)),
    Shape(
        name="cloud",
        within=CHANNEL,
        once=True,
        attributes={
            "domain!": host_name,
            "port!": whole(1),
            "path!": anything,
            "registerProcedure!": lambda _: "",
            "protocol!": one_of("xml-rpc", "soap", "http-post", "https-post"),
        },
    ),
    Shape(name="managingEditor", within=CHANNEL, once=True, text=contact),
    Shape(name="webMaster", within=CHANNEL, once=True, text=contact),
    Shape(name="comments", within=ITEMS, once=True, text=web),
    Shape(name="docs", within=CHANNEL, once=True, text=web),
    Shape(name="generator", within=CHANNEL, once=True, text=anything),
    Shape(name="copyright", within=CHANNEL, once=True, text=anything),
    Shape(name="content:encoded", within=ITEMS, once=True, text=anything),
)

APPLE_SHAPES = (
    Shape(name="itunes:explicit", within=BOTH, once=True, text=true_false),
    Shape(name="itunes:image", within=BOTH, once=True, attributes={"href!": resource}),
    Shape(name="itunes:author", within=BOTH, once=True, text=up_to(255)),
    Shape(name="itunes:title", within=BOTH, once=True, text=up_to(255)),
    Shape(name="itunes:subtitle", within=BOTH, once=True, text=up_to(255)),
    Shape(name="itunes:type", within=CHANNEL, once=True, text=one_of("episodic", "serial")),
    Shape(name="itunes:owner", within=CHANNEL, once=True, children={"itunes:name": (0, 1), "itunes:email": (1, 1)}),
    Shape(name="itunes:email", within=frozenset({"itunes:owner"}), text=email),
    Shape(name="itunes:new-feed-url", within=CHANNEL, once=True, text=resource),
    Shape(name="itunes:block", within=BOTH, once=True, text=one_of("Yes")),
    Shape(name="itunes:complete", within=CHANNEL, once=True, text=one_of("Yes")),
    Shape(
        name="itunes:duration",
        within=ITEMS,
        once=True,
        text=matches(r"[1-9][0-9]{0,6}|[0-9]{1,2}(:[0-5][0-9]){1,2}", "whole seconds, more than 0"),
    ),
    Shape(name="itunes:season", within=ITEMS, once=True, text=whole(1)),
    Shape(name="itunes:episode", within=ITEMS, once=True, text=whole(1)),
    Shape(name="itunes:episodeType", within=ITEMS, once=True, text=one_of("full", "trailer", "bonus")),
)

OTHER_SHAPES = (
    Shape(
        name="psc:chapters",
        within=ITEMS,
        once=True,
        attributes={"version!": one_of("1.0", "1.1", "1.2")},
        children={"psc:chapter": (1, MANY)},
    ),
    Shape(
        name="psc:chapter",
        within=frozenset({"psc:chapters"}),
        attributes={"start!": _start_time, "title!": anything, "href": web, "image": resource},
    ),
    Shape(
        name="spotify:countryOfOrigin",
        within=CHANNEL,
        once=True,
        text=countries,
    ),
    Shape(name="spotify:limit", within=CHANNEL, once=True, attributes={"recentCount": whole(1)}),
    Shape(
        name="atom:link",
        within=CHANNEL,
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
