"""Shows that are online on this computer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from served_shows import MAKERS, Served, serve


@pytest.fixture(scope="session", params=MAKERS)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Each show in turn. Not to be changed."""
    folder = tmp_path_factory.mktemp(f"client-{request.param}") / "show"
    with ExitStack() as stack:
        yield serve(MAKERS[request.param](folder), stack)
