"""The search index: made by Pagefind (https://pagefind.app) from what can be searched.

It works in the reader's browser; nothing is asked of anybody's server.

A large show's index comes in parts, which the search page puts together: a changed word makes one part anew, and no
part needs more than some 100 MB. Which part a page is in depends on its path alone, how many there are on how many
pages there are. Part 0 lies in `pagefind/` with Pagefind's own program, part 7 in `pagefind/7/`.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from site_builder.digests import digest_bytes, digest_json
from site_builder.errors import SpacecastError
from site_builder.groups import Group, Planned
from site_builder.making import Target, bytes_target

FOLDER = "pagefind"
"""Where it lies below the site's root."""
_PROGRAM = ("pagefind.js", "pagefind-worker.js", "wasm.*")
_INDEX = ("pagefind-entry.json", "*.pf_meta", "index/*", "fragment/*")
"""Of all that the indexer writes; the rest is ready-made user interfaces."""
_WHOLE = 512
"""Pages up to which the index is one; some 2 ms each."""
_PART = 256
"""Pages in a part, on average."""
_MOST = 64
"""Parts: each costs whoever searches two small files more."""
_LONGEST = 600
"""Seconds it may take."""


@dataclass(frozen=True, slots=True)
class Document:
    """What of a page can be searched."""

    page: str
    """File of the page."""
    digest: str
    """Of `load`'s HTML."""
    load: Callable[[], bytes]
    """Called in another process."""


def count_parts(documents: int) -> int:
    """In how many parts so many pages are indexed; doubles as the show grows, so that parts seldom move."""
    parts = 1
    while documents > _WHOLE and parts < min(_MOST, documents / _PART):
        parts *= 2
    return parts


def share_out(documents: Sequence[Document]) -> dict[int, list[Document]]:
    """The parts of the index, by number: what is in each. Nothing where there is nothing to find."""
    parts = count_parts(len(documents))
    shares: dict[int, list[Document]] = {}
    for document in sorted(documents, key=lambda document: document.page):
        shares.setdefault(_find_part(document.page, parts), []).append(document)
    if shares and 0 not in shares:  # the indexer makes nothing of nothing, and part 0 is the one that is asked first
        shares[0] = shares.pop(min(shares))
    return dict(sorted(shares.items()))


def plan_search(shares: Mapping[int, Sequence[Document]]) -> list[Group]:
    """The parts of the index, as `share_out` gives them.

    Making one raises SpacecastError where the indexer is missing or fails.
    """
    return [_plan_part(number, share) for number, share in shares.items()]


def find_folder(number: int) -> str:
    """Where a part lies below the site's root."""
    return f"{FOLDER}/{number}" if number else FOLDER


def _find_part(page: str, parts: int) -> int:
    return int.from_bytes(sha256(page.encode()).digest()[:4], "big") % parts


def _plan_part(number: int, documents: Sequence[Document]) -> Group:
    known = [[document.page, document.digest] for document in documents]
    return Group(
        name=f"search/{number}",
        key=digest_json(["search/2", version("pagefind"), number, known]),
        plan=partial(_make_part, number, documents),
        label="search",
    )


def _make_part(number: int, documents: Sequence[Document]) -> Planned:
    """Index what is to be found in a folder of its own, and take the index from there."""
    with tempfile.TemporaryDirectory(prefix="spacecast-search-") as folder:
        site, made = Path(folder, "site"), Path(folder, "made")
        site.mkdir()
        for document in documents:
            file = site / document.page
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(document.load())
        _run_indexer(site, made)
        wanted = _INDEX if number else (*_PROGRAM, *_INDEX)
        files = {path: (made / path).read_bytes() for path in sorted(_find_files(made, wanted))}
    return Planned(targets=[_plan_file(f"{find_folder(number)}/{path}", content) for path, content in files.items()])


def _run_indexer(site: Path, output: Path) -> None:
    try:
        from pagefind_bin import get_executable  # noqa: PLC0415 -- not needed where nothing has changed

        command = [str(get_executable()), "--site", str(site), "--output-path", str(output), "--quiet"]
        subprocess.run(command, check=True, capture_output=True, timeout=_LONGEST)  # noqa: S603 -- ours, by path
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout).decode(errors="replace").strip().splitlines()
        raise SpacecastError(
            f"the search index could not be made: {said[-1] if said else 'Pagefind failed'}"
        ) from error
    except (ImportError, OSError, subprocess.TimeoutExpired) as error:
        raise SpacecastError(
            f"the search index could not be made: {error}; install it with: pip install 'pagefind[bin]'"
        ) from error


def _find_files(made: Path, wanted: Sequence[str]) -> Iterator[str]:
    return (file.relative_to(made).as_posix() for pattern in wanted for file in made.glob(pattern))


def _plan_file(path: str, content: bytes) -> Target:
    return bytes_target(path, "bytes/1", {"content": digest_bytes(content)}, partial(bytes, content), "search")
