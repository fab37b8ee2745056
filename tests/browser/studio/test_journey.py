"""From an empty folder to a published podcast by keyboard alone, or by touch, in at most 60 actions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from archive_maker import START, MadeArchive, MadeSpace, write_archive
from show_runner import build, read_feed, spacecast
from studio_runner import RunningStudio, start_studio

from site_builder.audio.measure import SILENT, find_peaks
from site_builder.model.podcast import Span

playwright_api = pytest.importorskip("playwright.sync_api")
expect = playwright_api.expect

MOST = 60
TURNS = (("host", 2, 14), ("kit", 14, 30), ("lou", 31, 38))
VTT = "WEBVTT\n\n00:02.000 --> 00:06.000\n<v Night Mail Radio>Good evening from the light ships.\n"


class Hands:
    """Somebody with a keyboard: counts what is activated and typed; moving the focus is not counted."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.actions = 0

    def type(self, control: Any, text: str) -> None:
        """Put the focus there, replace what it says, and go on."""
        control.focus()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)
        self.actions += 1
        self.page.keyboard.press("Tab")

    def press(self, control: Any, key: str = "Enter") -> None:
        """Activate it."""
        control.focus()
        self.page.keyboard.press(key)
        self.actions += 1

    def choose(self, radio: Any) -> None:
        """One of several, and go on; keys pressed before the page listens count when the group is left."""
        self.press(radio, "Space")
        self.page.keyboard.press("Tab")

    def button(self, name: str) -> None:
        self.press(self.page.get_by_role("button", name=name, exact=True))

    def link(self, name: str) -> None:
        self.press(self.page.get_by_role("link", name=name).first)

    def saved(self) -> None:
        expect(self.page.get_by_role("status").first).to_have_text("Saved")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Three Spaces, a week apart, with two guests."""
    first = MadeSpace(parts=(40.0,), turns=TURNS, participants=("kit", "lou"))
    others = [
        MadeSpace(id=f"1YqKDoVkzRex{mark}", start=START + timedelta(days=days)) for mark, days in (("V", 7), ("W", 14))
    ]
    return write_archive(tmp_path / "archive.zip", MadeArchive(spaces=[first, *others]))


@pytest.fixture
def empty_studio(tmp_path: Path) -> Iterator[RunningStudio]:
    """The studio in an empty folder."""
    (tmp_path / "mine").mkdir()
    with start_studio(tmp_path / "mine") as studio:
        yield studio


class Fingers(Hands):
    """Somebody with a phone."""

    def type(self, control: Any, text: str) -> None:
        control.tap()
        control.fill(text)
        control.blur()
        self.actions += 1

    def press(self, control: Any, key: str = "Enter") -> None:
        control.tap()
        self.actions += 1

    def choose(self, radio: Any) -> None:
        self.press(radio)


PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize(("kind", "window"), [(Hands, {}), (Fingers, PHONE)], ids=["keyboard", "touch"])
def test_the_whole_way(
    empty_studio: RunningStudio,
    archive: Path,
    open_studio: Any,
    tmp_path: Path,
    kind: type[Hands],
    window: dict[str, Any],
) -> None:
    page = open_studio(empty_studio, **window)
    page.set_default_timeout(60_000)
    hands, show = kind(page), tmp_path / "mine"

    page.get_by_label("X archive").set_input_files(archive)
    hands.actions += 1
    hands.button("Look inside")
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(3, timeout=60_000)
    for number in (0, 1):
        hands.press(boxes.nth(number), "Space")
    hands.button("Take selected Spaces")
    hands.link("Say what your show is")

    hands.type(page.get_by_label("Address of the site"), "https://night-mail.github.io/show/")
    hands.saved()
    hands.type(page.get_by_label("E-mail", exact=True), "host@night-mail.fm")
    hands.saved()

    episode = max((show / "content/episodes").iterdir(), key=lambda folder: (folder / "recording-0.aac").stat().st_size)
    (episode / "transcript.vtt").write_text(VTT)  # an engine's work, which has tests of its own
    page.goto(f"{empty_studio.origin}/episodes/{episode.name}")
    hands.type(page.get_by_role("spinbutton", name="Trim start"), "0:01")
    hands.saved()
    hands.type(page.get_by_label("From", exact=True), "0:15")
    hands.type(page.get_by_label("To", exact=True), "0:25")
    hands.button("Cut")
    expect(page.get_by_role("button", name="Hear the join")).to_be_visible()
    for at, title in (("0:01", "Opening"), ("0:10", "The middle"), ("0:28", "Goodbye")):
        hands.type(page.get_by_label("Time", exact=True), at)
        hands.type(page.get_by_label("Chapter title"), title)
        hands.button("Add chapter")
        expect(page.get_by_label("Title of chapter").last).to_have_value(title)

    hands.link("Words")
    hands.type(page.get_by_role("textbox", name="Line at 0:02"), "Good evening from the lightships.")
    hands.saved()

    for name, answer in (("Lou", "No"), ("Kit", "Yes, not by name")):
        hands.link("People")
        hands.link(name)
        hands.choose(page.get_by_role("radio", name=answer, exact=True))
        hands.saved()

    hands.link("Checks")
    hands.link("Publish")
    hands.type(page.get_by_label("Where", exact=True), f"folder:{tmp_path / 'online'}")
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_focused()  # on the page shown anew
    hands.saved()
    hands.button("Publish")
    expect(page.get_by_role("heading", name="It is published")).to_be_visible(timeout=240_000)
    assert hands.actions <= MOST

    item = next(item for item in read_feed(show) if item.seconds > 20)
    published = tmp_path / "online" / "media" / item.url.rsplit("/", 1)[1]
    assert item.seconds == pytest.approx(40 - 1 - 10, abs=0.1)
    silent, loud = find_peaks([published], [Span(start=31 - 11 + 0.1, end=38 - 11), Span(start=2, end=8)])
    assert silent == SILENT
    assert loud is not None
    assert loud > -40
    assert len((tmp_path / "online/feed.xml").read_text("utf-8").split("<item>")) == 3
    assert build(show)["made"] == []
    assert spacecast("-C", show, "check").code == 0
