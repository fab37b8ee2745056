"""What counts as a change, and that a burst of changes is one."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from watchdog.events import FileSystemEvent

from site_builder.preview.watch import QUIET, Watch, _Handler

SOON = 3.0
"""Seconds in which a change must have been seen."""
LONG = 0.4
"""Seconds after which nothing will come any more."""


class Counter:
    """Counts how often `Watch.wait` returned."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.watch = Watch(folder)
        self.count = 0
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while self.watch.wait():
            self.count += 1

    def expect(self, count: int) -> None:
        """So many changes come, and no more."""
        end = time.monotonic() + SOON
        while self.count < count and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(LONG)
        assert self.count == count
        self.count = 0


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    """A folder with content and config, watched."""
    (tmp_path / "content/episodes/one").mkdir(parents=True)
    (tmp_path / "content/episodes/one/index.md").write_text("one")
    (tmp_path / "config.yaml").write_text("one")
    (tmp_path / "output").mkdir()
    (tmp_path / ".cache").mkdir()
    counter = Counter(tmp_path)
    with counter.watch:
        counter.thread.start()
        time.sleep(0.1)
        counter.count = 0
        yield counter
    counter.thread.join(2)
    assert not counter.thread.is_alive()


def test_burst_of_saves_is_one_change(counter: Counter) -> None:
    """Thirty files, one soon after the other."""
    for _ in range(10):
        longest, before = 0.0, time.monotonic()
        for number in range(30):
            (counter.folder / f"content/episodes/one/{number}.md").write_text("text")
            time.sleep(0.002)
            longest, before = max(longest, time.monotonic() - before), time.monotonic()
        if longest < QUIET / 3:  # else this computer was too busy for a burst: once more
            break
        time.sleep(LONG)
        counter.count = 0
    counter.expect(1)


def test_endless_saving_is_shown_all_the_same(counter: Counter) -> None:
    """Somebody who saves without a pause sees something every second or so."""
    end = time.monotonic() + 2.5
    while time.monotonic() < end:
        (counter.folder / "content/episodes/one/index.md").write_text(str(time.monotonic()))
        time.sleep(0.01)
    assert counter.count >= 2


@pytest.mark.parametrize("name", ["content/episodes/one/index.md", "config.yaml"])
def test_ways_of_saving(counter: Counter, name: str) -> None:
    """In place, or as a new file moved over the old one; and deleting."""
    file = counter.folder / name
    file.write_text("two")
    counter.expect(1)
    beside = file.with_name(".new")
    beside.write_text("three")
    beside.replace(file)
    counter.expect(1)
    file.unlink()
    counter.expect(1)


def test_folders_that_come_later(counter: Counter) -> None:
    """`templates/` made while we watch, gone, and made again."""
    templates = counter.folder / "templates"
    for _ in range(2):
        templates.mkdir()
        counter.expect(1)
        (templates / "home.html").write_text("text")
        counter.expect(1)
        shutil.rmtree(templates)
        counter.expect(1)


@pytest.mark.parametrize(
    "name",
    [
        "output/index.html",
        ".cache/x",
        "notes.txt",
        "content/.DS_Store",
        "content/episodes/one/.index.md.swp",
        "content/episodes/one/index.md~",
        "content/episodes/.new-1/index.md",
    ],
)
def test_what_a_build_does_not_read(counter: Counter, name: str) -> None:
    """Our own output, other files, what editors leave while somebody types."""
    file = counter.folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("text")
    counter.expect(0)


def test_reading_is_no_change(counter: Counter) -> None:
    """Else each build would lead to the next."""
    for _ in range(3):
        (counter.folder / "content/episodes/one/index.md").read_text()
        (counter.folder / "config.yaml").read_text()
        list((counter.folder / "content").rglob("*"))
    counter.expect(0)


def test_reading_is_not_even_told(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build of thousands of episodes reads more than the system can keep to tell, which would then lose changes."""
    told: list[str] = []
    dispatch = _Handler.dispatch

    def listen(handler: _Handler, event: FileSystemEvent) -> None:
        told.append(event.event_type)
        dispatch(handler, event)

    monkeypatch.setattr(_Handler, "dispatch", listen)
    index = counter.folder / "content/episodes/one/index.md"
    for _ in range(100):
        assert index.read_text() == "one"
        assert list(index.parent.iterdir()) == [index]
    counter.expect(0)
    assert not told
    index.write_text("two")
    counter.expect(1)
    assert set(told) <= {"modified", "closed"}
