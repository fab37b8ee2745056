"""What others get of an episode: oEmbed, the player in a frame, cards; and what devices get: icons and a manifest."""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from lxml import html
from PIL import Image
from sample_site import describe_sample_pages, load_sample_theme, make_main_episode, make_sample_show

from site_builder.model.podcast import Artwork
from site_builder.render.artwork.icons import find_icons, render_icon
from site_builder.render.pages.contexts import describe_embed, describe_episode
from site_builder.render.pages.offline import describe_manifest, describe_worker
from site_builder.render.pages.sharing import render_oembed
from site_builder.render.pages.site_context import Site

SHOW = make_sample_show()
EPISODE = make_main_episode()
ADDRESS = f"https://lamproom.example/show/{EPISODE.path}"


def render(page: dict[str, Any]) -> str:
    """A context through the built-in theme."""
    return load_sample_theme().render(page["page"]["template"], page).decode()


def test_oembed_has_what_its_type_asks_for() -> None:
    """Version, type, html, width and height are required of `rich`; a thumbnail has all three parts or none."""
    document = json.loads(render_oembed(SHOW, EPISODE))
    assert (document["version"], document["type"]) == ("1.0", "rich")
    (frame,) = html.fragments_fromstring(document["html"])
    assert (frame.tag, frame.get("src"), frame.get("title")) == ("iframe", f"{ADDRESS}embed/", EPISODE.title)
    assert (frame.get("width"), frame.get("height")) == (str(document["width"]), str(document["height"]))
    assert not any(key.startswith("thumbnail") for key in document)
    picture = Artwork(path="artwork/1.jpg", width=1400, height=1400)
    pictured = json.loads(render_oembed(SHOW, replace(EPISODE, artwork=picture)))
    assert pictured["thumbnail_url"] == "https://lamproom.example/show/artwork/1.jpg"
    assert (pictured["thumbnail_width"], pictured["thumbnail_height"]) == (1400, 1400)


def test_hostile_titles_stay_text_in_the_frame() -> None:
    """A title with quotes and brackets does not get out of its attribute."""
    title = '"><script>alert(1)</script>'
    document = json.loads(render_oembed(SHOW, make_main_episode(title=title)))
    (frame,) = html.fragments_fromstring(document["html"])
    assert frame.get("title") == title
    assert not frame.xpath("//script")


def test_the_page_tells_of_player_and_oembed() -> None:
    """Twitter's player card, Open Graph audio, oEmbed discovery: absolute addresses that belong together."""
    document = html.fromstring(render(describe_episode(Site(SHOW), EPISODE)))
    meta = {e.get("name") or e.get("property"): e.get("content") for e in document.iter("meta")}
    assert (meta["twitter:card"], meta["twitter:player"]) == ("player", f"{ADDRESS}embed/")
    assert meta["og:audio"] == f"https://lamproom.example/show/{EPISODE.enclosure.path}"
    assert document.xpath('//link[@type="application/json+oembed"]/@href') == [f"{ADDRESS}oembed.json"]


def test_the_player_in_a_frame_is_light() -> None:
    """Page, styles and script are less than 8 kB compressed, and load nothing else."""
    theme = load_sample_theme()
    text = render(describe_embed(Site(SHOW), EPISODE))
    assets = [theme.assets[theme.find_asset(name)] for name in ("look.css", "embed.css", "embed.js")]
    assert len(gzip.compress(text.encode())) + sum(len(gzip.compress(asset)) for asset in assets) < 8_000
    linked = {path for path in theme.assets if path in text}
    assert linked == {theme.find_asset(name) for name in ("look.css", "embed.css", "embed.js", "favicon.svg")}


def test_the_player_in_a_frame_is_not_listed() -> None:
    """Search engines are sent to the episode's own page."""
    document = html.fromstring(render(describe_embed(Site(SHOW), EPISODE)))
    assert document.xpath('//meta[@name="robots"]/@content') == ["noindex"]
    assert document.xpath('//link[@rel="canonical"]/@href') == [ADDRESS]


@pytest.mark.parametrize("purpose", ["any", "maskable", "apple"])
def test_icons(purpose: str) -> None:
    """PNG of the size said; only the plain one has rounded, transparent corners; the accent is in the name."""
    icon = next(icon for icon in find_icons("#0a7d5c") if icon.purpose == purpose)
    picture = Image.open(io.BytesIO(render_icon(icon, "#0a7d5c")))
    assert (picture.format, picture.size) == ("PNG", (icon.size, icon.size))
    pixels = picture.convert("RGBA")
    corner, middle = pixels.getpixel((0, 0)), pixels.getpixel((icon.size // 2, icon.size // 2 + 1))
    assert isinstance(corner, tuple)
    assert isinstance(middle, tuple)
    assert corner[3] == (0 if purpose == "any" else 255)
    assert middle[:3] == (255, 255, 255)
    assert {icon.path for icon in find_icons("#0a7d5c")}.isdisjoint(icon.path for icon in find_icons("#aa0000"))


def test_manifest_is_what_installing_needs() -> None:
    """Name, start, scope and display; icons of 192 and 512 and a maskable one; addresses work from a sub-path."""
    show = make_sample_show(title='Quo"te </script> & Lamp')
    manifest = json.loads(render(describe_manifest(show, "#0a7d5c")))
    assert manifest["name"] == show.title
    assert (manifest["start_url"], manifest["scope"]) == ("./", "./")
    assert {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]} == {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }


def test_service_worker_has_a_version_of_its_assets() -> None:
    """Other assets, another version; the same assets in any order, the same bytes; what is listed exists."""
    assets = load_sample_theme().assets
    worker = describe_worker(assets)
    assert worker == describe_worker(reversed(assets))
    assert worker["version"] != describe_worker(load_sample_theme("#0a7d5c").assets)["version"]
    assert set(worker["assets"]) <= set(assets)
    assert not any(path.endswith(".txt") for path in worker["assets"])


def test_linked_data_is_complete() -> None:
    """Series, episode, audio and people are what https://schema.org/PodcastEpisode knows, with absolute addresses."""
    pages = {page["page"]["file"]: page["json_ld"] for page in describe_sample_pages() if page.get("json_ld")}
    series, episode = pages["index.html"], pages[f"{EPISODE.path}index.html"]
    person = pages["people/thelamproom/index.html"]
    assert (series["@type"], series["webFeed"]) == ("PodcastSeries", f"{SHOW.url}feed.xml")
    assert (episode["@type"], episode["partOfSeries"]["@id"]) == ("PodcastEpisode", series["@id"])
    audio = episode["associatedMedia"]
    assert (audio["@type"], audio["contentUrl"]) == ("AudioObject", SHOW.url + EPISODE.enclosure.path)
    assert audio["embedUrl"] == f"{ADDRESS}embed/"
    assert (person["@type"], person["@id"]) == ("Person", f"{SHOW.url}people/thelamproom/")
    assert person["@id"] == episode["contributor"][0]["url"]
