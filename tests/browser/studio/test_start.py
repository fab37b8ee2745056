"""From an empty folder to a published show in a real browser: by keyboard, on a phone, without scripts."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from archive_maker import MadeArchive, MadeSpace, make_files, write_archive, write_zip
from show_runner import make_two_spaces
from studio_runner import RunningStudio, start_studio

from site_builder.sources.x.layouts import WANTED

playwright_api = pytest.importorskip("playwright.sync_api")
expect = playwright_api.expect
SLOW = 120_000
"""Milliseconds that work in the background may take on a machine that does other things."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two Spaces with sound and one without, beside what is nobody's business."""
    made = make_two_spaces()
    silent = MadeSpace(id="1ZkKzYvPnWqGB", parts=(), turns=())
    folder = tmp_path_factory.mktemp("x")
    return write_archive(folder / "twitter-2026-10-18-a.zip", MadeArchive(spaces=[*made.spaces, silent]))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[RunningStudio]:
    """The studio in an empty folder; the token is still to be spent."""
    (tmp_path / "my-show").mkdir()
    with start_studio(tmp_path / "my-show") as studio:
        yield studio


def test_by_keyboard_to_an_address(
    empty: RunningStudio, archive: Path, open_studio: Any, find_barriers: Callable[[RunningStudio, str], list[str]]
) -> None:
    """Where the eye is, one or two Tabs lead on; of the archive only what is read is sent."""
    page = open_studio(empty)
    keys = page.keyboard
    field = page.get_by_label("X archive")
    expect(field).to_be_focused()
    assert find_barriers(empty, "/start") == []
    page.get_by_role("button", name="Look inside").click()
    expect(page.locator("#archive-error")).to_be_visible()
    field.set_input_files(archive)
    expect(page.locator("#archive-error")).to_be_hidden()
    field.focus()
    keys.press("Tab")
    keys.press("Tab")
    expect(page.get_by_role("button", name="Look inside")).to_be_focused()
    keys.press("Enter")
    button = page.get_by_role("button", name="Take selected Spaces")
    button.wait_for(timeout=SLOW)
    (sent,) = (empty.show / ".cache/studio/uploads").iterdir()
    with zipfile.ZipFile(sent) as zipped:
        assert zipped.testzip() is None
        assert all(WANTED.fullmatch(name.removeprefix("data/")) for name in zipped.namelist())
        assert len(zipped.namelist()) > 5
    boxes = page.get_by_role("checkbox")
    assert [box.is_enabled() for box in boxes.all()] == [True, True, False]
    assert [box.is_checked() for box in boxes.all()] == [False, False, False]
    expect(boxes.nth(0)).to_be_focused()
    expect(boxes.nth(2)).to_have_accessible_description(re.compile("No sound: "))
    assert find_barriers(empty, "/start") == []
    button.click()  # nothing is ticked: told beside the button, and what is ticked then takes it away
    expect(page.get_by_text("Tick at least one Space.")).to_be_visible()
    expect(boxes.nth(0)).to_be_focused()
    keys.press("Tab")
    keys.press("Space")
    expect(boxes.nth(1)).to_be_checked()
    expect(page.get_by_text("Tick at least one Space.")).to_be_hidden()
    keys.press("Tab")
    expect(button).to_be_focused()
    keys.press("Enter")
    on = page.get_by_role("link", name="Say what your show is")
    on.wait_for(timeout=SLOW)
    expect(on).to_be_focused()
    assert len(list((empty.show / "content/episodes").iterdir())) == 1
    assert find_barriers(empty, "/start") == []


@pytest.mark.parametrize("form", ["stored", "zip64", "top"])
def test_every_form_of_zip_is_made_smaller_rightly(
    tmp_path: Path, empty: RunningStudio, open_studio: Any, form: str
) -> None:
    files = {"data/direct-messages.js": b"x" * 300_000, **make_files(make_two_spaces())}
    top = "twitter-x/" if form == "top" else ""
    file = write_zip(tmp_path / "a.zip", files, top=top, stored=form == "stored", zip64=form == "zip64")
    page = open_studio(empty)
    page.get_by_label("X archive").set_input_files(file)
    page.get_by_role("button", name="Look inside").click()
    page.get_by_role("button", name="Take selected Spaces").wait_for(timeout=SLOW)
    (sent,) = (empty.show / ".cache/studio/uploads").iterdir()
    with zipfile.ZipFile(sent) as zipped:
        assert zipped.testzip() is None
        assert not any("direct" in name for name in zipped.namelist())
    assert page.get_by_role("checkbox").count() == 2


def test_what_is_no_zip_is_told_beside_the_field(tmp_path: Path, empty: RunningStudio, open_studio: Any) -> None:
    (tmp_path / "letter.zip").write_bytes(b"Dear reader")
    page = open_studio(empty, viewport={"width": 320, "height": 640}, color_scheme="dark")
    page.get_by_role("button", name="Look inside").click()
    expect(page.get_by_role("alert")).to_have_text("Choose the archive, or type where it lies on this computer.")
    page.get_by_label("X archive").set_input_files(tmp_path / "letter.zip")
    page.get_by_role("button", name="Look inside").click()
    expect(page.get_by_role("alert")).to_contain_text("letter.zip is not a zip", timeout=SLOW)
    expect(page.get_by_label("X archive")).to_have_attribute("aria-invalid", "true")


def test_without_scripts(archive: Path, empty: RunningStudio, open_studio: Any) -> None:
    page = open_studio(empty, java_script_enabled=False)
    page.get_by_label("X archive").set_input_files(archive)
    page.get_by_role("button", name="Look inside").click()
    page.get_by_role("button", name="Take selected Spaces").wait_for(timeout=SLOW)  # the page asks for itself again
    page.get_by_role("checkbox").nth(0).check()
    page.get_by_role("button", name="Take selected Spaces").click()
    page.get_by_role("link", name="Say what your show is").wait_for(timeout=SLOW)


@pytest.mark.parametrize("width", [320, 390, 768, 1920])
def test_no_page_is_wider_than_its_window(studio: RunningStudio, open_studio: Any, width: int) -> None:
    page = open_studio(studio, "/start", viewport={"width": width, "height": 800})
    for path in ("/start", "/show", "/checks", "/publish"):
        page.goto(studio.origin + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_publish(studio: RunningStudio, tmp_path: Path, open_studio: Any) -> None:
    page = open_studio(studio, "/show")
    page.get_by_label("Address of the site", exact=True).fill("ana.github.io/signals")
    page.keyboard.press("Tab")
    undo = page.get_by_role("button", name="Undo", exact=True)
    expect(undo).to_have_accessible_description("change address of the site", timeout=SLOW)
    page.get_by_label("E-mail", exact=True).fill("ana@rivers.pt")
    page.keyboard.press("Tab")
    expect(undo).to_have_accessible_description("change e-mail", timeout=SLOW)
    page.goto(studio.origin + "/publish")
    page.get_by_label("Where", exact=True).fill(f"folder:{tmp_path / 'site'}")
    page.keyboard.press("Tab")
    button = page.get_by_role("button", name="Publish", exact=True)
    expect(button).to_be_focused(timeout=SLOW)
    expect(button).to_have_accessible_description(re.compile("cannot be called back"))
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name="https://ana.github.io/signals/")
    link.wait_for(timeout=2 * SLOW)
    expect(link).to_be_focused()
    assert (tmp_path / "site/feed.xml").is_file()
