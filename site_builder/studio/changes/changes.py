"""The one way in which the studio writes to a show's files: smallest edit, all or nothing, can be undone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from site_builder.errors import InvalidDocument, SpacecastError, UsageError
from site_builder.show.layout import PEOPLE
from site_builder.show.lock import lock_changes
from site_builder.show.own_files import explain_foreign
from site_builder.studio.changes.answers import note_answers
from site_builder.studio.changes.history import Entry, History, finish
from site_builder.studio.changes.merging import Views
from site_builder.studio.changes.patch import Patch, make_digest, make_patch, read_file
from site_builder.studio.changes.validation import find_problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A change of one file."""

    path: str
    """Below the show's folder, such as `content/people.yaml`; never taken from a request as it is."""
    change: Callable[[bytes], bytes | None]
    """From what the file holds (empty where there is none) to what it is to hold; None removes it."""
    based_on: str | None = None
    """Digest of the file that the person saw (`Changes.digest`); None: whatever it is."""
    is_carried: bool = False
    """It sets fields that stand for themselves: it is made as well where the file was changed since, but elsewhere."""


@dataclass(frozen=True, slots=True)
class Versions:
    """A file in two versions."""

    path: str
    now: str
    """What it holds."""
    wanted: str
    """What it would hold after the change."""
    seen: str | None = None
    """What it held when the person saw it, where that is known."""


class Stale(SpacecastError):
    """A file is not as it was when the person saw it; nothing was changed."""

    def __init__(self, versions: Sequence[Versions], step: str = "", *, is_possible: bool = True) -> None:
        self.versions = tuple(versions)
        self.step = step
        """Of the history, by its label, that does not fit any more."""
        self.is_possible = is_possible
        """Whether the change can be made all the same."""
        self.seen = make_digest("\0".join(f"{v.path}\0{v.now}\0{v.wanted}" for v in versions).encode())
        """Tells what is shown of the files from anything else."""
        super().__init__(f"{versions[0].path} was changed meanwhile")


class Changes:
    """Changes files of the show in `folder`, one change at a time.

    Attributes:
        history: what was changed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self.history = History(folder)
        self._views = Views()
        self._carried: dict[Edit, str] = {}

    def digest(self, path: str) -> str:
        """What a form notes of the file it shows, and gives back as `Edit.based_on`."""
        return self._views.remember(path, read_file(self._find(path)))

    def digest_after(self, edit: Edit) -> str:
        """What the page that made an edit is to note: of the older version it shows, where that was carried over."""
        return self._carried.pop(edit, "") or self.digest(edit.path)

    def apply(self, label: str, *edits: Edit, page: str = "", merge: bool = False) -> bool:
        """Make a change; whether there was anything to change.

        Args:
            label: What is done, in the person's words: what Undo will name.
            edits: A file each.
            page: Where in the studio it is done.
            merge: It goes on with the change before, if that has the same label, as text that is saved while it is
                typed: both are one step of the history.

        Raises:
            Stale: a file is not as the person saw it, and the change touches what is different.
            InvalidDocument: a file would not say what it must any more.
        """
        with self._lock, lock_changes(self._folder):
            patches = self._plan(edits)
            if not patches:
                return False
            before = self._find_mergeable(label, patches) if merge else None
            whole = self._join(before, patches[0]) if before else patches
            self.history.add(Entry(label, tuple(whole), page), replaces=before is not None)
            self._finish(patches, 1)
        return True

    def _find_mergeable(self, label: str, patches: Sequence[Patch]) -> Patch | None:
        """What the change before did to the same file, if this one goes on with it."""
        last = self.history.last
        if last is None or self.history.next or last.label != label or len(last.patches) != 1 or len(patches) != 1:
            return None
        known, patch = last.patches[0], patches[0]
        return known if (known.path, known.after) == (patch.path, patch.before) else None

    def _join(self, known: Patch, patch: Patch) -> list[Patch]:
        """Both as one."""
        now = read_file(self._folder / patch.path)
        return [make_patch(patch.path, known.inverse.apply(now), patch.apply(now))]

    def undo(self, *, seen: str = "") -> Entry | None:
        """Take the last change back; None where there is none.

        Args:
            seen: `Stale.seen` of an attempt before: the person has seen what it makes of the file that it is now.

        Raises:
            Stale: a file was changed since by somebody else.
        """
        with self._lock, lock_changes(self._folder):
            entry = self.history.last
            if entry is None:
                return None
            patches = [patch.inverse for patch in reversed(entry.patches)]
            fitted = self._fit(entry, patches, seen)
            if fitted != patches:
                forward = tuple(patch.inverse for patch in reversed(fitted))
                self.history.add(Entry(entry.label, forward, entry.page), replaces=True)
            self.history.step(-1)
            self._finish(fitted, -1)
            return entry

    def redo(self, *, seen: str = "") -> Entry | None:
        """Do again what was undone last; None where there is nothing.

        Args:
            seen: As of `undo`.

        Raises:
            Stale: a file was changed since by somebody else.
        """
        with self._lock, lock_changes(self._folder):
            entry = self.history.next
            if entry is None:
                return None
            patches = list(entry.patches)
            fitted = self._fit(entry, patches, seen)
            if fitted == patches:
                self.history.step(1)
            else:
                self.history.add(Entry(entry.label, tuple(fitted), entry.page))
            self._finish(fitted, 1)
            return entry

    def skip(self, by: int, *, seen: str) -> None:
        """Leave a step out that does not fit any more, Undo (-1) or Redo (1); no file changes.

        `seen` is `Stale.seen` of the attempt: nothing is left out that the person did not decide on.
        """
        with self._lock, lock_changes(self._folder):
            entry = self.history.last if by < 0 else self.history.next
            patches = [patch.inverse if by < 0 else patch for patch in entry.patches] if entry else []
            try:
                if entry:
                    self._fit(entry, patches[::by], "")
            except Stale as error:
                if error.seen == seen:
                    self.history.step(by)
                    self.history.note_finished()

    def _fit(self, entry: Entry, patches: list[Patch], seen: str) -> list[Patch]:
        """The patches for the files as they are."""
        stale = [patch for patch in patches if self.digest(patch.path) != patch.before]
        if not stale:
            return patches
        now = {patch.path: read_file(self._find(patch.path)) for patch in patches}
        fitted = [patch.fit(now[patch.path]) for patch in patches]
        error = Stale([_describe(patch, now[patch.path]) for patch in stale], entry.label, is_possible=all(fitted))
        if not all(fitted) or seen != error.seen:
            raise error
        found = [patch for patch in fitted if patch]
        self._validate([(patch.path, now[patch.path], patch.apply(now[patch.path])) for patch in found])
        return found

    def _finish(self, patches: Sequence[Patch], by: int) -> None:
        """Change the files as was noted; where one cannot be written, none is."""
        try:
            finish(self._folder, patches)
        except OSError:
            with suppress(OSError):
                finish(self._folder, [patch.inverse for patch in reversed(patches)])
            self.history.retract(by)
            raise
        self.history.note_finished()
        for patch in patches:
            if patch.path == PEOPLE:
                note_answers(self._folder, patch)

    def _plan(self, edits: Sequence[Edit]) -> list[Patch]:
        planned, stale = [], []
        for edit in edits:
            file = self._find(edit.path)
            before = read_file(file)
            after = edit.change(before or b"")
            if not self._is_based(edit, before):
                seen = self._views.find(edit.path, edit.based_on or "")
                stale.append(Versions(edit.path, _show(before), _show(after), None if seen is None else _show(seen)))
            elif after != before:
                planned.append((edit.path, before, after))
        if stale:
            raise Stale(stale)
        self._validate(planned)
        return [make_patch(*files) for files in planned]

    def _is_based(self, edit: Edit, now: bytes | None) -> bool:
        """Whether the edit was meant for the file as it is, or means the same to it."""
        if edit.based_on is None or edit.based_on == make_digest(now):
            return True
        if now is None or not edit.is_carried:
            return False
        carried = self._views.carry(edit.path, edit.based_on, edit.change, now)
        if carried:
            self._carried = {edit: carried, **dict(list(self._carried.items())[:20])}
        return carried is not None

    def _validate(self, planned: Sequence[tuple[str, bytes | None, bytes | None]]) -> None:
        """Refuse what makes a file worse; what was wrong before may stay."""
        found = [
            problem
            for path, before, after in planned
            for problem in find_problems(path, after)
            if problem.message not in {known.message for known in find_problems(path, before)}
        ]
        if found:
            raise InvalidDocument(found)

    def _find(self, path: str) -> Path:
        """A file of the show, in its folder and nowhere else."""
        file = self._folder / path
        is_plain = path and not path.startswith("/") and not any(part in {"..", ""} for part in path.split("/"))
        if not is_plain or "\\" in path or "\0" in path or explain_foreign(file, self._folder):
            raise UsageError(f"{path!r} is no file of this show")
        return file


def _describe(patch: Patch, now: bytes | None) -> Versions:
    """The file as it is, and as it would be; where that is not plain, the passage alone."""
    fitted = patch.fit(now)
    return Versions(patch.path, _show(now), _show(fitted.apply(now) if fitted else patch.new))


def _show(content: bytes | None) -> str:
    return (content or b"").decode("utf-8", "replace")
