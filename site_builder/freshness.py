"""Whether anything changed since the last build: sizes, times and digests of files only, nothing is parsed or rendered.

The last build leaves a seal (how all it read looked), the sizes of all it made, and its report. While these are the
same and no episode's date has come, there is nothing to do. Imports stay light: this answers first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

from site_builder import __version__
from site_builder.digests import JSON, digest_file, digest_json, encode_json
from site_builder.parallel import map_in_processes
from site_builder.snapshot import Snapshot, parse_snapshot, take_snapshot

OUTPUT_LEDGER = "output.ledger"
"""Its name, in the folder that remembers."""
_MEMORY = "last-build.json"
_MANY = 10_000
"""Files for which it pays to look at what is read and at what was made at the same time."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where a build puts the site, and where it remembers what it made."""

    output: Path
    """The site. Everything in it is made."""
    memory: Path
    """Folder of the ledger of `output` and of the last build's report."""

    is_preview: bool = False
    """To be looked at only: nothing in `content/` is written."""

    @property
    def ledger(self) -> Path:
        """What the build engine remembers of `output`."""
        return self.memory / OUTPUT_LEDGER

    @property
    def kept(self) -> Path:
        """What is kept of content and episodes."""
        return self.memory / "kept.db"


def find_outlet(folder: Path, *, preview: bool) -> Outlet:
    """`output/`, or the place of builds that are only looked at, which leave `output/` and its ledger alone."""
    cache = folder / ".cache"
    if preview:
        return Outlet(cache / "preview/site", cache / "preview", is_preview=True)
    return Outlet(folder / "output", cache)


def digest_program() -> str:
    """Of this program's own code: what it made before it changed may be made otherwise now."""
    program = Path(__file__).parent
    return digest_json([__version__, *(digest_file(file) for file in sorted(program.rglob("*.py")))])


@dataclass(frozen=True, slots=True)
class Seal:
    """All that a build reads, as it looked at one moment."""

    fixed: str
    """Digest of program version, options and config."""
    trees: Mapping[str, Snapshot]
    """By the name of each folder."""

    def renew(self, folder: Path, options: Mapping[str, JSON]) -> Seal | None:
        """The seal of the same show as it is now; None where anything differs."""
        roots = _find_roots(folder)
        if self.fixed != _digest_fixed(folder, options) or roots.keys() != self.trees.keys():
            return None
        found = _renew_all([(self.trees[name], root) for name, root in roots.items()])
        return None if found is None else Seal(self.fixed, dict(zip(roots, found, strict=True)))


def _renew_all(pairs: Sequence[tuple[Snapshot, Path]]) -> list[Snapshot] | None:
    """Each snapshot renewed; None where any of the folders differs."""
    found = []
    for snapshot, root in pairs:
        renewed = snapshot.renew(root)
        if renewed is None:
            return None
        found.append(renewed)
    return found


def make_seal(folder: Path, options: Mapping[str, JSON], known: Seal | None = None) -> Seal:
    """Everything a build of the show in `folder` reads: content, config, templates, program, options.

    How it looked once, `known`, spares listing folders.
    """
    trees = known.trees if known else {}
    return Seal(
        _digest_fixed(folder, options),
        {name: take_snapshot(root, known=trees.get(name)) for name, root in _find_roots(folder).items()},
    )


def _find_roots(folder: Path) -> dict[str, Path]:
    program = Path(__file__).parent
    roots = {"content": folder / "content", "templates": folder / "templates", "program": program}
    theme = program.parent / "templates"
    return roots if theme == folder.absolute() / "templates" else {**roots, "theme": theme}


def _digest_fixed(folder: Path, options: Mapping[str, JSON]) -> str:
    config = folder / "config.yaml"
    return digest_json([__version__, options, digest_file(config) if config.is_file() else None])


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What a build leaves for the next one."""

    seal: Seal
    output: Snapshot
    """How its output looked, by sizes."""
    due: str | None
    """When an episode that waits is to be published (ISO 8601)."""
    report: JSON


def remember(outlet: Outlet, memory: Memory) -> None:
    """Keep the report of a build that left nothing to do, until something changes or what waits is due."""
    trees = {name: tree.as_json() for name, tree in memory.seal.trees.items()}
    values: JSON = {
        "fixed": memory.seal.fixed,
        "trees": trees,
        "output": memory.output.as_json(),
        "due": memory.due,
        "report": memory.report,
    }
    file = outlet.memory / _MEMORY
    part = file.with_name(f".part-{file.name}")
    part.write_bytes(encode_json(values))
    part.replace(file)


def forget(outlet: Outlet) -> Memory | None:
    """Make the next build look at everything; what the last one left."""
    memory = _load_memory(outlet)
    (outlet.memory / _MEMORY).unlink(missing_ok=True)
    return memory


def _load_memory(outlet: Outlet) -> Memory | None:
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        values = json.loads((outlet.memory / _MEMORY).read_bytes())
        return Memory(
            seal=Seal(values["fixed"], {name: parse_snapshot(tree) for name, tree in values["trees"].items()}),
            output=parse_snapshot(values["output"]),
            due=values["due"],
            report=values["report"],
        )
    return None


def recall(outlet: Outlet, folder: Path, options: Mapping[str, JSON], now: datetime) -> dict[str, Any] | None:
    """The report of the last build, where building again would change nothing; None where it might."""
    memory = _load_memory(outlet)
    if memory is None or (memory.due and datetime.fromisoformat(memory.due) <= now):
        return None
    looks: list[Callable[[], Seal | Snapshot | None]] = [
        partial(memory.seal.renew, folder, options),
        partial(memory.output.renew, outlet.output),
    ]
    jobs = 2 if len(memory.output.files) > _MANY else 1
    seal, output = map_in_processes(lambda look: look(), looks, jobs, at_least=1)
    if not isinstance(seal, Seal) or not isinstance(output, Snapshot):
        return None
    if (seal, output) != (memory.seal, memory.output):
        remember(outlet, replace(memory, seal=seal, output=output))
    return cast("dict[str, Any]", memory.report)
