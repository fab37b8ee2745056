"""Ways of breaking a feed that no single element shows: what is said together, and what cannot be reached or read.

TOGETHER     (rule, what is done, the change)
HARMLESS     (what is done, the change): none of these breaks a rule
"""

from __future__ import annotations

import re

from feed_changes import Change, attribute, into_channel, into_item, item_text, sub, text, twice, unchanged_but

_NODE = "02d5c1bf8b940dc9cadca86d1b0a3c37fbe39cee4c7e839e33bef9174531d27f52"
_OTHER_NODE = "03ae9f91a0cb8ff43840e3c322c4c61f019d8c1c3cea15a25cfc425ac605e61a4a"
_LINK = '<podcast:contentLink href="https://e.example/">x</podcast:contentLink>'


def notes(html: str) -> Change:
    """Something more at the end of the first item's notes."""
    return sub(r"(<content:encoded>.*?)\]\]>", lambda found: f"{found[1]}{html}]]>")  # type: ignore[arg-type]


def live(
    inner: str = "", *, start: str = "2026-12-04T18:30:00Z", end: str = "2026-12-04T20:30:00Z", guid: str = "l1"
) -> str:
    """A live item with a title and what is said."""
    head = f'<podcast:liveItem status="live" start="{start}" end="{end}">'
    title = "<title>Now</title>" if "<title>" not in inner else ""
    return f"{head}{title}{f'<guid>{guid}</guid>' if guid else ''}{inner}{_LINK}</podcast:liveItem>"


def value(recipients: str, splits: str = "") -> Change:
    """Another value in the second item, which has none."""
    block = f'<podcast:value type="lightning" method="keysend">{recipients}{splits}</podcast:value>'
    return sub(r"(.*)    </item>", rf"\1      {block}\n    </item>")


def recipient(address: str = _NODE, split: str = "50", kind: str = "node", more: str = "") -> str:
    return f'<podcast:valueRecipient name="A" type="{kind}" address="{address}" split="{split}" {more}/>'


def split(inner: str, start: str = "1", duration: str = "9", more: str = "") -> str:
    return f'<podcast:valueTimeSplit startTime="{start}" duration="{duration}" {more}>{inner}</podcast:valueTimeSplit>'


_REMOTE = '<podcast:remoteItem feedGuid="a94f5cc9-8c58-55fc-91fe-a324087a655b" itemGuid="x"/>'
_ITSELF = '<podcast:remoteItem feedGuid="9b024349-ccf0-5f69-a609-6b82873eab3c" feedUrl="https://e.example/f.xml"/>'
_NEVER = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31"
_SHOWN = "&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;"
_POST = '<podcast:socialInteract protocol="activitypub" uri="https://e.example/{}" priority="1"/>'
_PERSON = '<podcast:person group="{}" role="{}">Ada Q.</podcast:person>'
_TRAILER = '<podcast:trailer url="https://example.org/river/media/none.m4a" pubdate="{}">T</podcast:trailer>'
_ENCLOSURE = "https://media.example.net/river/media/{}"


def enclosure(address: str) -> Change:
    """Another address of the first item's audio."""
    return attribute("enclosure", "url", address)


TOGETHER: tuple[tuple[str, str, Change], ...] = (
    # the document
    ("rss-item", "outside the channel", sub("</channel>", "</channel><item><title>x</title></item>")),
    ("rss-item", "within an item", into_item("<item><title>x</title></item>")),
    ("rss-ttl", "0", into_channel("<ttl>0</ttl>")),
    ("rss-skip-hours", "every hour there is", into_channel(f"<skipHours>{'<hour>1</hour>' * 24}</skipHours>")),
    ("rss-hour", "24", into_channel("<skipHours><hour>24</hour></skipHours>")),
    ("rss-skip-days", "none", into_channel("<skipDays/>")),
    ("rss-day", "Funday", into_channel("<skipDays><day>Funday</day></skipDays>")),
    ("rss-cloud", "no port", into_channel('<cloud domain="e.example" path="/r" protocol="soap"/>')),
    ("rss-managing-editor", "a name", into_channel("<managingEditor>Ada Quill</managingEditor>")),
    ("rss-web-master", "an address", into_channel("<webMaster>https://e.example/</webMaster>")),
    ("rss-comments", "words", into_item("<comments>below</comments>")),
    ("rss-docs", "words", text("docs", "none")),
    ("rss-generator", "empty", text("generator", "")),
    ("rss-copyright", "empty", text("copyright", "")),
    ("feed-base", "on the channel", sub("<channel>", '<channel xml:base="https://e.example/">')),
    ("feed-base", "on an item", sub("<item>", '<item xml:base="https://e.example/">')),
    (
        "stylesheet-loads",
        "of another host",
        sub(r"\n<rss", '\n<?xml-stylesheet type="text/css" href="https://e.example/a.css"?>\n<rss'),
    ),
    ("stylesheet-loads", "CSS as XSL", sub(r"\n<rss", '\n<?xml-stylesheet type="text/xsl" href="feed.css"?>\n<rss')),
    ("stylesheet-loads", "XSL as CSS", sub(r"\n<rss", '\n<?xml-stylesheet type="text/css" href="feed.xsl"?>\n<rss')),
    ("feed-characters", "a non-character", text("title", "Rivers \ufdd0")),
    ("feed-characters", "one beyond the first plane", text("title", "Rivers \U0001fffe")),
    ("feed-characters", "a control as a reference", text("title", "Ri&#133;&#x9b;vers")),
    # values of elements
    ("podcast-location", "latitude 152", attribute("podcast:location", "geo", "geo:152.0,16.3")),
    ("podcast-location", "longitude 200", attribute("podcast:location", "geo", "geo:48,200")),
    ("podcast-location", "no such country", attribute("podcast:location", "country", "ZZ")),
    ("spotify-country-of-origin", "no such country", text("spotify:countryOfOrigin", "zz")),
    ("podcast-transcript", "no such language", attribute("podcast:transcript", "language", "xx-yy")),
    ("podcast-transcript", "no such region", attribute("podcast:transcript", "language", "en-zz")),
    ("podcast-update-frequency", "an unknown part", attribute("podcast:updateFrequency", "rrule", "FREQ=DAILY;MOOD=1")),
    (
        "podcast-update-frequency",
        "an eighth day",
        attribute("podcast:updateFrequency", "rrule", "FREQ=WEEKLY;BYDAY=XX"),
    ),
    (
        "podcast-update-frequency",
        "every 0 weeks",
        attribute("podcast:updateFrequency", "rrule", "FREQ=WEEKLY;INTERVAL=0"),
    ),
    ("podcast-update-frequency", "a month 13", attribute("podcast:updateFrequency", "rrule", "FREQ=YEARLY;BYMONTH=13")),
    (
        "podcast-update-frequency",
        "two ends",
        attribute("podcast:updateFrequency", "rrule", "FREQ=DAILY;COUNT=2;UNTIL=20270101"),
    ),
    ("podcast-chat", "an unknown protocol", attribute("podcast:chat", "protocol", "icq")),
    ("podcast-chat", "an address as server", attribute("podcast:chat", "server", "https://e.example/")),
    ("podcast-person", "an unknown group", into_item(_PERSON.format("kitchen", "guest"))),
    ("podcast-alternate-enclosure", "bit rate 0", attribute("podcast:alternateEnclosure", "bitrate", "0")),
    ("podcast-alternate-enclosure", "nonsense for codecs", attribute("podcast:alternateEnclosure", "codecs", "lots")),
    ("podcast-value-time-split", "150 percent", value(recipient(), split(_REMOTE, more='remotePercentage="150"'))),
    ("podcast-live-item", "no zone", into_channel(live(start="2026-12-04T18:30:00"))),
    ("podcast-social-interact", "a post without an address", attribute("podcast:socialInteract", "uri", "")),
    # addresses
    ("guid-case", "capitals", sub(r">1lDxLnrWjwk07<", ">1LDXLNRWJWK02<")),
    ("guid-case", "a space", sub(r">1lDxLnrWjwk07<", ">1lDx LnrWjwk02<")),
    ("enclosure-public", "a password", enclosure("https://ada:secret@media.example.net/a.m4a")),
    ("enclosure-public", "a private network", enclosure("https://192.168.1.20/a.m4a")),
    ("enclosure-public", "10.0.0.1", enclosure("https://10.0.0.1/a.m4a")),
    ("enclosure-public", "this computer", enclosure("http://localhost:8000/a.m4a")),
    ("enclosure-public", "this computer by number", enclosure("https://[::1]/a.m4a")),
    ("enclosure-public", "a machine in the house", enclosure("https://nas.local/a.m4a")),
    ("enclosure-public", "another encoding", attribute("podcast:source", "uri", "https://172.16.0.9/a.m4a")),
    ("address-public", "a link with a password", item_text("link", "https://ada:secret@example.org/")),
    ("address-public", "a private page of a person", attribute("podcast:person", "href", "http://192.168.0.1/")),
    ("enclosure-lasting", "a signature", enclosure(_ENCLOSURE.format("a.m4a?X-Amz-Signature=0c&amp;X-Amz-Expires=60"))),
    ("enclosure-lasting", "a token", enclosure(_ENCLOSURE.format("a.m4a?token=0c"))),
    ("enclosure-fragment", "a time", enclosure(_ENCLOSURE.format("a.m4a#t=60"))),
    (
        "feed-foreign-pages",
        "the audio as page",
        unchanged_but(item_text("link", _ENCLOSURE.format("b.m4a")), enclosure(_ENCLOSURE.format("b.m4a"))),
    ),
    ("feed-foreign-pages", "the feed as the show's page", text("link", "https://example.org/river/feed.xml")),
    ("new-feed-url-own", "itself", text("itunes:new-feed-url", "https://example.org/river/feed.xml")),
    # dates
    ("build-date-newest", "older than an episode", text("lastBuildDate", "Fri, 02 Oct 2026 18:30:00 +0000")),
    ("date-past", "built in the future", text("lastBuildDate", "Sat, 02 Oct 2066 18:30:00 +0000")),
    ("date-past", "an episode of the future", item_text("pubDate", "Sat, 02 Oct 2066 18:30:00 +0000")),
    ("date-past", "a trailer of the future", into_channel(_TRAILER.format("Sat, 02 Oct 2066 18:30:00 +0000"))),
    ("date-likely", "1970", item_text("pubDate", "Thu, 01 Jan 1970 00:00:00 +0000")),
    ("date-likely", "built in 1970", text("lastBuildDate", "Thu, 01 Jan 1970 00:00:00 +0000")),
    # titles
    ("title-plain", "bold", text("title", "River &lt;b&gt;Hours&lt;/b&gt;")),
    ("title-plain", "in CDATA", text("itunes:author", "<![CDATA[Ada<br/>Quill]]>")),
    ("text-escaped-once", "an ampersand", text("title", "Rivers &amp;amp; Tides")),
    ("text-escaped-once", "an apostrophe", text("itunes:author", "Ada O&amp;#8217;Quill")),
    ("text-escaped-once", "a space in the description", text("description", "Water&amp;nbsp;and gauges")),
    ("text-direction", "an override", text("title", "Rivers \u202egnihsif")),
    ("text-direction", "never closed", text("description", "Rivers \u2067of it")),
    ("text-direction", "in the notes", notes("<p>\u202dabc</p>")),
    ("text-visible", "a zero-width space in a guid", sub(r">1lDxLnrWjwk07<", ">1lDxLnr\u200bWjwk07<")),
    ("itunes-title-number", "S2E7", into_item("<itunes:title>S2E7 Gauges</itunes:title>")),
    ("episode-title-unique", "twice", lambda feed: re.sub(r"(<item>\s*<title>)[^<]*", r"\1Same", feed)),
    (
        "description-own",
        "the title",
        lambda feed: re.sub(
            r"(<item>\s*<title>)([^<]*)(.*?<description>)[^<]*", r"\1\2\3\2", feed, count=1, flags=re.DOTALL
        ),
    ),
    ("explicit-agrees", "in brackets", item_text("description", "[EXPLICIT] A gauge speaks.")),
    # notes
    ("notes-links", "a page of the site", notes('<a href="/about/">x</a>')),
    ("notes-links", "a picture beside it", notes("<img src='a.jpg' alt=''>")),
    ("notes-links", "without a protocol", notes('<a href="//e.example/">x</a>')),
    ("notes-pictures", "data:", notes('<img alt="" src="data:image/png;base64,AAAA">')),
    ("notes-pictures", "http", notes('<img alt="" src="http://e.example/a.png">')),
    ("notes-trackers", "one pixel", notes('<img src="https://e.example/t.gif" width="1" height="1" alt="">')),
    ("notes-trackers", "hidden", notes('<img src="https://e.example/t.gif" style="display: none" alt="">')),
    ("notes-closed", "never closed", notes("<p><b>loud</p>")),
    ("notes-closed", "crossed", notes("<p><b><i>loud</b></i></p>")),
    ("notes-closed", "closed twice", notes("</div>")),
    ("notes-escaped-once", "paragraphs", notes(_SHOWN)),
    ("notes-escaped-once", "a space", notes("a&amp;nbsp;b")),
    ("notes-fragment", "a whole page", notes("<html><body>x</body></html>")),
    ("notes-alt", "none", notes('<img src="https://e.example/a.png">')),
    ("text-decoded", "an umlaut", text("itunes:author", "J\u00c3\u00bcrgen")),
    ("text-decoded", "an apostrophe", item_text("description", "it\u00e2\u20ac\u2122s")),
    ("text-visible", "of one's own font", item_text("title", "A \ue000")),
    ("description-own", "an address", item_text("description", "https://e.example/")),
    ("feed-unknown-element", "none of RSS", into_item("<mood>x</mood>")),
    (
        "podcast-remote-item",
        "nobody's guid",
        attribute("podcast:remoteItem", "feedGuid", f"{'0' * 8}-0000-0000-0000-{'0' * 12}"),
    ),
    ("podcast-trailer", "a page", attribute("podcast:trailer", "type", "text/html")),
    ("podcast-update-frequency", "31 February", attribute("podcast:updateFrequency", "rrule", _NEVER)),
    ("value-suggested", "five bitcoin", attribute("podcast:value", "suggested", "5")),
    (
        "notes-html",
        "plain text",
        sub(r"<content:encoded>.*?</content:encoded>", "<content:encoded>One line.\n\nTwo.</content:encoded>"),
    ),
    # the show
    ("category-repeated", "twice", into_channel('<itunes:category text="Technology"/>')),
    ("category-repeated", "a subcategory", sub(r'(<itunes:category text="Nature"/>)', r"\1\1")),
    ("category-count", "four", into_channel('<itunes:category text="History"/>')),
    (
        "itunes-category",
        "three deep",
        sub(
            r'<itunes:category text="Nature"/>',
            '<itunes:category text="Nature"><itunes:category text="Physics"/></itunes:category>',
        ),
    ),
    ("episodes-full", "trailers alone", lambda feed: re.sub(r"(<itunes:episodeType>)\w+", r"\1trailer", feed)),
    ("medium-items", "a list", text("podcast:medium", "podcastL")),
    ("medium-items", "a publisher", text("podcast:medium", "publisher")),
    ("medium-items", "film", text("podcast:medium", "film")),
    ("medium-items", "remote items", into_channel(_REMOTE)),
    ("locked-owner", "somebody else", attribute("podcast:locked", "owner", "ben@example.org")),
    ("feed-hub", "twice", into_channel('<atom:link href="https://e.example/" rel="hub"/>' * 2)),
    ("podroll-others", "itself", sub("<podcast:podroll>", f"<podcast:podroll>{_ITSELF}")),
    ("podroll-others", "twice", sub(r"(<podcast:podroll>\s*)(<podcast:remoteItem[^>]*>)", r"\1\2\2")),
    ("podroll-others", "its own publisher", sub(r"(<podcast:publisher>\s*)<podcast:remoteItem[^>]*>", rf"\1{_ITSELF}")),
    ("block-agrees", "yes and no", into_channel('<podcast:block id="google">no</podcast:block>')),
    ("block-service", "nobody", into_channel('<podcast:block id="goggle">yes</podcast:block>')),
    ("season-named-once", "two names", sub(r"<podcast:season>2<", '<podcast:season name="Low water">2<')),
    ("countries-once", "twice", text("spotify:countryOfOrigin", "de at de")),
    # files
    ("offered-type", "SRT as WebVTT", attribute("podcast:transcript", "url", "https://e.example/a.srt")),
    ("offered-type", "chapters as WebVTT", attribute("podcast:chapters", "url", "https://e.example/a.vtt")),
    ("offered-type", "a PNG as JPEG", attribute("podcast:image", "href", "https://e.example/a.png")),
    ("transcript-once", "twice", twice("podcast:transcript")),
    ("podcast-image-once", "twice", twice("podcast:image")),
    ("podcast-image-shape", "wide and square", attribute("podcast:image", "aspect-ratio", "16/9")),
    ("enclosure-rate", "one byte", attribute("enclosure", "length", "1")),
    ("alternate-rate", "a kilobit", attribute("podcast:alternateEnclosure", "bitrate", "1000")),
    ("alternate-codecs", "opus as MP4", attribute("podcast:alternateEnclosure", "codecs", "mp3")),
    (
        "alternate-once",
        "the same file",
        lambda feed: re.sub(r'(<podcast:source uri=")[^"]*', r"\1https://e.example/a.m4a", feed),
    ),
    ("soundbite-once", "twice", sub(r"(<podcast:soundbite[^>]*>[^<]*</podcast:soundbite>)", r"\1\1")),
    # people and talk
    ("person-group", "a guest who writes audio", into_item(_PERSON.format("visuals", "guest"))),
    (
        "person-once",
        "twice",
        lambda feed: re.sub(r'(<podcast:person role="host"[^>]*>Ada Quill</podcast:person>)', r"\1\1", feed),
    ),
    ("comments-priority", "the same", into_item(_POST.format(1) + _POST.format(2))),
    ("comments-priority", "the same post", into_item((_POST.format(1) + _POST.format(1)).replace('"1"/>', '"2"/>', 1))),
    ("comments-disabled", "and a post", into_item('<podcast:socialInteract protocol="disabled"/>')),
    ("txt-once", "twice", twice("podcast:txt")),
    # value
    ("value-address", "no key", value(recipient("02d5c1"))),
    ("value-address", "no Lightning address", value(recipient("ada", kind="lnaddress"))),
    ("value-shares", "0", value(recipient(split="0"))),
    ("value-shares", "fees alone", value(recipient(more='fee="true"'))),
    ("value-percentages", "95 and 10", value(recipient(split="95") + recipient(_OTHER_NODE, split="10"))),
    ("value-once", "twice", value(recipient() + recipient())),
    ("value-custom", "a key alone", value(recipient(more='customKey="696969"'))),
    ("value-custom", "a value alone", value(recipient(more='customValue="x"'))),
    ("value-custom", "words as key", value(recipient(more='customKey="wallet" customValue="x"'))),
    ("value-method", "post", attribute("podcast:value", "method", "post")),
    ("value-split-whom", "nobody", value(recipient(), split(""))),
    ("value-split-whom", "both", value(recipient(), split(recipient() + _REMOTE))),
    ("value-split-whom", "two shows", value(recipient(), split(_REMOTE + _REMOTE))),
    ("value-split-inside", "after the end", value(recipient(), split(_REMOTE, start="9000"))),
    ("value-split-inside", "overlapping", value(recipient(), split(_REMOTE) + split(_REMOTE, start="5"))),
    (
        "value-split-inside",
        "in the show's",
        sub(r"(<podcast:value .*?)</podcast:value>", rf"\1{split(_REMOTE)}</podcast:value>"),
    ),
    # live
    ("live-item-complete", "no title", into_channel(live("<title></title>"))),
    ("live-item-complete", "no guid", into_channel(live(guid=""))),
    ("live-item-times", "backwards", into_channel(live(end="2026-12-04T18:00:00Z"))),
    ("live-item-times", "backwards by its zone", into_channel(live(end="2026-12-04T19:30:00+02:00"))),
    ("live-item-guid", "that of an episode", into_channel(live(guid="1lDxLnrWjwk07"))),
    ("live-item-guid", "twice", into_channel(live() + live())),
    (
        "live-item-over",
        "live years after its end",
        into_channel(live(start="2021-09-26T07:30:00Z", end="2021-09-26T09:30:00Z")),
    ),
    ("live-item-once", "two at a time", into_channel(live() + live(guid="l2"))),
)

HARMLESS: tuple[tuple[str, Change], ...] = (
    (
        "a chat of the show",
        sub(
            r"<podcast:chat [^>]*>",
            '<podcast:chat server="irc.zero.example" protocol="irc" accountId="@j" space="#s"/>',
        ),
    ),
    (
        "a live item with an offset",
        into_channel(
            live(
                "<podcast:person>Ada</podcast:person>"
                '<enclosure url="https://e.example/s?format=.mp3" type="audio/mpeg" length="312"/>',
                start="2021-09-26T07:30:00.000-0600",
                end="2021-09-26T09:30:00.000-0600",
            ).replace('status="live"', 'status="ended"')
        ),
    ),
    ("a Lightning address", value(recipient("ada@pay.example.org", kind="lnaddress", split="100"))),
    (
        "a video as picture",
        into_channel(
            '<podcast:image href="https://e.example/a.mp4" type="video/mp4" aspect-ratio="9/16" width="1080"/>'
        ),
    ),
    ("a picture with an address alone", into_channel('<podcast:image href="https://e.example/b.jpg"/>')),
    ("blocked services", into_channel('<podcast:block id="amazon">yes</podcast:block>')),
    ("Apple's verification", into_channel("<itunes:applepodcastsverify>c0de</itunes:applepodcastsverify>")),
    ("a content link", into_item(_LINK)),
    (
        "comments that are disabled",
        sub(r"(.*)    </item>", r'\1      <podcast:socialInteract protocol="disabled"/></item>'),
    ),
    (
        "a source in another network",
        sub(
            r"(<podcast:source [^>]*/>)",
            r'\1<podcast:source uri="ipfs://QmX33FYehk6ckGQ6g1D9D3FqZPix5JpKstKQKbaS8quUFb"/>',
        ),
    ),
    ("isolates that are closed", item_text("title", "Rivers \u2067\u05e9\u05dc\u05d5\u05dd\u2069 here")),
    (
        "a right-to-left mark and a joiner",
        item_text("title", "\u05e9\u05dc\u200f \u0928\u094d\u200d\u092f"),
    ),
    (
        "every second month",
        attribute("podcast:updateFrequency", "rrule", "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR,2MO;WKST=MO"),
    ),
    ("an editor with a name", into_channel("<managingEditor>ada@example.org (Ada Quill)</managingEditor>")),
    ("paragraphs without ends", notes("<p>One<p>Two<ul><li>a<li>b</ul><br>")),
    ("tags within code", notes("<pre><code>&lt;p&gt;a&lt;/p&gt;</code></pre>")),
    (
        "a large picture and a mail link",
        notes('<img src="https://e.example/a.png" width="1200" alt="x"><a href="mailto:a@b.example">y</a>'),
    ),
    (
        "a measured address",
        attribute("enclosure", "url", "https://op3.dev/e/media.example.net/river/media/flood-gauges-explained.m4a"),
    ),
    ("Swiss German in Latin letters", attribute("podcast:transcript", "language", "de-Latn-CH")),
    (
        "shares of 190, 152 and 38",
        value(recipient(split="190") + recipient(_OTHER_NODE, "152") + recipient("a@b.example", "38", "lnaddress")),
    ),
    ("a reference to a letter", item_text("title", "Rivers &#233;")),
)
