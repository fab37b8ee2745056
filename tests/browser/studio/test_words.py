"""Words in a real browser: typed, spoken by another, heard, cut."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from studio_runner import RunningStudio

playwright_api = pytest.importorskip("playwright.sync_api")
expect = playwright_api.expect

VTT = """WEBVTT

00:02.000 --> 00:04.000
<v Night Mail Radio>Good evening from the light ships.

00:04.100 --> 00:06.000
<v Night Mail Radio>One two three four five six.

00:06.000 --> 00:10.000
And hello to you
"""


@pytest.fixture
def file(show: Path) -> Path:
    """A transcript in the first episode."""
    file = min((show / "content/episodes").iterdir()) / "transcript.vtt"
    file.write_text(VTT)
    return file


def page_of(file: Path) -> str:
    return f"/episodes/{file.parent.name}/words"


def expect_saved(page: Any) -> None:
    expect(page.get_by_role("status")).to_have_text("Saved")


def wait_for(page: Any, expression: str) -> None:
    """Until something is so; the page's own policy forbids Playwright to evaluate texts in it."""
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(expression)


def test_by_keyboard(studio: RunningStudio, file: Path, open_studio: Any) -> None:
    """Tab accepts and goes on; F2 and a digit give a line to somebody else."""
    page = open_studio(studio, page_of(file))
    first = page.get_by_role("textbox", name="Line at 0:02, Night Mail Radio")
    first.focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Good evening from the lightships.")
    page.keyboard.press("Tab")
    expect(page.get_by_role("textbox", name="Line at 0:04")).to_be_focused()
    expect_saved(page)
    assert "<v Night Mail Radio>Good evening from the lightships.\n" in file.read_text()
    expect(page.get_by_text("“lightships” for “light ships”")).to_be_visible()
    page.keyboard.press("F2")
    page.keyboard.press("2")
    expect(page.get_by_role("textbox", name="Line at 0:04, Kit <of the> Rails")).to_be_focused()
    expect(page.get_by_role("button", name="Undo", exact=True)).to_have_accessible_description(
        "change speaker at 0:04: Kit <of the> Rails"
    )
    assert "<v Kit &lt;of the&gt; Rails>One two three" in file.read_text()


def test_what_was_typed_is_kept_when_the_page_is_left(studio: RunningStudio, file: Path, open_studio: Any) -> None:
    page = open_studio(studio, page_of(file))
    page.get_by_role("textbox", name="Line at 0:06").click()
    page.keyboard.press("End")
    page.keyboard.type(", all of you")
    page.goto(f"{studio.origin}/people")
    for _ in range(100):
        if "And hello to you, all of you\n" in file.read_text():
            return
        page.wait_for_timeout(50)
    raise AssertionError(file.read_text())


def test_heard_while_it_is_corrected(studio: RunningStudio, file: Path, open_studio: Any) -> None:
    """A click on a word plays from there; typing waits the sound; Escape pauses and plays."""
    page = open_studio(studio, page_of(file))
    now = "document.getElementById('sound').currentTime"
    page.get_by_text("four", exact=True).click()
    wait_for(page, f"{now} > 4.5 && !document.getElementById('sound').paused")
    page.keyboard.type("x")
    wait_for(page, "document.getElementById('sound').paused")
    wait_for(page, "!document.getElementById('sound').paused")  # nothing was typed for a while
    page.keyboard.press("Escape")
    wait_for(page, "document.getElementById('sound').paused")
    before = page.evaluate(now)
    page.keyboard.press("Control+,")
    assert page.evaluate(now) <= before - 2.9


def test_selected_words_become_a_cut(studio: RunningStudio, file: Path, open_studio: Any) -> None:
    page = open_studio(studio, page_of(file))
    two, four = page.get_by_text("two", exact=True), page.get_by_text("four", exact=True)
    one, other = two.bounding_box(), four.bounding_box()
    page.mouse.move(one["x"] + 1, one["y"] + 8)
    page.mouse.down()
    page.mouse.move(other["x"] + other["width"] - 1, other["y"] + 8, steps=5)
    page.mouse.up()
    bar = page.get_by_role("region", name="Selected words")
    expect(bar.locator("q")).to_have_text("two three four")
    bar.get_by_role("button", name="Cut these").click()
    expect_saved(page)
    index = (file.parent / "index.md").read_text()
    start, end = re.search(r"cut:\n\s*- \"?0:(\d+\.\d+)-0:(\d+\.\d+)", index).groups()  # type: ignore[union-attr]
    assert 4.1 < float(start) < 4.6
    assert 5.0 < float(end) < 5.5
    expect(page.locator(".w.out")).to_have_text(["two", "three", "four"])
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.locator(".w.out")).to_have_count(0)
    assert "cut:" not in (file.parent / "index.md").read_text()


def test_words_of_several_lines(studio: RunningStudio, file: Path, open_studio: Any) -> None:
    """Selected across lines and cut as one; the lines are fields again after it."""
    page = open_studio(studio, page_of(file))
    one = page.get_by_text("five", exact=True).bounding_box()
    other = page.get_by_text("hello", exact=True).bounding_box()
    page.mouse.move(one["x"] + 1, one["y"] + 8)
    page.mouse.down()
    page.mouse.move(other["x"] + other["width"] - 1, other["y"] + 8, steps=5)
    page.mouse.up()
    bar = page.get_by_role("region", name="Selected words")
    expect(bar.locator("q")).to_have_text("five six. And hello")
    bar.get_by_role("button", name="Cut these").click()
    expect_saved(page)
    expect(page.locator(".w.out")).to_have_text(["five", "six.", "And", "hello"])
    page.get_by_role("textbox", name="Line at 0:06").click()
    page.keyboard.press("End")
    page.keyboard.type("!")
    page.keyboard.press("Tab")
    wait_for(page, "document.querySelector('#undo-what').textContent.startsWith('change line')")
    assert "And hello to you!" in file.read_text()


def test_without_scripts(studio: RunningStudio, file: Path, open_studio: Any) -> None:
    page = open_studio(studio, page_of(file), java_script_enabled=False)
    page.get_by_role("link", name="Correct").nth(2).click()
    page.get_by_label("Line", exact=True).fill("And hullo")
    page.get_by_label("Speaker").select_option("Night Mail Radio")
    page.get_by_role("button", name="Save", exact=True).click()
    assert "<v Night Mail Radio>And hullo\n" in file.read_text()


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_overflows(studio: RunningStudio, file: Path, open_studio: Any, width: int) -> None:
    page = open_studio(studio, page_of(file), viewport={"width": width, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_no_barriers(
    studio: RunningStudio, file: Path, find_barriers: Callable[[RunningStudio, str], list[str]]
) -> None:
    """Where there is no transcript yet."""
    studio.enter()
    file.unlink()
    assert find_barriers(studio, page_of(file)) == []
