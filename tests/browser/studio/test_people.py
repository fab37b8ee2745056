"""People in a real browser: an answer is saved when it is meant, and not when it is passed over."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from studio_runner import RunningStudio

playwright_api = pytest.importorskip("playwright.sync_api")
expect = playwright_api.expect

KIT = "/people/kit"


def read(show: Path) -> str:
    """What stands of the guest in people.yaml."""
    return (show / "content/people.yaml").read_text().partition("\nkit:")[2]


def test_a_click_saves_and_tells_what_changes_now(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    page = open_studio(studio, "/people")
    page.get_by_role("link", name="Kit <of the> Rails").click()
    answers = page.get_by_role("group", name="Answer", exact=True)
    no = answers.get_by_label("No", exact=True)
    expect(page.locator("#effects-refused")).to_contain_text("becomes silent")
    no.check()
    expect(page.get_by_role("status")).to_have_text("Saved")
    assert "status: refused" in read(show)
    expect(page.locator("#effects-refused")).to_have_text("This is the answer now.")
    expect(page.locator("#effects-granted")).to_contain_text("is heard again")
    expect(page.locator("#singles li").first).to_contain_text(re.compile(r"\bNo\b"))
    page.get_by_label("Note", exact=True).fill("by phone")
    page.get_by_label("Date", exact=True).fill("2026-11-02")
    page.get_by_role("button", name="Save", exact=True).click()
    undo = page.get_by_role("button", name="Undo", exact=True)
    expect(undo).to_have_accessible_description("note the answer of Kit <of the> Rails: No")
    expect(page.get_by_role("status")).to_have_text("Saved")
    page.get_by_role("button", name="Undo", exact=True).click()
    page.get_by_role("button", name="Undo", exact=True).click()
    page.wait_for_load_state()
    assert "by phone" not in read(show)


def test_keys_pass_over_answers(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    """From “Not answered yet” up to “Yes, not by name” the keys pass “No”: nobody said that."""
    page = open_studio(studio, KIT)
    page.get_by_label("Not answered yet").focus()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("No", exact=True)).to_be_checked()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    expect(page.get_by_role("status")).to_have_text("Saved")
    assert "status: anonymous" in read(show)
    assert "refused" not in read(show)


def test_space_saves_what_the_keys_chose(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    page = open_studio(studio, KIT)
    page.get_by_label("Not answered yet").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    expect(page.get_by_role("status")).to_have_text("Saved")
    assert "status: refused" in read(show)


@pytest.mark.parametrize("by", ["keys", "touch"])
def test_an_answer_before_the_script_is_there(studio: RunningStudio, show: Path, open_studio: Any, by: str) -> None:
    """A computer that is busy shows the page some time before it listens: what was chosen meanwhile is not lost."""
    page = open_studio(studio, "/people", has_touch=True)
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    page.route(re.compile(r"/people[^/]*\.js"), hold)
    page.goto(studio.origin + KIT, wait_until="commit")
    if by == "touch":
        page.get_by_label("Yes, not by name").tap()
    else:
        page.get_by_label("Not answered yet").focus()
        page.keyboard.press("ArrowUp")
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    page.wait_for_load_state()
    if by == "keys":
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Tab")
    expect(page.get_by_role("status")).to_have_text("Saved")
    assert "status: anonymous" in read(show)
    assert "refused" not in read(show)


def test_without_scripts(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    page = open_studio(studio, KIT, java_script_enabled=False)
    page.get_by_label("Yes, not by name").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Yes, not by name")).to_be_checked()
    assert "status: anonymous" in read(show)


def test_a_passage_is_heard(studio: RunningStudio, open_studio: Any) -> None:
    page = open_studio(studio, KIT)
    button = page.get_by_role("button", name="Play 0:06 to 0:11 of", exact=False).first
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
