"""The build engine: makes the files a plan names, and only those that are not there as the plan wants them.

A plan is a list of `Target`s; `build_targets` brings a folder in line with it:

    recover ─▶ compare with the ledger ─▶ record what will be touched ─▶ clear the way ─▶ make ─▶ prune ─▶ fold it

A target is current when the ledger (see `ledger.py`) holds the digest of its recipe and inputs, and the file is there
with the recorded size. Times never matter. A file is made under a temporary name beside its place and moved there
whole, so a build can be killed at any moment: the next one ends with the same bytes as a build into an empty folder.
Only files in the ledger are ever deleted, and no link below the root is followed. Two builds of one folder at the same
time are the caller's to prevent.

It knows nothing of what it builds.
"""

from __future__ import annotations

import errno
import json
import os
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from site_builder.digests import JSON, digest_bytes, digest_json, encode_json
from site_builder.errors import SpacecastError, UsageError
from site_builder.events import Failed, Made, Making, Notify, Removed, Started, ignore
from site_builder.ledger import Entry, Facts, Ledger
from site_builder.parallel import map_in_processes, run_in_threads
from site_builder.tree import Tree, fold_case, folders_of, is_proper, part_of

__all__ = ["JSON", "Facts", "Notify", "Outcome", "Target", "build_targets", "bytes_target", "ignore"]

_BATCH = 1000
"""Quick targets that are made and recorded together, where there are so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A file to be, and how to make it. Two targets with equal recipe and inputs must make equal bytes.

    Raises:
        UsageError: `path` is absolute, leaves the root, has a backslash or control character, or is a reserved name.
    """

    path: str
    """Below the root, with `/`."""
    recipe: str
    """`page/3`: what makes it, and a number to raise when that code's output changes."""
    inputs: Mapping[str, JSON]
    """All that the bytes depend on, by name: digests or plain values. `--explain` names the one that changed."""
    make: Callable[[Path], Facts | None]
    """Writes the file at the path given, which is free and ends as `path` does; returns facts to remember."""
    label: str = ""
    """For people, e.g. an episode's title."""

    def __post_init__(self) -> None:
        if not is_proper(self.path):
            raise UsageError(f"{self.path!r} cannot be the path of an output file; name it otherwise")

    @property
    def fingerprint(self) -> str:
        """Digest of recipe and inputs."""
        return digest_json([self.recipe, self.inputs])

    def __str__(self) -> str:
        return f"“{self.label}”" if self.label else f"{self.path} ({self.recipe})"


@dataclass(frozen=True, slots=True)
class _Render:
    """Makes a file from bytes made in memory: too quick to be worth a thread."""

    render: Callable[[], bytes]

    def __call__(self, part: Path) -> None:
        part.write_bytes(self.render())


def bytes_target(
    path: str, recipe: str, inputs: Mapping[str, JSON], render: Callable[[], bytes], label: str = ""
) -> Target:
    """A target whose file is what `render` returns."""
    return Target(path=path, recipe=recipe, inputs=inputs, make=_Render(render), label=label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a build did. Paths are in the order of the plan, `removed` and `unknown` sorted."""

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
    unknown: tuple[str, ...] = ()
    """Files below the root that neither the plan nor the ledger knows, dot files aside. They are left alone."""


def build_targets(
    targets: Iterable[Target],
    *,
    root: Path,
    ledger: Path,
    jobs: int = 1,
    hold: Collection[str] = (),
    prune: bool = True,
    notify: Notify = ignore,
) -> Outcome:
    """Makes what is not current below `root` and deletes what is no longer planned; one failure stops no other.

    Args:
        targets: the plan, complete unless `prune` is false.
        root: the folder; made where it is missing.
        ledger: the file that remembers, best kept outside `root`. Lost or damaged, all is made again, nothing deleted.
        jobs: how many targets are made at once: in threads, or, many `bytes_target`s, in processes.
        hold: paths that stay exactly as they are in this run, planned or not.
        prune: false keeps files that are no longer planned.
        notify: receives `Started`, `Making`, `Made`, `Failed`, `Removed`, never two at a time.

    Raises:
        UsageError: two targets want one path, or one a file where another wants a folder; nothing was written.
        SpacecastError: the ledger cannot be written; at worst some files are made again by the next build.
    """
    planned = _check_plan(targets)
    try:
        with Ledger(ledger) as book:
            build = _Build(Tree(os.path.realpath(root)), book, notify)
            return build.run(planned, jobs=jobs, held=frozenset(hold), prune=prune)
    except _LedgerFailed as error:
        reason = error.__cause__
        raise SpacecastError(
            f"{ledger}: cannot be written: {reason}; make room or mend it, then build again"
        ) from error


class _LedgerFailed(Exception):
    """The ledger could not be written; the cause says why."""


class _Build:
    """One run: the state that its steps share."""

    def __init__(self, tree: Tree, book: Ledger, notify: Notify) -> None:
        self.tree = tree
        self.book = book
        self.notify = notify
        self.lock = threading.RLock()
        self.before = dict(book.entries)
        self.made: set[str] = set()
        self.failed: dict[str, str] = {}

    def run(self, planned: Mapping[str, Target], *, jobs: int, held: Collection[str], prune: bool) -> Outcome:
        """The whole build, in the order that the module's docstring draws."""
        self.recover()
        reasons = self.explain(target for path, target in planned.items() if path not in held)
        stale = [path for path in sorted(self.before) if prune and path not in planned and path not in held]
        in_the_way = _find_in_the_way(stale, reasons)
        self.tell(Started(len(reasons)))
        self.record(self.book.begin, [*reasons, *stale])
        removed = self.prune(in_the_way)
        self.make_all([planned[path] for path in reasons], jobs)
        removed += self.prune([path for path in stale if path not in in_the_way])
        self.settle_failures()
        self.record(self.book.fold)
        return self.describe(planned, held, reasons, removed)

    def explain(self, targets: Iterable[Target]) -> dict[str, str]:
        """Path to reason, of those that are not current."""
        found = ((target.path, _explain(target, self.before.get(target.path), self.tree)) for target in targets)
        return {path: reason for path, reason in found if reason}

    def recover(self) -> None:
        """After a build that was killed: its temporary files go; what it did not get to counts as it did before."""
        untouched = {}
        for path, entry in self.before.items():
            if entry.begun:
                with suppress(OSError, SpacecastError):
                    self.tree.remove(part_of(path))
                    if self.tree.measure(path) == (entry.size_bytes, entry.sha256):
                        untouched[path] = entry._replace(begun=False)
        self.before |= untouched
        self.record(self.book.finish, untouched)

    def make_all(self, todo: Sequence[Target], jobs: int) -> None:
        """Makes the long ones in threads, then the quick ones, in processes where they are many; or all in turn."""
        quick = [target for target in todo if isinstance(target.make, _Render)]
        if jobs > 1 and len(todo) - len(quick) > 1:
            run_in_threads(self.make, [target for target in todo if not isinstance(target.make, _Render)], jobs)
            todo = quick
        if jobs > 1 and todo == quick and len(quick) >= _BATCH:
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
            entry, changed = _make_file(target, self.tree)
        except Exception as error:  # whatever one target does must not stop the others
            self.failed[target.path] = message = _describe_failure(target.path, error)
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
                self.failed[path] = _describe_failure(path, error)
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
            if entry := self.before.get(path):
                self.record(self.book.finish, {path: entry})
            else:
                self.record(self.book.forget, [path])

    def describe(
        self, planned: Iterable[str], held: Collection[str], reasons: Mapping[str, str], removed: Iterable[str]
    ) -> Outcome:
        """The outcome, in the order of the plan."""
        entries = self.book.entries
        done = [path for path in planned if path not in self.failed and path not in held]
        there = [path for path in planned if path not in self.failed and (path not in held or self.is_intact(path))]
        known = {*planned, *entries}
        return Outcome(
            made=tuple(path for path in done if path in self.made),
            kept=tuple(path for path in done if path not in self.made),
            removed=tuple(sorted(removed)),
            failed=dict(sorted(self.failed.items())),
            facts={path: _facts_of(entries[path]) for path in there},
            reasons=reasons,
            unknown=tuple(sorted(path for path in self.tree.find_files() if path not in known)),
        )

    def is_intact(self, path: str) -> bool:
        """Whether the ledger knows the file and it is there with its size."""
        entry = self.book.entries.get(path)
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
            raise _LedgerFailed from error


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


def _explain(target: Target, entry: Entry | None, tree: Tree) -> str:
    """Why a target is not current; empty where it is."""
    if entry is None:
        return "new"
    if entry.begun:
        return "left unfinished"
    if entry.fingerprint != target.fingerprint:
        return _explain_inputs(target, entry)
    if tree.has_size(target.path, entry.size_bytes):
        return ""
    return "size differs" if os.path.lexists(tree.locate(target.path)) else "file missing"


def _explain_inputs(target: Target, entry: Entry) -> str:
    if target.recipe != entry.recipe:
        return f"recipe {entry.recipe} → {target.recipe}"
    now = _digest_inputs(target)
    verbs = {name: "removed" for name in entry.inputs if name not in now}
    for name, digest in now.items():
        if name not in entry.inputs:
            verbs[name] = "added"
        elif entry.inputs[name] != digest:
            verbs[name] = "changed"
    return ", ".join(f"input '{name}' {verb}" for name, verb in sorted(verbs.items())) or "inputs changed"


def _digest_inputs(target: Target) -> dict[str, str]:
    return {name: digest_json(value)[:8] for name, value in target.inputs.items()}


def _facts_of(entry: Entry) -> Facts:
    return {**entry.facts, "size_bytes": entry.size_bytes, "sha256": entry.sha256}


def _find_in_the_way(stale: Iterable[str], todo: Iterable[str]) -> list[str]:
    """Stale files that must go before anything is made: a file for a folder, a folder for a file, another spelling."""
    files = {fold_case(path) for path in todo}
    folders = {folder for path in files for folder in folders_of(path)}
    claimed = files | folders
    return [path for path in stale if (key := fold_case(path)) in claimed or not files.isdisjoint(folders_of(key))]


def _make_file(target: Target, tree: Tree) -> tuple[Entry, bool]:
    """Makes the file and says whether its bytes are new; after any exception the old file is as it was."""
    content, part = None, part_of(target.path)
    tree.make_folders(target.path)
    tree.remove(part)
    try:
        if isinstance(target.make, _Render):
            content = target.make.render()
            size_bytes, sha256, facts = len(content), digest_bytes(content), {}
        else:
            facts = json.loads(encode_json(target.make(Path(tree.locate(part))) or {}))
            size_bytes, sha256 = tree.measure(part)
        changed = not tree.has_bytes(target.path, size_bytes, sha256)
        if changed:
            if content is not None:
                tree.write(part, content)
            tree.replace(part, target.path)
        elif content is None:
            tree.remove(part)
    except BaseException:
        with suppress(OSError):
            tree.remove(part)
        raise
    return Entry(target.fingerprint, target.recipe, _digest_inputs(target), size_bytes, sha256, facts), changed


def _try_file(tree: Tree, target: Target) -> tuple[Entry, bool] | None:
    try:
        return _make_file(target, tree)
    except Exception:
        return None


def _describe_failure(path: str, error: Exception) -> str:
    """One sentence for a person."""
    if isinstance(error, SpacecastError):
        return str(error)
    if not isinstance(error, OSError):
        return f"{path}: could not be made ({type(error).__name__}: {error})"
    reason = error.strerror or str(error)
    if error.errno == errno.ENOSPC:
        return f"{path}: {reason}; make room, then build again"
    where = f" ({error.filename})" if error.filename and ".part-" not in str(error.filename) else ""
    return f"{path}: {reason}{where}"
