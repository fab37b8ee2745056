"""Nothing is wider than the window, what is to be played is in sight, and what is to be pressed can be hit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from programs import find_browser
from sample_site import (
    HARD_TITLES,
    describe_sample_pages,
    make_episodes,
    make_hard_episodes,
    make_main_episode,
    make_sample_show,
    write_site,
)

pytestmark = pytest.mark.skipif(not find_browser(), reason="no Chromium found")

HARD = {name: f"episodes/hard-{name}/" for name in HARD_TITLES}
PAGES = ["", "archive/", "people/", "people/verylong/", "tags/", "search/?q=horn", *HARD.values()]
PICTURES = Path(__file__).parents[2] / "screenshots"


@pytest.fixture(scope="module")
def hard(folder: Path) -> str:
    """A show whose every title, name and tag strains the page; below the sample site."""
    show = make_sample_show(title=HARD_TITLES["word"], subtitle=HARD_TITLES["address"])
    write_site(folder / "show/hard", describe_sample_pages(show, episodes=[*make_hard_episodes(), *make_episodes()]))
    return "hard/"


def find_bottom(page: Any, selector: str) -> float:
    """Lower edge in pixels of the first element in sight."""
    box = page.locator(f"{selector} >> visible=true").first.bounding_box()
    return float(box["y"] + box["height"])


@pytest.mark.parametrize("width", [320, 360, 390, 768, 1024, 1280, 1920])
def test_nothing_is_wider_than_the_window(open_page: Any, hard: str, width: int) -> None:
    """A word of 79 letters, an address, 118 letters and Arabic as title, in every list and as a name and a tag."""
    page = open_page(hard, viewport={"width": width, "height": 844})
    base = page.url
    PICTURES.mkdir(exist_ok=True)
    for path in PAGES:
        page.goto(base + path)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, f"{path} at {width}"
    page.screenshot(path=PICTURES / f"hard-{width}.png")


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_what_plays_is_in_the_first_screen(open_page: Any, hard: str, width: int, height: int) -> None:
    """The player of an episode and something to play on the home page, whatever the title."""
    page = open_page("", viewport={"width": width, "height": height})
    base = page.url
    for home in ("", hard):
        page.goto(base + home)
        assert find_bottom(page, ".listen") <= height, home
    for path in [make_main_episode().path, *(hard + path for path in HARD.values())]:
        page.goto(base + path)
        assert find_bottom(page, ".play") <= height, path


@pytest.mark.parametrize("width", [360, 1280])
def test_what_is_pressed_is_large_enough(open_page: Any, width: int) -> None:
    """24 pixels both ways at least (WCAG 2.2, 2.5.8), 44 high on a phone for what steers; links in sentences aside."""
    page = open_page(make_main_episode().path, viewport={"width": width, "height": 844})
    controls = "button, select, input, summary, .tags a, .cast a, .downloads a, .foot-links a, .nav a, .chapters a"
    small = page.evaluate(
        """([controls, least]) => [...document.querySelectorAll(controls)]
            .filter((e) => e.checkVisibility() && e.getAttribute("type") !== "range")
            .map((e) => [e, (e.closest("label") ?? e).getBoundingClientRect()])
            .filter(([, box]) => box.width && (box.height < least || box.width < 24))
            .map(([e, box]) => `${e.outerHTML.slice(0, 90)} ${box.width}x${box.height}`)""",
        [controls, 40 if width == 360 else 24],
    )
    assert small == []


def test_newest_episode_plays_on_the_home_page(open_page: Any) -> None:
    """Its button plays it where it stands; the small bar names it and stops it."""
    page = open_page("")
    page.get_by_role("link", name=f"Play {make_main_episode().title}").click()
    page.locator(".dock.playing").wait_for()
    assert page.locator(".dock p a").inner_text() == make_main_episode().title
    page.locator(".dock").get_by_role("button", name="Pause").click()
    page.locator(".dock:not(.playing)").wait_for()


def test_without_scripts_the_button_leads_to_the_episode(open_page: Any) -> None:
    """Where the plain player is."""
    page = open_page("", java_script_enabled=False)
    with page.expect_navigation():
        page.locator(".listen").click()
    assert page.url.endswith(make_main_episode().path)


def test_nothing_is_lit_before_it_plays(open_page: Any) -> None:
    """No playhead over the first zero and nobody marked as speaking until there is something to hear."""
    page = open_page(make_main_episode().path)
    assert not page.locator(".stage .head").is_visible()
    assert page.locator(".lane.now").count() == 0
    page.keyboard.press("k")
    page.locator(".lane.now").first.wait_for()
    assert page.locator(".stage .head").is_visible()


def test_names_of_controls_say_where_they_lead(open_page: Any) -> None:
    """A chapter's link is called after its chapter, tables have names, the position tells the whole length."""
    page = open_page(make_main_episode().path)
    assert page.get_by_role("link", name="Link: Two tons on mercury").count() == 1
    assert page.get_by_label("Position").get_attribute("aria-valuetext") == "0:00 of 5:00"
    page.locator(".turns summary").click()
    assert page.get_by_role("table", name="Who speaks when").count() == 1


def test_a_moment_is_found_once_and_lengths_are_written_as_everywhere(open_page: Any) -> None:
    """A chapter and the line that begins with it are one result; the length is that of the lists."""
    page = open_page("search/?q=mercury")
    hit = page.locator(".hit", has_text=make_main_episode().title)
    hit.first.wait_for()
    links = hit.locator(".hits a").evaluate_all("links => links.map((link) => link.href)")
    assert len(links) == len(set(links)) > 0
    assert hit.first.locator(".when span").inner_text() == "5 min"
