"""Whether anything changed since the last build: sizes, times and digests of files only, nothing is parsed or rendered.

The last build leaves a seal (a digest of all it read) and its report. While the seal is the same, every file of
`output/` is there and no episode's date has come, there is nothing to do. Imports stay light: this answers first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from site_builder import __version__
from site_builder.digests import JSON, digest_file, digest_json, digest_tree, encode_json
from site_builder.targets import find_outcome

OUTPUT_LEDGER = "output.ledger"
"""Its name, in the folder that remembers."""
_MEMORY = "last-build.json"


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where a build puts the site, and where it remembers what it made."""

    output: Path
    """The site. Everything in it is made."""
    memory: Path
    """Folder of the ledger of `output` and of the last build's report."""

    @property
    def ledger(self) -> Path:
        """What the build engine remembers of `output`."""
        return self.memory / OUTPUT_LEDGER


def find_outlet(folder: Path, *, preview: bool) -> Outlet:
    """`output/`, or the place of builds that are only looked at, which leave `output/` and its ledger alone."""
    cache = folder / ".cache"
    return Outlet(cache / "preview/site", cache / "preview") if preview else Outlet(folder / "output", cache)


def make_seal(folder: Path, options: Mapping[str, JSON]) -> str:
    """Digest of everything a build of the show in `folder` reads: content, config, templates, program, options."""
    theme = Path(__file__).parent.parent / "templates"
    config = folder / "config.yaml"
    return digest_json(
        {
            "program": [__version__, _mark_of_program()],
            "options": options,
            "config": digest_file(config) if config.is_file() else None,
            "content": digest_tree(folder / "content"),
            "templates": digest_tree(folder / "templates"),
            "theme": digest_tree(theme) if theme != folder.absolute() / "templates" else None,
        }
    )


def _mark_of_program() -> str:
    """Whoever edits the program itself wants its effect."""
    return digest_json(digest_tree(Path(__file__).parent, skip=lambda path: path.endswith("__pycache__")))


def remember(outlet: Outlet, seal: str, due: datetime | None, report: JSON) -> None:
    """Keep the report of a build that left nothing to do, until something changes or `due` comes."""
    memory: JSON = {"seal": seal, "due": due.isoformat() if due else None, "report": report}
    file = outlet.memory / _MEMORY
    part = file.with_name(f".part-{file.name}")
    part.write_bytes(encode_json(memory))
    part.replace(file)


def forget(outlet: Outlet) -> None:
    """Make the next build look at everything."""
    (outlet.memory / _MEMORY).unlink(missing_ok=True)


def recall(outlet: Outlet, seal: str, now: datetime) -> dict[str, Any] | None:
    """The report of the last build, where building again would change nothing; None where it might."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        memory = json.loads((outlet.memory / _MEMORY).read_bytes())
        due = memory["due"]
        if memory["seal"] != seal or (due and datetime.fromisoformat(due) <= now):
            return None
        if find_outcome(root=outlet.output, ledger=outlet.ledger, seal=seal):
            report: dict[str, Any] = memory["report"]
            return report
    return None
