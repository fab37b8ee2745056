"""Saving shows at once, in a real browser."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from preview_runner import Preview, start_preview
from show_runner import copy_show, edit, find_bundle


class Window:
    """A page of the preview, open in Chromium."""

    def __init__(self, page: Any, preview: Preview) -> None:
        self.page = page
        self.preview = preview
        self.complaints: list[str] = []
        self.loads = 0
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("load", self._count)
        page.goto(preview.url + "episodes/" + self.slug + "/")

    def _count(self, _: object) -> None:
        self.loads += 1

    @property
    def notes(self) -> Path:
        """The `index.md` of the episode that is shown."""
        return find_bundle(self.preview.show, "2026-10-16") / "index.md"

    @property
    def slug(self) -> str:
        """Of that episode."""
        line = next(line for line in self.notes.read_text("utf-8").splitlines() if line.startswith("slug:"))
        return line.removeprefix("slug:").strip()

    def wait_for(self, text: str) -> float:
        """Seconds until the page shows a text."""
        started = time.monotonic()
        self.page.get_by_text(text).first.wait_for(timeout=15_000)
        return time.monotonic() - started

    def find_position(self) -> str:
        """How the panel of problems is placed, in words of CSS."""
        position = self.page.locator("spacecast-preview section").evaluate("box => getComputedStyle(box).position")
        return str(position)


@pytest.fixture(scope="module")
def window(built_show: Path, browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """An episode's page; at the end nothing may be in the console."""
    show = copy_show(built_show, tmp_path_factory.mktemp("browsed") / "show")
    with start_preview(show) as preview:
        context = browser.new_context()
        window = Window(context.new_page(), preview)
        yield window
        context.close()
    assert window.complaints == []


def test_a_saved_note_shows_within_a_second(window: Window) -> None:
    """From the save to the words on the page; the quickest of three, for other work on this computer."""
    times = []
    for number in range(3):
        time.sleep(0.2)
        edit(window.notes, "\n---\n", f"\n---\nWritten just now, line {number}.\n\n")
        times.append(window.wait_for(f"Written just now, line {number}."))
    assert min(times) < 1.0, times


def test_a_burst_of_saves_reloads_once(window: Window) -> None:
    """Ten saves within 0.1 s: one reload, or very few where the computer is busy; test_watching counts exactly."""
    window.page.wait_for_timeout(700)
    before = window.loads
    for number in range(10):
        edit(window.notes, "\n---\n", f"\n---\nBurst {number} of ten.\n\n")
        time.sleep(0.01)
    window.wait_for("Burst 9 of ten.")
    window.page.wait_for_timeout(700)
    assert before < window.loads <= before + 3


@contextmanager
def misspelt(notes: Path) -> Iterator[None]:
    """Notes that cannot be built; good again afterwards, also where a test fails, for the tests that follow."""
    edit(notes, "title:", "<b>titel</b>:")
    try:
        yield
    finally:
        edit(notes, "<b>titel</b>:", "title:")


def test_problems_are_shown_over_the_last_good_page(window: Window) -> None:
    """With file and line, as text and not as markup; mended, the panel goes and the page is new."""
    edit(window.notes, "\n---\n", "\n---\nThe last good page.\n\n")
    window.wait_for("The last good page.")
    with misspelt(window.notes):
        window.wait_for("<b>titel</b>: unknown name")
        assert window.page.get_by_role("alert").is_visible()
        assert window.page.get_by_text("The last good page.").first.is_visible()
        assert window.find_position() == "fixed"
    window.page.get_by_role("alert").wait_for(state="detached")
    assert window.page.get_by_text("The last good page.").first.is_visible()


def test_the_panel_waits_for_its_style(window: Window) -> None:
    """However late that comes: never is it seen anywhere but over the page."""
    late: list[Any] = []
    window.page.route("**/preview.css", lambda route: late.append(route))  # noqa: PLW0108 - it is given attributes
    with misspelt(window.notes):
        panel = window.page.locator("spacecast-preview section")
        panel.get_by_text("<b>titel</b>: unknown name").wait_for(state="attached")
        end = time.monotonic() + 15
        while not late and time.monotonic() < end:
            window.page.wait_for_timeout(20)
        assert not panel.is_visible()
        late[0].continue_()
        panel.wait_for()
        assert window.find_position() == "fixed"
    window.page.unroute("**/preview.css")
    panel.wait_for(state="detached")


def test_a_template_saved_shows_too(window: Window) -> None:
    """An own style sheet or template is watched as notes are."""
    own = window.preview.show / "templates/episode.html"
    own.write_text('{% extends "builtin/episode.html" %}\n{% block footer %}<p>An own footer.</p>{% endblock %}\n')
    window.wait_for("An own footer.")


def test_hidden_pages_let_go_of_the_server(window: Window) -> None:
    """More open pages than a browser has connections: each new one still answers."""
    pages = []
    for _ in range(8):
        page = window.page.context.new_page()
        page.goto(window.preview.url, timeout=5000)
        # Chromium without a screen shows every page, so what hiding does is done by hand.
        page.evaluate(
            "() => { Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });"
            " document.dispatchEvent(new Event('visibilitychange')) }"
        )
        pages.append(page)
    assert pages[-1].title()
    for page in pages:
        page.close()
