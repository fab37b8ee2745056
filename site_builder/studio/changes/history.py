"""Every change of this show made in the studio, kept on disk: `.cache/studio/history.jsonl`, a line each.

A line is written before the files are touched, and one more once they are as it says. Whoever is stopped between the
two has the change finished when the history is read again; what was finished is never made again, for the files are
the person's, who may have changed them back.
"""

from __future__ import annotations

import base64
import errno
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path
from typing import Any

from site_builder.studio.changes.patch import Patch, make_digest, read_file, replace_file

FILE = ".cache/studio/history.jsonl"
_KEPT = 2000
"""Changes that can be taken back; older ones are forgotten when the studio starts."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One change."""

    label: str
    """What was done, in words: `Title of “Fog”`."""
    patches: tuple[Patch, ...]
    page: str = ""
    """Address within the studio where it was done."""


class History:
    """Changes in order, and how many of them are in force."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / FILE
        self.entries: list[Entry] = []
        self.position = 0
        self._read()

    @property
    def last(self) -> Entry | None:
        """What Undo takes back."""
        return self.entries[self.position - 1] if self.position else None

    @property
    def next(self) -> Entry | None:
        """What Redo does again."""
        return self.entries[self.position] if self.position < len(self.entries) else None

    def add(self, entry: Entry, *, replaces: bool = False) -> None:
        """Note a change that is about to be made; what had been undone is forgotten, and the last one if replaced."""
        self._append({"do": _pack(entry), **({"replaces": True} if replaces else {})})
        self._do(entry, replaces=replaces)

    def _do(self, entry: Entry, *, replaces: bool) -> None:
        self.position -= replaces
        del self.entries[self.position :]
        self.entries.append(entry)
        self.position += 1

    def step(self, by: int) -> None:
        """Note that the last change is taken back (-1), or the next one done again (+1)."""
        self._append({"step": by})
        self.position += by

    def retract(self, by: int) -> None:
        """Note that a step which was noted last could not be made: the disk is full, say; for now, where it is."""
        self.position -= by
        with suppress(OSError):
            self._append({"step": -by})
            self.note_finished()

    def note_finished(self) -> None:
        """Note that the files are as the last line says."""
        self._append({"finished": True}, durable=False)

    def _append(self, line: dict[str, Any], *, durable: bool = True) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        content = json.dumps(line, ensure_ascii=False).encode() + b"\n"
        with self._file.open("ab", buffering=0) as file:
            size = file.tell()
            try:
                _write(file, content)
                if durable:
                    os.fsync(file.fileno())
            except OSError:
                file.truncate(size)  # half a line would spoil the next one
                raise

    def _read(self) -> None:
        lines = (read_file(self._file) or b"").split(b"\n")
        step, is_finished = 0, False
        for line in lines:
            try:
                noted = json.loads(line)
                is_finished = noted.get("finished", False)
                step = noted.get("step", 0)
                if "do" in noted:
                    self._do(_unpack(noted["do"]), replaces=noted.get("replaces", False) and self.position > 0)
                else:
                    self.position = min(max(self.position + step, 0), len(self.entries))
            except (ValueError, KeyError, TypeError, AttributeError):  # half a line, of somebody who was stopped
                continue
        if self.entries and not is_finished:
            self._settle(step)
        if len(lines) > 4 * _KEPT or lines[-1] != b"":
            self._rewrite()
        elif self.entries and not is_finished:
            self.note_finished()

    def _settle(self, step: int) -> None:
        """Finish what was begun last, where its files are in part as before and in part as after it."""
        entry = self.next if step < 0 else self.last
        if entry is None:
            return
        patches = [patch.inverse for patch in reversed(entry.patches)] if step < 0 else list(entry.patches)
        finish(self._folder, patches)

    def _rewrite(self) -> None:
        gone = max(0, self.position - _KEPT)
        self.entries, self.position = self.entries[gone:], self.position - gone
        lines = [{"do": _pack(entry)} for entry in self.entries]
        steps = [{"step": -1}] * (len(self.entries) - self.position)
        whole = [*lines, *steps, {"finished": True}]
        replace_file(self._file, b"".join(json.dumps(line).encode() + b"\n" for line in whole))


def _write(file: RawIOBase, content: bytes) -> None:
    if (file.write(content) or 0) < len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), FILE)


def finish(folder: Path, patches: Sequence[Patch]) -> None:
    """Make of the patches those whose file is as before; others were made already, or their file changed since."""
    for patch in patches:
        content = read_file(folder / patch.path)
        if make_digest(content) == patch.before:
            replace_file(folder / patch.path, patch.apply(content))


_BYTES = ("old", "new", "lead", "tail")


def _pack(entry: Entry) -> dict[str, Any]:
    patches = []
    for patch in entry.patches:
        pieces = {name: base64.b64encode(getattr(patch, name)).decode() for name in _BYTES}
        patches.append({"path": patch.path, "before": patch.before, "after": patch.after, "at": patch.at, **pieces})
    return {"label": entry.label, "page": entry.page, "patches": patches}


def _unpack(noted: dict[str, Any]) -> Entry:
    patches = tuple(
        Patch(
            path=patch["path"],
            before=patch["before"],
            after=patch["after"],
            at=patch["at"],
            **{name: base64.b64decode(patch.get(name, "")) for name in _BYTES},
        )
        for patch in noted["patches"]
    )
    return Entry(noted["label"], patches, noted["page"])
