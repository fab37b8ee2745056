"""A show in another language, from config to files: the host chooses the language and nothing else has to be done."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import html
from show_runner import build, copy_show, edit, find_bundle


@pytest.fixture(scope="module")
def german(pair: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The show in German, far from Greenwich, people named only once they have agreed; built. Not to be changed."""
    show = copy_show(pair, tmp_path_factory.mktemp("german") / "show")
    edit(show / "config.yaml", "  language: en\n", "  language: de-at\n  timezone: Pacific/Auckland\n")
    edit(show / "config.yaml", "pending: publish", "pending: anonymise")
    with (show / "config.yaml").open("a") as config:
        config.write("site:\n  texts:\n    Latest episode: Gerade erschienen\n")
    build(show)
    return show


def test_the_whole_site_follows_the_language(german: Path) -> None:
    """Pages, navigation, dates in the show's zone, people without a name, the feed: all in German."""
    output = german / "output"
    home = html.fromstring((output / "index.html").read_bytes())
    assert (home.get("lang"), home.get("dir")) == ("de-at", "ltr")
    assert [link.text for link in home.xpath("//nav//li/a")[:2]] == ["Folgen", "Mitwirkende"]
    assert "Gerade erschienen" in home.text_content()
    assert "Gast 1" in (output / "feed.xml").read_text("utf-8")
    assert "Gast 1" not in (output / "people/index.html").read_text("utf-8")
    assert not list((output / "people").glob("gast*"))
    page = html.fromstring((output / f"episodes/{find_slug(german)}/index.html").read_bytes())
    (moment,) = page.xpath("//p[@class='kicker']/time")
    assert moment.get("datetime").endswith(("+13:00", "+12:00"))
    assert moment.text == f"{int(moment.get('datetime')[8:10])}. Oktober 2026"


def test_a_text_is_changed_without_anything_else(german: Path, tmp_path: Path) -> None:
    """Other words make pages anew, and neither audio nor feed nor pictures."""
    show = copy_show(german, tmp_path / "show")
    edit(show / "config.yaml", "Gerade erschienen", "Eben erschienen")
    made = build(show)["made"]
    assert "index.html" in made
    assert not [path for path in made if path.endswith((".m4a", ".xml", ".jpg", ".webp")) and path != "sitemap.xml"]


def find_slug(show: Path) -> str:
    """The address of one of the episodes."""
    return find_bundle(show, "2026-10-09").name.removeprefix("2026-10-09-")
