"""Ways of breaking a feed, each with the rule that has to notice.

FEED_CASES           (rule, what is done, the change from its bytes to broken ones)
"""

from __future__ import annotations

import re

from feed_changes import (
    Change,
    FeedCase,
    attribute,
    drop,
    into_channel,
    into_item,
    item_text,
    sub,
    text,
    twice,
    unchanged_but,
)
from feed_mutations_together import TOGETHER

_LINK = '<podcast:contentLink href="https://e.example/">x</podcast:contentLink>'
_LIVE = f'<podcast:liveItem status="live" start="2026-10-02T18:30:00Z">{_LINK}</podcast:liveItem>'
_RECIPIENT = '<podcast:valueRecipient type="node" address="a" split="1"/>'
_SPLIT = '<podcast:valueTimeSplit duration="3"/>'
_VALUE = f'<podcast:value type="lightning" method="keysend">{_RECIPIENT}</podcast:value>'
_IMAGE = "<image><url>https://e.example/a.jpg</url><title>Other</title><link>https://example.org/river/</link></image>"
_PUBLISHER = '<podcast:remoteItem feedGuid="917393e3-1b1e-5cef-ace4-edaa54e1f810" medium="podcast"/>'
_NOTES_FIRST = r"(<item>.*?)(\s*<description>.*?</description>)(\s*<content:encoded>.*?</content:encoded>)"
_ITSELF = '<atom:link href="https://example.org/river/feed.xml" rel="next"/>'
_SECOND = '<enclosure url="https://e.example/a.mp3" length="1" type="audio/mpeg"/>'
_SRT_ALONE = r'\s*<podcast:transcript[^<>]*type="text/vtt"[^<>]*>'
_CHAPTERS = '<psc:chapter start="00:00:01.000" title="Late"/></psc:chapters>'
_LICENSE = "<podcast:license[^<]*<"

_CASES: tuple[tuple[str, str, Change], ...] = (
    # the file
    ("feed-well-formed", "an element is not closed", sub("</channel>", "")),
    ("feed-well-formed", "an ampersand stands alone", text("title", "Rivers & Tides")),
    ("feed-well-formed", "a control character", text("title", "Rivers \x08")),
    ("feed-well-formed", "an Atom feed", lambda _: '<?xml version="1.0" encoding="UTF-8"?><feed/>'),
    ("feed-encoding", "no declaration", sub(r"<\?xml.*?\?>\n", "")),
    ("feed-encoding", "another encoding", sub(r"UTF-8", "ISO-8859-1")),
    ("feed-doctype", "an entity that expands", sub("<rss", '<!DOCTYPE rss [<!ENTITY a "b">]>\n<rss')),
    ("feed-characters", "a lost character", text("title", "Rivers \ufffd")),
    ("feed-characters", "a C1 control", text("title", "Rivers \x9b")),
    ("feed-size", "more than a megabyte", into_item(f"<comments>https://e.example/{'x' * 1_000_001}</comments>")),
    # the document
    ("rss-version", "version 0.91", sub('version="2.0"', 'version="0.91"')),
    ("rss-version", "two channels", sub("</channel>", "</channel><channel/>")),
    ("feed-namespaces", "itunes without slash", sub("podcast-1.0.dtd", "podcast-1.1.dtd")),
    ("feed-namespace-spelling", "itunes in capitals", sub("www.itunes.com/dtds", "www.iTunes.com/dtds")),
    ("feed-namespace-spelling", "http for https", sub("https://podcastindex.org/name", "http://podcastindex.org/name")),
    (
        "feed-namespace-spelling",
        "another prefix",
        lambda feed: re.sub(r"\bpodcast([:=])", r"pod\1", feed).replace("xmlns:podcast", "xmlns:pod"),
    ),
    ("feed-unknown-element", "a typo", lambda feed: feed.replace("itunes:episodeType", "itunes:episodetype")),
    ("feed-unknown-element", "an invented element", into_item("<podcast:mood>good</podcast:mood>")),
    ("feed-outdated-element", "key words", into_channel("<itunes:keywords>a,b</itunes:keywords>")),
    ("feed-episodes", "an empty show", sub(r"\s*<item>.*</item>", "")),
    *(
        (f"channel-{name}", "missing", drop(element))
        for name, element in {
            "title": "title",
            "link": "link",
            "description": "description",
            "language": "language",
            "image": "itunes:image",
            "author": "itunes:author",
            "explicit": "itunes:explicit",
            "owner": "itunes:owner",
            "guid": "podcast:guid",
            "locked": "podcast:locked",
            "generator": "generator",
        }.items()
    ),
    ("channel-category", "missing", lambda feed: re.sub(r"\s*</?itunes:category[^<>]*>", "", feed)),
    *(
        (f"item-{name}", "missing", drop(element, "item"))
        for name, element in {
            "title": "title",
            "guid": "guid",
            "enclosure": "enclosure",
            "pub-date": "pubDate",
            "link": "link",
            "description": "description",
            "duration": "itunes:duration",
            "explicit": "itunes:explicit",
            "image": "itunes:image",
        }.items()
    ),
    ("item-transcript", "missing", lambda feed: re.sub(r"\s*<podcast:transcript[^<>]*>", "", feed)),
    # plain RSS
    ("rss-pub-date", "ISO 8601", item_text("pubDate", "2026-10-02T18:30:00Z")),
    ("rss-pub-date", "the wrong weekday", sub(r"<pubDate>\w{3}", "<pubDate>Xyz")),
    ("rss-pub-date", "another weekday", sub(r"<pubDate>Fri", "<pubDate>Mon")),
    ("rss-pub-date", "two digits of year", sub(r"(<pubDate>[^<]*) 20(\d\d)", r"\1 \2")),
    ("rss-pub-date", "no time zone", sub(r"(<pubDate>[^<]*) \+0000", r"\1")),
    ("rss-pub-date", "the 31st of November", item_text("pubDate", "Tue, 31 Nov 2026 18:30:00 +0000")),
    ("rss-last-build-date", "local words", text("lastBuildDate", "Freitag, 2. Oktober 2026")),
    ("rss-guid", "empty", item_text("guid", "")),
    ("rss-guid", "isPermaLink=no", attribute("guid", "isPermaLink", "no")),
    ("rss-enclosure", "http", sub(r'<enclosure url="https', '<enclosure url="http')),
    ("rss-enclosure", "no length", attribute("enclosure", "length", None)),
    ("rss-enclosure", "length 0", attribute("enclosure", "length", "0")),
    ("rss-enclosure", "a malformed type", attribute("enclosure", "type", "audio")),
    ("rss-enclosure", "two in one item", into_item(_SECOND)),
    ("rss-link", "a second link", twice("link")),
    ("rss-language", "words", text("language", "English please")),
    ("rss-title", "too long", text("title", "x" * 256)),
    ("rss-description", "empty", text("description", " ")),
    ("rss-image", "without address", into_channel("<image><title>x</title><link>https://e.example/</link></image>")),
    ("content-encoded", "misplaced", into_channel("<content:encoded>x</content:encoded>")),
    # Apple
    ("itunes-explicit", "yes", text("itunes:explicit", "yes")),
    ("itunes-explicit", "True", text("itunes:explicit", "True")),
    ("itunes-explicit", "clean in an item", item_text("itunes:explicit", "clean")),
    ("itunes-image", "no address", attribute("itunes:image", "href", None)),
    ("itunes-image", "http", sub(r'<itunes:image href="https', '<itunes:image href="http')),
    ("itunes-author", "empty", text("itunes:author", "")),
    ("itunes-title", "empty", into_item("<itunes:title></itunes:title>")),
    ("itunes-subtitle", "too long", text("itunes:subtitle", "x" * 300)),
    ("itunes-type", "weekly", text("itunes:type", "weekly")),
    ("itunes-owner", "without e-mail", drop("itunes:email")),
    ("itunes-email", "no address", text("itunes:email", "ada at example")),
    ("itunes-new-feed-url", "relative", text("itunes:new-feed-url", "feed.xml")),
    ("itunes-block", "true", text("itunes:block", "true")),
    ("itunes-complete", "yes", into_channel("<itunes:complete>yes</itunes:complete>")),
    ("itunes-duration", "words", item_text("itunes:duration", "25 min")),
    ("itunes-duration", "0", item_text("itunes:duration", "0")),
    ("itunes-season", "0", item_text("itunes:season", "0")),
    ("itunes-episode", "1.5", item_text("itunes:episode", "1.5")),
    ("itunes-episode", "negative", item_text("itunes:episode", "-1")),
    ("itunes-episode-type", "Full", item_text("itunes:episodeType", "Full")),
    ("itunes-category", "in small letters", attribute("itunes:category", "text", "science")),
    ("itunes-category", "a subcategory of another", sub("Places &amp;amp; Travel|Places &amp; Travel", "Books")),
    # Podcasting 2.0
    ("podcast-transcript", "no type", attribute("podcast:transcript", "type", None)),
    ("podcast-transcript", "an unknown type", attribute("podcast:transcript", "type", "text/srt")),
    ("podcast-locked", "maybe", text("podcast:locked", "maybe")),
    ("podcast-locked", "without owner", attribute("podcast:locked", "owner", None)),
    ("podcast-funding", "129 characters", text("podcast:funding", "x" * 129)),
    ("podcast-funding", "no address", attribute("podcast:funding", "url", None)),
    ("podcast-chapters", "no type", attribute("podcast:chapters", "type", None)),
    ("podcast-soundbite", "no duration", attribute("podcast:soundbite", "duration", None)),
    ("podcast-soundbite", "a clock for seconds", attribute("podcast:soundbite", "startTime", "5:10")),
    ("podcast-person", "an unknown role", attribute("podcast:person", "role", "boss")),
    ("podcast-person", "a misspelt attribute", sub(r"<podcast:person role", "<podcast:person rolle")),
    ("podcast-person", "without a name", text("podcast:person", "")),
    ("podcast-location", "a bad place", attribute("podcast:location", "geo", "48.2,16.3")),
    ("podcast-season", "text", item_text("podcast:season", "two")),
    ("podcast-episode", "a long display", attribute("podcast:episode", "display", "x" * 33)),
    ("podcast-trailer", "an ISO date", attribute("podcast:trailer", "pubdate", "2026-09-25")),
    ("podcast-trailer", "no address", attribute("podcast:trailer", "url", None)),
    ("podcast-license", "empty", text("podcast:license", "")),
    ("podcast-alternate-enclosure", "no source", lambda feed: re.sub(r"<podcast:source [^<>]*/>", "", feed)),
    ("podcast-alternate-enclosure", "no type", attribute("podcast:alternateEnclosure", "type", None)),
    ("podcast-source", "no address", attribute("podcast:source", "uri", None)),
    ("podcast-integrity", "another type", attribute("podcast:integrity", "type", "md5")),
    ("podcast-guid", "no UUID", text("podcast:guid", "river-hours")),
    ("podcast-guid", "version 4", text("podcast:guid", "9b024349-ccf0-4f69-a609-6b82873eab3c")),
    ("podcast-value", "no method", into_item(_VALUE.replace(' method="keysend"', ""))),
    ("podcast-value-recipient", "no split", into_item(_VALUE.replace(' split="1"', ""))),
    ("podcast-value-time-split", "no start", into_item(_VALUE.replace(_RECIPIENT, _RECIPIENT + _SPLIT))),
    ("podcast-medium", "radio", text("podcast:medium", "radio")),
    ("podcast-live-item", "an unknown status", into_channel(_LIVE.replace('live"', 'soon"', 1))),
    ("podcast-live-item", "no content link", into_channel(re.sub(r"<podcast:contentLink.*Link>", "", _LIVE))),
    ("podcast-content-link", "no address", into_channel(_LIVE.replace(' href="https://e.example/"', ""))),
    ("podcast-social-interact", "an unknown protocol", attribute("podcast:socialInteract", "protocol", "myspace")),
    ("podcast-social-interact", "no address", attribute("podcast:socialInteract", "uri", None)),
    ("podcast-chat", "no server", into_channel('<podcast:chat protocol="irc"/>')),
    ("podcast-block", "Yes", into_channel("<podcast:block>Yes</podcast:block>")),
    ("podcast-txt", "4001 characters", text("podcast:txt", "x" * 4001)),
    ("podcast-remote-item", "no guid", attribute("podcast:remoteItem", "feedGuid", None)),
    ("podcast-podroll", "empty", sub(r"(<podcast:podroll>).*?(</podcast:podroll>)", r"\1\2")),
    ("podcast-publisher", "empty", into_channel("<podcast:publisher></podcast:publisher>")),
    ("podcast-update-frequency", "no rule", attribute("podcast:updateFrequency", "rrule", "every day")),
    ("podcast-podping", "yes", into_channel('<podcast:podping usesPodping="yes"/>')),
    ("podcast-image", "no address", attribute("podcast:image", "href", None)),
    ("podcast-image", "a shape in words", attribute("podcast:image", "aspect-ratio", "square")),
    ("psc-chapters", "no version", attribute("psc:chapters", "version", None)),
    ("psc-chapter", "a bare number", attribute("psc:chapter", "start", "37")),
    ("psc-chapter", "no title", attribute("psc:chapter", "title", None)),
    ("spotify-country-of-origin", "capitals", text("spotify:countryOfOrigin", "DE AT")),
    ("spotify-limit", "no number", into_channel('<spotify:limit recentCount="all"/>')),
    ("atom-link", "an unknown relation", into_channel('<atom:link href="https://e.example/" rel="friend"/>')),
    ("atom-link", "a relative hub", into_channel('<atom:link href="/hub" rel="hub"/>')),
    # addresses and identities
    ("feed-address", "no self link", drop("atom:link")),
    ("feed-address", "another address", attribute("atom:link", "href", "https://example.org/old/feed.xml")),
    ("feed-address", "another type", attribute("atom:link", "type", "text/xml")),
    ("feed-links", "next leads to itself", into_channel(_ITSELF)),
    ("feed-https", "a link of a person", attribute("podcast:person", "href", "http://x.com/ada")),
    ("feed-relative-address", "audio", attribute("enclosure", "url", "media/a.m4a")),
    ("feed-relative-address", "a page", item_text("link", "/episodes/one/")),
    ("guid-unique", "twice", unchanged_but(sub(r">1lDxLnrWjwk07<", ">1lDxLnrWjwk02<"))),
    ("guid-not-a-link", "isPermaLink left out", sub(r'(<item>.*?<guid) isPermaLink="false"', r"\1")),
    (
        "enclosure-unique",
        "twice",
        lambda feed: re.sub(r'<enclosure url="[^"]*"', '<enclosure url="https://e.example/a.m4a"', feed),
    ),
    (
        "link-unique",
        "twice",
        lambda feed: re.sub(r"(<item>.*?<link>)[^<]*", r"\1https://e.example/", feed, flags=re.DOTALL),
    ),
    ("enclosure-extension", "ogg", attribute("enclosure", "url", "https://e.example/a.ogg")),
    ("enclosure-extension", "none", attribute("enclosure", "url", "https://e.example/listen?id=3")),
    ("enclosure-type", "mp3 as m4a", attribute("enclosure", "url", "https://e.example/a.mp3")),
    ("enclosure-type", "octet-stream", attribute("enclosure", "type", "application/octet-stream")),
    ("enclosure-ascii", "umlauts", attribute("itunes:image", "href", "https://e.example/f%C3%BCr.jpg")),
    ("image-extension", "webp", attribute("itunes:image", "href", "https://e.example/cover.webp")),
    # what it says
    ("description-length", "4001 bytes", text("description", "ü" * 2001)),
    ("description-plain", "HTML", text("description", "A &lt;b&gt;bold&lt;/b&gt; show")),
    ("description-brackets", "smaller than", text("description", "a &lt; b")),
    ("notes-safe", "a script", sub(r"<!\[CDATA\[", "<![CDATA[<script>x</script>")),
    ("notes-safe", "an event", sub(r"<!\[CDATA\[", '<![CDATA[<img src="x" onerror="x">')),
    ("notes-safe", "an address that runs", sub(r"<!\[CDATA\[", "<![CDATA[<a href=' java\tscript:x()'>x</a>")),
    ("notes-safe", "an event of the page", sub(r"<!\[CDATA\[", "<![CDATA[<body onload=x>")),
    ("notes-after-description", "before", sub(_NOTES_FIRST, r"\1\3\2")),
    ("value-trimmed", "a guid with a space", item_text("guid", "abc ")),
    ("language-known", "not a language", text("language", "xx")),
    ("image-agrees", "another title", into_channel(_IMAGE)),
    ("serial-numbers", "one has none", sub(r"(.*)<itunes:episode>2</itunes:episode>", r"\1")),
    (
        "episode-number-unique",
        "twice",
        unchanged_but(sub("<itunes:episodeType>bonus", "<itunes:episodeType>full"), item_text("itunes:episode", "2")),
    ),
    ("season-alone", "no number", drop("itunes:episode", "item")),
    ("item-order", "oldest first", sub(r"(<item>.*?</item>)(\s*)(<item>.*?</item>)", r"\3\2\1")),
    ("copyright-plain", "the sign", text("copyright", "© 2026 Ada Quill")),
    ("title-keywords", "a list", text("title", "Rivers | Water | Floods | News")),
    # together
    ("soundbite-inside", "after the end", attribute("podcast:soundbite", "startTime", "1490")),
    ("soundbite-length", "3 s", attribute("podcast:soundbite", "duration", "3")),
    ("psc-order", "backwards", sub("</psc:chapters>", _CHAPTERS)),
    ("psc-order", "after the end", sub("</psc:chapters>", _CHAPTERS.replace("00:00:01", "09:00:00"))),
    ("alternate-default", "none", attribute("podcast:alternateEnclosure", "default", "false")),
    ("alternate-default", "another file", attribute("podcast:source", "uri", "https://e.example/b.m4a")),
    ("integrity-format", "hexadecimal", attribute("podcast:integrity", "value", "sha256-c0ffee")),
    ("license-address", "a name alone", attribute("podcast:license", "url", None)),
    ("license-address", "a name that spdx.org does not list", sub(_LICENSE, "<podcast:license>my-own-1.0<")),
    ("license-address", "capital letters", sub(_LICENSE, "<podcast:license>CC-BY-4.0<")),
    ("publisher-medium", "a podcast", into_channel(f"<podcast:publisher>{_PUBLISHER}</podcast:publisher>")),
    ("person-host", "guests alone", lambda feed: feed.replace('role="host"', 'role="guest"')),
    ("season-agrees", "another season", item_text("podcast:season", "3")),
    ("complete-agrees", "not said to all", into_channel("<itunes:complete>Yes</itunes:complete>")),
    ("transcript-captions", "SRT alone", lambda feed: re.sub(_SRT_ALONE, "", feed)),
)

FEED_CASES = tuple(FeedCase(*case) for case in (*_CASES, *TOGETHER))
