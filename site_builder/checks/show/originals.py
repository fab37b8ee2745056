"""Rules about what cannot be made again: the recordings, which git leaves out and X deletes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from site_builder.checks import references as ref
from site_builder.checks.rule import Place, Remark, Rulebook, Severity
from site_builder.checks.subject import CheckedShow
from site_builder.show.last_backup import find_recordings, load_last_backup
from site_builder.show.layout import EPISODES

ORIGINALS: Rulebook[CheckedShow] = Rulebook("The originals")


@ORIGINALS.rule(
    "originals-copied",
    Severity.ADVICE,
    ref.manual("backup"),
    holds="Every recording has a second copy: X deletes its own, and git leaves them out.",
    remedy="Run `spacecast backup FOLDER`, to another disk where you can.",
)
def _find_only_copies(built: CheckedShow) -> Iterator[Remark]:
    last = load_last_backup(built.folder)
    missing = [path for path in find_recordings(built.folder) if last is None or path not in last.recordings]
    place = Place(file=Path(missing[0] if missing else EPISODES))
    files = "1 recording has" if len(missing) == 1 else f"{len(missing)} recordings have"
    if missing and last:
        yield f"{files} come since the last backup ({last})", place
    elif missing:
        yield f"{files} no copy elsewhere that this program knows of", place
