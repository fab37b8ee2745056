"""What several rooms of functional tests need: an object store on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from stores import Bucket, Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A store of S3's kind."""
    from stores import serve_store  # noqa: PLC0415 -- moto takes seconds, which most tests do without

    with serve_store("s3", tmp_path_factory.mktemp("store")) as running:
        yield running


@pytest.fixture
def bucket(server: Server, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """A new bucket; its keys are in the environment."""
    from stores import Bucket  # noqa: PLC0415 -- as above

    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return Bucket(server)
