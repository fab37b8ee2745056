"""A feed by hand in which nothing is as it should be, and which apps read all the same.

After docs of Apple, Podcasting 2.0 and RSS 2.0, and feeds in the wild: prefixes and namespaces of one's own, HTML
before plain text, guids that differ in case alone, dates in every spelling, an identity that is no UUID, audio that is
named twice.
"""

from __future__ import annotations

from feed_server import Host

_HEAD = """\
<?xml version="1.0" encoding="utf-8"?>
<!-- odd --><?xml-stylesheet href="x.xsl"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/DTDs/Podcast-1.0.dtd"
  xmlns:p="https://github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md"
  xmlns:c="http://purl.org/rss/1.0/modules/content/" xmlns:psc="http://podlove.org/simple-chapters"><channel>
<title> Odd &amp; old </title><link>{url}</link><language>EN_us</language>
<description><![CDATA[A <b>show</b> ]]]]><![CDATA[> odd]]></description><itunes:summary>older</itunes:summary>
<itunes:explicit>clean</itunes:explicit><itunes:keywords>a,b</itunes:keywords>
<itunes:category text="Religion"/><itunes:category text="Nonsense"/><itunes:category text="News"/>
<itunes:owner><itunes:name>O</itunes:name><itunes:email>not-an-address</itunes:email></itunes:owner>
<copyright>Copyright 2019-2024 Odd Ltd</copyright>
<p:guid>y0ur-gu1d-g035-h3r3</p:guid><p:locked>maybe</p:locked><p:medium>blog</p:medium><p:txt></p:txt>
<p:podroll><p:remoteItem feedGuid="nope"/></p:podroll>
<p:updateFrequency rrule="NONSENSE" dtstart="whenever">now and then</p:updateFrequency>
<p:person group="Writing" role="Transcriber">Tess</p:person><p:person role="Guest Host" group="cast">Gus</p:person>
<p:value type="lightning" method="keysend"><p:valueRecipient type="node" address="x" split="1"/></p:value>
<p:liveItem status="live" start="2021-09-26T07:30:00-06:00"><title>Live</title><guid>live</guid>
  <enclosure url="{url}1.mp3" type="audio/mpeg" length="1"/></p:liveItem>
"""
_ITEMS = """\
<item><c:encoded><![CDATA[<h2>Html</h2><p>one<br>two</p>]]></c:encoded><description>plain</description>
  <title>S01E02 - Numbers in title</title><guid>GUID-Case</guid><pubDate>Mon, 02 Oct 2020 18:30:00 EST</pubDate>
  <enclosure url="{url}1.mp3" type="audio/mp3" length="0"/><itunes:duration>1:2:3</itunes:duration>
  <itunes:explicit>no</itunes:explicit><itunes:season>0</itunes:season><itunes:episode>1.5</itunes:episode>
  <psc:chapters version="1.2"><psc:chapter start="2" title="bare seconds"/><psc:chapter start="0:00" title="zero"/>
  </psc:chapters></item>
<item><title>Same audio</title><guid isPermaLink="true">{url}?p=2</guid><pubDate>2020-10-03T10:00:00+02:00</pubDate>
  <enclosure url="{url}1.mp3" type="" length="many"/><description>{long}</description></item>
<item><description>No title at all</description><pubDate>Sun, 04 Oct 2020 10:00 GMT</pubDate>
  <enclosure url="{url}2.mp3" type="audio/x-mp3" length=""/></item>
<item><title>Case</title><guid>guid-case</guid><pubDate>Sun, 04 Oct 20 11:00:00 +0000</pubDate>
  <enclosure url="{url}3.mp3?a=1&amp;b=2" type="audio/mpeg" length="1"/>
  <enclosure url="{url}2.mp3" type="audio/mpeg" length="1"/><itunes:title>Another title</itunes:title>
  <itunes:episodeType>teaser</itunes:episodeType><itunes:image href="{url}missing.jpeg?v=1"/></item>
<item><title>Relative</title><guid> rel </guid><pubDate>5 Oct 2020 10:00:00 Z</pubDate>
  <enclosure url="/2.mp3" type="audio/mpeg" length="1"/></item>
<item><title>Film</title><guid>film</guid><enclosure url="{url}f.mp4" type="video/mp4" length="1"/></item>
<item><title>Again</title><guid>guid-case</guid><enclosure url="{url}2.mp3" type="audio/mpeg" length="1"/></item>
<item><title>Future</title><guid>future</guid><pubDate>Mon, 05 Oct 2099 10:00:00 GMT</pubDate>
  <enclosure url="{url}2.mp3" type="audio/mpeg" length="1"/></item>
</channel></rss>
"""


def put_odd_feed(host: Host, mp3: bytes) -> str:
    """Serve it, and its audio; its address."""
    for path in ("1.mp3", "2.mp3", "3.mp3?a=1&b=2"):
        host.put(path, mp3)
    return host.put("odd.xml", (_HEAD + _ITEMS).format(url=host.url, long="long " * 2000))


ODD_DATES = {
    "GUID-Case": "2020-10-02T23:30:00Z",
    "{url}?p=2": "2020-10-03T08:00:00Z",
    "{url}2.mp3": "2020-10-04T10:00:00Z",
    "guid-case": "2020-10-04T11:00:00Z",
    "rel": "2020-10-05T10:00:00Z",
}
"""Guid to date of every episode that apps have had."""
