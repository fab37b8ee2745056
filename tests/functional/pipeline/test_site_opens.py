"""The built site in a real browser, below a sub-path, as any static host serves it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from sample_site import serve_folder
from show_runner import read_feed


@pytest.fixture
def address(pair: Path, tmp_path: Path) -> Iterator[str]:
    """Where the site is served: `http://…/show/`."""
    (tmp_path / "show").symlink_to(pair / "output")
    url, stop = serve_folder(tmp_path)
    yield f"{url}show/"
    stop()


def test_every_page_opens_without_a_complaint(address: str, pair: Path, browser: Any) -> None:
    """Home, episodes and all that they link to: nothing in the console, nothing missing, nothing from elsewhere."""
    complaints: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda answer: complaints.extend([answer.url] if answer.status >= 400 else []))
    page.route(lambda url: not url.startswith(address), lambda route: route.abort())
    seen, todo = set[str](), [address]
    while todo:
        url = todo.pop()
        seen.add(url)
        page.goto(url)
        links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href.split('#')[0])")
        todo += {link for link in links if link.startswith(address) and link.endswith("/")} - seen - set(todo)
    assert len(seen) >= 6
    episode = next(url for url in seen if "/episodes/" in url)
    page.goto(episode)
    page.get_by_role("button", name="Play").first.click()
    patience = time.monotonic() + 8
    while page.evaluate("document.querySelector('#audio').currentTime") < 0.2:
        assert time.monotonic() < patience, "nothing plays"
    feed = page.request.get(urljoin(address, "feed.xml"))
    assert feed.ok
    page.close()
    assert [text for text in complaints if "ERR_FAILED" not in text] == []  # what comes from elsewhere is kept away
    assert len(read_feed(pair)) == 2
