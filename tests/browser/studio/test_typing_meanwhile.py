"""What somebody types while something else is on its way to the studio is never overwritten by the answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from show_runner import edit
from studio_runner import RunningStudio

from site_builder.show.documents import parse_front_matter
from site_builder.show.front_matter import EpisodeMatter

playwright_api = pytest.importorskip("playwright.sync_api")
expect = playwright_api.expect


class Gate:
    """Holds what a page sends back until it is opened."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.held: list[Any] = []
        page.route("**", lambda route: self.held.append(route) if self._holds(route) else route.continue_())
        self.is_open = False

    def _holds(self, route: Any) -> bool:
        return not self.is_open and route.request.method == "POST" and not route.request.url.endswith("/preview")

    def wait(self) -> None:
        """Until something has come."""
        while not self.held:
            self.page.wait_for_timeout(20)

    def open(self) -> None:
        self.is_open = True
        for route in self.held:
            route.continue_()
        self.page.wait_for_timeout(300)


def index_of(show: Path) -> Path:
    return min((show / "content/episodes").iterdir()) / "index.md"


def read(show: Path) -> EpisodeMatter:
    return parse_front_matter(index_of(show).read_bytes(), index_of(show), EpisodeMatter)[0]


def open_episode(open_studio: Any, studio: RunningStudio) -> tuple[Any, Gate]:
    page = open_studio(studio, f"/episodes/{index_of(studio.show).parent.name}")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    return page, Gate(page)


def wait_until(page: Any, is_so: Callable[[], bool]) -> None:
    """Until a file says so."""
    for _ in range(400):
        if is_so():
            return
        page.wait_for_timeout(50)
    assert is_so()


def expect_saved(page: Any) -> None:
    expect(page.get_by_role("status")).to_have_text("Saved")
    page.wait_for_timeout(300)


def test_a_note_beside_an_answer(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    page = open_studio(studio, "/people/kit")
    gate = Gate(page)
    page.get_by_label("Yes, by name", exact=True).check()
    gate.wait()
    note = page.get_by_label("Note", exact=True)
    note.press_sequentially("said yes by phone")
    gate.open()
    expect(note).to_have_value("said yes by phone")
    expect(note).to_be_focused()
    page.keyboard.press("Tab")
    expect_saved(page)
    people = (show / "content/people.yaml").read_text("utf-8")
    assert "status: granted" in people
    assert "said yes by phone" in people


def test_another_chapter_in_the_list(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    """The one that is typed in has another number by the time the answer comes."""
    edit(index_of(show), "title:", 'chapters: ["0:01 Opening", "0:05 The middle"]\ntitle:')
    page, gate = open_episode(open_studio, studio)
    page.get_by_label("Time", exact=True).fill("0:00")
    page.get_by_label("Chapter title").fill("Hello")
    page.get_by_label("Chapter title").press("Enter")
    gate.wait()
    page.get_by_label("Title of chapter 2").fill("Second thoughts")
    page.get_by_label("Time", exact=True).fill("0:07")
    page.get_by_label("Title of chapter 2").focus()
    gate.open()
    expect(page.get_by_label("Title of chapter 3")).to_have_value("Second thoughts")
    expect(page.get_by_label("Time", exact=True)).to_have_value("0:07")
    expect(page.get_by_label("Chapter title")).to_have_value("")
    titles = ["Hello", "Opening", "Second thoughts"]
    wait_until(page, lambda: [entry.title for entry in read(show).chapters or ()] == titles)


def test_the_next_stretch(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    page, gate = open_episode(open_studio, studio)
    page.get_by_label("From", exact=True).fill("2")
    page.get_by_label("To", exact=True).fill("3")
    page.get_by_role("button", name="Cut", exact=True).press("Enter")
    gate.wait()
    page.get_by_label("From", exact=True).fill("5")
    gate.open()
    expect(page.get_by_role("button", name="Hear the join")).to_be_visible()
    expect(page.get_by_label("From", exact=True)).to_have_value("5")
    expect(page.get_by_label("To", exact=True)).to_have_value("")


def test_steps_of_a_time(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    """The second step falls while the first is on its way; its field is another by then."""
    page, gate = open_episode(open_studio, studio)
    page.get_by_label("From", exact=True).fill("3")
    page.get_by_label("To", exact=True).fill("6")
    gate.is_open = True
    page.get_by_role("button", name="Cut", exact=True).press("Enter")
    start = page.get_by_label("Start of 1", exact=True)
    expect(start).to_be_visible()
    gate.is_open = False
    start.press("Shift+ArrowUp")
    gate.wait()
    start.press("Shift+ArrowUp")
    gate.open()
    wait_until(page, lambda: read(show).cut[0].start == 5)


def test_both_ends_of_a_stretch(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    """The second end is changed while the first, which gives the stretch another name, is on its way."""
    edit(index_of(show), "title:", 'cut: ["0:01-0:03"]\ntitle:')
    page, gate = open_episode(open_studio, studio)
    page.get_by_label("Start of 1", exact=True).fill("0:02")
    page.get_by_label("End of 1", exact=True).fill("0:04")
    gate.wait()
    page.get_by_label("From", exact=True).focus()
    gate.open()
    wait_until(page, lambda: [(entry.start, entry.end) for entry in read(show).cut] == [(2, 4)])
    expect(page.get_by_label("Start of 1", exact=True)).to_have_value("0:02")
    expect(page.get_by_label("End of 1", exact=True)).to_have_value("0:04")


def test_undo_in_the_middle_of_a_word(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    """First what was typed is saved, then it is what is taken back: and Redo has it."""
    page, gate = open_episode(open_studio, studio)
    gate.is_open = True
    page.get_by_label("Tags", exact=True).fill("fog")
    page.get_by_label("Tags", exact=True).press("Tab")
    expect(page.get_by_role("button", name="Undo", exact=True)).to_have_accessible_description("change tags")
    before = index_of(show).read_bytes()
    gate.is_open = False
    page.get_by_label("Title", exact=True).fill("Of fog and horns")
    page.get_by_role("button", name="Undo", exact=True).click(no_wait_after=True)
    gate.wait()
    gate.open()
    redo = page.get_by_role("button", name="Redo", exact=True)
    expect(redo).to_have_accessible_description("change title “Of fog and horns”")
    assert index_of(show).read_bytes() == before


def test_a_line_while_its_speaker_is_changed(studio: RunningStudio, show: Path, open_studio: Any) -> None:
    cue = "WEBVTT\n\n00:02.000 --> 00:04.000\n<v Night Mail Radio>Good evening.\n"
    file = index_of(show).with_name("transcript.vtt")
    file.write_text(cue)
    page = open_studio(studio, f"/episodes/{file.parent.name}/words")
    gate = Gate(page)
    line = page.get_by_role("textbox", name="Line at 0:02")
    line.focus()
    page.keyboard.press("F2")
    page.keyboard.press("2")
    gate.wait()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Good morning.")
    page.get_by_text("Put right everywhere").focus()
    gate.open()
    expect_saved(page)
    expect(line).to_have_text("Good morning.")
    assert "<v Kit &lt;of the&gt; Rails>Good morning." in file.read_text()
