"""The sound of an episode in a real browser: by keyboard, by mouse and by touch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from studio_runner import RunningStudio

from site_builder.show.documents import parse_front_matter
from site_builder.show.front_matter import EpisodeMatter

playwright_api = pytest.importorskip("playwright.sync_api")
expect = playwright_api.expect


def index_of(show: Path) -> Path:
    return min((show / "content/episodes").iterdir()) / "index.md"


def read(show: Path) -> EpisodeMatter:
    file = index_of(show)
    return parse_front_matter(file.read_bytes(), file, EpisodeMatter)[0]


def open_episode(open_studio: Any, studio: RunningStudio, **options: Any) -> Any:
    page = open_studio(studio, f"/episodes/{index_of(studio.show).parent.name}", **options)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    return page


def test_by_keyboard(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    page = open_episode(open_studio, studio)
    start = page.get_by_role("spinbutton", name="Trim start")
    start.fill("0:01")
    for key in ("ArrowUp", "ArrowUp", "Shift+ArrowUp", "Alt+ArrowUp"):
        start.press(key)
    expect(page.get_by_role("status")).to_have_text("Saved")
    trim = read(show).trim
    assert trim
    assert trim.start == pytest.approx(2.2 + 1024 / 48000, abs=0.003)
    expect(start).to_have_attribute("aria-valuetext", "0:02.221")

    page.get_by_label("From", exact=True).fill("3")
    page.get_by_label("To", exact=True).fill("0:04.5")
    page.get_by_role("button", name="Cut", exact=True).press("Enter")
    join = page.get_by_role("button", name="Hear the join")
    expect(join).to_be_visible()
    assert [(entry.start, entry.end) for entry in read(show).cut] == [(3, 4.5)]
    page.get_by_label("End of 1", exact=True).fill("0:04")
    page.get_by_label("End of 1", exact=True).press("Tab")
    expect(page.get_by_text("1 s", exact=True)).to_be_visible()
    assert read(show).cut[0].end == 4
    with page.expect_response("**/sound.wav?join=*") as response:
        join.press("Enter")
    assert response.value.status in {200, 206}
    page.get_by_role("button", name="Keep it after all").press("Enter")
    expect(join).to_have_count(0)
    assert read(show).cut == ()

    for at, title in (("0:00", "Hello"), ("0:02.5", "The middle"), ("0:06", "Goodbye")):
        page.get_by_label("Time", exact=True).fill(at)
        page.get_by_label("Chapter title").fill(title)
        page.get_by_label("Chapter title").press("Enter")
        expect(page.get_by_label("Title of chapter", exact=False).last).to_have_value(title)
    assert [entry.title for entry in read(show).chapters or ()] == ["Hello", "The middle", "Goodbye"]


def test_by_mouse(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    """Dragging across selects, dragging an edge moves it."""
    page = open_episode(open_studio, studio)
    seconds = page.evaluate("fetch(document.querySelector('#editor').dataset.sound).then((r) => r.json())")["duration"]

    def drag(start: float, end: float) -> None:
        page.locator("#stage").scroll_into_view_if_needed()
        box = page.locator("#stage").bounding_box()
        at = box["y"] + 60
        page.mouse.move(box["x"] + start / seconds * box["width"], at)
        page.mouse.down()
        page.mouse.move(box["x"] + end / seconds * box["width"], at, steps=5)
        page.mouse.up()

    drag(3, 5)
    page.get_by_role("button", name="Mute", exact=True).click()
    expect(page.get_by_role("button", name="Hear the join")).to_be_visible()
    (mute,) = read(show).mute
    assert mute.start == pytest.approx(3, abs=0.5)
    assert mute.end == pytest.approx(5, abs=0.5)
    drag(mute.end, 6)
    expect(page.get_by_role("status")).to_have_text("Saved")
    page.wait_for_timeout(500)
    assert read(show).mute[0].end == pytest.approx(6, abs=0.5)


def test_typing_on_while_a_field_is_saved(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    """What is drawn anew takes nothing away from who is typing in it."""
    page = open_episode(open_studio, studio)
    for at in ("0:01", "0:02"):
        page.get_by_label("Time", exact=True).fill(at)
        page.get_by_label("Chapter title").fill(f"At {at}")
        page.get_by_label("Chapter title").press("Enter")
        expect(page.get_by_label("Title of chapter").last).to_have_value(f"At {at}")
    page.get_by_label("Title of chapter 1").fill("First")
    page.keyboard.press("Tab")  # to its button
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Second, typed at once", delay=5)
    page.keyboard.press("Tab")
    expect(page.get_by_role("status")).to_have_text("Saved")
    page.wait_for_timeout(500)
    assert [entry.title for entry in read(show).chapters or ()] == ["First", "Second, typed at once"]


def test_notes_are_seen_on_the_page_at_once(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    page = open_episode(open_studio, studio)
    frame = page.frame_locator("iframe")
    page.get_by_label("Show notes").scroll_into_view_if_needed()
    expect(frame.get_by_role("heading", level=1)).to_be_visible(timeout=90_000)
    page.get_by_label("Show notes").fill("Of **horns** and of light.")
    expect(frame.locator("strong", has_text="horns")).to_be_visible(timeout=90_000)


def test_a_picture_in_the_notes(studio: RunningStudio, show: Path, open_studio: Any, tmp_path: Path) -> None:
    """It is kept under a name of ours, named where the cursor was, and its description is typed next."""
    picture = tmp_path / "my <own> picture.png"
    Image.new("RGB", (40, 30), "navy").save(picture)
    page = open_episode(open_studio, studio)
    notes = page.get_by_label("Show notes")
    notes.fill("Look: ")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Picture", exact=True).click()
    chooser.value.set_files(picture)
    expect(notes).to_have_value("Look: ![](picture-1.png)")
    page.keyboard.type("A navy sea")
    page.keyboard.press("Tab")
    expect(page.get_by_role("status")).to_have_text("Saved")
    assert index_of(show).read_text("utf-8").endswith("\nLook: ![A navy sea](picture-1.png)\n")
    assert (index_of(show).parent / "picture-1.png").read_bytes() == picture.read_bytes()
    page.locator("#picture-file").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(page.get_by_role("status")).to_have_text("Choose a picture: JPEG, PNG or WebP.")


def test_the_shape_is_drawn_while_it_is_made(studio: RunningStudio, open_studio: Any) -> None:
    """It comes again and again, cut anywhere; the last one holds."""
    page = open_studio(studio)
    shapes = bytes(4000) + b"\xff" * 1000 + bytes(3000) + b"\xff" * 4000
    page.route("**/shape?v=*", lambda route: route.fulfill(body=shapes, headers={"x-points": "4000"}))
    page.goto(f"{studio.origin}/episodes/{index_of(studio.show).parent.name}")
    column = (
        "canvas => [...canvas.getContext('2d').getImageData(canvas.width * 0.9 - 3, 6, 6, 1).data].some((one) => one)"
    )
    expect(page.locator("#overview")).to_be_visible()
    page.wait_for_function(f"() => ({column})(document.querySelector('#overview'))")


def test_on_a_phone(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    page = open_episode(open_studio, studio, viewport={"width": 320, "height": 700}, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_label("From", exact=True).fill("2")
    page.get_by_label("To", exact=True).fill("3")
    page.get_by_role("button", name="Cut", exact=True).tap()
    expect(page.get_by_role("button", name="Hear the join")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
