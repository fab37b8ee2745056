"""A file to be made, what it depends on and the function that makes it; written whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from site_builder.engine.digests import JSON, digest_bytes, digest_json, encode_json
from site_builder.engine.files import (
    OutputTree,
    fold_case,
    is_safe_path,
    list_parents,
    name_part_file,
    name_scratch_folder,
)
from site_builder.engine.ledger import Entry, Facts
from site_builder.errors import SpacecastError, UsageError


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
    """Writes the file at the path given, which is free and ends as `path` does; returns facts to remember. Where it
    names `size_bytes` and `sha256` of the file among them, the file is not read again to find them."""
    label: str = ""
    """For people, e.g. an episode's title."""
    group: str = ""
    """Name of the group it belongs to, if any; see `groups.py`."""
    portable: bool = False
    """Whether another computer may make it that finds the same files under the same paths: long work, nothing else.
    Where its `make` is a `FromSources`, one that has no files in common with this may, too."""

    def __post_init__(self) -> None:
        if not is_safe_path(self.path):
            raise UsageError(f"{self.path!r} cannot be the path of an output file; name it otherwise")

    @property
    def fingerprint(self) -> str:
        """Digest of recipe and inputs."""
        return digest_json([self.recipe, self.inputs])

    @property
    def is_quick(self) -> bool:
        """Whether it is bytes made in memory: too quick to be worth a thread."""
        return isinstance(self.make, _Render)

    def __str__(self) -> str:
        return f"“{self.label}”" if self.label else f"{self.path} ({self.recipe})"


@dataclass(frozen=True, slots=True)
class _Render:
    """Makes a file from bytes made in memory."""

    render: Callable[[], bytes]

    def __call__(self, part: Path) -> None:
        part.write_bytes(self.render())


@dataclass(frozen=True, slots=True)
class FromSources:
    """Makes a file from a few others and from nothing else: another computer may, which is sent these."""

    own: Sequence[Path]
    """The files as they lie here."""
    prepare: Callable[[Path], Sequence[Path] | None]
    """The files as they may be sent to others, written into the folder given where they have to be made first; None
    where these must not leave this computer. Work here is done from what may be sent, so that bytes are equal."""
    work: Callable[[Sequence[Path], Path], Facts | None]
    """Makes the file at the path given from those. It can be pickled, and names nothing of this computer."""

    def __call__(self, part: Path) -> Facts | None:
        """Makes it here."""
        with open_scratch(part) as folder:
            return self.work(self.prepare(folder) or self.own, part)


@contextmanager
def open_scratch(part: Path) -> Iterator[Path]:
    """An empty folder beside a file that is being made, gone afterwards; what an earlier process left goes first."""
    folder = part.with_name(name_scratch_folder(part.name))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def bytes_target(
    path: str, recipe: str, inputs: Mapping[str, JSON], render: Callable[[], bytes], label: str = ""
) -> Target:
    """A target whose file is what `render` returns."""
    return Target(path=path, recipe=recipe, inputs=inputs, make=_Render(render), label=label)


def explain(target: Target, entry: Entry | None, tree: OutputTree) -> str:
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


def make_file(target: Target, tree: OutputTree, group: str = "") -> tuple[Entry, bool]:
    """Makes the file and says whether its bytes are new; after any exception the old file is as it was.

    It belongs to `group`, or to the one that the target names.
    """
    content, part = None, name_part_file(target.path)
    tree.make_folders(target.path)
    try:
        if isinstance(target.make, _Render):
            content = target.make.render()
            size_bytes, sha256, facts = len(content), digest_bytes(content), {}
        else:
            tree.remove(part)
            facts = json.loads(encode_json(target.make(Path(tree.locate(part))) or {}))
            size_bytes, sha256 = _find_measures(facts, tree, part)
        changed = not tree.has_bytes(target.path, size_bytes, sha256)
        if changed:
            if content is not None:
                tree.write(part, content)
            tree.replace(part, target.path)
        else:
            tree.remove(part)
    except BaseException:
        with suppress(OSError):
            tree.remove(part)
        raise
    inputs = _digest_inputs(target)
    group = group or target.group
    return Entry(target.fingerprint, target.recipe, inputs, size_bytes, sha256, facts, group=group), changed


MadeFile = tuple[Entry, bool] | str
"""What came of a target that something else than the builder made: its entry and whether its bytes are new, or why it
could not be made, a sentence."""


def try_file(tree: OutputTree, target: Target) -> MadeFile:
    """As `make_file`, for a process that cannot be asked what went wrong."""
    try:
        return make_file(target, tree)
    except Exception as error:  # whatever one target does must not stop the others
        return describe_failure(target.path, error)


def _find_measures(facts: dict[str, Any], tree: OutputTree, part: str) -> tuple[int, str]:
    """Size and digest of the file at `part`: those among `facts`, which are taken out, or found by reading it."""
    size_bytes, sha256 = facts.pop("size_bytes", None), facts.pop("sha256", None)
    return (size_bytes, sha256) if sha256 and tree.has_size(part, size_bytes) else tree.measure(part)


def describe_failure(path: str, error: Exception) -> str:
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


def check_plan(targets: Iterable[Target]) -> dict[str, Target]:
    """The plan by path, in its order; UsageError where two targets cannot both be."""
    planned: dict[str, Target] = {}
    by_key: dict[str, Target] = {}
    folders: dict[str, Target] = {}
    for target in targets:
        key = fold_case(target.path)
        if other := by_key.get(key):
            raise UsageError(f"{other} and {target} would both be written to {target.path}; rename one of them")
        by_key[key] = planned[target.path] = target
        folders |= dict.fromkeys(list_parents(key), target)
    for key in by_key.keys() & folders.keys():
        raise UsageError(f"{by_key[key]} would be a file where {folders[key]} needs a folder; rename one of them")
    return planned


def find_in_the_way(stale: Iterable[str], todo: Iterable[str]) -> list[str]:
    """Stale files that must go before anything is made: a file for a folder, a folder for a file, another spelling."""
    files = {fold_case(path) for path in todo}
    folders = {folder for path in files for folder in list_parents(path)}
    claimed = files | folders
    return [path for path in stale if (key := fold_case(path)) in claimed or not files.isdisjoint(list_parents(key))]
