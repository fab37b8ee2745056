"""A list of all that an installation elsewhere needs, each with its digest, for pip.

Nothing is fetched by a bare name, and nothing is run while it is installed: what comes from an index comes as a wheel
whose digest is written down, and what has no wheel there lies beside the program's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from site_builder.commands.github.wheels import Wheel, make_installed_wheel, make_own_wheel, read_lock

WITHOUT_WHEEL = ("feedgen",)
"""Packages that indexes have only as source, which would be built, and so run, where it is installed."""
_ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==.*?(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
_VIA = re.compile(r"^ +# +(?:via )?(?P<name>[a-z0-9][a-z0-9._-]*)(?P<part> \(pyproject\.toml\))?$", re.MULTILINE)
_HEAD = """\
# Written by `spacecast workflow`, together with the wheels beside it. Install with:
#   pip install --require-hashes --only-binary :all: -r {folder}/requirements.txt
"""


def make_wheels() -> tuple[Wheel, ...]:
    """The wheels that are carried along."""
    return (make_own_wheel(), *map(make_installed_wheel, WITHOUT_WHEEL))


def render_requirements(wheels: Iterable[Wheel], folder: str) -> str:
    """A requirements file for pip, run where `folder` lies: wheels by path, all else by version, each with digests."""
    own = [f"./{folder}/{wheel.name} --hash=sha256:{wheel.sha256}\n" for wheel in wheels]
    entries = _find_needed(read_lock())
    fetched = [_without_comments(entry) for name, entry in entries.items() if name not in WITHOUT_WHEEL]
    return "".join([_HEAD.format(folder=folder), *own, *fetched])


def _find_needed(lock: str) -> dict[str, str]:
    """Entries of a lock file that the program needs to run: what only building it needs is left out."""
    entries: dict[str, str] = {}
    parents: dict[str, set[str]] = {}
    for found in _ENTRY.finditer(lock):
        name = found["name"]
        entries[name] = entries.get(name, "") + found[0]
        needing = {via["name"] + (via["part"] or "") for via in _VIA.finditer(found[0])}
        parents[name] = parents.get(name, set()) | needing
    needed: set[str] = {"spacecast (pyproject.toml)"}
    while more := {name for name, needing in parents.items() if needing & needed} - needed:
        needed |= more
    return {name: entry for name, entry in entries.items() if name in needed}


def _without_comments(entry: str) -> str:
    return "".join(
        line for line in entry.splitlines(keepends=True) if line.strip() and not line.lstrip().startswith("#")
    )
