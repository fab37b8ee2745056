"""The build engine: makes the files a plan names, and only those that are not there as the plan wants them.

A plan is a list of `Target`s; `build_targets` brings a folder in line with it:

    recover ─▶ compare with the ledger ─▶ declare what will be touched ─▶ clear the way ─▶ make ─▶ prune

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
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from site_builder.engine.digests import JSON
from site_builder.engine.files import OutputTree, fold_case, folders_of, part_of
from site_builder.engine.ledger import Entry, Facts, Ledger
from site_builder.engine.processes import map_in_processes, run_in_threads
from site_builder.engine.target import Target, bytes_target, describe_failure, explain, make_file
from site_builder.errors import SpacecastError, UsageError
from site_builder.events import Failed, Made, Making, Notify, Removed, Started, ignore

__all__ = ["JSON", "Facts", "Notify", "Outcome", "Target", "build_targets", "bytes_target", "ignore"]

_MANY = 200
"""Quick targets for which it pays to use processes."""
_BATCH = 1000
"""Of those, how many are made and recorded together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a build did. Paths are in the order of the plan, `removed` sorted."""

    made: tuple[str, ...] = ()
    """Files with new bytes."""
    kept: tuple[str, ...] = ()
    """Files that stayed as they were: current, or made again with equal bytes (then they have a reason too)."""
    removed: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    """Path to a sentence. The old file, if any, stays; it is not among `facts`."""
    facts: Mapping[str, Facts] = field(default_factory=dict)
    """Of every target that is now there: what its `make` returned, with `size_bytes` and `sha256` of the file."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why each target that was not current was not: `new`, `input 'context' changed` …"""


def build_targets(
    targets: Iterable[Target],
    *,
    root: Path,
    ledger: Path,
    jobs: int = 1,
    hold: Collection[str] = (),
    keep: Collection[str] | None = (),
    notify: Notify = ignore,
) -> Outcome:
    """Makes what is not current below `root` and deletes what is no longer planned; one failure stops no other.

    Args:
        targets: the plan, complete but for what `keep` names.
        root: the folder; made where it is missing.
        ledger: the file that remembers, best kept outside `root`. Lost or damaged, all is made again, nothing deleted.
        jobs: how many targets are made at once: in threads, or, many `bytes_target`s, in processes.
        hold: paths that stay exactly as they are in this run, planned or not.
        keep: groups whose files stay though they are not planned; None: whatever is not planned stays.
        notify: receives `Started`, `Making`, `Made`, `Failed`, `Removed`, never two at a time.

    Raises:
        UsageError: two targets want one path, or one a file where another wants a folder; nothing was written.
        SpacecastError: the ledger cannot be written; at worst some files are made again by the next build.
    """
    planned = _check_plan(targets)
    with open_ledger(ledger) as book:
        build = _Build(OutputTree(os.path.realpath(root)), book, notify)
        return build.run(planned, jobs=jobs, held=frozenset(hold), kept=None if keep is None else frozenset(keep))


@contextmanager
def open_ledger(file: Path) -> Iterator[Ledger]:
    """The ledger in `file`; SpacecastError where it cannot be written."""
    try:
        with Ledger(file) as book:
            yield book
    except LedgerFailed as error:
        reason = error.__cause__
        raise SpacecastError(f"{file}: cannot be written: {reason}; make room or mend it, then build again") from error


def find_outdated(targets: Iterable[Target], *, root: Path, ledger: Path) -> dict[str, Entry | None]:
    """What is remembered of those that are not current, by path; nothing is done about them."""
    planned = _check_plan(targets)
    with open_ledger(ledger) as book:
        tree, before = OutputTree(os.path.realpath(root)), book.find(planned.keys())
        return {path: before.get(path) for path, target in planned.items() if explain(target, before.get(path), tree)}


def find_unknown(*, root: Path, ledger: Path, seen: Set[str] | None = None) -> tuple[str, ...]:
    """Files below the root that no build made, dot files aside, sorted. Builds leave them alone.

    `seen` are those below the root as they were just now, or those of them that matter; None: they are listed.
    """
    there = set(OutputTree(os.path.realpath(root)).find_files()) if seen is None else seen
    with open_ledger(ledger) as book:
        return tuple(sorted(book.find_unknown(there)))


def adopt(paths: Collection[str], *, ledger: Path) -> None:
    """Take files for ours that a ledger has lost, as is known from elsewhere: what is not planned of them goes."""
    if paths:
        with open_ledger(ledger) as book:
            book.finish(dict.fromkeys(paths, Entry()))


def count_files(ledger: Path) -> int:
    """How many files are there that this program made."""
    with open_ledger(ledger) as book:
        return book.count()


class LedgerFailed(Exception):
    """The ledger could not be written; the cause says why."""


class _Build:
    """One run: the state that its steps share."""

    def __init__(self, tree: OutputTree, book: Ledger, notify: Notify) -> None:
        self.tree = tree
        self.book = book
        self.notify = notify
        self.lock = threading.RLock()
        self.before: dict[str, Entry] = {}
        self.made: set[str] = set()
        self.failed: dict[str, str] = {}

    def run(
        self, planned: Mapping[str, Target], *, jobs: int, held: Collection[str], kept: Collection[str] | None
    ) -> Outcome:
        """The whole build, in the order that the module's docstring draws; nothing is pruned where `kept` is None."""
        recover(self.book, self.tree)
        self.before = self.book.find(planned.keys())
        reasons = self.explain(target for path, target in planned.items() if path not in held)
        stale = [] if kept is None else self.find_stale(planned.keys() | held, kept)
        in_the_way = _find_in_the_way(stale, reasons)
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

    def find_stale(self, wanted: Collection[str], kept: Collection[str]) -> list[str]:
        """What is ours and neither wanted nor part of a group that is kept."""
        outside = self.book.find_outside(kept)
        self.before = outside | self.before
        return sorted(path for path in outside if path not in wanted)

    def make_all(self, todo: Sequence[Target], jobs: int) -> None:
        """Makes the long ones in threads, then the quick ones, in processes where they are many; or all in turn."""
        quick = [target for target in todo if target.is_quick]
        if jobs > 1 and len(todo) - len(quick) > 1:
            run_in_threads(self.make, [target for target in todo if not target.is_quick], jobs)
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

    def make(self, target: Target) -> None:
        """Makes one target, in any thread, and records it."""
        self.tell(Making(target.path, target.label))
        try:
            entry, changed = make_file(target, self.tree)
        except Exception as error:  # whatever one target does must not stop the others
            self.failed[target.path] = message = describe_failure(target.path, error)
            self.tell(Failed(target.path, target.label, message, error))
            return
        self.record(self.book.finish, {target.path: entry})
        self.finish(target, changed)

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


def recover(book: Ledger, tree: OutputTree) -> None:
    """After a build that was killed: its temporary files go; what it did not get to counts as it did before."""
    known = book.find(book.begun)
    untouched = []
    for path, entry in known.items():
        with suppress(OSError, SpacecastError):
            tree.remove(part_of(path))
            if entry.fingerprint and tree.measure(path) == (entry.size_bytes, entry.sha256):
                untouched.append(path)
    book.settle(untouched)


def _check_plan(targets: Iterable[Target]) -> dict[str, Target]:
    """The plan by path, in its order; UsageError where two targets cannot both be."""
    planned: dict[str, Target] = {}
    by_key: dict[str, Target] = {}
    folders: dict[str, Target] = {}
    for target in targets:
        key = fold_case(target.path)
        if other := by_key.get(key):
            raise UsageError(f"{other} and {target} would both be written to {target.path}; rename one of them")
        by_key[key] = planned[target.path] = target
        folders |= dict.fromkeys(folders_of(key), target)
    for key in by_key.keys() & folders.keys():
        raise UsageError(f"{by_key[key]} would be a file where {folders[key]} needs a folder; rename one of them")
    return planned


def _facts_of(entry: Entry) -> Facts:
    return {**entry.facts, "size_bytes": entry.size_bytes, "sha256": entry.sha256}


def _find_in_the_way(stale: Iterable[str], todo: Iterable[str]) -> list[str]:
    """Stale files that must go before anything is made: a file for a folder, a folder for a file, another spelling."""
    files = {fold_case(path) for path in todo}
    folders = {folder for path in files for folder in folders_of(path)}
    claimed = files | folders
    return [path for path in stale if (key := fold_case(path)) in claimed or not files.isdisjoint(folders_of(key))]


def _try_file(tree: OutputTree, target: Target) -> tuple[Entry, bool] | None:
    try:
        return make_file(target, tree)
    except Exception:
        return None
