"""Keeps the memory of refusals in step when `people.yaml` is changed in the studio.

That holds for Undo as well: who refused and does no longer, because the host took it back, is noted as that. Taking the
memory itself back would not do: it would not say why somebody is heard again whom a build has taken out meanwhile.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from site_builder.errors import InvalidDocument
from site_builder.show.layout import PEOPLE
from site_builder.show.people import parse_people
from site_builder.show.refusals import remember_all, remember_changes
from site_builder.studio.changes.patch import Patch, make_digest, read_file


def note_answers(folder: Path, patch: Patch) -> None:
    """Note whose answers a change of `people.yaml`, which was just made, has changed."""
    file = folder / PEOPLE
    content = read_file(file)
    with suppress(InvalidDocument):  # what is wrong with it is told by every page that reads it
        after = parse_people((content or b"").decode("utf-8-sig", "replace"), file)
        if make_digest(content) != patch.after:  # somebody was quicker
            remember_all(folder, after)
            return
        before = (patch.inverse.apply(content) or b"").decode("utf-8-sig", "replace")
        remember_changes(folder, parse_people(before, file), after)
