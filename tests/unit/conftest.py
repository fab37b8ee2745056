"""What holds for unit tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TRIED = {(3, 11)}
"""Versions of Python, with the libraries as locked, on which no unit test warns of anything."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A warning is an error here, so that what a library gives up is seen early; other tests are not held to it yet."""
    if sys.version_info[:2] in TRIED:
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(pytest.mark.filterwarnings("error"), append=False)
