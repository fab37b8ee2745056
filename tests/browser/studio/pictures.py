"""Makes the pictures of docs/studio.md from the real thing: `python tests/browser/studio/pictures.py [FOLDER]`.

Takes the practice archive through the studio, from an empty folder to a published show, and photographs each page; with
a folder also on a phone and in the dark, for looking at.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PROJECT = HERE.parents[2]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests/support")]

from PIL import Image  # noqa: E402 -- after the path is set
from playwright.sync_api import sync_playwright  # noqa: E402
from programs import BROWSER_ARGUMENTS, find_browser  # noqa: E402
from studio_runner import start_studio  # noqa: E402

ARCHIVE = PROJECT / "tests/archives/twitter-2026-11-20-practice-2.zip"
MANUAL = ("start", "choose", "show", "episode", "people", "checks", "publish")
"""Pages of which the manual has a picture."""
SLOW = 300_000
Shoot = Callable[[str], None]


def walk(page: Any, origin: str, shoot: Shoot) -> None:
    """The way of a first show, stopping at each page."""
    shoot("start")
    page.get_by_label("X archive").set_input_files(ARCHIVE)
    page.get_by_role("button", name="Look inside").click()
    page.get_by_role("button", name="Take selected Spaces").wait_for(timeout=SLOW)
    for box in page.get_by_role("checkbox").all():
        box.check()
    shoot("choose")
    page.get_by_role("button", name="Take selected Spaces").click()
    page.get_by_role("link", name="Say what your show is").wait_for(timeout=SLOW)
    shoot("taken")
    page.goto(f"{origin}/show")
    for label, text in (
        ("Address of the site", "https://rivermaps.github.io/weekly/"),
        ("E-mail", "hello@rivermaps.org"),
    ):
        page.get_by_label(label, exact=True).fill(text)
        page.keyboard.press("Tab")
        page.get_by_role("status").get_by_text("Saved").wait_for()
    page.locator(".cover-picture").wait_for(timeout=SLOW)
    shoot("show")
    page.goto(f"{origin}/episodes")
    shoot("episodes")
    page.locator("main .row-title a").first.click()
    page.get_by_role("button", name="Play", exact=True).wait_for()
    shoot("episode")
    page.goto(f"{page.url}/words")
    shoot("words")
    page.goto(f"{origin}/people")
    shoot("people")
    page.locator("main .row-title a").first.click()
    shoot("person")
    for name in ("checks", "publish"):
        page.goto(f"{origin}/{name}")
        if name == "publish":
            page.get_by_label("Where", exact=True).fill("folder:../site")
            page.keyboard.press("Tab")
            page.get_by_role("heading", name="For the first time").wait_for(timeout=SLOW)
        page.locator("[data-awaits]").first.wait_for(state="detached", timeout=SLOW)
        shoot(name)
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("heading", name="What to do next").wait_for(timeout=SLOW)
    shoot("published")


def make_small(picture: Path) -> None:
    """With as many colours as such pages have, so that the repository stays small."""
    Image.open(picture).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(picture, optimize=True)


def main() -> None:
    """Make them."""
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    target = chosen or PROJECT / "docs/images"
    target.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as scratch,
        sync_playwright() as playwright,
        start_studio(Path(scratch) / "my-show") as studio,
    ):
        browser = playwright.chromium.launch(executable_path=find_browser(), args=list(BROWSER_ARGUMENTS))
        page: Any = browser.new_context(locale="en-GB", viewport={"width": 1120, "height": 720}).new_page()

        def shoot(name: str) -> None:
            page.wait_for_timeout(500)
            page.evaluate("scrollTo(0, 0)")
            if name in MANUAL or chosen:
                page.screenshot(path=target / f"studio-{name}.png")
                make_small(target / f"studio-{name}.png")
            for width, scheme in ((390, "dark"), (1280, "dark"), (390, "light")) if chosen else ():
                page.set_viewport_size({"width": width, "height": 844})
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=target / f"studio-{name}-{width}-{scheme}.png", full_page=True)
                page.set_viewport_size({"width": 1120, "height": 720})
                page.emulate_media(color_scheme="light")

        page.goto(studio.address)
        walk(page, studio.origin, shoot)
        browser.close()


if __name__ == "__main__":
    main()
