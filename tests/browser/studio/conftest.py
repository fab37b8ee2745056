"""The studio in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from programs import find_node_module
from studio_fixtures import built_show, show
from studio_runner import RunningStudio, start_studio

__all__ = ["built_show", "show"]

playwright_api = pytest.importorskip("playwright.sync_api")
playwright_api.expect.set_options(timeout=30_000)  # for computers that are busy

AXE = find_node_module("axe-core")
PICTURES = Path(__file__).parents[3] / "screenshots/studio"
Page = Any
OpenStudio = Callable[..., Page]


@pytest.fixture
def studio(show: Path) -> Iterator[RunningStudio]:
    """The studio on `show`; the token is still to be spent, by a browser."""
    with start_studio(show) as studio:
        yield studio


@pytest.fixture
def open_studio(browser: Any) -> Iterator[OpenStudio]:
    """Opens a studio in a window of its own and goes to a page; at the end nothing may be in the console.

    `open_studio(studio, "/people", viewport={"width": 390, "height": 844}, color_scheme="dark")`. The first call spends
    the token; further windows get the first one's cookie.
    """
    contexts: list[Any] = []
    complaints: list[str] = []

    def open_studio(studio: RunningStudio, path: str = "/", **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", **options})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if studio.cookie:
            name, _, value = studio.cookie.partition("=")
            context.add_cookies([{"name": name, "value": value, "url": studio.origin, "sameSite": "Strict"}])
        else:
            page.goto(studio.address)
            (cookie,) = context.cookies()
            studio.cookie = f"{cookie['name']}={cookie['value']}"
        page.goto(studio.origin + path)
        return page

    yield open_studio
    for context in contexts:
        context.close()
    expected = (
        "403 (Forbidden)",
        "409 (Conflict)",
        "422 (Unprocessable",
        "404 (Not Found)",
        "503 (Service Unavailable)",
    )
    assert [text for text in complaints if not any(known in text for known in expected)] == []


@pytest.fixture
def find_barriers(browser: Any) -> Callable[..., list[str]]:
    """What axe finds on a page of the studio that was entered already: wide and narrow, light and dark; none is wider
    than the narrowest window.

    `find_barriers(studio, "/people")`; pictures of each go to screenshots/studio/, for looking at.
    """
    if not AXE:
        pytest.skip("axe-core is not installed; python tests/support/programs.py does")
    axe = (AXE / "axe.min.js").read_text("utf-8")

    def find_barriers(studio: RunningStudio, path: str, name: str = "") -> list[str]:
        found: list[str] = []
        key, _, value = studio.cookie.partition("=")
        context = browser.new_context(bypass_csp=True, locale="en-GB")
        context.add_cookies([{"name": key, "value": value, "url": studio.origin, "sameSite": "Strict"}])
        context.add_init_script(axe)  # pages load themselves again, when checks are done for one
        page = context.new_page()
        for width, height in ((1280, 800), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            page.goto(studio.origin + path)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                kept = PICTURES / f"{name or path.strip('/').replace('/', '-')}-{width}-{scheme}.png"
                page.screenshot(path=kept, full_page=True)
                violations = page.evaluate("axe.run(document, {iframes: false})")["violations"]
                found += [
                    f"{width} {scheme} {rule['id']}: {node['html']}" for rule in violations for node in rule["nodes"]
                ]
        page.set_viewport_size({"width": 320, "height": 700})
        if too_wide := page.evaluate("document.documentElement.scrollWidth - innerWidth"):
            found.append(f"320: {too_wide} pixels too wide")
        context.close()
        return found

    return find_barriers
