"""Names, sizes and times of a folder's files, to see quickly whether any has changed.

    seen = take_snapshot(content)
    …
    seen = seen.renew(content)      # None: something differs

A file is unchanged while its size, mtime and ctime are; one that changed less than two seconds before the snapshot is
compared by content as well, for it may change again within one tick of the clock. A folder is listed again where its
mtime is not as it was. Names that begin with a dot and `__pycache__` are left out; links to folders
are not followed, and links to nowhere are not there.
docs/decisions/0005 says why.
"""

from __future__ import annotations

import hashlib
import os
import time
from array import array
from base64 import b64decode, b64encode
from bisect import bisect_left
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from site_builder.engine.digests import JSON, digest_file
from site_builder.engine.stamps import RACY

Clock = Callable[[], int]
_ATTEMPTS = 5
_BETWEEN = "//"
"""What stands between two paths in JSON, and in no path."""
_UNSURE = -1
"""In place of a time that says nothing: more may have changed within the same tick of the clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Names, sizes and times of a folder's files at one moment."""

    settled: int
    """Nanoseconds since 1970: what changed later than this is compared by content."""
    sizes_only: bool
    """Files are compared by their size alone."""
    files: tuple[str, ...]
    """Sorted paths below the root."""
    folders: tuple[str, ...]
    marks: str
    """Digest of how all files looked."""
    folder_times: tuple[int, ...]
    """mtime of each folder in nanoseconds; `_UNSURE` where it changed later than `settled`."""
    is_settled: bool
    """Whether nothing changed later than `settled`."""
    times: array[int] = field(default_factory=lambda: array("q"), repr=False, compare=False)
    """Size in bytes of each file; where times count, mtime and ctime in nanoseconds after each, but only as long as the
    snapshot is not read back from JSON."""

    def look_again(
        self, root: Path, *, half: Callable[[], array[int] | None] = lambda: None, clock: Clock = time.time_ns
    ) -> tuple[Snapshot, bool]:
        """How `root` looks now, with `times`, and whether that is as it was.

        `half` gives what `measure_half` has just given, where somebody has asked it.

        Raises:
            OSError: it cannot be read, or files keep vanishing.
        """
        settled, found, times = _look(root, self, clock, half, sizes_only=self.sizes_only)
        if found.files == self.files:
            seen = _describe(root, found, times, self.settled, sizes_only=self.sizes_only)
            if seen.marks == self.marks:
                if self.is_settled and (found.folders, found.times) == (self.folders, self.folder_times):
                    return replace(self, times=times), True
                return _describe(root, found, times, settled, sizes_only=self.sizes_only), True
        return _describe(root, found, times, settled, sizes_only=self.sizes_only), False

    def measure_half(self, root: Path) -> array[int] | None:
        """The second half of `times` as they are now, where all those files are there."""
        try:
            return _measure(root, self.files[_find_middle(self.files) :], sizes_only=self.sizes_only)
        except OSError:
            return None

    def list_again(self, root: Path, *, clock: Clock = time.time_ns) -> array[int] | None:
        """`folder_times` as they are now; None where files came to or left a folder. Only what changed is listed."""
        settled, times = clock() - RACY, _stat_folders(root, self.folders)
        if not self.folders or len(times) != len(self.folders):
            return None
        changed = [
            folder for folder, was, now in zip(self.folders, self.folder_times, times, strict=True) if was != now
        ]
        known = _list_known(self, set(changed)) if changed else {}
        if any(tuple(map(sorted, _list_folder(root, folder))) != known[folder][1:] for folder in changed):
            return None
        return array("q", _tell_times(times, settled))

    def settle(self, folder_times: array[int]) -> Snapshot:
        """The same snapshot by sizes, of which `list_again` gave these times."""
        if (times := tuple(folder_times)) == self.folder_times:
            return self
        return replace(self, folder_times=times, is_settled=_UNSURE not in times)

    def has_sizes(self, root: Path, *, first: bool) -> bool:
        """Whether each file of the first or second half is there with its size; of a snapshot by sizes."""
        middle = _find_middle(self.files)
        some = slice(middle) if first else slice(middle, None)
        try:
            return _measure(root, self.files[some], sizes_only=True) == self.times[some]
        except OSError:
            return False

    def renew(self, root: Path, *, clock: Clock = time.time_ns) -> Snapshot | None:
        """The same, as quick to compare as can be; None where anything differs."""
        try:
            again, is_same = self.look_again(root, clock=clock)
        except OSError:
            return None
        return None if not is_same else self if again == self else again

    @property
    def sizes(self) -> dict[str, int]:
        """File to its size in bytes, of a snapshot by sizes."""
        return dict(zip(self.files, self.times, strict=True))

    def patch(self, root: Path, paths: Iterable[str], *, clock: Clock = time.time_ns) -> Snapshot:
        """This snapshot by sizes after `paths`, and no other files below `root`, were written or deleted."""
        settled, sizes, around = clock() - RACY, dict[str, int | None](), dict[str, None]()
        for path in paths:
            names = path.split("/")
            if not any(name.startswith(".") or name == "__pycache__" for name in names):
                sizes[path] = _ask(f"{root}/{path}", attrgetter("st_size"))
                around |= dict.fromkeys("".join(f"{name}/" for name in names[:depth]) for depth in range(len(names)))
        times = {folder: _ask(f"{root}/{folder}", attrgetter("st_mtime_ns")) for folder in around}
        files, sizes_now = _merge(self.files, self.times, sizes)
        folders, times_now = _merge(self.folders, array("q", self.folder_times), times)
        return _conclude(_Found(files, folders, tuple(times_now)), sizes_now, (), settled, sizes_only=True)

    def as_json(self) -> dict[str, JSON]:
        """Plain values for `parse_snapshot`. Many names, or many numbers, are one text, which is read much quicker."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        texts = {
            "files": _BETWEEN.join(self.files),
            "folders": _BETWEEN.join(folder[:-1] for folder in self.folders),
            "folder_times": _encode(array("q", self.folder_times)),
            "times": _encode(self.times) if self.sizes_only else "",
        }
        return {**values, **texts}


def parse_snapshot(values: Mapping[str, Any]) -> Snapshot:
    """A snapshot from what `as_json` gave; TypeError, KeyError, ValueError or AttributeError where it is none."""
    folder_times = tuple(_decode(values["folder_times"]))
    folders = values["folders"].split(_BETWEEN) if folder_times else []
    return Snapshot(
        **{
            **values,
            "files": tuple(values["files"].split(_BETWEEN)) if values["files"] else (),
            "folders": tuple([folder and f"{folder}/" for folder in folders]),
            "folder_times": folder_times,
            "times": _decode(values["times"]),
        }
    )


def _encode(numbers: array[int]) -> str:
    return b64encode(numbers.tobytes()).decode()


def _decode(text: str) -> array[int]:
    return array("q", b64decode(text))


def _ask(place: str, read: Callable[[os.stat_result], int]) -> int | None:
    """What its status says; None where nothing is there."""
    with suppress(FileNotFoundError, NotADirectoryError):
        return read(os.stat(place))  # noqa: PTH116
    return None


def _merge(
    names: tuple[str, ...], values: array[int], changes: Mapping[str, int | None]
) -> tuple[tuple[str, ...], array[int]]:
    """Sorted names and their values after some changed; None: one has gone."""
    merged, merged_values, at = list[str](), array("q"), 0
    for name in sorted(changes):
        place = bisect_left(names, name, at)
        merged += names[at:place]
        merged_values += values[at:place]
        at = place + (names[place : place + 1] == (name,))
        if (value := changes[name]) is not None:
            merged.append(name)
            merged_values.append(value)
    return (*merged, *names[at:]), merged_values + values[at:]


def take_snapshot(
    root: Path, *, sizes_only: bool = False, known: Snapshot | None = None, clock: Clock = time.time_ns
) -> Snapshot:
    """Names, sizes and times of the files below `root`; `known`, an earlier snapshot, spares listing folders.

    Raises:
        OSError: it cannot be read, or files keep vanishing.
    """
    settled, found, times = _look(root, known, clock, sizes_only=sizes_only)
    return _describe(root, found, times, settled, sizes_only=sizes_only)


def _look(
    root: Path,
    known: Snapshot | None,
    clock: Clock,
    half: Callable[[], array[int] | None] = lambda: None,
    *,
    sizes_only: bool,
) -> tuple[int, _Found, array[int]]:
    """From when on changes may go unseen, what is below `root`, and `Snapshot.times`."""
    for attempt in range(_ATTEMPTS):
        settled, found = clock() - RACY, _walk(root, known)
        files, middle = found.files, _find_middle(found.files)
        is_known = not attempt and known is not None and files == known.files
        try:
            times = _measure(root, files[:middle], sizes_only=sizes_only)
            rest = half() if is_known else None  # by now it is there
            return settled, found, times + (rest or _measure(root, files[middle:], sizes_only=sizes_only))
        except FileNotFoundError:  # gone since its folder was listed
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError


class _Found(NamedTuple):
    """What is below a root."""

    files: tuple[str, ...] = ()
    """Sorted."""
    folders: tuple[str, ...] = ()
    """Sorted, with a slash at the end."""
    times: tuple[int, ...] = ()
    """mtime of each folder."""


def _walk(root: Path, known: Snapshot | None) -> _Found:
    """Everything below `root`; a folder that is as `known` has it is not listed."""
    if not root.is_dir():
        return _Found()
    if known and known.folders and _stat_folders(root, known.folders) == known.folder_times:
        return _Found(known.files, known.folders, known.folder_times)
    listings = _list_known(known) if known else {}
    files: list[str] = []
    times: dict[str, int] = {}
    pending = [""]
    while pending:
        prefix = pending.pop()
        times[prefix] = time_ns = os.stat(f"{root}/{prefix}").st_mtime_ns  # noqa: PTH116 -- thousands of times
        listing = listings.get(prefix)
        if listing is None or listing[0] != time_ns:
            listing = (time_ns, *_list_folder(root, prefix))
        files += listing[1]
        pending += listing[2]
    folders = sorted(times)
    return _Found(tuple(sorted(files)), tuple(folders), tuple(times[folder] for folder in folders))


def _stat_folders(root: Path, folders: Sequence[str]) -> tuple[int, ...]:
    try:
        return tuple([status.st_mtime_ns for status in _stat_all(root, folders)])
    except OSError:
        return ()


def _find_middle(files: Sequence[str]) -> int:
    return len(files) // 2


def _measure(root: Path, files: Sequence[str], *, sizes_only: bool) -> array[int]:
    """`Snapshot.times`. What `stat` gives is let go at once: to keep it takes longer than to ask for it."""
    if sizes_only:
        return array("q", [status.st_size for status in _stat_all(root, files)])
    times = array("q")
    for status in _stat_all(root, files):
        times.extend((status.st_size, status.st_mtime_ns, status.st_ctime_ns))
    return times


def _stat_all(root: Path, paths: Sequence[str]) -> Iterator[os.stat_result]:
    """Of `Path()`, where this process is, paths go to the system as they are."""
    return map(os.stat, map(f"{root}/".__add__, paths) if root.parts else (path or "." for path in paths))


def _list_known(known: Snapshot, wanted: Container[str] | None = None) -> dict[str, tuple[int, list[str], list[str]]]:
    """By folder (all, or those `wanted`) its mtime, files and folders, as far as they are known for sure."""
    pairs = zip(known.folders, known.folder_times, strict=True)
    listings: dict[str, tuple[int, list[str], list[str]]] = {
        folder: (time, [], []) for folder, time in pairs if wanted is None or folder in wanted
    }
    for file in known.files if listings else ():
        if listing := listings.get(file[: file.rfind("/") + 1]):
            listing[1].append(file)
    for folder in known.folders[1:] if listings else ():
        if listing := listings.get(folder[: folder.rfind("/", 0, -1) + 1]):
            listing[2].append(folder)
    return listings


def _list_folder(root: Path, prefix: str) -> tuple[list[str], list[str]]:
    files, folders = [], []
    with os.scandir(f"{root}/{prefix}") as entries:
        for entry in entries:
            if entry.name[0] == "." or entry.name == "__pycache__":
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(f"{prefix}{entry.name}/")
            elif not entry.is_symlink() or os.path.exists(entry.path):  # noqa: PTH110 -- thousands of times
                files.append(prefix + entry.name)
    return files, folders


def _describe(root: Path, found: _Found, times: array[int], settled: int, *, sizes_only: bool) -> Snapshot:
    """The snapshot of files that look so."""
    latest = () if sizes_only else map(max, times[1::3], times[2::3])
    recent = [root / found.files[number] for number, time_ns in enumerate(latest) if time_ns >= settled]
    contents = [digest_file(file) for file in recent if file.is_file()]
    return _conclude(found, times, contents, settled, sizes_only=sizes_only, is_settled=not recent)


def _conclude(
    found: _Found,
    times: array[int],
    contents: Sequence[str],
    settled: int,
    *,
    sizes_only: bool,
    is_settled: bool = True,
) -> Snapshot:
    """The snapshot of what was found; `contents` are digests of files that may change again unseen."""
    files = found.files
    folder_times = _tell_times(found.times, settled)
    return Snapshot(
        settled=settled,
        sizes_only=sizes_only,
        files=files,
        folders=found.folders,
        marks=_digest("\0".join((*files, *contents)).encode(errors="surrogateescape") + times.tobytes()),
        folder_times=folder_times,
        is_settled=is_settled and _UNSURE not in folder_times,
        times=times,
    )


def _tell_times(times: Iterable[int], settled: int) -> tuple[int, ...]:
    return tuple([time_ns if time_ns < settled else _UNSURE for time_ns in times])


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]
