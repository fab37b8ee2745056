"""One run of the build engine: compares a plan with the ledger, and makes what is not as planned."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from site_builder.engine.files import OutputTree
from site_builder.engine.ledger import Entry, Facts, Ledger
from site_builder.engine.processes.forking import may_fork
from site_builder.engine.processes.long_calls import iterate_as_done
from site_builder.engine.processes.quick_calls import map_in_processes, run_in_threads
from site_builder.engine.target import (
    MadeFile,
    Target,
    describe_failure,
    explain,
    find_in_the_way,
    make_file,
    try_file,
)
from site_builder.errors import SpacecastError
from site_builder.events import Failed, Made, Making, Notify, Removed, Started

if TYPE_CHECKING:
    from site_builder.engine.cluster.tasks import Cluster

_KILLED = "the process that was at it was ended, twice; is there enough memory? (`spacecast doctor`)"
_MANY = 200
"""Quick targets for which it pays to use processes."""
_BATCH = 1000
"""Of those, how many are made and recorded together."""
_FEW = 50
"""Of quick targets that this process makes, how many are recorded together."""


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


class LedgerFailed(Exception):
    """The ledger could not be written; the cause says why."""


class Run:
    """One run of `Builder.make`: the state that its steps share."""

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
        """Makes the long ones at once, then the quick ones, in processes where they are many."""
        if self.cluster and (taken := [target for target in todo if self.cluster.takes(target)]):
            self.take(self.cluster.make_all(taken, self.tree, self.begin))
            todo = [target for target in todo if not self.cluster.takes(target)]
        quick = [target for target in todo if target.is_quick]
        long = [target for target in todo if not target.is_quick]
        if jobs > 1 and len(long) > 1:
            if self.forked and may_fork():
                self.take(self.make_apart(long, jobs))
            else:
                run_in_threads(self.make, long, jobs)
        else:
            for target in long:
                self.make(target)
        jobs, batch = (jobs, _BATCH) if jobs > 1 and len(quick) >= _MANY else (1, _FEW)
        for at in range(0, len(quick), batch):
            self.make_together(quick[at : at + batch], jobs)

    def make_together(self, todo: Sequence[Target], jobs: int) -> None:
        """For targets that are nothing but work; those that fail are tried again here, to be told of."""
        for target in todo:
            self.begin(target)
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
        """Where nothing was made or deleted, the ledger says again what it said before; half a file goes."""
        for path in self.failed:
            with suppress(OSError):  # the next build tries again
                self.tree.remove_part(path)
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
