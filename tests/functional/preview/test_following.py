"""While somebody saves again and again, each save is seen, and the whole site waits for a pause."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from pathlib import Path
from typing import cast

from site_builder.preview.following import follow_changes
from site_builder.preview.process import SessionProcess
from site_builder.preview.watch import Watch

SLOW = 0.5
"""Seconds that the whole site takes."""


class SlowSession:
    """A show so large that each build takes its time."""

    is_waiting = False

    def __init__(self) -> None:
        self.did: list[str] = []

    def hurry(self, touched: Collection[str]) -> bool:
        self.did.append("hurry")
        return all(path.startswith("content/episodes/") for path in touched)

    def refresh(self) -> bool:
        time.sleep(SLOW)
        self.did.append("refresh")
        return True


def test_saves_in_a_row(tmp_path: Path) -> None:
    page = tmp_path / "content/episodes/one/index.md"
    page.parent.mkdir(parents=True)
    session = SlowSession()
    with Watch(tmp_path) as watch:
        thread = threading.Thread(target=follow_changes, args=(cast("SessionProcess", session), watch))
        thread.start()

        def save(file: Path, wait: float) -> list[str]:
            file.write_text(str(time.monotonic()))
            time.sleep(wait)
            did, session.did = session.did, []
            return did

        assert save(page, 3 * SLOW) == ["hurry", "refresh"]
        assert [save(page, SLOW / 2) for _ in range(3)] == [["hurry"]] * 3
        time.sleep(3 * SLOW)
        assert session.did == ["refresh"]
        session.did = []
        assert save(tmp_path / "config.yaml", 3 * SLOW) == ["hurry", "refresh"]
        watch.stop()
        thread.join(2)
        assert not thread.is_alive()
