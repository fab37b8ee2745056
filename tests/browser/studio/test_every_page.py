"""Every page of the studio as axe and as a screen reader find it, wide and narrow, light and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from show_runner import copy_show, edit
from studio_runner import RunningStudio, start_studio

pytest.importorskip("playwright.sync_api")

VTT = "WEBVTT\n\n" + "\n\n".join(
    f"00:{start:02}.000 --> 00:{start + 3:02}.000\n<v Night Mail Radio>Line {start} of what was said."
    for start in range(2, 20, 3)
)
EPISODE = "/episodes/EPISODE"
FRAME = {("button", "Undo"), ("button", "Redo"), ("link", "See the site")}
"""On every page."""
PLACES = ("Episodes", "Show", "People", "Checks", "Publish")
"""Links on every page, whose names go on with what the place wants."""
PAGES: dict[str, set[tuple[str, str]]] = {
    "/start": {("button", "X archive"), ("button", "Look inside")},
    "/episodes": {("link", "Take more from an archive")},
    EPISODE: {
        *(("spinbutton", name) for name in ("Trim start", "Trim end", "From", "To", "Time", "Start of 1", "End of 1")),
        *(
            ("button", name)
            for name in ("Play", "Cut", "Mute", "Listen", "Make a chapter", "Hear the join", "Cover", "Picture")
        ),
        *(("button", name) for name in ("Add chapter", "Propose chapters from the transcript", "Zoom in", "Zoom out")),
        *(("textbox", name) for name in ("Title", "Show notes", "Tags", "Chapter title", "Title of chapter 1")),
        *(("slider", "Position"), ("checkbox", "Draft"), ("combobox", "Explicit"), ("DateTime", "Date and time")),
    },
    f"{EPISODE}/words": {
        *(("button", name) for name in ("Play", "Back 3 seconds", "Next line", "Speaker at 0:02: Night Mail Radio")),
        *(("textbox", name) for name in ("Line at 0:02, Night Mail Radio", "Heard", "Meant")),
    },
    "/show": {
        *(("textbox", name) for name in ("Title", "Description", "Address of the site", "E-mail", "Author")),
        *(("combobox", name) for name in ("Category", "Language", "Time zone")),
        *(("button", "Another cover"), ("ColorWell", "Colour of links and buttons")),
    },
    "/people": {("link", "Kit <of the> Rails")},
    "/people/kit": {
        *(("radio", name) for name in ("Yes, by name", "Yes, not by name", "No", "Not answered yet")),
        *(("textbox", "Note"), ("Date", "Date"), ("button", "Save")),
    },
    "/checks": {("button", "Check again")},
    "/files/config": {("textbox", "What the file says")},
    "/publish": {("textbox", "Where"), ("textbox", "GitHub token"), ("button", "Publish")},
}
"""What the issue names, by the role and name that a screen reader is told."""
INTERACTIVE = {
    *("button", "link", "textbox", "searchbox", "checkbox", "radio", "combobox", "spinbutton", "slider", "switch"),
    *("DisclosureTriangle", "ColorWell", "Date", "DateTime", "InputTime", "menuitem", "option", "tab"),
}
STATES = {"checkbox": "checked", "radio": "checked", "DisclosureTriangle": "expanded", "slider": "valuetext"}
"""What else has to be told, by role."""


@pytest.fixture(scope="module")
def looked_at(built_show: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    """A show with something of everything, entered."""
    show = copy_show(built_show, tmp_path_factory.mktemp("every") / "show")
    bundle = min((show / "content/episodes").iterdir())
    (bundle / "transcript.vtt").write_text(VTT)
    edit(bundle / "index.md", "title:", 'chapters: ["0:01 Opening", "0:05 The middle"]\ncut: ["0:03-0:04"]\ntitle:')
    with (show / "config.yaml").open("a") as config:
        config.write("deploy: github://ana/signals\n")
    with start_studio(show) as studio:
        yield studio.enter()


def find_page(studio: RunningStudio, page: str) -> str:
    """Its address."""
    return page.replace("EPISODE", min((studio.show / "content/episodes").iterdir()).name)


def read_controls(page: Any) -> list[dict[str, Any]]:
    """Role, name and states of everything that can be used, as the browser tells screen readers."""
    session = page.context.new_cdp_session(page)
    session.send("Accessibility.enable")
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    return [
        {
            "role": node["role"]["value"],
            "name": node.get("name", {}).get("value", "").strip(),
            "value": node.get("value", {}).get("value"),
            **{state["name"]: state["value"].get("value") for state in node.get("properties", ())},
        }
        for node in nodes
        if not node.get("ignored") and node["role"]["value"] in INTERACTIVE
    ]


@pytest.mark.parametrize("page", PAGES)
def test_no_barriers(looked_at: RunningStudio, find_barriers: Callable[..., list[str]], page: str) -> None:
    name = page.strip("/").replace("episodes/EPISODE", "episode").replace("/", "-")
    assert find_barriers(looked_at, find_page(looked_at, page), name) == []


@pytest.mark.parametrize("path", PAGES)
def test_every_control_says_what_it_is(looked_at: RunningStudio, open_studio: Any, path: str) -> None:
    """Role, name, value and state of each control; those that the issue names exactly so."""
    page = open_studio(looked_at, find_page(looked_at, path))
    page.locator("details:not([open]) > summary").evaluate_all("all => all.forEach(one => one.click())")
    page.wait_for_timeout(500)
    controls = read_controls(page)
    assert [control for control in controls if not control["name"] or len(control["name"]) > 150] == []
    for control in controls:
        if state := STATES.get(control["role"]):
            assert state in control, control
    told = {(control["role"], control["name"]): control for control in controls}
    for role, name in PAGES[path]:
        if role == "spinbutton" and told[role, name]["value"]:
            assert told[role, name]["valuetext"]  # a time, not a number of seconds
    links = [name for role, name in told if role == "link"]
    assert all(any(name.startswith(place) for name in links) for place in PLACES)
    assert (PAGES[path] | FRAME) - told.keys() == set(), sorted(told)


COVERED = """([bars, from]) => [...document.querySelectorAll('main :is(a[href], button, input, textarea, summary)')]
  .filter((one) => one.checkVisibility({visibilityProperty: true}) && getComputedStyle(one).clipPath === 'none')
  .filter((one) => {
    scrollTo(0, from);
    one.focus();
    const box = one.getBoundingClientRect();
    const middle = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 40));
    const bar = middle?.closest(bars);
    return document.activeElement === one && box.width > 0 && (!middle || (bar && !bar.contains(one)));
  })
  .map((one) => one.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("path", [EPISODE, f"{EPISODE}/words", "/show"])
def test_no_bar_covers_what_has_the_focus(looked_at: RunningStudio, open_studio: Any, path: str) -> None:
    """On a phone, where bars stay above and below, whether one comes from the top or from the end of the page."""
    page = open_studio(looked_at, find_page(looked_at, path), viewport={"width": 390, "height": 700})
    page.wait_for_timeout(500)
    bars = ".top, .places, .within, .words-deck, .proposals"
    assert [page.evaluate(COVERED, [bars, start]) for start in (0, 1_000_000)] == [[], []]
