"""Opening what a person points at: one X archive or, where several accounts lie in one zip or folder, all of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from site_builder.errors import UnusableSource
from site_builder.model.conversation import Account, Conversation
from site_builder.sources.x.archive import XArchive
from site_builder.sources.x.members import open_members
from site_builder.sources.x.recordings import SpaceSound


def detect(path: Path) -> bool:
    """Whether `path` is a folder or a zip (or calls itself one): what an archive can be. Opens no member."""
    if path.is_dir() or path.suffix.lower() == ".zip":
        return True
    try:
        with path.open("rb") as file:
            return file.read(4) in {b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"}
    except OSError:
        return False


def open_archive(path: Path) -> XArchive | SeveralArchives:
    """The archive at `path`, a zip or the folder it was unzipped to; all of them where it holds several.

    Raises:
        UnusableSource: It is damaged, encrypted, empty, no X archive, or has no Spaces; the sentence says what to do.
    """
    with ExitStack() as stack:
        archives: list[XArchive] = []
        failures: list[UnusableSource] = []
        for members in open_members(path):
            stack.callback(members.close)
            try:
                archives.append(XArchive(members))
            except UnusableSource as error:
                failures.append(error)
        if not archives:
            raise failures[0]
        stack.pop_all()
        if len(archives) == 1 and not failures:
            return archives[0]
        return SeveralArchives(archives, [str(failure) for failure in failures])


class SeveralArchives:
    """Archives of several accounts as one `Source`. A Space that several hold is read from its creator's."""

    def __init__(self, archives: Sequence[XArchive], failures: Sequence[str] = ()) -> None:
        self.name = archives[0].name
        self.archives = archives
        self._own_remarks = list(failures)
        if len(archives) > 1:
            places = ", ".join(archive.where for archive in archives)
            self._own_remarks.append(
                f"{self.name} holds {len(archives)} archives, and all are taken: {places}; "
                "to take one alone, unzip it and pass its folder"
            )
        self._holders: dict[str, XArchive] = {}
        for archive in archives:
            for id_ in archive.find_ids():
                known = self._holders.get(id_)
                if known is None or _rank(archive, id_) > _rank(known, id_):
                    self._holders[id_] = archive

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the zip."""
        for archive in self.archives:
            archive.close()

    @property
    def remarks(self) -> list[str]:
        """Those of all archives."""
        return [*self._own_remarks, *(remark for archive in self.archives for remark in archive.remarks)]

    @property
    def account(self) -> Account:
        """Of the first archive."""
        return self.archives[0].account

    @property
    def made_at(self) -> datetime | None:
        """When the first archive was made."""
        return self.archives[0].made_at

    def find_ids(self) -> tuple[str, ...]:
        """Ids of all Spaces of all archives, each once."""
        return tuple(self._holders)

    def count_parts(self, id: str) -> int:  # noqa: A002
        """How many files there are of the recording of a Space."""
        return self._holders[id].count_parts(id)

    def read_sound(self, id: str, copy_into: Path | None = None) -> SpaceSound:  # noqa: A002
        """The recording of a Space, from the archive that knows most of it."""
        return self._holders[id].read_sound(id, copy_into)

    def read(self, id: str, copy_into: Path | None = None, sound: SpaceSound | None = None) -> Conversation:  # noqa: A002
        """A Space from the archive that knows most of it."""
        return self._holders[id].read(id, copy_into, sound)


def _rank(archive: XArchive, id_: str) -> tuple[int, bool]:
    return archive.count_parts(id_), archive.is_own(id_)
