"""What holds for all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from compiled_templates import SharedTemplates
from hypothesis import settings
from programs import BROWSER_ARGUMENTS, find_browser

settings.register_profile("project", deadline=None)  # how long an example takes says more of the machine than of us
settings.load_profile("project")

os.environ.pop("CI", None)  # a build in CI promises nothing new; tests of that say so


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Templates are compiled once for all shows; each show still keeps its own, as it does elsewhere."""
    folder = tmp_path_factory.mktemp("templates")
    with patch("site_builder.render.pages.theme.FileSystemBytecodeCache", SharedTemplates.below(folder)):
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for all tests; each opens windows of its own."""
    playwright_api = pytest.importorskip("playwright.sync_api")
    if not find_browser():
        pytest.skip("no Chromium found; python tests/support/programs.py installs one")
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=list(BROWSER_ARGUMENTS))
        yield browser
        browser.close()
