"""The sample site in a real browser, for all tests here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sample_site import (
    describe_sample_pages,
    make_episodes,
    make_long_episode,
    serve_folder,
    write_site,
)

Page = Any
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample site, below a sub-path as on a project's Pages host."""
    folder = tmp_path_factory.mktemp("site")
    write_site(folder / "show", describe_sample_pages(episodes=[*make_episodes(), make_long_episode()]))
    return folder


@pytest.fixture(scope="session")
def address(folder: Path) -> Iterator[str]:
    """Where the sample site is served."""
    url, stop = serve_folder(folder)
    yield f"{url}show/"
    stop()


@pytest.fixture
def open_page(browser: Any, address: str) -> Iterator[Open]:
    """Opens a page of the site; at the end nothing may be in the console and no request may have left the site.

    Without its service worker, which keeps a dozen files each time; tests of that open pages of their own.
    """
    contexts, complaints = [], []

    def open_page(path: str, **options: Any) -> Page:
        context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 800}, "service_workers": "block", **options}
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.extend([] if request.url.startswith(address) else [request.url]))
        page.goto(path if "://" in path else address + path)
        contexts.append(context)
        return page

    yield open_page
    for context in contexts:
        context.close()
    expected = ("no/such/page", "404 (Not Found)", "Service Worker registration blocked by Playwright")
    assert [text for text in complaints if not any(known in text for known in expected)] == []
