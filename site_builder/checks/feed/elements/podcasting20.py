"""Shapes of the elements of the Podcasting 2.0 namespace."""

from __future__ import annotations

from site_builder.checks.feed.elements.places import BOTH, CHANNEL, ITEM, ITEMS, MANY
from site_builder.checks.feed.elements.shapes import Shape
from site_builder.checks.feed.elements.values import (
    anything,
    codecs,
    country,
    date,
    email,
    geo,
    group,
    host_name,
    iso_date,
    language,
    matches,
    media_type,
    moment,
    one_of,
    rate,
    recurrence,
    resource,
    role,
    seconds,
    true_false,
    up_to,
    uuid,
    uuid5,
    web,
    whole,
)

PROTOCOLS = ("activitypub", "twitter", "lightning", "atproto", "hive", "matrix", "nostr", "disabled")
MEDIA = ("podcast", "music", "video", "film", "audiobook", "newsletter", "blog", "publisher", "course", "mixed")
number = matches(r"[0-9]+(\.[0-9]+)?", "a number")

PODCAST_SHAPES = (
    Shape(
        name="podcast:transcript",
        within=ITEMS,
        attributes={
            "url!": resource,
            "type!": one_of(
                "text/vtt", "application/x-subrip", "application/srt", "application/json", "text/html", "text/plain"
            ),
            "language": language,
            "rel": one_of("captions"),
        },
    ),
    Shape(name="podcast:locked", within=CHANNEL, once=True, text=one_of("yes", "no"), attributes={"owner!": email}),
    Shape(name="podcast:funding", within=BOTH, text=up_to(128), attributes={"url!": web}),
    Shape(
        name="podcast:chapters",
        within=ITEMS,
        once=True,
        attributes={"url!": resource, "type!": one_of("application/json+chapters")},
    ),
    Shape(
        name="podcast:soundbite",
        within=ITEMS,
        text=lambda value: up_to(128)(value) if value else "",
        attributes={"startTime!": seconds(), "duration!": seconds(positive=True)},
    ),
    Shape(
        name="podcast:person",
        within=BOTH,
        text=up_to(128),
        attributes={"role": role, "group": group, "img": resource, "href": web},
    ),
    Shape(
        name="podcast:location",
        within=BOTH,
        text=up_to(128),
        attributes={
            "rel": one_of("subject", "creator"),
            "geo": geo,
            "osm": matches(r"[NWR][0-9]+(#[0-9]+)?", "an OpenStreetMap object such as R109166"),
            "country": country,
        },
    ),
    Shape(name="podcast:season", within=ITEMS, once=True, text=whole(), attributes={"name": up_to(128)}),
    Shape(name="podcast:episode", within=ITEMS, once=True, text=number, attributes={"display": up_to(32)}),
    Shape(
        name="podcast:trailer",
        within=CHANNEL,
        text=up_to(128),
        attributes={
            "url!": resource,
            "pubdate!": date,
            "length": whole(1),
            "type": matches(r"(audio|video)/[a-zA-Z0-9.+-]+", "a media type such as audio/mpeg"),
            "season": whole(1),
        },
    ),
    Shape(name="podcast:license", within=BOTH, once=True, text=up_to(128), attributes={"url": web}),
    Shape(
        name="podcast:alternateEnclosure",
        within=ITEMS,
        attributes={
            "type!": media_type,
            "length": whole(1),
            "bitrate": rate,
            "height": whole(1),
            "lang": language,
            "title": up_to(32),
            "rel": up_to(32),
            "codecs": codecs,
            "default": true_false,
        },
        children={"podcast:source": (1, MANY), "podcast:integrity": (0, 1)},
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
    Shape(name="podcast:guid", within=CHANNEL, once=True, text=uuid5),
    Shape(
        name="podcast:value",
        within=BOTH,
        attributes={"type!": anything, "method!": anything, "suggested": number},
        children={"podcast:valueRecipient": (1, MANY)},
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
            "remotePercentage": matches(r"[0-9]{1,2}|100", "a percentage from 0 to 100"),
        },
    ),
    Shape(
        name="podcast:medium",
        within=CHANNEL,
        once=True,
        text=one_of(*MEDIA, *(f"{medium}L" for medium in MEDIA if medium != "mixed")),
    ),
    Shape(
        name="podcast:liveItem",
        within=CHANNEL,
        attributes={"status!": one_of("pending", "live", "ended"), "start!": moment, "end": moment},
        children={"podcast:contentLink": (1, MANY)},
    ),
    Shape(name="podcast:contentLink", within=ITEMS, attributes={"href!": web}, text=anything),
    Shape(
        name="podcast:socialInteract",
        within=CHANNEL | ITEM,
        attributes={
            "protocol!": one_of(*PROTOCOLS),
            "uri!": anything,
            "accountId": anything,
            "accountUrl": web,
            "priority": whole(),
        },
        spared=lambda element: {"uri"} if element.get("protocol") == "disabled" else set(),
    ),
    Shape(
        name="podcast:chat",
        within=BOTH,
        once=True,
        attributes={
            "server!": host_name,
            "protocol!": one_of("irc", "xmpp", "nostr", "matrix"),
            "accountId": anything,
            "space": anything,
        },
    ),
    Shape(name="podcast:block", within=CHANNEL, text=one_of("yes", "no"), attributes={"id": anything}),
    Shape(name="podcast:txt", within=CHANNEL | ITEM, text=up_to(4000), attributes={"purpose": up_to(128)}),
    Shape(
        name="podcast:remoteItem",
        within=frozenset({"channel", "podcast:podroll", "podcast:publisher", "podcast:valueTimeSplit"}),
        attributes={"feedGuid!": uuid, "feedUrl": web, "itemGuid": anything, "medium": anything, "title": anything},
    ),
    Shape(name="podcast:podroll", within=CHANNEL, once=True, children={"podcast:remoteItem": (1, MANY)}),
    Shape(name="podcast:publisher", within=CHANNEL, once=True, children={"podcast:remoteItem": (1, 1)}),
    Shape(
        name="podcast:updateFrequency",
        within=CHANNEL,
        once=True,
        text=up_to(128),
        attributes={"complete": true_false, "dtstart": iso_date, "rrule": recurrence},
    ),
    Shape(name="podcast:podping", within=CHANNEL, once=True, attributes={"usesPodping": true_false}),
    Shape(
        name="podcast:image",
        within=BOTH,
        attributes={
            "href!": resource,
            "alt": anything,
            "aspect-ratio": matches(r"[1-9][0-9]*/[1-9][0-9]*", "a shape such as 16/9"),
            "width": whole(1),
            "height": whole(1),
            "type": matches(r"(image|video)/[a-z0-9+.-]+", "the media type of a picture or a video"),
            "purpose": up_to(128),
        },
    ),
)
