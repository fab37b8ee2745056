"""Checks and publishing from the studio: what the commands find, refuse and send, in the page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from markupsafe import escape
from show_runner import copy_show, edit, spacecast
from studio_runner import RunningStudio, start_studio


@pytest.fixture
def ready(built_show: Path, tmp_path: Path) -> Iterator[RunningStudio]:
    """A studio whose show has real addresses and a folder to go to."""
    show = copy_show(built_show, tmp_path / "show")
    with start_studio(show) as studio:
        yield studio.enter()


def fill_in(studio: RunningStudio) -> None:
    """What the five lines ask for."""
    for page, field, value in (
        ("/show", "url", "https://ana.github.io/signals/"),
        ("/show", "email", "ana@rivers.pt"),
        ("/publish/where", "where", str(studio.show.parent / "site")),
    ):
        form = page.removesuffix("/where")
        answer = studio.post(page, (field, value), based_on=studio.digest(form, "config.yaml"), page=form)
        assert answer.status == 200, answer.text


def wait_until(studio: RunningStudio, page: str, words: str, without: str = "data-awaits") -> str:
    """The page once it says that, and nothing of what it is to be without."""
    for _ in range(600):
        text = studio.get(page).text
        if words in text and "data-awaits" not in text and without not in text:
            return text
        time.sleep(0.2)
    raise AssertionError(f"{page} never said {words!r}: {text}")


def test_to_a_folder_and_back(ready: RunningStudio) -> None:
    fill_in(ready)
    folder, show = ready.show.parent / "site", ready.show
    assert f"deploy: folder:{folder}" in (show / "config.yaml").read_text("utf-8").replace('"', "")
    page = wait_until(ready, "/publish", "What will be sent")
    assert "For the first time" in page
    assert not folder.exists()  # looking sends nothing and promises nothing
    assert not (show / "content/published.json").exists()
    ready.post("/publish", scripted=False)
    page = wait_until(ready, "/publish", "It is published")
    assert "https://ana.github.io/signals/feed.xml" in page
    assert (folder / "feed.xml").is_file()
    assert spacecast("-C", show, "deploy", "--dry-run").out.startswith(f"{folder}: 0 would be sent")
    first = (folder / "feed.xml").read_bytes()
    ready.post("/show", based_on=ready.digest("/show", "config.yaml"), title="Another name")
    ready.post("/publish", scripted=False)
    page = wait_until(ready, "/publish", "Go back")
    assert (folder / "feed.xml").read_bytes() != first
    name = page.partition('name="name" value="')[2].partition('"')[0]
    ready.post("/publish/back", name=name, scripted=False)
    wait_until(ready, "/publish", "The earlier site is back")
    assert (folder / "feed.xml").read_bytes() == first


def test_refusals_are_told_in_the_page(ready: RunningStudio) -> None:
    assert ready.post("/publish").status == 422  # it does not say where to
    where = str(ready.show.parent / "site")
    ready.post("/publish/where", based_on=ready.digest("/publish", "config.yaml"), where=where)
    ready.post("/publish", scripted=False)
    page = wait_until(ready, "/publish", "It was not published")
    assert "is a placeholder" in page
    assert not (ready.show / "content/published.json").exists()


def test_checks_lead_to_the_field(ready: RunningStudio) -> None:
    index = min((ready.show / "content/episodes").iterdir()) / "index.md"
    edit(index, "title:", "cover: nowhere.jpg\ntitle:")
    page = wait_until(ready, "/checks", "To mend before publishing")
    assert f'href="/episodes/{index.parent.name}' in page
    edit(index, "cover: nowhere.jpg\n", "")
    page = wait_until(ready, "/checks", "Check again", without="nowhere.jpg")
    assert 'href="/show#f-url"' in page
    assert 'href="/show#f-email"' in page
    found = spacecast("-C", ready.show, "check", "--json").json["findings"]
    assert len(found) > 4
    assert [finding["message"] for finding in found if str(escape(finding["message"])) not in page] == []
