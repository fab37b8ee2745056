"""The build engine: makes the files of a plan that are missing or were made from something else.

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
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from site_builder.engine.files import OutputTree
from site_builder.engine.groups import FEW, Done, Group, Notes, Remember, make_group, take_some
from site_builder.engine.ledger import Entry, Ledger
from site_builder.engine.processes.quick_calls import iterate_in_processes
from site_builder.engine.run import LedgerFailed, Outcome, Run
from site_builder.engine.state import StateDatabase
from site_builder.engine.target import (
    Target,
    check_plan,
    explain,
)
from site_builder.errors import SpacecastError
from site_builder.events import Notify, ignore

if TYPE_CHECKING:
    from site_builder.engine.cluster.tasks import Cluster


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
            run = Run(self._tree, self._ledger, self._notify, self._cluster)
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
        members = {group.name: frozenset(done.paths) for group, done in whole if not done.is_part}
        self._ledger.complete(keys, members)

    def find_current(self, groups: Mapping[str, str], *, seen: Mapping[str, int] | None) -> set[str]:
        """Names of those of `groups` (name to key) that are current: nothing has to be planned for these.

        `seen` is the size of each file below the root as it was just now; None: all are known to be as the last build
        left them.
        """
        whole = self.find_whole(groups.keys(), seen=seen)
        return {name for name, key in groups.items() if whole.get(name) == key}

    def find_whole(self, names: Collection[str], *, seen: Mapping[str, int] | None) -> dict[str, str]:
        """Name to key of those groups of which every file is there; `seen` as for `find_current`."""
        broken = {entry.group for entry in self._ledger.find(self._ledger.begun).values()}
        if seen is not None:
            broken |= {group for group, path, size_bytes in self._ledger.sizes() if seen.get(path) != size_bytes}
        return {name: key for name, key in self._ledger.find_groups(names).items() if name not in broken}

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
