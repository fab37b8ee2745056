"""Groups of targets that stand or fall together, e.g. all files of one episode: to plan them may be dear already.

    current = find_current({name: key, …}, root=…, ledger=…)     # nothing is planned for these
    build_groups([group, …], root=…, ledger=…, jobs=2)            # the others are planned and made, in processes
    build_targets(the rest, …, keep=names)                        # what no group and no target names any more goes

A group is current when the ledger holds its key and each of its files is there with the recorded size. So a build of
ten thousand groups of which one changed plans one. The files of a group that is not current are compared one by one.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

from site_builder.engine.builder import open_ledger, recover
from site_builder.engine.files import OutputTree
from site_builder.engine.ledger import Entry, Ledger, declare
from site_builder.engine.processes import iterate_in_processes
from site_builder.engine.target import Target, describe_failure, explain, make_file
from site_builder.errors import SpacecastError
from site_builder.events import Failed, Made, Notify, ignore

_FEW = 4
"""Groups of pages for each process that outweigh forking."""
_RECORDED = 200
"""Groups that are recorded together."""

Remember = Callable[[Mapping[str, Mapping[str, bytes]]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a group consists of."""

    targets: Sequence[Target]
    """All of them."""
    remembered: Mapping[str, bytes] = field(default_factory=dict)
    """Handed to whoever builds the group, once it is whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Targets to be, under one key: two groups with equal keys must plan equal targets."""

    name: str
    """Unique; not empty."""
    key: str
    """Digest of all that the plan and its targets depend on."""
    plan: Callable[[], Planned]
    """Called in a process of its own where there are many groups; must leave nothing behind in memory."""
    label: str = ""
    """For people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOutcome:
    """What `build_groups` did."""

    made: tuple[str, ...] = ()
    """Paths of files with new bytes."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """Path of a file, or name of a group that could not be planned, to a sentence."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Path to why it was not current."""


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of one group, from a process that may have been another one."""

    paths: tuple[str, ...] = ()
    entries: Mapping[str, Entry] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    remembered: Mapping[str, bytes] = field(default_factory=dict)


def find_current(
    groups: Mapping[str, str], *, root: Path, ledger: Path, seen: Mapping[str, int] | None = None, intact: bool = False
) -> set[str]:
    """Names of those of `groups` (name to key) that are current.

    Args:
        groups: Name to key.
        root: The folder they are in.
        ledger: The file that remembers.
        seen: Size of each file below `root` as it was just now; None: they are looked at.
        intact: Whether all files are known to be as the last build left them, so that none needs a look.

    Raises:
        SpacecastError: the ledger cannot be written.
    """
    with open_ledger(ledger) as book:
        tree = OutputTree(os.path.realpath(root))
        recover(book, tree)
        known = book.find_groups(groups.keys())
        current = {name for name, key in groups.items() if known.get(name) == key}
        current -= {entry.group for entry in book.find(book.begun).values()}
        if intact:
            return current
        if seen is None:
            return current - _find_damaged(tree, book.sizes())
        return current - {group for group, path, size_bytes in book.sizes() if seen.get(path) != size_bytes}


def complete_group(name: str, key: str, targets: Iterable[Target], *, ledger: Path) -> None:
    """Note that a group is whole whose targets `build_targets` has made.

    Raises:
        SpacecastError: the ledger cannot be written.
    """
    with open_ledger(ledger) as book:
        book.complete({name: key}, {name: frozenset(target.path for target in targets)})


def dissolve_groups(ledger: Path) -> None:
    """Have every group planned anew by the next build.

    Raises:
        SpacecastError: the ledger cannot be written.
    """
    with open_ledger(ledger) as book:
        book.dissolve(book.groups.keys())


def _find_damaged(tree: OutputTree, sizes: Iterator[tuple[str, str, int]]) -> set[str]:
    """Groups of which a file is missing or has another size."""
    prefix, damaged, lstat = f"{tree.root}/", set(), os.lstat
    for group, path, size_bytes in sizes:
        try:
            status = lstat(prefix + path)
        except OSError:
            damaged.add(group)
            continue
        if status.st_size != size_bytes or not stat.S_ISREG(status.st_mode):
            damaged.add(group)
    return damaged


def build_groups(
    groups: Sequence[Group],
    *,
    root: Path,
    ledger: Path,
    jobs: int = 1,
    at_least: int = _FEW,
    remember: Remember = ignore,
    notify: Notify = ignore,
) -> GroupOutcome:
    """Plans these groups and makes those of their files that are not current; one failure stops no other.

    A group of which a file failed keeps its old files and is not current. What no longer belongs to a group stays until
    a `build_targets` that keeps the group finds that nobody wants it. With `jobs`, several processes plan and make, if
    there are `at_least` so many groups for each; meanwhile this one records what they made, some at a time. `remember`
    is given, by name, what the plans of groups that are whole now want remembered.

    Raises:
        SpacecastError: the ledger cannot be written.
    """
    with open_ledger(ledger) as book:
        tree = OutputTree(os.path.realpath(root))
        recover(book, tree)
        names = {group.name for group in groups}
        make = partial(_make_group, tree, book.find_of(names), book.begun_file)
        book.dissolve(book.find_groups(names).keys())
        made: list[str] = []
        failed: dict[str, str] = {}
        reasons: dict[str, str] = {}
        with closing(iterate_in_processes(make, groups, jobs, at_least=at_least)) as results:
            for some in _record_some(book, zip(groups, results, strict=True)):
                remember({group.name: done.remembered for group, done in some if not done.failed})
                for group, done in some:
                    made += done.changed
                    failed |= done.failed
                    reasons |= done.reasons
                    _tell(group, done, notify)
        book.end()
    return GroupOutcome(made=tuple(made), failed=failed, reasons=reasons)


def _record_some(book: Ledger, results: Iterator[tuple[Group, _Done]]) -> Iterator[Sequence[tuple[Group, _Done]]]:
    """The results, some at a time, each once it is recorded."""
    while some := list(islice(results, _RECORDED)):
        _record(book, some)
        yield some


def _record(book: Ledger, results: Sequence[tuple[Group, _Done]]) -> None:
    """Note what was made, and which groups are whole."""
    whole = [(group, done) for group, done in results if not done.failed]
    book.finish({path: entry for _, done in results for path, entry in done.entries.items()})
    book.complete(
        {group.name: group.key for group, _ in whole}, {group.name: frozenset(done.paths) for group, done in whole}
    )


def _tell(group: Group, done: _Done, notify: Notify) -> None:
    for path in done.entries:
        notify(Made(path, group.label, path in done.changed))
    for path, sentence in done.failed.items():
        notify(Failed(path, group.label, sentence, SpacecastError(sentence)))


def _make_group(tree: OutputTree, before: Mapping[str, Entry], begun_file: Path, group: Group) -> _Done:
    """Plans a group, compares it with what is there, and makes the rest."""
    try:
        planned = group.plan()
    except Exception as error:  # whatever one group does must not stop the others
        return _Done(failed={group.name: describe_failure(group.label or group.name, error)})
    targets = [replace(target, group=group.name) for target in planned.targets]
    reasons = {target.path: reason for target in targets if (reason := explain(target, before.get(target.path), tree))}
    if reasons:
        declare(begun_file, reasons)
    entries, changed, failed = _make_files(tree, [target for target in targets if target.path in reasons])
    paths = tuple(target.path for target in targets)
    return _Done(paths, entries, tuple(changed), reasons, failed, planned.remembered)


def _make_files(tree: OutputTree, targets: Collection[Target]) -> tuple[dict[str, Entry], list[str], dict[str, str]]:
    """Entries by path, the paths with new bytes, and sentences by path."""
    entries: dict[str, Entry] = {}
    changed: list[str] = []
    failed: dict[str, str] = {}
    for target in targets:
        try:
            entries[target.path], is_new = make_file(target, tree)
        except Exception as error:
            failed[target.path] = describe_failure(target.path, error)
        else:
            changed += [target.path] if is_new else []
    return entries, changed, failed
