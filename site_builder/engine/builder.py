"""The build engine: makes the files a plan names, and only those that are not there as the plan wants them.

    builder = Builder(output, state, jobs=2)
    builder.make([target, …])                     # what is not current is made
    builder.find_current({name: key, …})          # of groups of targets nothing is planned where they are current
    builder.make_groups([group, …])               # the others are planned and made, in processes
    builder.make(targets, keep=names)             # what no group and no target names any more goes

A plan is a list of `Target`s; `make` brings a folder in line with it:

    compare with the ledger ─▶ declare what will be touched ─▶ clear the way ─▶ make ─▶ prune

A target is current when the ledger (see `ledger.py`) holds the digest of its recipe and inputs, and the file is there
with the recorded size. Times never matter. A file is made under a temporary name beside its place and moved there
whole, so a build can be killed at any moment: the next one ends with the same bytes as a build into an empty folder.
Only files in the ledger are ever deleted, and no link below the root is followed. Two builds of one folder at the same
time are the caller's to prevent.

It knows nothing of what it builds.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from site_builder.engine.files import OutputTree
from site_builder.engine.groups import FEW, Done, Group, Notes, Remember, make_group, take_some
from site_builder.engine.ledger import Entry, Facts, Ledger
from site_builder.engine.long_work import iterate_as_done
from site_builder.engine.processes import iterate_in_processes, map_in_processes, run_in_threads
from site_builder.engine.state import StateDatabase
from site_builder.engine.target import (
    MadeFile,
    Target,
    check_plan,
    describe_failure,
    explain,
    find_in_the_way,
    make_file,
    try_file,
)
from site_builder.errors import SpacecastError
from site_builder.events import Failed, Made, Making, Notify, Removed, Started, ignore

if TYPE_CHECKING:
    from site_builder.engine.cluster.tasks import Cluster

_KILLED = "the process that was at it was ended, twice; is there enough memory? (`spacecast doctor`)"
_MANY = 200
"""Quick targets for which it pays to use processes."""
_BATCH = 1000
"""Of those, how many are made and recorded together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was done. Paths are in the order of the plan, `removed` sorted."""

    made: tuple[str, ...] = ()
    """Files with new bytes."""
    kept: tuple[str, ...] = ()
    """Files that stayed as they were: current, or made again with equal bytes (then they have a reason too)."""
    removed: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    """Path, or name of a group that could not be planned, to a sentence. The old file, if any, stays; it is not among
    `facts`."""
    facts: Mapping[str, Facts] = field(default_factory=dict)
    """Of every target that is now there: what its `make` returned, with `size_bytes` and `sha256` of the file."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why each target that was not current was not: `new`, `input 'context' changed` …"""


class Builder:
    """Makes files below one root and knows, from build to build, which are as they should be.

    What a killed build left is settled as soon as it is opened. All methods raise SpacecastError where the ledger
    cannot be written; at worst some files are made again by the next build.
    """

    def __init__(
        self,
        root: Path,
        state: StateDatabase,
        *,
        jobs: int = 1,
        notify: Notify = ignore,
        cluster: Cluster | None = None,
    ) -> None:
        """Over the files below `root`, which is made where it is missing.

        Args:
            root: The folder.
            state: What remembers, best kept outside `root`. Lost or damaged, all is made again, nothing deleted.
            jobs: How many targets are made at once: in threads, or, many `bytes_target`s and groups, in processes.
            notify: Receives `Started`, `Making`, `Made`, `Failed`, `Removed`, never two at a time.
            cluster: Makes those targets that it takes.
        """
        self._cluster = cluster
        self._file = state.file
        self._jobs = jobs
        self._notify = notify
        self._tree = OutputTree(os.path.realpath(root))
        self._ledger = Ledger(state)
        self._ledger.recover(self._tree)

    def make(
        self,
        targets: Iterable[Target],
        *,
        hold: Collection[str] = (),
        keep: Collection[str] | None = None,
        within: str = "",
        jobs: int | None = None,
        forked: bool = False,
    ) -> Outcome:
        """Makes what is not current, and deletes what is no longer planned if asked to; one failure stops no other.

        Args:
            targets: The plan; complete, but for what `keep` names, where anything is to be deleted.
            hold: Paths that stay exactly as they are in this run, planned or not.
            keep: Groups whose files stay though they are not planned; None: whatever is not planned stays.
            within: Beginning of the paths that may be deleted.
            jobs: As for the builder, where it is otherwise this time.
            forked: Whether targets that take long are made in processes, not in threads: where they compute, and need
                nothing that is only learnt meanwhile.

        Raises:
            UsageError: two targets want one path, or one a file where another wants a folder; nothing was written.
        """
        planned = check_plan(targets)
        with self._recording():
            run = _Run(self._tree, self._ledger, self._notify, self._cluster)
            stale = [] if keep is None else run.find_stale(planned.keys() | {*hold}, frozenset(keep), within)
            run.forked = forked
            return run.run(planned, stale, jobs=jobs or self._jobs, held=frozenset(hold))

    def make_group(self, name: str, key: str, targets: Iterable[Target]) -> Outcome:
        """As `make`; where nothing fails, these targets are a group that is current from now on."""
        planned = [replace(target, group=name) for target in targets]
        outcome = self.make(planned)
        if not outcome.failed:
            with self._recording():
                self._ledger.complete({name: key}, {name: frozenset(target.path for target in planned)})
        return outcome

    def make_groups(
        self, groups: Sequence[Group], *, at_least: int = FEW, jobs: int | None = None, remember: Remember = ignore
    ) -> Outcome:
        """Plans these groups and makes those of their files that are not current; one failure stops no other.

        A group of which a file failed keeps its old files and is not current. What no longer belongs to a group stays
        until a `make` that keeps the group finds that nobody wants it. With several `jobs`, processes plan and make, if
        there are `at_least` so many groups for each; meanwhile this one records what they made, some at a time.
        `remember` is given, by name, what the plans of groups that are whole now want remembered.
        """
        names, ledger, notes = {group.name for group in groups}, self._ledger, Notes()
        with self._recording():
            make = partial(make_group, self._tree, ledger.find_of(names), ledger.begun_file)
            ledger.dissolve(ledger.find_groups(names).keys())
            results = iterate_in_processes(make, groups, jobs or self._jobs, at_least=at_least)
            with closing(results):
                for some in take_some(zip(groups, results, strict=True)):
                    self._record(some)
                    remember({group.name: done.remembered for group, done in some if not done.failed})
                    for group, done in some:
                        notes.add(group, done, self._notify)
            ledger.end()
        return Outcome(made=tuple(notes.made), failed=notes.failed, reasons=notes.reasons)

    def _record(self, results: Sequence[tuple[Group, Done]]) -> None:
        """Note what was made, and which groups are whole."""
        whole = [(group, done) for group, done in results if not done.failed]
        self._ledger.finish({path: entry for _, done in results for path, entry in done.entries.items()})
        keys = {group.name: group.key for group, _ in whole}
        self._ledger.complete(keys, {group.name: frozenset(done.paths) for group, done in whole})

    def find_current(self, groups: Mapping[str, str], *, seen: Mapping[str, int] | None) -> set[str]:
        """Names of those of `groups` (name to key) that are current: nothing has to be planned for these.

        `seen` is the size of each file below the root as it was just now; None: all are known to be as the last build
        left them.
        """
        known = self._ledger.find_groups(groups.keys())
        current = {name for name, key in groups.items() if known.get(name) == key}
        current -= {entry.group for entry in self._ledger.find(self._ledger.begun).values()}
        if seen is None:
            return current
        return current - {group for group, path, size_bytes in self._ledger.sizes() if seen.get(path) != size_bytes}

    def find_outdated(self, targets: Iterable[Target]) -> dict[str, Entry | None]:
        """What is remembered of those that are not current, by path; nothing is done about them."""
        planned, tree = check_plan(targets), self._tree
        before = self._ledger.find(planned.keys())
        return {path: before.get(path) for path, target in planned.items() if explain(target, before.get(path), tree)}

    def find_untracked(self, seen: Set[str] | None = None) -> tuple[str, ...]:
        """Files below the root that no build made, dot files aside, sorted. Builds leave them alone.

        `seen` are those below the root as they were just now, or those of them that matter; None: they are listed.
        """
        there = set(self._tree.find_files()) if seen is None else seen
        return tuple(sorted(self._ledger.find_unknown(there)))

    def adopt(self, paths: Collection[str]) -> None:
        """Take files for ours that the ledger lost, as is known from elsewhere: what is not planned of them goes."""
        if paths:
            with self._recording():
                self._ledger.finish(dict.fromkeys(paths, Entry()))

    def count(self) -> int:
        """How many files are there that this program made."""
        return self._ledger.count()

    def dissolve_groups(self) -> None:
        """Have every group planned anew by the next build."""
        with self._recording():
            self._ledger.dissolve(self._ledger.groups.keys())

    @contextmanager
    def _recording(self) -> Iterator[None]:
        """Tells an OSError of the ledger as people need it."""
        try:
            yield
        except LedgerFailed as failure:
            reason: BaseException | None = failure.__cause__
        except OSError as error:
            reason = error
        else:
            return
        raise SpacecastError(f"{self._file}: cannot be written: {reason}; make room or mend it, then build again")


class LedgerFailed(Exception):
    """The ledger could not be written; the cause says why."""


class _Run:
    """One run of `make`: the state that its steps share."""

    def __init__(self, tree: OutputTree, book: Ledger, notify: Notify, cluster: Cluster | None = None) -> None:
        self.cluster = cluster
        self.forked = False
        self.tree = tree
        self.book = book
        self.notify = notify
        self.lock = threading.RLock()
        self.before: dict[str, Entry] = {}
        self.made: set[str] = set()
        self.failed: dict[str, str] = {}

    def find_stale(self, wanted: Collection[str], kept: Collection[str], within: str) -> list[str]:
        """What is ours and neither wanted nor part of a group that is kept."""
        self.before = self.book.find_outside(kept)
        return sorted(path for path in self.before if path not in wanted and path.startswith(within))

    def run(self, planned: Mapping[str, Target], stale: Sequence[str], *, jobs: int, held: Collection[str]) -> Outcome:
        """The steps, in the order that the module's docstring draws."""
        self.before |= self.book.find(planned.keys())
        reasons = self.explain(target for path, target in planned.items() if path not in held)
        in_the_way = find_in_the_way(stale, reasons)
        self.tell(Started(len(reasons)))
        self.record(self.book.begin, [*reasons, *stale])
        removed = self.prune(in_the_way)
        self.make_all([planned[path] for path in reasons], jobs)
        removed += self.prune([path for path in stale if path not in in_the_way])
        self.settle_failures()
        self.record(self.book.end)
        return self.describe(planned, held, reasons, removed)

    def explain(self, targets: Iterable[Target]) -> dict[str, str]:
        """Path to reason, of those that are not current."""
        found = ((target.path, explain(target, self.before.get(target.path), self.tree)) for target in targets)
        return {path: reason for path, reason in found if reason}

    def make_all(self, todo: Sequence[Target], jobs: int) -> None:
        """Makes the long ones at once, then the quick ones, in processes where they are many; or all in turn."""
        if self.cluster and (taken := [target for target in todo if self.cluster.takes(target)]):
            self.take(self.cluster.make_all(taken, self.tree, self.begin))
            todo = [target for target in todo if not self.cluster.takes(target)]
        quick = [target for target in todo if target.is_quick]
        if jobs > 1 and len(todo) - len(quick) > 1:
            long = [target for target in todo if not target.is_quick]
            self.take(self.make_apart(long, jobs)) if self.forked else run_in_threads(self.make, long, jobs)
            todo = quick
        if jobs > 1 and todo == quick and len(quick) >= _MANY:
            for at in range(0, len(quick), _BATCH):
                self.make_in_processes(quick[at : at + _BATCH], jobs)
        else:
            for target in todo:
                self.make(target)

    def make_in_processes(self, todo: Sequence[Target], jobs: int) -> None:
        """For targets that are nothing but work; those that fail are tried again here, to be told of."""
        results = map_in_processes(partial(_try_file, self.tree), todo, jobs)
        self.record(
            self.book.finish, {target.path: made[0] for target, made in zip(todo, results, strict=True) if made}
        )
        for target, made in zip(todo, results, strict=True):
            self.finish(target, made[1]) if made else self.make(target)

    def make_apart(self, todo: Sequence[Target], jobs: int) -> Iterator[tuple[Target, MadeFile]]:
        """Has targets made by processes, each as soon as one is free."""
        for number, made in iterate_as_done(partial(try_file, self.tree), todo, jobs, self.begin):
            yield todo[number], made[0] if made else f"{todo[number].path}: could not be made: {_KILLED}"

    def take(self, results: Iterable[tuple[Target, MadeFile]]) -> None:
        """Records what others made, as soon as it is known."""
        for target, made in results:
            if isinstance(made, str):
                self.failed[target.path] = made
                self.tell(Failed(target.path, target.label, made, SpacecastError(made)))
            else:
                self.record(self.book.finish, {target.path: made[0]})
                self.finish(target, made[1])

    def make(self, target: Target) -> None:
        """Makes one target, in any thread, and records it."""
        self.begin(target)
        try:
            entry, changed = make_file(target, self.tree)
        except Exception as error:  # whatever one target does must not stop the others
            self.failed[target.path] = message = describe_failure(target.path, error)
            self.tell(Failed(target.path, target.label, message, error))
            return
        self.record(self.book.finish, {target.path: entry})
        self.finish(target, changed)

    def begin(self, target: Target) -> None:
        """A target is going to be made."""
        self.tell(Making(target.path, target.label))

    def finish(self, target: Target, changed: bool) -> None:
        """A target is there, and in the ledger."""
        if changed:
            self.made.add(target.path)
        self.tell(Made(target.path, target.label, changed))

    def prune(self, paths: Sequence[str]) -> list[str]:
        """Deletes files of ours and the folders that they leave empty; returns those that were there."""
        removed, gone = [], []
        for path in paths:
            try:
                was_there = self.tree.remove(path)
            except OSError as error:
                self.failed[path] = describe_failure(path, error)
                continue
            self.tree.remove_empty_folders(path)
            gone.append(path)
            if was_there:
                self.tell(Removed(path))
                removed.append(path)
        self.record(self.book.forget, gone)
        return removed

    def settle_failures(self) -> None:
        """Where nothing was made or deleted, the ledger says again what it said before."""
        for path in self.failed:
            self.tree.remove_empty_folders(path)
            if path not in self.before:
                self.record(self.book.forget, [path])
            elif not self.before[path].begun:
                self.record(self.book.settle, [path])

    def describe(
        self, planned: Mapping[str, Target], held: Collection[str], reasons: Mapping[str, str], removed: Iterable[str]
    ) -> Outcome:
        """The outcome, in the order of the plan."""
        entries = self.book.find(planned.keys())
        done = [path for path in planned if path not in self.failed and path not in held]
        there = [
            path for path in planned if path not in self.failed and (path not in held or self.is_intact(entries, path))
        ]
        return Outcome(
            made=tuple(path for path in done if path in self.made),
            kept=tuple(path for path in done if path not in self.made),
            removed=tuple(sorted(removed)),
            failed=dict(sorted(self.failed.items())),
            facts={path: _facts_of(entries[path]) for path in there},
            reasons=reasons,
        )

    def is_intact(self, entries: Mapping[str, Entry], path: str) -> bool:
        """Whether the ledger knows the file and it is there with its size."""
        entry = entries.get(path)
        return entry is not None and not entry.begun and self.tree.has_size(path, entry.size_bytes)

    def tell(self, event: object) -> None:
        """Notifies, one thread at a time."""
        with self.lock:
            self.notify(event)

    def record(self, write: Callable[..., None], *args: object) -> None:
        """Writes to the ledger, one thread at a time; tells its OSError from that of a target."""
        try:
            with self.lock:
                write(*args)
        except OSError as error:
            raise LedgerFailed from error


def _facts_of(entry: Entry) -> Facts:
    return {**entry.facts, "size_bytes": entry.size_bytes, "sha256": entry.sha256}


def _try_file(tree: OutputTree, target: Target) -> tuple[Entry, bool] | None:
    try:
        return make_file(target, tree)
    except Exception:
        return None
