"""`folder:/srv/show`: a folder of this computer, a mounted drive, or what another program uploads."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from site_builder.engine.digests import digest_file
from site_builder.engine.files import OutputTree, name_part_file
from site_builder.errors import SpacecastError, UsageError
from site_builder.events import Notify
from site_builder.hosts.host import Difference, Host, Setting, Upload, tell
from site_builder.hosts.manifest import MANIFEST, UNKNOWN, ManifestHost
from site_builder.show.layout import FOLDERS


def open(address: str, setting: Setting) -> Host:  # noqa: A001 -- the one word every host's module has
    """The folder an address names; relative to the show's folder.

    Raises:
        UsageError: it names none, or one the show itself lives in.
    """
    name = address.removeprefix("folder:")
    if not name:
        raise UsageError("folder: needs a path, such as folder:/srv/show")
    show = setting.folder.resolve()
    root = (show / os.path.expanduser(name)).resolve()  # noqa: PTH111 -- pathlib's own fails where nobody is called that
    require_other_folder(address, root, show)
    return LocalFolder(root)


def require_other_folder(address: str, root: Path, show: Path) -> None:
    """Refuse to put a site where the show itself lies; both are absolute, and without links.

    Raises:
        UsageError: `root` holds the show, or lies in one of the folders that a show is made of.
    """
    own = [show / part for part in (*FOLDERS, ".git", ".github")]
    if _is_at_or_in(show, root) or any(_is_at_or_in(root, part) for part in own):
        raise UsageError(f"{address}: the show itself lies there; name a folder of its own")


def _is_at_or_in(place: Path, folder: Path) -> bool:
    """Whether a place is a folder or lies in it, by whatever name: `CONTENT` is `content` on some systems."""
    if place.is_relative_to(folder):
        return True
    with suppress(OSError):
        return any(above.samefile(folder) for above in (place, *place.parents) if above.exists())
    return False


class LocalFolder(ManifestHost):
    """Each file appears whole: it is copied beside its place and moved there."""

    name: ClassVar[str] = "folder"

    def __init__(self, root: Path) -> None:
        super().__init__(str(root))
        self.tree = OutputTree(str(root))

    def describe_outcome(self, site_url: str) -> str:
        """A folder is online only where something serves it."""
        return f"The site is in {self.label}; whatever serves that folder has it at {site_url}"

    def compare(self, wanted: Sequence[Upload]) -> Difference:
        """By the bytes that are there."""
        self._begin_comparing(wanted)
        missing = [upload.path for upload in wanted if not self._has(upload)]
        surplus = [path for path in self.files if path not in self.wanted and self._is_left(path)]
        replaced = {path for path in missing if os.path.lexists(self.tree.locate(path))}
        return Difference(missing=missing, replaced=replaced, surplus=tuple(sorted(surplus)))

    def _is_left(self, path: str) -> bool:
        return any(os.path.lexists(self.tree.locate(name)) for name in (path, name_part_file(path)))

    def _has(self, upload: Upload) -> bool:
        with suppress(OSError):
            same_size = self.tree.has_size(upload.path, upload.size_bytes)
            return same_size and digest_file(self.tree.locate(upload.path)) == upload.sha256
        return False

    def send(self, wave: Sequence[Upload], notify: Notify) -> None:
        """Copy, then move into place."""
        for upload in wave:
            tell(notify, upload, done=False)
            with _plainly(self.label):
                self._put(upload.path, upload.find_bytes())
            tell(notify, upload, done=True)

    def _put(self, path: str, source: Path) -> None:
        part = name_part_file(path)
        self.tree.make_folders(path)
        self.tree.remove(part)
        shutil.copyfile(source, self.tree.locate(part))
        self.tree.replace(part, path)

    def remove(self, paths: Sequence[str]) -> None:
        """Delete files, and folders that are left empty."""
        with _plainly(self.label):
            for path in paths:
                self.tree.remove(path)
                self.tree.remove(name_part_file(path))
                self.tree.remove_empty_folders(path)

    def settle(self) -> None:
        """Note what is there now, and clear away what a deploy that was killed left half done."""
        with _plainly(self.label):
            for path in (path for path, digest in self.files.items() if digest == UNKNOWN):
                self.tree.remove(name_part_file(path))
        super().settle()

    def _read_manifest(self) -> bytes | None:
        with suppress(OSError):
            return Path(self.tree.locate(MANIFEST)).read_bytes()
        return None

    def _write_manifest(self, content: bytes) -> None:
        part = name_part_file(MANIFEST)
        with _plainly(self.label):
            self.tree.make_folders(MANIFEST)
            self.tree.remove(part)
            self.tree.write(part, content)
            self.tree.replace(part, MANIFEST)


class _plainly:  # noqa: N801 -- read as a word: with _plainly(place)
    """Turn the operating system's errors into sentences."""

    def __init__(self, place: str) -> None:
        self.place = place

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            reason = error.strerror or str(error)
            raise SpacecastError(f"{self.place}: {reason}; mend that and deploy again") from None
