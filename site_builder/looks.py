"""Whether a bundle is as it was: a digest of its files, which are read only where their sizes or times have changed.

A file that changed less than two seconds before it was looked at is read again by the next build, for it may have
changed once more within one tick of the clock.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from site_builder.content import MEDIA
from site_builder.digests import FileDigests, digest_json
from site_builder.kept import Kept
from site_builder.snapshot import Snapshot

_KIND = "look"
_RECORDED = "recording-"
"""How the names of a recording's files begin."""


class Look(NamedTuple):
    """A bundle at a glance."""

    mark: str
    """Of its files' names, sizes and times."""
    files: tuple[str, ...]
    is_settled: bool
    """Whether none of them may change again unseen."""


@dataclass(frozen=True, slots=True)
class Digests:
    """What is known of the files of all bundles."""

    by_name: Mapping[str, str]
    """Name of a bundle to a digest of its files."""
    new: Mapping[str, tuple[str, bytes]]
    """What was not known before."""
    gone: Collection[str]

    def keep(self, kept: Kept) -> None:
        """Have it known to the next build."""
        kept.put(_KIND, self.new)
        kept.drop(_KIND, self.gone)


def digest_bundles(folder: Path, names: Sequence[str], content: Snapshot, kept: Kept) -> Digests:
    """Digests of the bundles called `names` of the show in `folder`; `content` is how its `content/` looks."""
    looks = _look_at(content, set(names))
    known = kept.load(_KIND)
    sums = FileDigests(folder / ".cache" / "digests.json")
    found: dict[str, str] = {}
    new: dict[str, tuple[str, bytes]] = {}
    for name in names:
        look = looks.get(name, Look("", (), is_settled=False))
        if look.mark and name in known and known[name][0] == look.mark:
            found[name] = known[name][1].decode()
            continue
        place = folder / "content/episodes" / name
        found[name] = digest_json([[file, sums.digest(place / file)] for file in look.files])
        new[name] = (look.mark if look.is_settled else "", found[name].encode())
    sums.save()
    return Digests(found, new, known.keys() - found.keys())


def _look_at(content: Snapshot, names: set[str]) -> dict[str, Look]:
    groups: dict[str, list[int]] = {}
    for number, path in enumerate(content.files):
        folder, _, rest = path.partition("/")
        name = rest.partition("/")[0]
        if folder == "episodes" and name in names:
            groups.setdefault(name, []).append(number)
    return {name: _look_at_one(content, len(f"episodes/{name}/"), numbers) for name, numbers in groups.items()}


def _look_at_one(content: Snapshot, start: int, numbers: Sequence[int]) -> Look:
    """What the program made of a recording that is there is no part of the look."""
    files = {content.files[number][start:]: number for number in numbers}
    if any(file.startswith(_RECORDED) for file in files):
        files.pop(MEDIA, None)
    times = [content.times[3 * number : 3 * number + 3] for number in files.values()]
    names = "\0".join(files).encode(errors="surrogateescape")
    return Look(
        mark=blake2b(names + b"".join(time.tobytes() for time in times), digest_size=16).hexdigest(),
        files=tuple(files),
        is_settled=all(max(time[1:]) < content.settled for time in times),
    )
