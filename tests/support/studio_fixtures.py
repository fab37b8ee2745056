"""A show of two conversations, and `spacecast studio` running on it: fixtures of functional and of browser tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from show_runner import build, copy_show, make_show, make_two_spaces
from studio_runner import RunningStudio, start_studio


@pytest.fixture(scope="session")
def built_show(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two conversations, built. Not to be changed."""
    show = make_show(tmp_path_factory.mktemp("studio") / "show", make_two_spaces())
    build(show)
    return show


@pytest.fixture
def show(built_show: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return copy_show(built_show, tmp_path / "show")


@pytest.fixture
def studio(show: Path) -> Iterator[RunningStudio]:
    """The studio on `show`, entered."""
    with start_studio(show) as studio:
        yield studio.enter()


@pytest.fixture(scope="module")
def looked_at(built_show: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    """A studio that tests only look at, entered."""
    show = copy_show(built_show, tmp_path_factory.mktemp("studio") / "show")
    with start_studio(show) as studio:
        yield studio.enter()
