"""Whether anything changed since the last build: sizes, times and digests of files only, nothing is parsed or rendered.

The last build leaves a snapshot of all it read, the sizes of all it made, and its report. While these are the
same and no episode's date has come, there is nothing to do. Imports stay light: this answers first.
docs/decisions/0005 says why.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any, cast

from site_builder import __version__
from site_builder.engine.digests import JSON, digest_file, digest_json, read_checked, write_checked
from site_builder.engine.processes.forking import Task, within
from site_builder.engine.snapshot import Snapshot, parse_snapshot, take_snapshot
from site_builder.engine.stamps import FileStamp
from site_builder.show.layout import CONFIG, OutputPaths

_MEMORY = "last-build.json"
_TOUCHED = "state-touched"
"""Is there while the database is not as the last build to finish has left it, because one is at work or was stopped."""
_SMALL = 16 * 1024**2
"""Bytes of a file that is read to see whether it is as it was."""
_MANY = 10_000
"""Files made for which it pays to look in two processes."""


def digest_program() -> str:
    """Of this program's own code: what it made before it changed may be made otherwise now."""
    program = Path(__file__).parent.parent
    return digest_json([__version__, *(digest_file(file) for file in sorted(program.rglob("*.py")))])


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a build reads: snapshots of its folders at one moment."""

    fixed: str
    """Digest of program version, options and config."""
    trees: Mapping[str, Snapshot]
    """By the name of each folder."""

    def look_again(
        self, folder: Path, options: Mapping[str, JSON], half: Callable[[], array[int] | None] = lambda: None
    ) -> tuple[Inputs, bool]:
        """The same as they are now, and whether that is as it was. `half`: see `Snapshot.look_again`."""
        roots = _find_roots(folder)
        if roots.keys() != self.trees.keys():
            return read_inputs(folder, options), False
        content = roots.pop("content")
        pairs = {"content": self.trees["content"].look_again(content, half=half)}
        pairs |= {name: self.trees[name].look_again(root) for name, root in roots.items()}
        fixed = _digest_fixed(folder, options)
        is_same = fixed == self.fixed and all(is_same for _, is_same in pairs.values())
        return Inputs(fixed, {name: tree for name, (tree, _) in pairs.items()}), is_same


def read_inputs(folder: Path, options: Mapping[str, JSON]) -> Inputs:
    """Everything a build of the show in `folder` reads: content, config, templates, program, options."""
    trees = {name: take_snapshot(root) for name, root in _find_roots(folder).items()}
    return Inputs(_digest_fixed(folder, options), trees)


def _find_roots(folder: Path) -> dict[str, Path]:
    program = Path(__file__).parent.parent
    roots = {"content": _find_content(folder), "templates": folder / "templates", "program": program}
    theme = program.parent / "templates"
    return roots if theme == folder.absolute() / "templates" else {**roots, "theme": theme}


def _find_content(folder: Path) -> Path:
    return folder / "content"


def _digest_fixed(folder: Path, options: Mapping[str, JSON]) -> str:
    config = folder / CONFIG
    return digest_json([__version__, options, digest_file(config) if config.is_file() else None])


@dataclass(frozen=True, slots=True, kw_only=True)
class LastBuild:
    """What a build leaves for the next one."""

    inputs: Inputs
    output: Snapshot
    """Its output, by sizes."""
    due: str | None
    """When an episode that waits is to be published (ISO 8601)."""
    report: JSON
    foreign: tuple[str, ...] = ()
    """Files of the output that no build made."""
    state: Sequence[JSON] = ()
    """How the database of what was made and kept looked; see `mark_file`."""


def remember_finished(output_paths: OutputPaths, last_build: LastBuild) -> None:
    """As `remember`, at the end of a build: its database is as `last_build.state` says."""
    remember(output_paths, last_build)
    (output_paths.state / _TOUCHED).unlink(missing_ok=True)


def remember(output_paths: OutputPaths, last_build: LastBuild) -> None:
    """Keep the report of a build that left nothing to do, until something changes or what waits is due."""
    trees = {name: tree.as_json() for name, tree in last_build.inputs.trees.items()}
    values: JSON = {
        "fixed": last_build.inputs.fixed,
        "trees": trees,
        "output": last_build.output.as_json(),
        "due": last_build.due,
        "report": last_build.report,
        "foreign": last_build.foreign,
        "state": last_build.state,
    }
    write_checked(output_paths.state / _MEMORY, values)


def _load_last_build(output_paths: OutputPaths) -> LastBuild | None:
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        values = read_checked(output_paths.state / _MEMORY)
        return LastBuild(
            inputs=Inputs(values["fixed"], {name: parse_snapshot(tree) for name, tree in values["trees"].items()}),
            output=parse_snapshot(values["output"]),
            due=values["due"],
            report=values["report"],
            foreign=tuple(values["foreign"]),
            state=values.get("state", ()),
        )
    return None


def mark_file(file: Path) -> list[JSON]:
    """How a file looks: its size, and the digest of a small one or the times of one that would take long to read.

    Raises:
        OSError: it is there and cannot be read, which says nothing of what is in it.
    """
    with suppress(FileNotFoundError, NotADirectoryError):
        stamp = FileStamp.take(file)
        return [stamp.size_bytes, digest_file(file)] if stamp.size_bytes <= _SMALL else list(stamp)
    return []


def _stamp(output_paths: OutputPaths) -> FileStamp | None:
    with suppress(OSError):
        return FileStamp.take(output_paths.state / _MEMORY)
    return None


class _Helper:
    """A process that looks as well, where files are many: at half of what is read, then at half of what was made.

    Beside each half come folders: there those of what was made, here those of what is read.
    """

    def __init__(self, inputs: Inputs, folder: Path, output: Snapshot, root: Path) -> None:
        self._output = output
        self._rest: Callable[[], bool] = partial(output.has_sizes, root, first=True)
        self._task = Task(
            within(_find_content(folder), inputs.trees["content"].measure_half),
            within(root, partial(_measure_output, output)),
        )

    @cached_property
    def half(self) -> array[int] | None:
        """Of what is read."""
        return self._task.result()

    def leave(self) -> None:
        """The other half of what was made is for one more process."""
        self._rest = Task(self._rest).result

    def finish(self) -> Snapshot | None:
        """The output, where it is as it was."""
        _ = self.half  # comes first
        times = self._task.result() if self._rest() else None
        return self._output.settle(times) if times else None


def _measure_output(output: Snapshot, root: Path) -> array[int] | None:
    """Times of its folders, where the second half of its files are as they were; None where anything is not."""
    return output.list_again(root) if output.has_sizes(root, first=False) else None


class ChangeCheck:
    """Compares inputs and output with the state that the last build recorded.

    Attributes:
        output_paths: where the build puts the site.
        last_build: what the last build left; None where there is nothing.
        inputs: all that a build reads, as it is now.
        is_same: whether that is as it was.
    """

    def __init__(
        self, output_paths: OutputPaths, folder: Path, options: Mapping[str, JSON], last: Inputs | None = None
    ) -> None:
        """`last` are inputs as read after the last build, if there is one."""
        self.output_paths = output_paths
        self._stamp = _stamp(output_paths)
        self.last_build = last_build = _load_last_build(output_paths)
        many = last_build is not None and len(last_build.output.files) > _MANY
        known = last or (last_build and last_build.inputs)
        self._helper = (
            _Helper(known, folder, last_build.output, output_paths.output) if known and last_build and many else None
        )
        half = partial(getattr, self._helper, "half", None)
        self.inputs, self.is_same = (
            known.look_again(folder, options, half) if known else (read_inputs(folder, options), False)
        )
        if self._helper and not self.is_same:
            self._helper.leave()  # then a build comes, which has enough to do meanwhile

    @property
    def is_current(self) -> bool:
        """Whether no other build has ended since."""
        return _stamp(self.output_paths) == self._stamp

    @cached_property
    def _output(self) -> Snapshot | None:
        """The output, where it is as the last build left it."""
        if self.last_build is None:
            return None
        known, root = self.last_build.output, self.output_paths.output
        return self._helper.finish() if self._helper else known.renew(root)

    def recall(self, now: datetime) -> dict[str, Any] | None:
        """The report of the last build, where building again would change nothing; None where it might."""
        last_build = self.last_build
        if last_build is None or not self.is_same or (last_build.due and datetime.fromisoformat(last_build.due) <= now):
            return None
        output = self._output
        if output is None:
            return None
        if (self.inputs, output) != (last_build.inputs, last_build.output):
            remember(
                self.output_paths, replace(last_build, inputs=self.inputs, output=output)
            )  # quicker to compare next time
        return cast("dict[str, Any]", last_build.report)

    @cached_property
    def output(self) -> Snapshot:
        """The output as it is now."""
        known = self.last_build.output if self.last_build else None
        return self._output or take_snapshot(self.output_paths.output, sizes_only=True, known=known)

    @property
    def sizes(self) -> Mapping[str, int] | None:
        """Size in bytes of each file of the output; None where each is as the last build left it."""
        return self.output.sizes if self._output is None else None

    @property
    def made(self) -> Set[str]:
        """Files of the output that the last build left and that this program made, whatever the ledger says."""
        last = self.last_build
        return {*last.output.files}.difference(last.foreign) if last else set()

    def drop_damaged(self) -> None:
        """Delete what builds remember where it is not as the last build left it: all is compared, and made, again."""
        last, database = self.last_build, self.output_paths.database
        if last is None or self.output_paths.is_preview or (self.output_paths.state / _TOUCHED).exists():
            return
        if mark_file(database) != list(last.state):
            database.unlink(missing_ok=True)

    def expect_changes(self) -> None:
        """Note that the database will differ from what the last build left: a build that ends early is no damage."""
        self.output_paths.state.mkdir(parents=True, exist_ok=True)
        (self.output_paths.state / _TOUCHED).touch()

    def forget(self) -> None:
        """Make the next build look at everything."""
        (self.output_paths.state / _MEMORY).unlink(missing_ok=True)


def accept(changes: ChangeCheck, folder: Path, options: Mapping[str, JSON], name: str) -> None:
    """Go on as if the last build had seen the file `name` of `content/` as it was written since `changes`.

    Where anything else differs, the next build looks at everything.
    """
    last_build = changes.last_build
    if last_build is None or not changes.is_same:
        return
    inputs, _ = changes.inputs.look_again(folder, options)
    trees = [(inputs.trees[root], tree) for root, tree in changes.inputs.trees.items()]
    if inputs.fixed == changes.inputs.fixed and all(
        _list_times(new, name) == _list_times(old, name) for new, old in trees
    ):
        remember(changes.output_paths, replace(last_build, inputs=inputs))


def _list_times(tree: Snapshot, without: str) -> dict[str, array[int]]:
    """What `stat` said of each file but one."""
    return {file: tree.times[3 * at : 3 * at + 3] for at, file in enumerate(tree.files) if file != without}
