"""Digests of bundles, to see which changed; files are read only where size or times differ.

A file that changed less than two seconds before it was looked at is read again by the next build, for it may have
changed once more within one tick of the clock.
"""

from __future__ import annotations

import stat
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from site_builder.engine.cache import FileDigests, ValueCache
from site_builder.engine.digests import digest_json
from site_builder.engine.snapshot import Snapshot
from site_builder.show.layout import EPISODES, INDEX, MEDIA
from site_builder.show.own_files import explain_foreign

_KIND = "look"
_RECORDED = "recording-"
"""How the names of a recording's files begin."""


class BundleStamp(NamedTuple):
    """A bundle at a glance."""

    mark: str
    """Of its files' names, sizes and times."""
    files: tuple[str, ...]
    is_settled: bool
    """Whether none of them may change again unseen."""


@dataclass(frozen=True, slots=True)
class Digests:
    """Digests of all bundles' files as last known."""

    by_name: Mapping[str, str]
    """Name of a bundle to a digest of its files."""
    new: Mapping[str, tuple[str, bytes]]
    """What was not known before."""
    gone: Collection[str]

    def keep(self, kept: ValueCache) -> None:
        """Have it known to the next build."""
        kept.put(_KIND, self.new)
        kept.drop(_KIND, self.gone)


def digest_bundles(folder: Path, content: Snapshot, kept: ValueCache, sums: FileDigests) -> Digests:
    """Digests of all bundles of the show in `folder`, in order of name; `content` is how its `content/` looks."""
    known = kept.load(_KIND)
    found: dict[str, str] = {}
    new: dict[str, tuple[str, bytes]] = {}
    for name, look in _look_at(content):
        if name in known and known[name][0] == look.mark:
            found[name] = known[name][1].decode()
            continue
        place = folder / EPISODES / name
        found[name] = digest_json([[file, _digest_own(sums, place / file, folder)] for file in look.files])
        new[name] = (look.mark if look.is_settled else "", found[name].encode())
    sums.save()
    return Digests(found, new, known.keys() - found.keys())


def _digest_own(sums: FileDigests, file: Path, show: Path) -> str:
    """Of a file of the show; of anything else what is wrong with it, for it is not opened."""
    return (explain_foreign(file, show) if _is_odd(file) else "") or sums.digest(file)


def _is_odd(file: Path) -> bool:
    return not stat.S_ISREG(file.lstat().st_mode)


def _look_at(content: Snapshot) -> Iterator[tuple[str, BundleStamp]]:
    """Every bundle: a folder with an `index.md`. The files of each stand together, for all are sorted."""
    files, start = content.files, 0
    prefix = len("episodes/")
    while start < len(files):
        name, slash, _ = files[start][prefix:].partition("/") if files[start].startswith("episodes/") else ("", "", "")
        end = start + 1
        if slash:
            end = bisect_left(files, f"episodes/{name}0", start)  # "0" is what comes after "/"
            look = _look_at_one(content, prefix + len(name) + 1, start, end)
            if INDEX in look.files:
                yield name, look
        start = end


def _look_at_one(content: Snapshot, prefix: int, start: int, end: int) -> BundleStamp:
    """Files from `start` up to `end`. What the program made of a recording that is there is no part of the look."""
    files = tuple(path[prefix:] for path in content.files[start:end])
    times = content.times[3 * start : 3 * end]
    if MEDIA in files and any(file.startswith(_RECORDED) for file in files):
        at = files.index(MEDIA)
        files = files[:at] + files[at + 1 :]
        del times[3 * at : 3 * at + 3]
    return BundleStamp(
        mark=blake2b("\0".join(files).encode(errors="surrogateescape") + times.tobytes(), digest_size=16).hexdigest(),
        files=files,
        is_settled=max(*times[1::3], *times[2::3]) < content.settled,
    )
