"""Builds of a preview are made by another process, which is told from here as if it were in this one."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from show_runner import edit, find_bundle

from site_builder.build.pipeline import BuildOptions
from site_builder.cli.arguments import read_clock
from site_builder.preview.process import SessionProcess
from site_builder.preview.session import Broken, Built, State


class Host:
    """A session in another process, and what it told."""

    def __init__(self, show: Path) -> None:
        self.index = find_bundle(show, "2026-10-16") / "index.md"
        self.events: list[object] = []
        self.states: list[State] = []
        self.session = SessionProcess(show, BuildOptions(drafts=True), read_clock, self.events.append)
        self.session.follow(self.states.append)

    def told(self, kind: type[object]) -> list[object]:
        """Events of a kind, taken out."""
        found = [event for event in self.events if isinstance(event, kind)]
        self.events.clear()
        return found


@pytest.fixture
def host(show: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """Where forking is not to be thought of."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795000000")
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("a process with threads forked"))
    host = Host(show)
    yield host
    host.session.end()


def test_states_and_events_come_through(host: Host) -> None:
    """What was built, what is wrong, that nothing changed; and it builds on after it was killed."""
    assert host.session.refresh()
    assert [type(event) for event in host.told(Built)] == [Built]
    assert host.session.state == host.states[-1] == State(1, (), "/show/")
    assert not host.session.refresh()

    edit(host.index, "\n---\n", "\n---\nA note of today.\n")
    host.session.hurry([f"content/episodes/{host.index.parent.name}/index.md"])
    assert host.session.refresh()
    assert host.session.state.number == 2
    pages = host.session.output_paths.output.glob("episodes/*/index.html")
    assert any("A note of today." in page.read_text() for page in pages)

    edit(host.index, "title:", "titel:")
    assert host.session.refresh()
    assert "did you mean `title`?" in "".join(host.session.state.problems)
    assert len(host.told(Broken)) == 1

    os.kill(host.session.pid, signal.SIGKILL)
    assert not host.session.refresh()
    assert "process that builds ended" in host.session.state.problems[0]
    edit(host.index, "titel:", "title:")
    assert host.session.refresh()
    assert host.session.state.problems == ()


def test_it_ends_with_the_one_that_asks(host: Host) -> None:
    process = host.session.pid
    host.session.end()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
