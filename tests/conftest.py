"""What holds for all tests."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any
from unittest.mock import patch

import pytest
from compiled_templates import SharedTemplates
from hypothesis import settings
from kept_pictures import keep_pictures
from programs import BROWSER_ARGUMENTS, find_browser

from site_builder.build.up_to_date import digest_program

# How long an example takes says more of the machine than of us. The same examples each time, so that a red run is about
# the change it is shown beside; `make fuzz` is what looks for new ones.
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")

os.environ.pop("CI", None)  # a build in CI promises nothing new; tests of that say so

# Where Python keeps nothing that it compiled, as in many containers, every module is compiled anew for each of the
# hundreds of processes that tests start, and assertions are rewritten in each run: that takes longer than the tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


@pytest.fixture(scope="session", autouse=True)
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is the same for all shows of tests is made once; each show still keeps its own, as it does elsewhere."""
    templates, pictures = (tmp_path_factory.mktemp(name) for name in ("templates", "pictures"))
    with (
        patch("site_builder.render.compiled_templates.FileSystemBytecodeCache", SharedTemplates.below(templates)),
        patch("site_builder.render.compiled_templates.find_shared_folder", lambda _: None),
        patch("site_builder.build.up_to_date.digest_program", cache(digest_program)),
        keep_pictures(pictures),
    ):
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
