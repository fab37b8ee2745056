"""The build engine: every rule of it, and that being killed at any step never shows in the end."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

import pytest
from builder_desk import Desk as BuilderDesk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from site_builder.engine.digests import JSON
from site_builder.engine.ledger import Facts
from site_builder.engine.target import Target, bytes_target
from site_builder.errors import SpacecastError, UsageError
from site_builder.events import Failed, Made, Making, Removed, Started


def text(path: str, content: str, *, label: str = "", recipe: str = "text/1", **inputs: JSON) -> Target:
    """A target of known content."""
    return bytes_target(path, recipe, {"content": content, **inputs}, content.encode, label=label)


def write_text(content: str, facts: Facts | None, part: Path) -> Facts | None:
    part.write_text(content)
    return facts


def made_file(path: str, content: str, facts: Facts | None = None, label: str = "") -> Target:
    """A target whose `make` writes the file itself, as an encoder does."""
    return Target(
        path=path,
        recipe="file/1",
        inputs={"content": content},
        make=partial(write_text, content, facts),
        label=label,
    )


def failing(path: str, error: BaseException, content: str = "never") -> Target:
    def make(part: Path) -> None:
        part.write_text("half of i")
        raise error

    return Target(path=path, recipe="file/1", inputs={"content": content}, make=make)


def snapshot(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every file and folder below `root` with mode and content; an interruption must leave no trace in it."""
    return {
        str(path.relative_to(root)): (stat.S_IMODE(path.lstat().st_mode), path.read_bytes() if path.is_file() else b"/")
        for path in root.rglob("*")
    }


class Desk(BuilderDesk):
    """With short ways to what is there."""

    def read(self, path: str) -> str:
        return (self.root / path).read_text()

    def put(self, path: str, content: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(content)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# --- What is made, kept and removed -----------------------------------------------------------------------------------


def test_first_build_makes_everything_in_plan_order(desk: Desk) -> None:
    outcome = desk.build(text("b/two.html", "two"), made_file("a.m4a", "sound"), text("index.html", "one"))
    assert outcome.made == ("b/two.html", "a.m4a", "index.html")
    assert [desk.read(path) for path in outcome.made] == ["two", "sound", "one"]
    assert set(outcome.reasons.values()) == {"new"}
    assert (outcome.kept, outcome.removed, outcome.failed, desk.unknown()) == ((), (), {}, ())


def test_second_build_makes_nothing_and_writes_nothing(desk: Desk) -> None:
    plan = text("b/two.html", "two"), failing("a.m4a", AssertionError("made again"), content="sound")
    desk.build(plan[0], made_file("a.m4a", "sound"))
    before = {path: path.stat().st_ctime_ns for path in (desk.ledger, *desk.root.rglob("*"))}
    outcome = desk.build(*plan)
    assert (outcome.made, outcome.kept, outcome.reasons) == ((), ("b/two.html", "a.m4a"), {})
    assert {path: path.stat().st_ctime_ns for path in (desk.ledger, *desk.root.rglob("*"))} == before


def test_facts_come_with_size_and_digest_and_survive(desk: Desk) -> None:
    target = made_file("a.m4a", "sound", {"duration": 1.5, "cuts": (1, 2)})
    first, second = desk.build(target), desk.build(target)
    assert first.facts["a.m4a"] == {"duration": 1.5, "cuts": [1, 2], "size_bytes": 5, "sha256": sha256("sound")}
    assert second.facts == first.facts


@pytest.mark.parametrize(
    ("claim", "digest"),
    [({"size_bytes": 3, "sha256": "known"}, "known"), ({"size_bytes": 4, "sha256": "known"}, ""), ({}, "")],
    ids=["named", "of another size", "not named"],
)
def test_a_file_whose_digest_is_named_is_not_read_for_it(desk: Desk, claim: Facts, digest: str) -> None:
    """Unless what is there has another size than was named; names and facts are kept apart."""
    outcome = desk.build(made_file("a.bin", "abc", {"length": 2, **claim}))
    assert outcome.facts["a.bin"] == {"length": 2, "size_bytes": 3, "sha256": digest or sha256("abc")}


def sha256(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def test_each_reason_is_named(desk: Desk) -> None:
    names = ["same", "recipe", "input", "added", "removed", "gone", "size", "left"]
    desk.build(*(text(name, name, extra=1, recipe="page/2") for name in names))
    (desk.root / "gone").unlink()
    desk.put("size", "longer than it was")
    desk.begin("left")
    desk.put("left", "tfel")
    changed = {
        "recipe": text("recipe", "recipe", extra=1, recipe="page/3"),
        "input": text("input", "other", extra=2, recipe="page/2"),
        "added": text("added", "added", extra=1, more=None, recipe="page/2"),
        "removed": text("removed", "removed", recipe="page/2"),
        "brand-new": text("brand-new", ""),
    }
    plan = [changed.pop(name, text(name, name, extra=1, recipe="page/2")) for name in names]
    assert desk.build(*plan, *changed.values()).reasons == {
        "recipe": "recipe page/2 → page/3",
        "input": "input 'content' changed, input 'extra' changed",
        "added": "input 'more' added",
        "removed": "input 'extra' removed",
        "gone": "file missing",
        "size": "size differs",
        "left": "left unfinished",
        "brand-new": "new",
    }
    assert desk.read("size") == "size"


def test_equal_bytes_are_not_written_again(desk: Desk) -> None:
    """A new recipe that changes nothing keeps the files, whichever way they are made, and is not asked again."""
    desk.build(text("page", "same"), made_file("sound", "same"))
    before = {path: path.stat().st_ino for path in desk.root.iterdir()}
    plan = text("page", "same", extra=1), made_file("sound", "same")
    plan = (plan[0], Target(path="sound", recipe="file/2", inputs={}, make=plan[1].make))
    events: list[object] = []
    outcome = desk.build(*plan, notify=events.append)
    assert (outcome.made, outcome.kept) == ((), ("page", "sound"))
    assert set(outcome.reasons) == {"page", "sound"}
    assert Made("page", "", changed=False) in events
    assert {path: path.stat().st_ino for path in desk.root.iterdir()} == before
    assert desk.build(*plan).reasons == {}


def test_unplanned_files_go_with_their_emptied_folders_and_nothing_else(desk: Desk) -> None:
    desk.build(text("a/b/c/old", ""), text("keep/old", ""), text("new", ""))
    desk.put("keep/mine.txt", "mine")
    outcome = desk.build(text("new", ""))
    assert outcome.removed == ("a/b/c/old", "keep/old")
    assert sorted(snapshot(desk.root)) == ["keep", "keep/mine.txt", "new"]
    assert desk.unknown() == ("keep/mine.txt",)
    assert desk.build().removed == ("new",)
    assert desk.root.is_dir()


def test_keep_none_keeps_and_still_remembers(desk: Desk) -> None:
    desk.build(text("old", ""))
    assert desk.build(text("new", ""), keep=None).removed == ()
    assert desk.build(text("new", "")).removed == ("old",)


def test_held_paths_stay_exactly_as_they_are(desk: Desk) -> None:
    desk.build(text("feed.xml", "good"), text("old", "old"))
    outcome = desk.build(text("feed.xml", "bad!"), text("page", "page"), hold={"feed.xml", "old", "never-was"})
    assert (desk.read("feed.xml"), desk.read("old")) == ("good", "old")
    assert (outcome.made, outcome.kept, outcome.removed) == (("page",), (), ())
    assert outcome.facts["feed.xml"]["sha256"] == sha256("good")
    assert desk.build(text("feed.xml", "bad!")).removed == ("old", "page")


def test_what_a_killed_build_did_not_get_to_is_not_made_again(desk: Desk) -> None:
    """Turning back after an interruption must not cost hours of encoding."""
    desk.build(made_file("one", "1"), made_file("two", "2"))
    with pytest.raises(KeyboardInterrupt):
        desk.build(made_file("one", "new"), failing("two", KeyboardInterrupt()), text("three", "3"))
    outcome = desk.build(made_file("one", "1"), made_file("two", "2"))
    assert outcome.reasons == {"one": "input 'content' changed"}
    assert desk.read("one") == "1"


def test_a_held_file_left_unfinished_is_still_unfinished_afterwards(desk: Desk) -> None:
    """Or else a plan that goes back would trust bytes of a build that never ended."""
    desk.build(text("feed.xml", "good"))
    desk.begin("feed.xml")
    desk.put("feed.xml", "evil")
    assert "feed.xml" not in desk.build(text("feed.xml", "good"), hold=["feed.xml"]).facts
    assert desk.build(text("feed.xml", "good")).made == ("feed.xml",)
    assert desk.read("feed.xml") == "good"


def test_unknown_lists_strangers_but_not_dot_files(desk: Desk) -> None:
    desk.put("stranger/x.txt", "")
    desk.put(".nojekyll", "")
    desk.put(".git/config", "")
    desk.build(text(".well-known/a", ""), text("index.html", ""))
    assert desk.unknown() == ("stranger/x.txt",)
    assert desk.unknown(seen={"index.html", "stranger/y.txt"}) == ("stranger/y.txt",)
    many = [f"stranger/{number}" for number in range(9999)]
    assert desk.unknown(seen={"index.html", *many}) == tuple(sorted(many))
    assert (desk.root / ".git/config").exists()


# --- The ledger lost or spoilt ----------------------------------------------------------------------------------------


def write_older(content: bytes) -> bytes:
    """The same database, marked as one of an older format."""
    return content[:60] + bytes(4) + content[64:]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: b"\xff\x00" * 50,
        lambda content: b'{"files": {"victim": 1}}\n',
        lambda content: content[:100],
        lambda content: content[:3000] + bytes(len(content) - 3000),
        write_older,
    ],
    ids=["empty", "binary", "foreign", "cut", "blank", "older"],
)
def test_spoilt_ledger_counts_as_empty(desk: Desk, spoil: Callable[[bytes], bytes]) -> None:
    desk.build(text("page", "page"), made_file("sound", "sound"), text("old", "old"))
    desk.ledger.write_bytes(spoil(desk.ledger.read_bytes()))
    outcome = desk.build(text("page", "page"), made_file("sound", "sound"))
    assert set(outcome.reasons.values()) == {"new"}
    assert (outcome.kept, desk.unknown()) == (("page", "sound"), ("old",))
    assert desk.build(text("page", "page"), made_file("sound", "sound")).reasons == {}


def test_a_torn_declaration_costs_only_itself(desk: Desk) -> None:
    """Or else a build killed twice would forget what it must prune."""
    desk.build(text("page", "page"))
    torn = desk.begin("more")
    with torn.open("ab") as file:
        file.write(b'["half a na')
    desk.begin("most")
    desk.put("most", "")
    assert sorted(desk.entries) == ["more", "most", "page"]
    assert desk.build(text("page", "page")).removed == ("most",)
    assert not torn.exists()


def test_lost_ledger_replaces_planned_files_that_differ(desk: Desk) -> None:
    desk.put("page", "a stranger's")
    desk.put(".part-page", "left by a build whose ledger is lost")
    assert desk.build(text("page", "ours")).made == ("page",)
    assert snapshot(desk.root) == {"page": (0o644, b"ours")}


def test_hostile_ledger_paths_delete_nothing_outside(desk: Desk, tmp_path: Path) -> None:
    """A link put into the root, or a path that leaves it, leads no deletion outside."""
    desk.build(text("sub/victim", ""), text("index", ""))
    (desk.root / "sub/victim").unlink()
    (desk.root / "sub").rmdir()
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious/victim").write_text("")
    (desk.root / "sub").symlink_to(tmp_path / "precious")
    desk.begin("../precious/victim", "/etc/../" + str(tmp_path / "precious/victim").lstrip("/"))
    desk.build(text("index", ""))
    assert (tmp_path / "precious/victim").exists()
    assert (desk.root / "sub").is_symlink()


def test_unwritable_ledger_is_one_sentence_before_any_write(desk: Desk) -> None:
    desk.ledger.parent.parent.mkdir(exist_ok=True)
    desk.ledger.parent.write_text("a file where .cache should be")
    with pytest.raises(SpacecastError, match="cannot be written"):
        desk.build(text("page", ""))
    assert not desk.root.exists()


# --- Plans that cannot be ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../x",
        "a/./x",
        ".",
        "..",
        "a//b",
        "a/",
        "a\\b",
        "a\nb",
        "a\0b",
        ".part-x",
        "a/.part-x",
    ],
)
def test_paths_that_leave_the_root_or_are_reserved_are_refused(path: str) -> None:
    with pytest.raises(UsageError):
        text(path, "")


@pytest.mark.parametrize(
    "path", ["a", ".nojekyll", "..a", "a/...", ".well-known/x", "tags/größe/index.html", "a b/.partly"]
)
def test_unusual_but_proper_paths_are_fine(desk: Desk, path: str) -> None:
    assert desk.build(text(path, "x")).made == (path,)


@pytest.mark.parametrize(
    ("one", "other"),
    [("a/x.html", "a/x.html"), ("a/X.html", "A/x.html"), ("größe", "GRÖSSE"), ("a/b", "a/b/c"), ("A/b/c/d", "a/B")],
)
def test_colliding_targets_are_an_error_naming_both_before_any_write(desk: Desk, one: str, other: str) -> None:
    plan = text("first", ""), text(one, "", label="Flood gauges"), text(other, "", label="Other gauges")
    with pytest.raises(UsageError) as error:
        desk.build(*plan)
    assert "“Flood gauges”" in str(error.value)
    assert "“Other gauges”" in str(error.value)
    assert not desk.root.exists()
    assert not desk.ledger.exists()


# --- Things in the way ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("old", "new"), [("a", "a/b/c"), ("a/b/c", "a"), ("Page.html", "page.html"), ("EP/x", "ep/x")])
def test_our_own_old_file_or_folder_makes_way(desk: Desk, old: str, new: str) -> None:
    desk.build(text(old, "old"))
    outcome = desk.build(text(new, "new"))
    assert (outcome.made, outcome.removed, outcome.failed) == ((new,), (old,), {})
    assert desk.read(new) == "new"


def test_a_strangers_file_in_the_way_is_a_sentence_and_stays(desk: Desk, tmp_path: Path) -> None:
    desk.put("file", "mine")
    desk.put("folder/file", "mine")
    (tmp_path / "elsewhere").mkdir()
    (desk.root / "link").symlink_to(tmp_path / "elsewhere")
    plan = [text("file/x", ""), text("folder", ""), text("link/x", ""), made_file("link/y", ""), text("fine", "")]
    outcome = desk.build(*plan)
    assert outcome.made == ("fine",)
    assert "file is a file that this program did not make" in outcome.failed["file/x"]
    assert "a folder that this program did not make is in the way" in outcome.failed["folder"]
    assert "link is a link" in outcome.failed["link/x"]
    assert not list((tmp_path / "elsewhere").iterdir())
    assert (desk.read("file"), desk.read("folder/file")) == ("mine", "mine")


def test_links_at_a_files_own_place_are_replaced_not_followed(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    desk.root.mkdir()
    for name in ("page", ".part-page", "sound", ".part-sound"):
        (desk.root / name).symlink_to(tmp_path / "precious")
    desk.build(text("page", "precious"), made_file("sound", "loud"))
    assert (tmp_path / "precious").read_text() == "precious"
    assert snapshot(desk.root) == {"page": (0o644, b"precious"), "sound": (0o644, b"loud")}
    assert not (desk.root / "page").is_symlink()


def test_modes_do_not_depend_on_the_umask(desk: Desk) -> None:
    before = os.umask(0o077)
    try:
        desk.build(text("a/b/page", "page"), made_file("sound", "sound"))
        desk.ledger.unlink()
        (desk.root / "sound").chmod(0o600)
        desk.build(text("a/b/page", "page"), made_file("sound", "sound"))
    finally:
        os.umask(before)
    assert {mode for mode, content in snapshot(desk.root).values() if content != b"/"} == {0o644}
    assert {mode for mode, content in snapshot(desk.root).values() if content == b"/"} == {0o755}


# --- Failures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (SpacecastError("the recording is broken; ask X again"), "the recording is broken; ask X again"),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            "a/sound: No space left on device; make room, then build again",
        ),
        (PermissionError(13, "Permission denied", "r.aac"), "a/sound: Permission denied (r.aac)"),
        (ZeroDivisionError("oh"), "a/sound: could not be made (ZeroDivisionError: oh)"),
    ],
)
def test_one_failure_is_one_sentence_and_stops_nothing(desk: Desk, error: Exception, sentence: str) -> None:
    events: list[object] = []
    outcome = desk.build(failing("a/sound", error), text("page", "page"), notify=events.append)
    assert outcome.failed == {"a/sound": sentence}
    assert outcome.made == ("page",)
    assert "a/sound" not in outcome.facts
    assert Failed("a/sound", "", sentence, error) in events
    assert sorted(snapshot(desk.root)) == ["page"]
    assert desk.build(made_file("a/sound", "never"), text("page", "page")).made == ("a/sound",)


def test_the_old_file_of_a_failed_target_stays_and_is_still_known(desk: Desk) -> None:
    desk.build(made_file("sound", "old"))
    assert desk.build(failing("sound", ValueError(), content="new")).failed
    assert desk.read("sound") == "old"
    assert desk.build(made_file("sound", "old")).reasons == {}


@pytest.mark.parametrize("facts", [{"when": float("nan")}, {"path": Path("x")}])
def test_a_make_that_writes_nothing_or_returns_nonsense_fails(desk: Desk, facts: Mapping[str, object]) -> None:
    lazy = Target(path="lazy", recipe="x/1", inputs={}, make=lambda part: None)
    folder = Target(path="folder", recipe="x/1", inputs={}, make=lambda part: part.mkdir())
    outcome = desk.build(lazy, folder, made_file("odd", "odd", facts))  # type: ignore[arg-type]
    assert set(outcome.failed) == {"lazy", "folder", "odd"}
    assert "nothing was written" in outcome.failed["lazy"]
    assert not (desk.root / "odd").exists()
    assert not (desk.root / ".part-odd").exists()


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("jobs", [1, 2])
def test_interrupts_pass_through_leaving_no_temporaries(desk: Desk, interrupt: type[BaseException], jobs: int) -> None:
    plan = [made_file("one", "1"), failing("two", interrupt()), text("three", "3")]
    with pytest.raises(interrupt):
        desk.build(*plan, jobs=jobs)
    assert not list(desk.root.glob(".part-*"))
    assert desk.build(made_file("one", "1"), made_file("two", "2"), text("three", "3")).failed == {}


# --- Threads, processes, events ---------------------------------------------------------------------------------------


def test_jobs_run_at_once_and_the_result_is_in_plan_order(desk: Desk) -> None:
    together = threading.Barrier(3, timeout=10)

    def make(delay: float, part: Path) -> Facts:
        together.wait()
        time.sleep(delay)
        part.write_text("sound")
        return {"delay": delay}

    plan = [Target(path=f"{n}.m4a", recipe="x/1", inputs={}, make=partial(make, 0.02 * (3 - n))) for n in range(3)]
    outcome = desk.build(text("z", ""), *plan, text("a", ""), jobs=3)
    assert outcome.made == ("z", "0.m4a", "1.m4a", "2.m4a", "a")
    assert list(outcome.facts) == list(outcome.made)
    assert outcome.facts["1.m4a"]["delay"] == 0.04


def test_many_quick_targets_are_made_in_processes(desk: Desk) -> None:
    """A thousand and more: each as if it were made alone, failures told of here."""
    plan = [text(f"{n}/page", f"{n} by {os.getpid()}") for n in range(1200)]
    plan[700] = bytes_target("700/page", "text/1", {}, partial(int, "x"))  # type: ignore[arg-type]
    whole = desk.build(*plan, jobs=3)
    assert list(whole.failed) == ["700/page"]
    assert "ValueError" in whole.failed["700/page"]
    assert whole.made == tuple(target.path for target in plan if target.path != "700/page")
    assert all(desk.read(path) == f"{path[:-5]} by {os.getpid()}" for path in whole.made)
    again = desk.build(*plan[:700], *plan[701:], jobs=3)
    assert (again.made, len(again.kept)) == ((), 1199)


def test_events_tell_the_story(desk: Desk) -> None:
    desk.build(text("old", ""))
    events: list[object] = []
    desk.build(text("new", "", label="New"), notify=events.append)
    assert events == [Started(1), Making("new", "New"), Made("new", "New", changed=True), Removed("old")]


# --- Interruptions: whatever happened before, a build ends as a clean build does --------------------------------------

Plan = dict[str, str]
PATHS = ["a", "a/b", "a/b/c.html", "A/b", "d/e.txt", "d/E.txt", "d/f/g.m4a", "d/f/h.m4a", "i.xml", "j/k/l/m"]
FOREIGN = {"d/mine.txt": "mine", "mine/too/x": "too", ".nojekyll": ""}


def make_slowly(content: str, part: Path) -> Facts:
    """Writes in two steps, so that a process can die between them."""
    with part.open("x") as file:
        file.write(content[:1])
        file.flush()
        part.chmod(0o600)
        file.write(content[1:])
    return {"letters": len(content)}


def plan_targets(plan: Plan) -> list[Target]:
    return [
        Target(path=path, recipe="slow/1", inputs={"content": content}, make=partial(make_slowly, content))
        if path.endswith((".m4a", "m"))
        else text(path, content)
        for path, content in plan.items()
    ]


def build_and_die(desk: Desk, plan: Plan, step: int, *, die: Callable[[], None]) -> None:
    """Builds, and calls `die` at the given change to the disk; a dying write gets half its bytes out."""
    countdown = [step]

    def wrap(name: str) -> None:
        original = getattr(os, name)

        def wrapped(*args: object, **options: object) -> object:
            countdown[0] -= 1
            if countdown[0] == 0:
                if name == "write":
                    original(args[0], args[1][: len(args[1]) // 2])  # type: ignore[index, arg-type]
                die()
            return original(*args, **options)

        setattr(os, name, wrapped)

    for name in ("open", "write", "replace", "unlink", "mkdir", "rmdir", "chmod"):
        wrap(name)
    desk.build(*plan_targets(plan))


def build_in_child(desk: Desk, plan: Plan, step: int, *, gently: bool) -> bool:
    """As `build_and_die`, in a child: killed outright, or interrupted, free to clean up. False where it was killed."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    child = os.fork()
    if child == 0:
        try:
            build_and_die(desk, plan, step, die=interrupt if gently else lambda: os.kill(os.getpid(), signal.SIGKILL))
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def drop_collisions(pairs: Iterable[tuple[str, str]]) -> Plan:
    plan: Plan = {}
    for path, content in pairs:
        taken = {other.lower() for other in plan}
        low = path.lower()
        if not any(low == other or low.startswith(f"{other}/") or other.startswith(f"{low}/") for other in taken):
            plan[path] = content
    return plan


plans = st.lists(
    st.tuples(st.sampled_from(PATHS), st.sampled_from(["", "one", "two", "six", "seven"])), max_size=8
).map(drop_collisions)
histories = st.lists(st.tuples(plans, st.integers(1, 40), st.booleans()), max_size=3)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=histories, last=plans)
def test_any_interruption_then_a_build_equals_a_clean_build(history: list[tuple[Plan, int, bool]], last: Plan) -> None:
    """Plans change, processes die at any step of any of them: the last build has the bytes of a clean one, no more."""
    with tempfile.TemporaryDirectory() as folder:
        desk, clean = Desk(Path(folder, "used")), Desk(Path(folder, "clean"))
        for each in (desk, clean):
            for path, content in FOREIGN.items():
                each.put(path, content)
        for plan, step, gently in history:
            build_in_child(desk, plan, step, gently=gently)
        outcome, expected = desk.build(*plan_targets(last)), clean.build(*plan_targets(last))
        assert outcome.failed == {}
        assert snapshot(desk.root) == snapshot(clean.root)
        assert outcome.facts == expected.facts
        assert desk.unknown() == clean.unknown()
        assert desk.entries == clean.entries
        assert not list(Path(folder).rglob(".part-*"))
        assert desk.build(*plan_targets(last)).reasons == {}


@pytest.mark.parametrize("last", [0, 1], ids=["then back", "then onwards"])
def test_death_at_every_single_step_of_a_rebuild(tmp_path: Path, last: int) -> None:
    """One hard change of plan, killed at step 1, 2, 3 … until it gets through; then the first plan or the second."""
    first: Plan = {"a": "one", "d/e.txt": "one", "d/f/g.m4a": "one", "i.xml": "one"}
    second: Plan = {"a/b": "one", "d/E.txt": "two", "d/f/g.m4a": "two", "i.xml": "two"}
    results: list[dict[str, tuple[int, bytes]]] = []
    for plan in (first, second):
        clean = Desk(tmp_path / str(len(results)))
        clean.build(*plan_targets(plan))
        results.append(snapshot(clean.root))
    for step in range(1, 100):
        desk = Desk(tmp_path / f"step-{step}")
        desk.build(*plan_targets(first))
        lived = build_in_child(desk, second, step, gently=False)
        desk.build(*plan_targets((first, second)[last]))
        assert snapshot(desk.root) == results[last], f"killed at step {step}"
        if lived:
            break
    assert lived
    assert step > 20


SCRIPT = """
import sys, time
from functools import partial
from pathlib import Path
from site_builder.engine.builder import Builder
from site_builder.engine.state import StateDatabase
from site_builder.engine.target import Target, bytes_target

def make(n, part):
    with part.open("wb") as file:
        for _ in range(20):
            file.write(bytes([n]) * 1000)
            file.flush()
            time.sleep(0.0005)

def sound(n):
    return Target(path=f"media/{n}.m4a", recipe="x/1", inputs={"n": n}, make=partial(make, n))

def page(n):
    return bytes_target(f"pages/{n}/index.html", "x/1", {"n": n}, partial(bytes, 5000 + n))

if __name__ == "__main__":
    root, ledger = map(Path, sys.argv[1:])
    plan = [sound(n) for n in range(40)] + [page(n) for n in range(200)]
    Builder(root, StateDatabase(ledger), jobs=2).make(plan, keep=())
"""


def test_kill_9_from_outside_with_threads(tmp_path: Path) -> None:
    """A real process, really killed, a few times over; the build that gets through is as good as a first one."""
    (tmp_path / "script.py").write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}

    def start(folder: str) -> subprocess.Popen[bytes]:
        desk = Desk(tmp_path / folder)
        return subprocess.Popen([sys.executable, tmp_path / "script.py", desk.root, desk.ledger], env=environment)

    for files in (3, 12, 60):
        process = start("used")
        while process.poll() is None and sum(1 for _ in (tmp_path / "used").rglob("*.*")) < files:
            time.sleep(0.002)
        process.kill()
        process.wait()
    assert start("used").wait() == start("clean").wait() == 0
    assert snapshot(tmp_path / "used/output") == snapshot(tmp_path / "clean/output")
    assert len(snapshot(tmp_path / "clean/output")) == 40 + 1 + 200 * 2 + 1
