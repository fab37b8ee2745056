"""Targets made in processes of their own: the same files, entries and events as in threads or in turn."""

from __future__ import annotations

import os
import signal
from functools import partial
from pathlib import Path

from builder_desk import Desk
from forked_calls import HERE, needs_fork

from site_builder.engine.run import Outcome
from site_builder.engine.target import Target
from site_builder.events import Failed, Made, Making


def write(content: str, part: Path) -> dict[str, int]:
    part.write_text(content)
    return {"letters": len(content)}


def fail(part: Path) -> None:
    part.write_text("half of i")
    raise OSError(28, "No space left on device")


def be_killed(part: Path) -> None:
    part.write_text("half of i")
    if os.getpid() != HERE:
        os.kill(os.getpid(), signal.SIGKILL)


def plan(path: str, make: object) -> Target:
    return Target(path=path, recipe="file/1", inputs={"path": path}, make=make, label=path.upper())  # type: ignore[arg-type]


def build(desk: Desk, targets: list[Target], events: list[object], *, forked: bool, jobs: int = 2) -> Outcome:
    return desk.use(lambda builder: builder.make(targets, forked=forked), jobs, events.append)


WRITTEN = [plan(f"folder/{number}.txt", partial(write, "x" * number)) for number in range(6)]


def test_the_same_as_in_threads(tmp_path: Path) -> None:
    targets = [*WRITTEN[:3], plan("full.txt", fail), *WRITTEN[3:]]
    forked, threaded = Desk(tmp_path / "forked"), Desk(tmp_path / "threaded")
    events: dict[str, list[object]] = {"forked": [], "threaded": []}
    outcomes = [
        build(forked, targets, events["forked"], forked=True),
        build(threaded, targets, events["threaded"], forked=False),
    ]
    assert outcomes[0] == outcomes[1]
    assert outcomes[0].failed == {"full.txt": "full.txt: No space left on device; make room, then build again"}
    assert outcomes[0].facts["folder/5.txt"]["letters"] == 5
    assert forked.entries == threaded.entries
    assert sorted(path.name for path in forked.root.rglob("*.txt")) == [f"{number}.txt" for number in range(6)]
    for kind in (Making, Made, Failed):
        told = [sorted(event.path for event in events[way] if isinstance(event, kind)) for way in events]
        assert told[0] == told[1]


@needs_fork
def test_files_are_made_by_other_processes(tmp_path: Path) -> None:
    targets = [plan(f"{number}.txt", lambda part: part.write_text(str(os.getpid()))) for number in range(4)]
    build(desk := Desk(tmp_path), [_without_facts(target) for target in targets], [], forked=True)
    assert HERE not in {int(path.read_text()) for path in desk.root.glob("*.txt")}


def _without_facts(target: Target) -> Target:
    def make(part: Path) -> None:
        target.make(part)

    return plan(target.path, make)


@needs_fork
def test_what_kills_its_process_twice_is_named_and_its_old_file_stays(tmp_path: Path) -> None:
    """The rest is made; nothing half-written lies about; the next build tries again."""
    desk, events = Desk(tmp_path), list[object]()
    build(desk, [plan("a.txt", partial(write, "old"))], events, forked=True)
    changed = Target(path="a.txt", recipe="file/2", inputs={}, make=be_killed)
    outcome = build(desk, [changed, *WRITTEN], events, forked=True)
    assert outcome.failed == {
        "a.txt": "a.txt: could not be made: the process that was at it was ended, twice; is there enough memory? "
        "(`spacecast doctor`)"
    }
    assert [event.path for event in events if isinstance(event, Failed)] == ["a.txt"]
    assert len(outcome.made) == len(WRITTEN)
    assert desk.root.joinpath("a.txt").read_text() == "old"
    there = sorted(["a.txt", *(target.path for target in WRITTEN)])
    assert _list_files(desk) == there
    mended = Target(path="a.txt", recipe="file/3", inputs={}, make=partial(write, "new"))
    assert build(desk, [mended, *WRITTEN], events, forked=True).made == ("a.txt",)
    assert _list_files(desk) == there


def _list_files(desk: Desk) -> list[str]:
    return sorted(str(path.relative_to(desk.root)) for path in desk.root.rglob("*") if path.is_file())
