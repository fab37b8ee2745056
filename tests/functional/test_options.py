"""Every option there is shows in what is built, or the table says why it cannot; the whole is a valid feed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import av
import pytest
from feed_schema import find_faults
from full_show import FIRST, SECOND, THIRD, make_full_show, make_plain_show
from lxml import html
from PIL import Image
from show_runner import PROJECT, build, copy_show, edit, spacecast

NUMBER_ONE, LAST = "episodes/number-one/index.html", "episodes/signals-in-the-dark-explained-2026-10-23/index.html"
FEED, PAGE = "feed.xml", "feed-2.xml"
"""The last episode is on the feed's first page, the one with all options on its second."""
Effect = tuple[str, str] | str
"""Files below output/ and what must be in one of them, and in none of the plain show; or why that cannot be."""

CONFIG: dict[str, Effect] = {
    "show.title": (FEED, "<title>Every Option</title>"),
    "show.description": (FEED, "<description>What can be said"),
    "show.url": (FEED, "<link>https://options.example.org/every/</link>"),
    "show.language": (FEED, "<language>de-at</language>"),
    "show.author": (FEED, "<itunes:author>Olive Option<"),
    "show.email": (FEED, "<itunes:email>olive@options.example.org<"),
    "show.category": (FEED, '<itunes:category text="Hobbies"/>'),
    "show.subtitle": (FEED, "<itunes:subtitle>A subtitle of its own<"),
    "show.explicit": (FEED, "<itunes:explicit>true<"),
    "show.type": (FEED, "<itunes:type>serial<"),
    "show.timezone": (PAGE, "Sat, 10 Oct 2026 08:00:00 +0000"),
    "show.cover": (FEED, 'width="1500" height="1500"'),
    "show.copyright": (FEED, "<copyright>Olive Option Ltd<"),
    "show.people": ("people/index.html", "Olive Option"),
    "show.people[].name": (FEED, ">Olive Option</podcast:person>"),
    "show.people[].role": (FEED, '<podcast:person role="co-host"'),
    "show.people[].group": "people[].group",
    "show.people[].handle": ("people/olive-o/index.html", "@olive_o"),
    "show.people[].href": (FEED, 'href="https://options.example.org/olive"'),
    "show.people[].image": (FEED, 'img="https://options.example.org/every/artwork/people-'),
    "show.funding": ("index.html", ">Buy a bulb</a>"),
    "show.funding[].url": (FEED, '<podcast:funding url="https://options.example.org/give">'),
    "show.funding[].text": (FEED, ">Buy a bulb</podcast:funding>"),
    "show.license": (LAST, "Lamp Licence"),
    "show.license.name": (FEED, ">Lamp Licence</podcast:license>"),
    "show.license.url": (FEED, '<podcast:license url="https://options.example.org/licence"'),
    "show.location": (FEED, "<podcast:location"),
    "show.location[].name": (FEED, ">Lamp Coast<"),
    "show.location[].relation": (FEED, '<podcast:location rel="creator"'),
    "show.location[].geo": (FEED, 'geo="geo:52.5,13.4"'),
    "show.location[].osm": (FEED, 'osm="R62422"'),
    "show.location[].country": (FEED, 'country="DE"'),
    "show.countries": (FEED, "<spotify:countryOfOrigin>gb ie<"),
    "show.comments": (FEED, '<podcast:socialInteract protocol="activitypub"'),
    "show.comments[].url": (FEED, 'uri="https://social.example/@olive/1"'),
    "show.comments[].protocol": (FEED, '<podcast:socialInteract protocol="activitypub"'),
    "show.comments[].account": (FEED, 'accountId="@olive@social.example"'),
    "show.comments[].account_url": (FEED, 'accountUrl="https://social.example/@olive"'),
    "show.chat": (FEED, "<podcast:chat"),
    "show.chat.protocol": (FEED, 'protocol="irc"'),
    "show.chat.server": (FEED, '<podcast:chat server="irc.options.example.org"'),
    "show.chat.account": (FEED, 'accountId="olive-o"'),
    "show.chat.room": (FEED, 'space="#bulbs"'),
    "show.value": (FEED, "<podcast:value "),
    "show.value.type": (FEED, '<podcast:value type="bulbs"'),
    "show.value.method": (FEED, 'method="by-hand"'),
    "show.value.suggested": (FEED, 'suggested="0.00000005"'),
    "show.value.recipients": (FEED, "<podcast:valueRecipient"),
    "show.value.recipients[].address": (FEED, 'type="node" address="02d5c1bf'),
    "show.value.recipients[].name": (FEED, 'name="Olive\'s node"'),
    "show.value.recipients[].split": (FEED, 'split="95"'),
    "show.value.recipients[].type": (FEED, 'type="lnaddress" address="olive@pay.example.org"'),
    "show.value.recipients[].custom_key": (FEED, 'customKey="696969"'),
    "show.value.recipients[].custom_value": (FEED, 'customValue="bulb-9"'),
    "show.value.recipients[].fee": (FEED, 'split="1" fee="true"'),
    "show.seasons": (PAGE, '<podcast:season name="Horns and Bells">2<'),
    "feed.guid": (FEED, "<podcast:guid>917393e3-1b1e-5cef-ace4-edaa54e1f810<"),
    "feed.locked": (FEED, '<podcast:locked owner="olive@options.example.org">no<'),
    "feed.moved_to": (FEED, "<itunes:new-feed-url>https://new.example.net/feed.xml<"),
    "feed.block": (FEED, "<itunes:block>Yes<"),
    "feed.block_services": (FEED, '<podcast:block id="google">yes<'),
    "feed.allow_services": (FEED, '<podcast:block id="apple">no<'),
    "feed.publisher": (FEED, "<podcast:publisher>"),
    "feed.publisher.guid": (FEED, '<podcast:remoteItem feedGuid="003af0a0-6a45-55cf-b765-68e3d349551a"'),
    "feed.publisher.feed_url": (FEED, 'feedUrl="https://lamps.example.org/publisher.xml" medium="publisher"'),
    "feed.podping": (FEED, '<podcast:podping usesPodping="true"/>'),
    "feed.live": (FEED, '<guid isPermaLink="false">live-1dddddddddddd</guid>'),
    "feed.live[].title": (FEED, "<title>The next talk</title>"),
    "feed.live[].url": (FEED, '<podcast:contentLink href="https://x.com/i/spaces/1dddddddddddd"'),
    "feed.live[].starts_at": (FEED, 'start="2026-12-04T18:30:00Z"'),
    "feed.live[].ends_at": (FEED, 'end="2026-12-04T20:00:00Z"'),
    "feed.live[].status": (FEED, '<podcast:liveItem status="ended"'),
    "feed.live[].description": (FEED, "<description>About lamps to come.</description>"),
    "feed.live[].text": (FEED, ">Listen there</podcast:contentLink>"),
    "feed.medium": (FEED, "<podcast:medium>course<"),
    "feed.page_size": (FEED, 'every/feed-2.xml" rel="next"'),
    "feed.hub": (FEED, '<atom:link href="https://hub.example.org/" rel="hub"/>'),
    "feed.op3": (FEED, 'url="https://op3.dev/e,pg=917393e3-1b1e-5cef-ace4-edaa54e1f810/'),
    "feed.txt": (FEED, "<podcast:txt"),
    "feed.txt[].text": (FEED, ">code-one<"),
    "feed.txt[].purpose": (FEED, '<podcast:txt purpose="applepodcastsverify">'),
    "feed.podroll": (FEED, "<podcast:podroll>"),
    "feed.podroll[].guid": (FEED, 'feedGuid="9b024349-ccf0-5f69-a609-6b82873eab3c"'),
    "feed.podroll[].feed_url": (FEED, 'feedUrl="https://podnews.net/rss"'),
    "feed.podroll[].title": (FEED, 'title="Podnews"'),
    "feed.update_frequency": (FEED, "<podcast:updateFrequency"),
    "feed.update_frequency.text": (FEED, ">Every Thursday</podcast:updateFrequency>"),
    "feed.update_frequency.rule": (FEED, 'rrule="FREQ=WEEKLY;BYDAY=TH"'),
    "feed.update_frequency.starts_at": (FEED, 'dtstart="2026-07-01T17:30:00Z"'),
    "audio.format": (FEED, 'type="audio/mpeg"'),
    "audio.alternates": (PAGE, "<podcast:alternateEnclosure"),
    "audio.alternates[].format": (PAGE, '<podcast:alternateEnclosure type="audio/x-m4a"'),
    "audio.alternates[].bitrate": (NUMBER_ONE, "AAC, 48 kbit/s</a>"),
    "audio.alternates[].level": (NUMBER_ONE, "MP3, 40 kbit/s, gleich laut</a>"),
    "consent.pending": (LAST, ">Gast 1<"),
    "consent.contact": (NUMBER_ONE, 'href="https://options.example.org/out"'),
    "site.accent": ("assets/favicon.*.svg", 'fill="#157c61"'),
    "site.logo": ("index.html", '<img src="assets/logo.'),
    "site.navigation": ("index.html", 'href="https://forum.example.org/"'),
    "site.footer": (NUMBER_ONE, 'Kept by <em>Mara</em>, see <a href="../../archive/"'),
    "site.episodes_per_page": ("page/2/index.html", "The first of all"),
    "site.fonts.body": ("assets/look.*.css", "--body-font: Georgia, serif;"),
    "site.fonts.headings": ("assets/look.*.css", "--heading-font: Futura;"),
    "site.css": ("assets/look.*.css", ".own-rule { color: teal; }"),
    "site.texts": ("archive/index.html", "Tower talks"),
    "subscribe": ("subscribe/index.html", 'href="https://podcasts.apple.com/podcast/id1"'),
    "media.url": (FEED, "/audio.example.org/media/"),
    "show.episode_covers": "test_what_is_not_text",
    "feed.complete": "test_a_complete_show_is_valid",
    "audio.bitrate": "test_what_is_not_text",
    "audio.channels": "test_what_is_not_text",
    "audio.alternates[].channels": "test_what_is_not_text",
    "audio.loudness": "test_what_is_not_text",
    "audio.level": "tests/unit/audio/test_voices.py",
    "audio.dead_air": "tests/pipeline",
    "audio.chapters": "tests/pipeline",
    "consent.removal": "test_what_is_not_text",
    "media.store": "where files are sent; not a part of the site",
    "transcript.make": "what a build does with recordings; tests/functional/test_transcribe.py",
    "transcript.model": "what hears them",
    "transcript.words": "what helps it",
    "transcript.replace": "what is written in place of what was heard",
    "deploy": "where files are sent; not a part of the site",
    "repository.private": "what a deploy and a check take for granted; not a part of the site",
}

EPISODE: dict[str, Effect] = {
    "title": (PAGE, "<title>The first of all</title>"),
    "itunes_title": (PAGE, "<itunes:title>The first</itunes:title>"),
    "date": (PAGE, "<pubDate>Sat, 10 Oct 2026"),
    "slug": (PAGE, "/episodes/number-one/</link>"),
    "summary": (NUMBER_ONE, 'content="What the first one says."'),
    "tags": ("tags/fog/index.html", "The first of all"),
    "season": (PAGE, "<itunes:season>2<"),
    "episode": (PAGE, "<itunes:episode>7<"),
    "episode_display": (PAGE, '<podcast:episode display="Ch. 7">'),
    "type": (PAGE, "<itunes:episodeType>bonus<"),
    "cover": (PAGE, "artwork/number-one-"),
    "cover_alt": (NUMBER_ONE, 'alt="A horn on a tower"'),
    "people": (NUMBER_ONE, "Owen Pike"),
    "people[].name": (PAGE, ">Owen Pike</podcast:person>"),
    "people[].role": (PAGE, '<podcast:person role="audio editor"'),
    "people[].group": (PAGE, 'group="writing" href="https://example.org/owen"'),
    "people[].handle": ("people/owen-p/index.html", "@owen_p"),
    "people[].href": (PAGE, 'href="https://example.org/owen"'),
    "people[].image": (NUMBER_ONE, 'src="../../artwork/people-'),
    "chapters": (NUMBER_ONE, 'data-chapter="3.5"'),
    "chapters[].at": (PAGE, '<psc:chapter start="00:00:03.500"'),
    "chapters[].title": ("episodes/number-one/chapters.json", "The horn itself"),
    "chapters[].url": (PAGE, 'href="https://example.org/horn"'),
    "chapters[].image": (PAGE, 'image="https://options.example.org/every/artwork/chapters-'),
    "soundbites": (PAGE, "<podcast:soundbite"),
    "soundbites[].from": (PAGE, 'startTime="3"'),
    "soundbites[].to": (NUMBER_ONE, "#t=3s,5s"),
    "soundbites[].title": (PAGE, ">The horn alone<"),
    "trim": (PAGE, "<itunes:duration>9<"),
    "trim.from": (PAGE, '<psc:chapter start="00:00:03.500"'),
    "trim.to": (PAGE, "<itunes:duration>9<"),
    "cut": (PAGE, '<psc:chapter start="00:00:03.500"'),
    "cut[].from": (PAGE, '<psc:chapter start="00:00:03.500"'),
    "cut[].to": (PAGE, '<psc:chapter start="00:00:03.500"'),
    "mute": (NUMBER_ONE, "0:09 bis 0:10"),
    "mute[].from": (NUMBER_ONE, "0:09 bis 0:10"),
    "mute[].to": (NUMBER_ONE, "0:09 bis 0:10"),
    "license": (NUMBER_ONE, "Horn Licence"),
    "license.name": (PAGE, ">Horn Licence<"),
    "license.url": (NUMBER_ONE, 'href="https://example.org/horn-licence"'),
    "location": (PAGE, "<podcast:location"),
    "location[].name": (PAGE, ">Horn Rock<"),
    "location[].relation": (PAGE, 'rel="creator" geo="geo:1.5,2.5"'),
    "location[].geo": (PAGE, 'geo="geo:1.5,2.5"'),
    "location[].osm": (PAGE, 'osm="N77"'),
    "location[].country": (PAGE, 'country="IE"'),
    "links": (PAGE, "<podcast:contentLink"),
    "links[].url": (PAGE, '<podcast:contentLink href="https://video.example.org/number-one"'),
    "links[].text": (PAGE, ">Watch the horn</podcast:contentLink>"),
    "funding": (NUMBER_ONE, ">Buy a horn</a>"),
    "funding[].url": (PAGE, '<podcast:funding url="https://options.example.org/give-horn">'),
    "funding[].text": (PAGE, ">Buy a horn</podcast:funding>"),
    "comments": (PAGE, "<podcast:socialInteract"),
    "comments[].url": (PAGE, 'protocol="atproto" uri="https://bsky.app/profile/olive.example/post/1" priority="1"'),
    "comments[].protocol": (PAGE, 'protocol="hive" uri="https://posts.example.org/2" priority="2"'),
    "comments[].account": (PAGE, 'accountId="olive-hive"'),
    "comments[].account_url": (PAGE, 'accountUrl="https://posts.example.org/olive"'),
    "chat": (PAGE, "<podcast:chat"),
    "chat.protocol": (PAGE, 'protocol="matrix"'),
    "chat.server": (PAGE, '<podcast:chat server="matrix.example.org"'),
    "chat.account": (PAGE, 'accountId="@olive:example.org"'),
    "chat.room": (PAGE, 'space="#horns"'),
    "value": (PAGE, "<podcast:value "),
    "value.type": (PAGE, '<podcast:value type="horns"'),
    "value.method": (PAGE, 'method="by-horn"'),
    "value.suggested": (PAGE, 'suggested="0.00000006"'),
    "value.recipients": (PAGE, "<podcast:valueRecipient"),
    "value.recipients[].address": (PAGE, 'address="horn@pay.example.org"'),
    "value.recipients[].name": (PAGE, '<podcast:valueRecipient name="The horn"'),
    "value.recipients[].split": (PAGE, 'split="7"'),
    "value.recipients[].type": (PAGE, 'type="lnaddress" address="horn@pay.example.org"'),
    "value.recipients[].custom_key": (PAGE, 'customKey="k9"'),
    "value.recipients[].custom_value": (PAGE, 'customValue="v9"'),
    "value.recipients[].fee": "show.value.recipients[].fee",
    "value.splits": (PAGE, "<podcast:valueTimeSplit"),
    "value.splits[].from": (PAGE, '<podcast:valueTimeSplit startTime="3"'),
    "value.splits[].to": (PAGE, 'startTime="3" duration="2"'),
    "value.splits[].recipients": (PAGE, "<podcast:valueRecipient"),
    "value.splits[].recipients[].address": (PAGE, 'address="guest@pay.example.org"'),
    "value.splits[].recipients[].name": (PAGE, '<podcast:valueRecipient name="Guest horn"'),
    "value.splits[].recipients[].split": (PAGE, 'split="8"'),
    "value.splits[].recipients[].type": (PAGE, 'type="lnaddress" address="guest@pay.example.org"'),
    "value.splits[].recipients[].custom_key": (PAGE, 'customKey="k8"'),
    "value.splits[].recipients[].custom_value": (PAGE, 'customValue="v8"'),
    "value.splits[].recipients[].fee": (PAGE, 'split="8" fee="true"'),
    "value.splits[].remote": (PAGE, "<podcast:remoteItem"),
    "value.splits[].remote.guid": (PAGE, '<podcast:remoteItem feedGuid="a94f5cc9-8c58-55fc-91fe-a324087a655b"'),
    "value.splits[].remote.feed_url": (PAGE, 'feedUrl="https://horns.example.org/feed.xml"'),
    "value.splits[].remote.item_guid": (PAGE, 'itemGuid="horn-1"'),
    "value.splits[].remote_from": (PAGE, 'remoteStartTime="30"'),
    "value.splits[].percentage": (PAGE, 'remotePercentage="90"'),
    "txt": (PAGE, "<podcast:txt"),
    "txt[].text": (PAGE, ">false</podcast:txt>"),
    "txt[].purpose": (PAGE, '<podcast:txt purpose="ai-content">'),
    "block": (PAGE, "<itunes:block>Yes<"),
    "updated": ("sitemap.xml", "<lastmod>2026-10-11T22:00"),
    "withdrawn": ("episodes/the-bell/index.html", "The bell was borrowed"),
    "explicit": "test_what_is_not_text",
    "guid": "tests/pipeline",
    "draft": "tests/pipeline",
}

PAGES: dict[str, Effect] = {
    "title": ("ours/index.html", ">A page of ours</h1>"),
    "slug": ("ours/index.html", "Words."),
    "description": ("ours/index.html", 'content="What it says of itself."'),
    "nav": "tests/pipeline",
    "draft": "tests/pipeline",
}

Shows = tuple[Path, Path]


@pytest.fixture(scope="module")
def shows(tmp_path_factory: pytest.TempPathFactory) -> Shows:
    """The plain show and the one with every option, both built. Not to be changed."""
    folder = tmp_path_factory.mktemp("options")
    plain = make_plain_show(folder / "plain")
    full = make_full_show(plain, folder / "full")
    report = build(full)
    assert (report["failures"], report["warnings"]) == ([], [])
    return plain, full


def rows_of(heading: str) -> list[str]:
    """Options a part of the manual explains; another test holds it to the code."""
    manual = (PROJECT / "docs/configuration.md").read_text("utf-8")
    (text,) = (part for part in re.split(r"^# ", manual, flags=re.MULTILINE) if part.startswith(f"{heading}\n"))
    return re.findall(r"^\| `([^`]+)` \|", text, flags=re.MULTILINE)


def is_in(show: Path, place: str, words: str) -> bool:
    """Whether a file of the site has these words."""
    return any(words in file.read_text("utf-8") for file in (show / "output").glob(place))


TABLES = {"config.yaml": CONFIG, "Front matter of episodes": EPISODE, "Front matter of pages": PAGES}


@pytest.mark.parametrize("heading", TABLES)
def test_no_option_is_forgotten(heading: str) -> None:
    """The tables here have the options of the manual, and no others."""
    assert sorted(TABLES[heading]) == sorted(rows_of(heading))


@pytest.mark.parametrize(
    ("option", "place", "words"),
    [(option, *effect) for table in TABLES.values() for option, effect in table.items() if isinstance(effect, tuple)],
)
def test_option_shows(shows: Shows, option: str, place: str, words: str) -> None:
    """What an option says is where it belongs, and is not there without the option."""
    plain, full = shows
    assert is_in(full, place, words), option
    assert not is_in(plain, place, words), f"{option}: the plain show has it too"


def read_sound(file: Path) -> tuple[str, int, int]:
    """Codec, channels, and kilobits a second."""
    with av.open(str(file)) as container:
        stream = container.streams.audio[0]
        assert stream.bit_rate
        return stream.codec_context.name, stream.channels, round(stream.bit_rate / 1000)


def test_what_is_not_text(shows: Shows) -> None:
    """Encodings are those asked for; the show's cover serves an episode without one; who refused is cut out."""
    plain, full = shows
    made = sorted(read_sound(file) for file in (full / "output/media").glob("number-one*"))
    (aac, forty, ninety) = made
    assert aac[:2] == ("aac", 1)
    assert (forty, ninety) == (("mp3float", 2, 40), ("mp3float", 2, 96))
    assert list((plain / "output/artwork").glob("signals-*")) != []
    assert list((full / "output/artwork").glob("signals-*")) == []
    shorter, whole = (
        float(re.findall(r"<itunes:duration>(\d+)", (show / "output/feed.xml").read_text())[0])
        for show in (full, plain)
    )
    assert shorter <= whole - 4
    assert is_in(full, PAGE, "<itunes:explicit>false</itunes:explicit>")  # the episode's, in an explicit show
    found = spacecast("-C", full, "check", "--json").json["findings"]
    loudness = [finding["message"] for finding in found if finding["rule"] == "audio-loudness"]
    assert loudness
    assert all("-20." in message for message in loudness)


def test_a_show_with_every_option_is_valid(shows: Shows) -> None:
    """Both pages of its feed hold to the schema of a whole feed; `check` finds no error."""
    _, full = shows
    for page in (FEED, PAGE):
        assert find_faults((full / "output" / page).read_bytes()) == []
    assert spacecast("-C", full, "check", "--json").json["error"] == 0


def test_a_complete_show_is_valid(shows: Shows, tmp_path: Path) -> None:
    """A show that ended says so; one page, no hub, nothing measured, audio on the site."""
    full = copy_show(shows[1], tmp_path / "show")
    for old, new in {"complete: no": "complete: yes", "page_size: 1": "page_size: 0", "op3: yes": "op3: no"}.items():
        edit(full / "config.yaml", old, new)
    build(full)
    feed = (full / "output/feed.xml").read_bytes()
    assert find_faults(feed) == []
    assert b"<itunes:complete>Yes<" in feed
    assert b'complete="true"' in feed
    assert feed.count(b"<item>") == 2
    assert not (full / "output/feed-2.xml").exists()


def test_given_pictures_are_pixels_alone(shows: Shows) -> None:
    """Portraits and chapter pictures are JPEGs in a fitting size, without whatever else was in the file."""
    files = sorted((shows[1] / "output/artwork").glob("[pc][eh][oa]p*-*.jpg"))
    sizes = {}
    for file in files:
        assert b"PRIVATE-PLACE" not in file.read_bytes()
        with Image.open(file) as picture:
            sizes[file.name.partition("-")[0], picture.size] = picture.format
    assert sizes == {("people", (400, 400)): "JPEG", ("chapters", (900, 900)): "JPEG"}
    assert (shows[1] / "content/olive.png").read_bytes().count(b"PRIVATE-PLACE") == 1


def test_pages_ask_nobody_else(shows: Shows) -> None:
    """Whatever a host names, no page loads anything from elsewhere but the audio."""
    for file in (shows[1] / "output").rglob("*.html"):
        document = html.fromstring(file.read_bytes())
        loaded = document.xpath(
            "//img/@src | //script/@src | //link[@rel='stylesheet' or @rel='icon']/@href | //track/@src"
        )
        assert not [address for address in loaded if "://" in address], file


def test_missing_pictures_are_told(shows: Shows, tmp_path: Path) -> None:
    """A chapter picture that is not there leaves its episode out, in a sentence with the file."""
    show = copy_show(shows[1], tmp_path / "show")
    (found,) = show.glob("content/episodes/*/horn.png")
    found.unlink()
    run = spacecast("-C", show, "build")
    assert run.code == 1
    assert "there is no file 'horn.png' in the episode's folder" in run.err
    assert "index.md" in run.err


def test_pages_of_the_feed_lead_to_each_other(shows: Shows) -> None:
    """Following `next` from feed.xml gives every episode once; each page is itself and has the show's identity."""
    _, full = shows
    first, second = ((full / "output" / name).read_text() for name in (FEED, PAGE))
    assert 'feed-2.xml" rel="self"' in second
    assert 'feed.xml" rel="previous"' in second
    assert 'rel="next"' not in second
    assert "<podcast:guid>917393e3-1b1e-5cef-ace4-edaa54e1f810<" in second
    guids = re.findall(r"<item>.*?<guid isPermaLink=\"false\">(.*?)<", first + second, flags=re.DOTALL)
    assert len(guids) == len(set(guids)) == 2
    assert SECOND not in guids


def test_withdrawing_shrinks_the_feed(shows: Shows, tmp_path: Path) -> None:
    """A page of the feed that is no longer needed goes away."""
    full = copy_show(shows[1], tmp_path / "show")
    edit(full / "config.yaml", "page_size: 1", "page_size: 2")
    report: dict[str, Any] = build(full)
    assert "feed-2.xml" in report["removed"]
    assert (full / "output/feed.xml").read_text().count("<item>") == 2


def test_the_space_is_linked_unless_somebody_is_hidden(shows: Shows) -> None:
    """Who listens in an app that cannot play it finds the Space; not where somebody refused or is not to be named."""
    plain, full = shows
    link = '<podcast:contentLink href="https://x.com/i/spaces/{}">The Space on X</podcast:contentLink>'
    assert all(is_in(plain, FEED, link.format(guid)) for guid in (FIRST, SECOND, THIRD))
    assert not any(is_in(full, page, link.partition("{")[0] + guid) for guid in (FIRST, THIRD) for page in (FEED, PAGE))


def test_what_was_announced_goes_once_it_is_an_episode(shows: Shows) -> None:
    """The other live item of the config is that of the first episode; the one to come is on the newest page alone."""
    _, full = shows
    assert (full / "output" / FEED).read_text().count("<podcast:liveItem") == 1
    assert not is_in(full, PAGE, "<podcast:liveItem")
