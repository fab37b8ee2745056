"""A show of two conversations, and `spacecast serve` running on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from preview_runner import Preview, start_preview
from show_runner import build, copy_show, make_show, make_two_spaces

from site_builder.build.pipeline import BuildOptions
from site_builder.preview.session import Session


@pytest.fixture(scope="session")
def built_show(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two conversations, built, and seen in a preview already. Not to be changed."""
    show = make_show(tmp_path_factory.mktemp("preview") / "show", make_two_spaces())
    build(show)
    Session(show, BuildOptions(drafts=True), lambda: datetime(2026, 11, 18, tzinfo=UTC)).refresh()
    return show


@pytest.fixture
def show(built_show: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return copy_show(built_show, tmp_path / "show")


@pytest.fixture(scope="module")
def preview(built_show: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    """A preview that tests only look at."""
    with start_preview(copy_show(built_show, tmp_path_factory.mktemp("served") / "show")) as preview:
        yield preview
