"""Bars, labels and keys of the studio where there is little room, or no mouse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from show_runner import edit
from studio_runner import RunningStudio

playwright_api = pytest.importorskip("playwright.sync_api")
expect = playwright_api.expect

LONG = "An evening of signals, horns and lamps, with everything that was said about them afterwards"
TRANSCRIPT = """WEBVTT

00:02.000 --> 00:04.000
one two

00:06.000 --> 00:08.000
three

00:09.000 --> 00:10.000
four
"""


def find_first(show: Path) -> Path:
    """The first episode's folder."""
    return min((show / "content/episodes").iterdir())


@pytest.mark.parametrize("width", [320, 390])
def test_a_long_title_leaves_icons_their_size(studio: RunningStudio, show: Path, open_studio: Any, width: int) -> None:
    text = (show / "config.yaml").read_text()
    title = next(line for line in text.splitlines() if line.startswith("  title: "))
    edit(show / "config.yaml", title, f"  title: {LONG}")
    page = open_studio(studio, "/episodes", viewport={"width": width, "height": 844})
    expect(page.locator(".brand span")).to_have_text(LONG)
    for icon in page.locator(".top .see .icon").all():
        box = icon.bounding_box()
        assert (box["width"], box["height"]) == (24, 24)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("language", ["de-DE", "es-ES"])
def test_the_five_places_fit_beside_each_other(studio: RunningStudio, open_studio: Any, language: str) -> None:
    """Each takes the room that its longest word needs: Veröffentlichen ran out of the window of a phone."""
    page = open_studio(studio, "/show", viewport={"width": 320, "height": 700}, locale=language)
    words = """links => links.map(link => {
        const range = document.createRange(); range.selectNodeContents(link);
        const word = range.getBoundingClientRect(), box = link.getBoundingClientRect();
        return word.left >= box.left - 0.5 && word.right <= Math.min(box.right, innerWidth) + 0.5; })"""
    assert page.locator(".places a").evaluate_all(words) == [True] * 5


def test_low_windows_are_for_what_is_read(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    """No bar stays on the screen, and each line of Words says why it is not heard."""
    folder = find_first(show)
    (folder / "transcript.vtt").write_text(TRANSCRIPT)
    edit(folder / "index.md", "title: ", 'trim: "0:05-"\ncut:\n  - 0:06-0:08\nmute:\n  - 0:09-0:10\ntitle: ')
    page = open_studio(studio, f"/episodes/{folder.name}/words", viewport={"width": 640, "height": 450})
    for bar in (".top", ".places", ".within", ".words-deck"):
        expect(page.locator(bar)).to_have_css("position", "static")
    expect(page.locator(".lost")).to_have_text(["before or after the episode", "cut", "muted"])


def test_keys_fold_and_skip(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    """Escape folds How to edit; one link leads past the preview, and is seen when it is reached."""
    page = open_studio(studio, f"/episodes/{find_first(show).name}")
    summary = page.get_by_text("How to edit")
    summary.click()
    page.keyboard.press("Escape")
    expect(page.locator("#s-sound details")).not_to_have_attribute("open", "")
    expect(summary).to_be_focused()
    page.get_by_role("link", name="Open it").focus()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip the preview")
    expect(skip).to_be_focused()
    expect(skip).to_have_css("opacity", "1")
    page.keyboard.press("Enter")
    expect(page.locator("#h-chapters")).to_be_focused()


def test_the_list_says_the_published_length(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    edit(find_first(show) / "index.md", "title: ", 'trim: "0:02-0:06"\ntitle: ')
    page = open_studio(studio, "/episodes")
    expect(page.locator(".row-meta").last).to_contain_text("4 s")
