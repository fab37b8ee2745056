"""What holds for every page of the studio, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from studio_runner import RunningStudio

playwright_api = pytest.importorskip("playwright.sync_api")
expect = playwright_api.expect


def page_of(show: Path) -> str:
    """The first episode's."""
    return f"/episodes/{min((show / 'content/episodes').iterdir()).name}"


def read_index(show: Path) -> str:
    """Its front matter and notes."""
    return (min((show / "content/episodes").iterdir()) / "index.md").read_text("utf-8")


def test_a_field_saves_when_it_is_left(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    before = read_index(show)
    page = open_studio(studio, page_of(show))
    page.get_by_label("Title", exact=True).fill("Of fog and horns")
    page.keyboard.press("Tab")
    expect(page.get_by_role("status")).to_have_text("Saved")
    assert "Of fog and horns" in read_index(show)
    expect(page.get_by_role("button", name="Undo", exact=True)).to_have_accessible_description(
        "change title “Of fog and horns”"
    )
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_role("button", name="Redo", exact=True)).not_to_have_attribute("aria-disabled", "true")
    assert read_index(show) == before


def test_two_windows(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    """The second one to change a file is shown both versions."""
    one = open_studio(studio, page_of(show))
    other = open_studio(studio, page_of(show))
    one.get_by_label("Title", exact=True).fill("From the first")
    one.keyboard.press("Tab")
    expect(one.get_by_role("status")).to_have_text("Saved")
    other.get_by_label("Title", exact=True).fill("From the second")
    other.keyboard.press("Tab")
    expect(other.get_by_role("heading", level=1)).to_have_text("Changed meanwhile")
    assert "From the first" in read_index(show)
    other.get_by_role("button", name="Make my change all the same").click()
    expect(other.get_by_label("Title", exact=True)).to_have_value("From the second")
    assert "From the second" in read_index(show)


def test_a_conflict_keeps_everything_typed(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    """Title and notes of a tab, both changed by an editor as well: both are shown, and both can be kept."""
    page = open_studio(studio, page_of(show))
    file = show / f"content{page_of(show)}/index.md"
    title = page.get_by_label("Title", exact=True)
    text = read_index(show).replace(title.input_value(), "By an editor")
    file.write_text(f"{text.rstrip()}\nMore by hand.\n", "utf-8")
    held: list[Any] = []

    def hold(route: Any) -> None:
        """The first change waits until both are typed, however long the machine takes between them."""
        held.append(route)
        if len(held) > 1:
            route.continue_()

    page.route(f"**{page_of(show)}", hold)
    page.get_by_label("Show notes").fill("Notes from the tab")
    title.fill("Title from the tab")
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    page.keyboard.press("Tab")
    expect(page.get_by_role("heading", level=1)).to_have_text("Changed meanwhile")
    expect(page.locator("del", has_text="More by hand.")).to_be_visible()
    for typed in ("Title from the tab", "Notes from the tab"):
        expect(page.locator("ins", has_text=typed)).to_be_in_viewport()
    page.get_by_role("button", name="Make my change all the same").click()
    expect(page.get_by_label("Title", exact=True)).to_have_value("Title from the tab")
    assert "Notes from the tab" in read_index(show)


def test_typed_text_survives_a_quick_reload(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    page = open_studio(studio, page_of(show))
    page.get_by_label("Show notes").press_sequentially("Typed at once. ")
    page.reload()
    expect(page.get_by_label("Show notes")).to_have_value(re.compile("Typed at once"))
    for _ in range(100):
        if "Typed at once." in read_index(show):
            break
        page.wait_for_timeout(50)
    assert "Typed at once." in read_index(show)
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Changed meanwhile")


def test_the_status_after_saving_undo_and_a_restart(studio: RunningStudio, open_studio: Any) -> None:
    """What is not saved stays said; Undo says what it did; another session is told in a sentence."""
    page = open_studio(studio, "/show")
    status = page.get_by_role("status")
    page.get_by_label("Time zone").fill("Nowhere/Atall")
    page.keyboard.press("Tab")
    expect(status).to_have_text("Not saved: Time zone")
    page.get_by_label("Author").fill("Ana of the horns")
    with page.expect_response("**/show"):
        page.keyboard.press("Tab")
    expect(status).to_have_text("Not saved: Time zone")
    page.get_by_label("Time zone").fill("Europe/Lisbon")
    page.keyboard.press("Tab")
    expect(status).to_have_text("Saved")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(status).to_have_text(re.compile(r"^Undone: .*\(Show\)$"))
    page.context.clear_cookies()
    page.get_by_label("Author").fill("Typed in an old window")
    page.keyboard.press("Tab")
    expect(status).to_contain_text("The studio was started again.")
    expect(page.get_by_label("Author")).to_have_value("Typed in an old window")


def test_undo_of_a_file_changed_by_hand(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    """Both versions are shown; it can be undone all the same, and what was written by hand stays."""
    page = open_studio(studio, page_of(show))
    before = page.get_by_label("Title", exact=True).input_value()
    page.get_by_label("Title", exact=True).fill("In the studio")
    page.keyboard.press("Tab")
    expect(page.get_by_role("status")).to_have_text("Saved")
    file = show / f"content{page_of(show)}/index.md"
    file.write_text(file.read_text("utf-8") + "\nBy hand.\n", "utf-8")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Changed meanwhile")
    expect(page.locator("ins", has_text=before)).to_be_visible()
    page.get_by_role("button", name="Do it all the same").click()
    expect(page.get_by_label("Title", exact=True)).to_have_value(before)
    assert "By hand." in read_index(show)


def test_without_scripts(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    page = open_studio(studio, page_of(show), java_script_enabled=False)
    page.get_by_label("Title", exact=True).fill("By hand")
    form = page.locator("form", has=page.get_by_label("Title", exact=True))
    form.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Title", exact=True)).to_have_value("By hand")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_label("Title", exact=True)).not_to_have_value("By hand")


def test_what_is_wrong_stands_beside_the_field(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    page = open_studio(studio, page_of(show))
    field = page.get_by_label("Title", exact=True)
    field.fill("")
    page.keyboard.press("Tab")
    expect(field).to_have_attribute("aria-invalid", "true")
    beside = page.locator(".error:visible")
    expect(beside).to_have_text("This cannot be empty.")
    status = page.get_by_role("status")
    expect(status).to_have_text("Not saved: Title")  # it leads there, and does not say it again
    status.get_by_role("link", name="Title").click()
    expect(field).to_be_focused()
    field.fill("Of fog")
    page.keyboard.press("Tab")
    expect(status).to_have_text("Saved")
    expect(beside).to_have_count(0)


def test_an_address_for_examples_is_said_at_once(studio: RunningStudio, open_studio: Any) -> None:
    page = open_studio(studio, "/show")
    missing = page.locator("#still-missing")
    expect(missing.get_by_role("link")).to_have_text(["Address of the site", "E-mail"])
    page.get_by_label("Address of the site", exact=True).fill("example.com/mine")
    page.keyboard.press("Tab")
    expect(page.locator("#f-url-error")).to_contain_text("https://example.com/mine/ is kept for examples")
    page.get_by_label("Address of the site", exact=True).fill("ana.github.io/mine")
    page.keyboard.press("Tab")
    expect(page.locator("#f-url-error")).to_be_hidden()
    expect(missing.get_by_role("link")).to_have_text(["E-mail"])


def test_a_field_left_before_the_script_is_there(studio: RunningStudio, open_studio: Any) -> None:
    page = open_studio(studio, "/people")
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    page.route("**/studio.js", hold)
    page.goto(studio.origin + "/show", wait_until="commit")
    page.get_by_label("E-mail", exact=True).fill("early@night-mail.fm")
    page.get_by_label("E-mail", exact=True).press("Tab")
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    expect(page.get_by_role("status")).to_have_text("Saved")
    page.unroute_all()
    page.reload()
    expect(page.get_by_label("E-mail", exact=True)).to_have_value("early@night-mail.fm")


def test_the_colour_and_its_tick_go_together(studio: RunningStudio, open_studio: Any) -> None:
    """Who chooses a colour takes none from the cover; who ticks that sees the cover's."""
    page = open_studio(studio, "/show")
    box, colour = page.get_by_label("Take the colour from the cover"), page.get_by_label("Colour of links and buttons")
    expect(box).to_be_checked()
    of_cover = colour.input_value()
    colour.fill("#1a7f64")
    expect(box).not_to_be_checked()
    box.check()
    expect(colour).to_have_value(of_cover)
    page.reload()
    expect(box).to_be_checked()
    expect(colour).to_have_value(of_cover)


def test_a_path_without_an_archive_is_told_beside_its_field(studio: RunningStudio, open_studio: Any) -> None:
    page = open_studio(studio, "/start")
    page.get_by_text("It is very large").click()
    path = page.get_by_label("Where it lies on this computer")
    path.fill("~/no such.zip")
    path.press("Enter")
    expect(path).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#path-error")).to_have_text("There is nothing at ~/no such.zip: check the name.")
    expect(path).to_be_focused()


def test_what_was_typed_while_nothing_was_saved_is_saved_later(
    studio: RunningStudio, show: Path, open_studio: Any
) -> None:
    """“Saved” is true of every field then, not of the last alone."""
    page = open_studio(studio, page_of(show))
    page.route("**/episodes/**", lambda route: route.fulfill(status=403, body="{}"))
    page.get_by_label("Title", exact=True).fill("Typed meanwhile")
    page.keyboard.press("Tab")
    expect(page.get_by_role("status")).to_contain_text("The studio was started again")
    page.unroute("**/episodes/**")
    page.get_by_label("Tags", exact=True).fill("rivers")
    with page.expect_response(lambda answer: "Typed" in (answer.request.post_data or "")) as saved:
        page.keyboard.press("Tab")
    assert saved.value.status == 200
    assert "Typed meanwhile" in read_index(show)
    assert "rivers" in read_index(show)
