"""Groups of targets: planned only where they are not current, and in the end as if each target stood alone."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from builder_desk import Desk as BuilderDesk

from site_builder.engine.builder import Builder
from site_builder.engine.groups import Group, Planned
from site_builder.engine.run import Outcome
from site_builder.engine.snapshot import take_snapshot
from site_builder.engine.target import Target, bytes_target
from site_builder.events import Failed, Made

Files = Mapping[str, str]


def text(path: str, content: str) -> Target:
    return bytes_target(path, "text/1", {"content": content}, content.encode)


def never() -> Planned:
    raise AssertionError("planned without need")


def group(name: str, files: Files, *, key: str = "", plan: Callable[[], Planned] | None = None) -> Group:
    """A group of known files; its key is what is in them."""
    targets = [text(path, content) for path, content in files.items()]
    kept = {"said": f"{name} has {len(files)}".encode()}
    return Group(
        name=name,
        key=key or repr(sorted(files.items())),
        plan=plan or (lambda: Planned(targets=targets, remembered=kept)),
        label=name.title(),
    )


class Desk(BuilderDesk):
    """With short ways to build groups."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.remembered: dict[str, Mapping[str, bytes]] = {}
        """Of all groups that became whole."""

    def make(self, *groups: Group, jobs: int = 1, notify: Callable[[object], None] = lambda _: None) -> Outcome:
        def make(builder: Builder) -> Outcome:
            return builder.make_groups(groups, at_least=1, remember=self.remembered.update)

        return self.use(make, jobs, notify)

    def current(self, *groups: Group, intact: bool = False) -> set[str]:
        keys = {group.name: group.key for group in groups}
        seen = None if intact else take_snapshot(self.root, sizes_only=True).sizes
        return self.use(lambda builder: builder.find_current(keys, seen=seen))

    def read(self) -> dict[str, str]:
        return {
            path.relative_to(self.root).as_posix(): path.read_text() for path in self.root.rglob("*") if path.is_file()
        }


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


ONE = {"one/page": "1", "one/embed/page": "i"}
TWO = {"two/page": "2"}


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_was_planned_is_there_and_handed_back(desk: Desk, jobs: int) -> None:
    outcome = desk.make(group("one", ONE), group("two", TWO), jobs=jobs)
    assert desk.read() == {**ONE, **TWO}
    assert outcome.made == (*ONE, *TWO)
    assert set(outcome.reasons.values()) == {"new"}
    assert desk.remembered == {"one": {"said": b"one has 2"}, "two": {"said": b"two has 1"}}


@pytest.mark.parametrize("jobs", [1, 2])
def test_many_are_recorded_while_the_others_are_made(desk: Desk, jobs: int) -> None:
    """Interrupted half-way, what was recorded is whole and no process goes on."""
    groups = [group(f"group {number}", {f"page {number}": str(number)}) for number in range(700)]

    def stop(whole: Mapping[str, Mapping[str, bytes]]) -> None:
        desk.remembered.update(whole)
        if len(desk.remembered) >= 400:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.use(lambda builder: builder.make_groups(groups, at_least=1, remember=stop), jobs)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    assert desk.current(*groups) == {group.name for group in groups[:400]}
    desk.make(*groups[400:], jobs=jobs)
    assert desk.current(*groups) == desk.remembered.keys() == {group.name for group in groups}
    assert desk.read() == {f"page {number}": str(number) for number in range(700)}


@pytest.mark.parametrize("asked", [1, 500, 501, 900])
def test_few_or_many_are_asked_for_among_many(desk: Desk, asked: int) -> None:
    """By name, or all of them: the answer is of those that were asked for, and no others."""
    groups = [group(f"group {number}", {f"page {number}": ""}) for number in range(900)]
    desk.make(*groups)
    changed = group("group 0", {"page 0": "changed"})
    assert desk.current(changed, *groups[1:asked]) == {group.name for group in groups[1:asked]}


def test_a_group_is_current_while_key_and_sizes_are(desk: Desk) -> None:
    one, two = group("one", ONE), group("two", TWO)
    assert desk.current(one, two) == set()
    desk.make(one, two)
    assert desk.current(one, two) == {"one", "two"}
    assert desk.current(group("one", ONE, key="other"), two) == {"two"}
    (desk.root / "one/page").write_text("longer")
    assert desk.current(one, two) == {"two"}
    (desk.root / "two/page").unlink()
    assert desk.current(one, two) == set()
    assert desk.current(one, two, intact=True) == {"one", "two"}


def test_only_what_differs_is_made(desk: Desk) -> None:
    desk.make(group("one", ONE))
    outcome = desk.make(group("one", {**ONE, "one/page": "changed"}))
    assert outcome.made == ("one/page",)
    assert outcome.reasons == {"one/page": "input 'content' changed"}


def test_what_left_a_group_goes_with_the_rest(desk: Desk) -> None:
    """Not before: what is still linked stays until all is made."""
    desk.make(group("one", ONE), group("two", TWO))
    desk.make(group("one", {"one/page": "1"}))
    assert "one/embed/page" in desk.read()
    outcome = desk.build(text("index", ""), keep=["one", "two"])
    assert outcome.removed == ("one/embed/page",)
    assert desk.use(Builder.count) == 3
    assert desk.build(text("index", ""), keep=["one"]).removed == ("two/page",)
    assert desk.read() == {"one/page": "1", "index": ""}


def test_targets_made_otherwise_can_become_a_group(desk: Desk) -> None:
    """And files that were there before, alone, join it."""
    targets = [text(path, content) for path, content in ONE.items()]
    desk.build(targets[0])
    desk.use(lambda builder: builder.make_group("one", "key", targets))
    assert desk.current(group("one", ONE, key="key")) == {"one"}
    assert desk.build(keep=["one"]).removed == ()
    assert desk.read() == ONE


def test_dissolved_groups_are_planned_again(desk: Desk) -> None:
    one = group("one", ONE)
    desk.make(one)
    desk.use(Builder.dissolve_groups)
    assert desk.current(one) == set()
    assert desk.make(one).made == ()


def fail_to_plan() -> Planned:
    raise ValueError("no plan")


def fail_to_make() -> Planned:
    return Planned(targets=[text("one/page", "new"), bytes_target("one/embed/page", "x/1", {}, fail_to_render)])


def fail_to_render() -> bytes:
    raise ValueError("no bytes")


@pytest.mark.parametrize(("plan", "failed"), [(fail_to_plan, "one"), (fail_to_make, "one/embed/page")])
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_failure_is_a_sentence_and_stops_no_other(
    desk: Desk, plan: Callable[[], Planned], failed: str, jobs: int
) -> None:
    """The old files stay, the group is not current, and nothing of it is remembered."""
    desk.make(group("one", ONE))
    desk.remembered.clear()
    events: list[object] = []
    one, two = group("one", ONE, key="new", plan=plan), group("two", TWO)
    outcome = desk.make(one, two, jobs=jobs, notify=events.append)
    assert list(outcome.failed) == [failed]
    assert "ValueError" in outcome.failed[failed]
    assert list(desk.remembered) == ["two"]
    assert desk.read()["one/embed/page"] == "i"
    assert desk.current(one, group("one", ONE), two) == {"two"}
    assert any(isinstance(event, Failed) for event in events)
    assert Made("two/page", "Two", changed=True) in events


def test_a_build_that_is_killed_leaves_nothing_behind(desk: Desk) -> None:
    """Files of a group that was never finished are ours: they are made again, or go."""

    def die() -> Planned:
        return Planned(targets=[text("one/page", "1"), bytes_target("one/x", "x/1", {}, kill)])

    def kill() -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        return b""

    child = os.fork()
    if child == 0:
        desk.make(group("one", {}, key="never", plan=die))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    assert desk.read() == {"one/page": "1"}
    assert set(desk.ask(lambda ledger: ledger.begun)) == {"one/page", "one/x"}
    assert desk.current(group("one", {}, key="never")) == set()
    desk.make(group("two", TWO))
    outcome = desk.build(keep=["two"])
    assert outcome.removed == ("one/page",)
    assert desk.read() == TWO
    assert not list(desk.ledger.parent.glob("*.begun"))


def test_a_file_may_pass_from_one_group_to_another(desk: Desk) -> None:
    desk.make(group("one", ONE), group("two", TWO))
    desk.make(group("two", {**TWO, "one/page": "1"}), group("one", {"one/embed/page": "i"}))
    assert desk.build(keep=["two"]).removed == ("one/embed/page",)
    assert desk.read() == {**TWO, "one/page": "1"}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_part_of_a_group_is_made_anew(desk: Desk, jobs: int) -> None:
    """The rest stays as it is, and still belongs to it: it is not deleted, and missed where it is gone."""
    desk.make(group("one", ONE), group("two", TWO))
    parts = [
        group("one", {}, key="new", plan=lambda: Planned(targets=[text("one/page", "other")], is_part=True)),
        group("two", {}, key="new", plan=lambda: Planned(targets=[text("two/page", "other")], is_part=True)),
    ]
    assert desk.make(*parts, jobs=jobs).made == ("one/page", "two/page")
    assert desk.current(*parts) == {"one", "two"}
    assert desk.build(keep=["one", "two"]).removed == ()
    assert desk.read() == {"one/page": "other", "one/embed/page": "i", "two/page": "other"}
    (desk.root / "one/embed/page").unlink()
    assert desk.current(*parts) == {"two"}
