"""The search index: made by Pagefind (https://pagefind.app) from what can be searched, and planned as files.

The indexer names its files after what is in them, so it runs before the plan is made: into `.cache/search/`, and only
when what can be searched has changed. It works in the reader's browser; nothing is asked of anybody's server.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from site_builder.digests import digest_file
from site_builder.errors import SpacecastError
from site_builder.targets import Target, bytes_target

FOLDER = "pagefind"
"""Where it lies below the site's root."""
_WANTED = ("pagefind.js", "pagefind-worker.js", "pagefind-entry.json", "*.pf_meta", "wasm.*", "index/*", "fragment/*")
"""Of all that the indexer writes; the rest is ready-made user interfaces."""
_LONGEST = 600
"""Seconds it may take; ten thousand pages take less than a minute."""


def plan_search(documents: Mapping[str, bytes], cache: Path) -> list[Target]:
    """The files of the index of `documents` (file of the page to HTML); nothing where there is nothing to find.

    Raises:
        SpacecastError: the indexer is missing or fails.
    """
    if not documents:
        return []
    folder = cache / "search"
    made = folder / _digest(documents)
    if not made.is_dir():
        _make_index(documents, folder, made)
    return [_plan_file(made, path) for path in sorted(_find_files(made))]


def _digest(documents: Mapping[str, bytes]) -> str:
    digest = sha256(f"search/1 {version('pagefind')}".encode())
    for path, document in sorted(documents.items()):
        digest.update(f"\0{path}\0{len(document)}\0".encode())
        digest.update(document)
    return digest.hexdigest()[:32]


def _make_index(documents: Mapping[str, bytes], folder: Path, made: Path) -> None:
    """Write what is to be found, index it, keep the index alone; an older one goes."""
    shutil.rmtree(folder, ignore_errors=True)
    site, part = folder / "site", folder / "part"
    for path, document in documents.items():
        file = site / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(document)
    _run_indexer(site, part)
    shutil.rmtree(site)
    part.rename(made)


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


def _find_files(made: Path) -> Iterator[str]:
    return (file.relative_to(made).as_posix() for pattern in _WANTED for file in made.glob(pattern))


def _plan_file(made: Path, path: str) -> Target:
    source = made / path
    return bytes_target(f"{FOLDER}/{path}", "bytes/1", {"content": digest_file(source)}, source.read_bytes, "search")
