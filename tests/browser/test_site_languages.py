"""The site in other languages, in a real browser: it fits, runs the right way, speaks; pictures go to screenshots/."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sample_in_languages import describe_translated_pages
from sample_site import make_main_episode, serve_folder, write_site

from site_builder.text.languages import load_language

PICTURES = Path(__file__).parent.parent.parent / "screenshots"
LANGUAGES = ("ar", "de", "es", "fr", "ja", "pt-br")
EPISODE = make_main_episode().path
PAGES = {
    "home": "",
    "episode": EPISODE,
    "archive": "archive/",
    "people": "people/",
    "subscribe": "subscribe/",
    "search": "search/",
    "missing": "404.html",
}
Page = Any


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The sample site in each language, below a folder of its name."""
    folder = tmp_path_factory.mktemp("languages")
    for tag in LANGUAGES:
        words = load_language(tag)
        write_site(folder / tag, describe_translated_pages(tag, words), words=words)
    url, stop = serve_folder(folder)
    yield url
    stop()


@pytest.fixture
def open_page(browser: Any, address: str) -> Iterator[Callable[..., Page]]:
    """Opens a page of the site in a language."""
    contexts = []

    def open_page(path: str, width: int = 1280) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.goto(address + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("tag", LANGUAGES)
def test_nothing_overflows(open_page: Callable[..., Page], address: str, tag: str, width: int) -> None:
    """No page scrolls sideways and no button is cut off; each page is photographed."""
    PICTURES.mkdir(exist_ok=True)
    page = open_page(f"{tag}/", width)
    for name, path in PAGES.items():
        page.goto(f"{address}{tag}/{path}")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, f"{name} in {tag} at {width}"
        cut = page.evaluate(
            "[...document.querySelectorAll('button, .button, .nav a, .label')].filter((e) => e.offsetParent"
            " && (e.scrollWidth > e.clientWidth + 2 && e.clientWidth > 0)).map((e) => e.outerHTML)"
        )
        assert cut == [], f"{name} in {tag} at {width}"
        page.screenshot(path=PICTURES / f"{name}-{tag}-{width}.png", full_page=True)


def test_arabic_runs_from_the_right_and_time_from_the_left(open_page: Callable[..., Page]) -> None:
    """Text and navigation are mirrored; waveform, lanes and buttons of the player keep their order, as everywhere."""
    page = open_page(f"ar/{EPISODE}#t=75")
    boxes = {name: page.locator(name).first.bounding_box() for name in (".brand", ".nav", ".reading", ".margin")}
    assert boxes[".brand"]["x"] > boxes[".nav"]["x"]
    assert boxes[".reading"]["x"] > boxes[".margin"]["x"]
    back, on = (page.locator(f".deck [data-do={name}]").bounding_box()["x"] for name in ("back", "on"))
    assert back < on
    page.wait_for_function("() => document.querySelector('.stage').style.getPropertyValue('--heard') > 0.2")
    head, stage = page.locator(".stage .head").bounding_box(), page.locator(".stage").bounding_box()
    assert (head["x"] - stage["x"]) / stage["width"] == pytest.approx(0.25, abs=0.02)


def test_letters_join(open_page: Callable[..., Page]) -> None:
    """Arabic headings have no letter-spacing, which would tear the letters of a word apart."""
    page = open_page("ar/")
    spacing = page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, p, a')].map((e) => getComputedStyle(e).letterSpacing)"
    )
    assert set(spacing) <= {"normal", "0px"}


def test_player_speaks(open_page: Callable[..., Page]) -> None:
    """What scripts say comes from the page: buttons, hints and lists of names are in its language."""
    page = open_page(f"ja/{EPISODE}")
    page.get_by_role("button", name="再生").first.click()
    page.get_by_role("button", name="一時停止").first.wait_for()
    title = page.locator(".lane-name button").first.get_attribute("title")
    assert title.endswith("だけを聞く")
    assert "{" not in title
    assert "、" in page.evaluate("navigator.mediaSession.metadata.artist")
