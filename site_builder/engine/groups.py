"""Groups of targets that are made together or not at all, such as all files of one episode.

A group is current when the ledger holds its key and each of its files is there with the recorded size. So a build of
ten thousand groups of which one changed plans one. The files of a group that is not current are compared one by one.
`builder.py` makes them; what is here may run in a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from site_builder.engine.files import OutputTree
from site_builder.engine.ledger import Entry, declare
from site_builder.engine.target import Target, describe_failure, explain, make_file
from site_builder.errors import SpacecastError
from site_builder.events import Failed, Made, Notify

FEW = 4
"""Groups of pages for each process that outweigh forking."""
_RECORDED = 200
"""Groups that are recorded together."""

Remember = Callable[[Mapping[str, Mapping[str, bytes]]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The targets of a group."""

    targets: Sequence[Target]
    """All of them."""
    remembered: Mapping[str, bytes] = field(default_factory=dict)
    """Handed to whoever builds the group, once it is whole."""
    is_part: bool = False
    """The group has further files, which stay as they are: it was whole before."""


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


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one group, from a process that may have been another one."""

    paths: tuple[str, ...] = ()
    entries: Mapping[str, Entry] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    remembered: Mapping[str, bytes] = field(default_factory=dict)
    is_part: bool = False


def take_some(results: Iterator[tuple[Group, Done]]) -> Iterator[Sequence[tuple[Group, Done]]]:
    """The results, as many at a time as are recorded together."""
    while some := list(islice(results, _RECORDED)):
        yield some


def make_group(tree: OutputTree, before: Mapping[str, Entry], begun_file: Path, group: Group) -> Done:
    """Plans a group, compares it with what is there, and makes the rest."""
    try:
        planned = group.plan()
    except Exception as error:  # whatever one group does must not stop the others
        return Done(failed={group.name: describe_failure(group.label or group.name, error)})
    targets = planned.targets
    reasons = {target.path: reason for target in targets if (reason := explain(target, before.get(target.path), tree))}
    if reasons:
        declare(begun_file, reasons)
    entries, changed, failed = _make_files(tree, [target for target in targets if target.path in reasons], group)
    paths = tuple(target.path for target in targets)
    return Done(paths, entries, tuple(changed), reasons, failed, planned.remembered, planned.is_part)


def _make_files(
    tree: OutputTree, targets: Collection[Target], group: Group
) -> tuple[dict[str, Entry], list[str], dict[str, str]]:
    """Entries by path, the paths with new bytes, and sentences by path."""
    entries: dict[str, Entry] = {}
    changed: list[str] = []
    failed: dict[str, str] = {}
    for target in targets:
        try:
            entries[target.path], is_new = make_file(target, tree, group.name)
        except Exception as error:
            failed[target.path] = describe_failure(target.path, error)
        else:
            changed += [target.path] if is_new else []
    return entries, changed, failed


class Notes:
    """What came of groups so far."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.failed: dict[str, str] = {}
        self.reasons: dict[str, str] = {}

    def add(self, group: Group, done: Done, notify: Notify) -> None:
        """One more."""
        self.made += done.changed
        self.failed |= done.failed
        self.reasons |= done.reasons
        for path in done.entries:
            notify(Made(path, group.label, path in done.changed))
        for path, sentence in done.failed.items():
            notify(Failed(path, group.label, sentence, SpacecastError(sentence)))
