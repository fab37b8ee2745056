"""`spacecast backup FOLDER`: a second home for the originals, which git leaves out and X deletes.

The folder becomes a show again by being copied back. Of archives only what belongs to Spaces is copied, for nothing
else in them is ever opened. What changes is copied anew, and what it replaces is kept below `earlier/`; what is gone
from the show stays. Each file is written beside its place, read again, and only then moved there;
`spacecast-backup.json` has its digest.
docs/decisions/0020 says why.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from site_builder.engine.digests import digest_file
from site_builder.engine.files import is_safe_path, name_part_file, write_file
from site_builder.errors import SpacecastError, TargetFailed, UnusableSource, UsageError
from site_builder.events import Made, Making, Notify, Started, ignore
from site_builder.show.config import describe_show, list_named_files, load_config
from site_builder.show.last_backup import find_recordings, note_backup
from site_builder.show.lock import lock_show
from site_builder.sources.x.members import DamagedMember, Members, open_member, open_members
from site_builder.text.timecode import format_utc

MANIFEST = "spacecast-backup.json"
_ARCHIVES = Path("content/archives")
_OF_ARCHIVES = {"README.md", "taken.txt"}
"""What lies there and is no archive; without the second, what was deleted would come back with a copy."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """One file to keep a copy of."""

    path: str
    """Below the show's folder, and below the copy's."""
    mark: str
    """Changes when the content does."""
    open: Callable[[], AbstractContextManager[IO[bytes]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """What a backup did."""

    folder: Path
    copied: tuple[str, ...]
    kept: int
    """Files that were there already."""
    bytes_copied: int

    @property
    def summary(self) -> str:
        """One line."""
        size = f" ({self.bytes_copied / 1e6:.1f} MB)" if self.copied else ""
        return f"{len(self.copied)} files copied to {self.folder}{size} and read again, {self.kept} there already."

    def as_json(self) -> dict[str, Any]:
        """For `spacecast backup --json`."""
        return {"folder": str(self.folder), "copied": list(self.copied), "kept": self.kept, "bytes": self.bytes_copied}


def back_up(folder: Path, to: Path, now: datetime, *, verify: bool = False, notify: Notify = ignore) -> BackupReport:
    """Copy what cannot be made again to `to`: recordings, archives' Spaces, people, notes, refusals, config and theme.

    Args:
        folder: The show's.
        to: The copy's: new, or of an earlier backup of this show.
        now: Noted with the copy.
        verify: Read every file of the copy again, not only those that are written now.
        notify: Receives events of a build, for each file.

    Raises:
        UsageError: `to` cannot be that folder.
        TargetFailed: some files could not be copied; all others were.
    """
    config = load_config(folder)
    guid = describe_show(config.show, config.feed).guid
    _require_apart(folder, to)
    with lock_show(folder, "backup"), ExitStack() as archives:
        copy = _Copy(to, guid, now)
        originals = list(_find_originals(folder, archives, copy.failures))
        notify(Started(len(originals)))
        for original in originals:
            notify(Making(original.path, f"Copying {original.path}"))
            changed = copy.take(original, verify=verify)
            notify(Made(original.path, original.path, changed=changed))
        copy.write_manifest()
        note_backup(folder, to.resolve(), now, set(find_recordings(folder)) & copy.files.keys())
    if copy.failures:
        raise TargetFailed([*copy.failures, "Everything else was copied."])
    return BackupReport(folder=to, copied=tuple(copy.copied), kept=copy.kept, bytes_copied=copy.bytes_copied)


def _require_apart(folder: Path, to: Path) -> None:
    show, copy = folder.resolve(), to.resolve()
    if copy.is_relative_to(show) or show.is_relative_to(copy):
        raise UsageError(f"{to}: the show itself lies there; name a folder elsewhere, on another disk if you can")
    if to.exists() and not to.is_dir():
        raise UsageError(f"{to} is no folder")


class _Copy:
    """The folder with the copy."""

    def __init__(self, root: Path, guid: str, now: datetime) -> None:
        self.root = root
        self.guid = guid
        self.now = now
        self.files: dict[str, dict[str, Any]] = self._load()
        self.copied: list[str] = []
        self.kept = 0
        self.bytes_copied = 0
        self.failures: list[str] = []

    def _load(self) -> dict[str, dict[str, Any]]:
        """What is there already.

        Raises:
            UsageError: something else is.
        """
        file = self.root / MANIFEST
        if not file.is_file():
            if self.root.is_dir() and any(self.root.iterdir()):
                raise UsageError(f"{self.root} holds something else; name a new folder, or one of an earlier backup")
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.write_manifest_of({})
            return {}
        try:
            values = json.loads(file.read_bytes())
            if values["guid"] != self.guid:
                raise UsageError(f"{self.root} is the copy of another show ({values['guid']}); name another folder")
            return dict(values["files"])
        except (ValueError, KeyError, TypeError):
            return {}  # damaged: everything is compared, and copied where it differs

    def take(self, original: Original, *, verify: bool) -> bool:
        """Have a copy of one file; whether it had to be made. What fails is noted, and holds up no other."""
        try:
            if self._has(original, verify=verify):
                self.kept += 1
                return False
            return self._write(original)
        except (OSError, SpacecastError, DamagedMember, EOFError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self.failures.append(f"{original.path}: {reason}")
            return False

    def _has(self, original: Original, *, verify: bool) -> bool:
        known, file = self.files.get(original.path), self.root / original.path
        if not known or known.get("mark") != original.mark or not file.is_file():
            return False
        same_size = file.stat().st_size == known["bytes"]
        return same_size and (not verify or digest_file(file) == known["sha256"])

    def _write(self, original: Original) -> bool:
        """Beside its place, read again, then moved there."""
        place, part = self.root / original.path, self.root / name_part_file(original.path)
        place.parent.mkdir(parents=True, exist_ok=True)
        size, digest = _copy_bytes(original, part)
        if digest_file(part) != digest:
            raise SpacecastError(f"what was written to {part} is not what was read; check that disk")
        is_same = place.is_file() and digest_file(place) == digest
        if place.exists() and not is_same:
            self._keep_earlier(original.path)
        part.replace(place)
        self.files[original.path] = {"bytes": size, "sha256": digest, "mark": original.mark}
        if not is_same:
            self.copied.append(original.path)
            self.bytes_copied += size
        self.kept += is_same
        if size > _CHUNK:
            self.write_manifest()
        return not is_same

    def _keep_earlier(self, path: str) -> None:
        earlier = self.root / "earlier" / f"{self.now:%Y-%m-%dT%H-%M-%SZ}" / path
        earlier.parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).replace(earlier)

    def write_manifest(self) -> None:
        """Note what is there now."""
        self.write_manifest_of(self.files)

    def write_manifest_of(self, files: dict[str, dict[str, Any]]) -> None:
        """Note that these are there."""
        values = {"format": 1, "guid": self.guid, "made": format_utc(self.now), "files": dict(sorted(files.items()))}
        write_file(self.root / MANIFEST, json.dumps(values, indent=1, ensure_ascii=False).encode())


def _copy_bytes(original: Original, part: Path) -> tuple[int, str]:
    """Copy to `part`, safely on disk; its size and digest as they were read."""
    digest, size = hashlib.sha256(), 0
    with original.open() as source, part.open("wb") as out:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return size, digest.hexdigest()


def _find_originals(folder: Path, archives: ExitStack, failures: list[str]) -> Iterator[Original]:
    """Every file of the show that no build makes, then what belongs to Spaces in its archives."""
    for file in _find_files(folder):
        path = file.relative_to(folder).as_posix()
        yield Original(path=path, mark=digest_file(file), open=partial(_open_file, file))
    for archive in sorted((folder / _ARCHIVES).glob("*")):
        if archive.is_dir() or archive.suffix.lower() == ".zip":
            try:
                opened = [archives.enter_context(closing(members)) for members in open_members(archive)]
            except UnusableSource as error:
                failures.append(str(error))
                continue
            for number, members in enumerate(opened, 1):
                yield from _find_members(f"{archive.stem}-{number}" if number > 1 else archive.stem, members)


def _open_file(file: Path) -> IO[bytes]:
    return file.open("rb")


def _find_files(folder: Path) -> Iterator[Path]:
    """Plain files of config, content and theme, wherever they lie; archives aside, and what was left half done."""
    tops = [folder / "content", folder / "templates"]
    files = [folder / "config.yaml", folder / ".gitignore", *(file for top in tops for file in sorted(top.rglob("*")))]
    files += (folder / name for _, name in list_named_files(load_config(folder)))
    for file in dict.fromkeys(files):
        aside = file.is_relative_to(folder / _ARCHIVES) and file.name not in _OF_ARCHIVES
        if file.is_file() and not file.is_symlink() and not aside and not file.name.startswith(".part-"):
            yield file


def _find_members(place: str, members: Members) -> Iterator[Original]:
    """As an unzipped archive has them, so that `extract` reads the copy as it read the original."""
    for name, member in members.members.items():
        path = f"{_ARCHIVES.as_posix()}/{place}/data/{name}"
        if not member.refused and is_safe_path(path) and "\\" not in name:
            yield Original(
                path=path, mark=f"{member.mark}:{member.size_bytes}", open=partial(open_member, members, name)
            )
