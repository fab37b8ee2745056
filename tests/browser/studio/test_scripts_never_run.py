"""Every page of the studio on a show full of scripts, and its fields filled with them: none of them runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from script_payloads import PAYLOADS
from studio_runner import RunningStudio, start_studio

pytest.importorskip("playwright.sync_api")

ALL = [
    f"{before}{' '.join(payload.split())}" for before in ("", '">', "</textarea>", "</script>") for payload in PAYLOADS
]
"""Alone, and after what may end an attribute, a field or a script."""


def find_first(show: Path) -> Path:
    """The oldest episode."""
    return min((show / "content/episodes").iterdir())


def fill_with_payloads(show: Path) -> None:
    """Each payload in some text of the show: config, front matter, notes, chapters, people, transcript."""
    config = yaml.safe_load((show / "config.yaml").read_text("utf-8"))
    config["show"] |= {"title": " ".join(ALL[:3]), "author": " ".join(ALL[3:9]), "description": "\n\n".join(ALL)}
    config["subscribe"] = {ALL[30]: "https://example.org/"}
    config["deploy"] = f"folder:/nowhere/{ALL[0]}"
    (show / "config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    bundle = find_first(show)
    _, front, _ = (bundle / "index.md").read_text("utf-8").split("---\n", 2)
    matter = yaml.safe_load(front) | {"title": " ".join(ALL[76:80]), "summary": " ".join(ALL[80:90]), "tags": ALL[:60]}
    matter["chapters"] = [{"at": f"0:{at * 0.03:05.2f}", "title": name} for at, name in enumerate(ALL)]
    matter |= {"people": [{"name": name} for name in ALL[:76]], "date": str(matter["date"])}
    front = yaml.safe_dump(matter, allow_unicode=True)
    (bundle / "index.md").write_text(f"---\n{front}---\n\n" + "\n\n".join(ALL) + "\n", "utf-8")
    cues = (f"00:00:{at * 0.03:06.3f} --> 00:00:{at * 0.03 + 0.03:06.3f}\n{name}" for at, name in enumerate(ALL))
    (bundle / "transcript.vtt").write_text("WEBVTT\n\n" + "\n\n".join(cues) + "\n", "utf-8")


@pytest.fixture
def alarm(browser: Any) -> Any:
    """Opens a page that tells whenever a script of somebody ran."""
    ran: list[str] = []

    def tell(dialog: Any) -> None:
        if dialog.type == "beforeunload":  # the page's own: what was refused is not saved yet
            dialog.accept()
            return
        ran.append(dialog.message)
        dialog.dismiss()

    def open_page(studio: RunningStudio) -> Any:
        context = browser.new_context(locale="en-GB")
        page = context.new_page()
        page.on("dialog", tell)
        context.expose_function("tellAlarm", lambda: ran.append("alert"))
        context.add_init_script("window.alert = window.confirm = window.prompt = () => tellAlarm();")
        page.goto(studio.address)
        return page

    yield open_page
    assert ran == []


def test_in_every_text_of_the_show(show: Path, alarm: Any) -> None:
    assert len(ALL) >= 250
    fill_with_payloads(show)
    with start_studio(show) as studio:
        page = alarm(studio)
        episode = f"/episodes/{find_first(show).name}"
        for path in (
            "/episodes",
            episode,
            f"{episode}/words",
            "/show",
            "/people",
            "/checks",
            "/publish",
            "/start",
            "/help/studio",
        ):
            answer = page.goto(studio.origin + path)
            assert answer.status in {200, 404, 422}, path
            page.wait_for_timeout(300)
            # by script: a summary may be in a part that is hidden at the moment, and its script may ask what it holds
            page.locator("details:not([open]) > summary").evaluate_all("all => all.forEach(one => one.click())")
            assert page.locator("details:not([open])").count() == 0
            page.wait_for_timeout(100)


@pytest.mark.parametrize("path", ["/show", "/episode", "/publish", "/start"])
def test_in_every_field(show: Path, alarm: Any, path: str) -> None:
    """What is typed comes back in messages, labels and headings; none of it is markup there."""
    with start_studio(show) as studio:
        page = alarm(studio)
        place = f"/episodes/{find_first(show).name}" if path == "/episode" else path
        for start in range(0, 60, 20):
            page.goto(studio.origin + place)
            fields = page.locator(
                "main input[type=text]:visible, main input[type=email]:visible, main textarea:visible"
            )
            for number in range(fields.count()):
                if not fields.nth(number).is_editable():
                    continue
                fields.nth(number).fill("\n".join(ALL[start : start + 20]) if number % 2 else ALL[start + number])
                fields.nth(number).evaluate("field => field.blur()")
            page.wait_for_timeout(500)
            # what is still on its way would be a change behind the next page's back
            status = "document.querySelector('#status').textContent"
            page.wait_for_function(f"() => {status} !== document.body.dataset.saving")
