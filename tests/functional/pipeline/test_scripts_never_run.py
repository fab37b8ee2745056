"""Every page and the feed of a show full of scripts, in a real browser: none of them runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from archive_maker import MadeArchive
from PIL import Image
from sample_site import serve_folder
from script_payloads import PAYLOADS
from show_runner import build, find_bundle, make_show, spacecast

NAMES = [" ".join(payload.split()) for payload in PAYLOADS]
"""For where a text is one line."""


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A show with each payload as chapter, name, cue and paragraph, many as tags and titles. Not to be changed."""
    show = make_show(tmp_path_factory.mktemp("payloads") / "show", MadeArchive())
    assert spacecast("-C", show, "extract", show / "content/archives/first.zip").code == 0
    text = (
        "\n\n".join(PAYLOADS)
        .replace("src=x", "src=x.png")
        .replace("SRC=x", "SRC=x.png")
        .replace("src='x'", "src='x.png'")
        .replace("(x", "(x.png")
    )
    config = yaml.safe_load((show / "config.yaml").read_text("utf-8"))
    config["show"] |= {"title": " ".join(NAMES[:4]), "subtitle": NAMES[17], "description": text, "author": NAMES[40]}
    config |= {"site": {"footer": NAMES[17]}, "subscribe": {NAMES[30]: "https://example.org/"}}
    (show / "config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    bundle = find_bundle(show)
    for folder in (bundle, show / "content/pages"):
        Image.new("RGB", (40, 40), "teal").save(folder / "x.png")
    _, front, _ = (bundle / "index.md").read_text("utf-8").split("---\n", 2)
    matter = yaml.safe_load(front) | {"title": " ".join(NAMES[17:21]), "summary": text[:3000], "tags": NAMES[:40]}
    matter["chapters"] = [{"at": f"0:{at * 0.1:04.1f}", "title": name} for at, name in enumerate(NAMES)]
    matter |= {"people": [{"name": name} for name in NAMES], "location": NAMES[0], "date": str(matter["date"])}
    matter |= {"soundbites": [{"from": "0:02", "to": "0:08", "title": NAMES[31]}]}
    front = yaml.safe_dump(matter, allow_unicode=True)
    (bundle / "index.md").write_text(f"---\n{front}---\n\n{text}\n", "utf-8")
    cues = (f"00:00:{at * 0.1:06.3f} --> 00:00:{at * 0.1 + 0.1:06.3f}\n{name}" for at, name in enumerate(NAMES))
    (bundle / "transcript.vtt").write_text("WEBVTT\n\n" + "\n\n".join(cues) + "\n", "utf-8")
    (show / "content/pages/about.md").write_text(f"---\ntitle: About\n---\n\n{text}\n", "utf-8")
    build(show)
    return show


def open_all(browser: Any, folder: Path, paths: list[str]) -> list[str]:
    """Opens these files of a folder; those in which a script ran. Nothing is fetched from elsewhere."""
    ran: list[str] = []
    url, stop = serve_folder(folder)
    page = browser.new_page()

    def note(dialog: Any) -> None:
        ran.append(page.url.removeprefix(url))
        dialog.dismiss()

    page.on("dialog", note)
    page.route(lambda address: not address.startswith(url), lambda route: route.abort())
    for path in paths:
        page.goto(url + path, wait_until="load")
        page.evaluate("new Promise(done => setTimeout(done, 50))")
    page.close()
    stop()
    return ran


def test_no_page_runs_what_a_host_or_guest_wrote(show: Path, browser: Any) -> None:
    """Every page of the site, and its feed with the style sheet that it names."""
    output = show / "output"
    pages = sorted(file.relative_to(output).as_posix() for file in output.rglob("*.html"))
    feeds = sorted(file.name for file in output.glob("feed*.xml"))
    assert len(pages) > 40  # a page for each tag
    assert feeds
    text = (output / "feed.xml").read_text("utf-8")
    assert sum(name.replace("&", "&amp;").replace("<", "&lt;")[:20] in text for name in NAMES) > 50
    assert open_all(browser, output, [*pages, *feeds]) == []


def test_the_browser_would_tell(browser: Any, tmp_path: Path) -> None:
    """The same payloads taken for markup do run, on a page and in a feed."""
    (tmp_path / "raw.html").write_text(f"<!doctype html><title>x</title>{PAYLOADS[0]}", "utf-8")
    script = next(payload for payload in PAYLOADS if payload.startswith("<script xmlns"))
    (tmp_path / "feed.xml").write_text(f"<rss><channel><title>{script}</title></channel></rss>", "utf-8")
    assert open_all(browser, tmp_path, ["raw.html", "feed.xml"]) == ["raw.html", "feed.xml"]
