"""Lists what the program is installed with: each library, its licence, and the foreign libraries inside its wheel.

    python scripts/licences.py            a table
    python scripts/licences.py --sbom     a bill of materials, CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/)
    python scripts/licences.py --texts    the licence texts themselves, as an installer has to carry them

Names are those of requirements.lock; what another system needs and this one lacks is left out.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
_LOCKED = re.compile(r"^([\w.-]+)==", re.MULTILINE)
_INSIDE = re.compile(r"/(?:lib)?(?P<name>[A-Za-z][\w+]*(?:-[a-z]+)*?)(?:-[0-9a-f]{8,})?[-.\d]*(?:so|dylib|dll)[\d.]*$")
_COPYLEFT = {"x264": "GPL-2.0-or-later", "x265": "GPL-2.0-or-later"}
"""Libraries that decide under what terms a wheel can be passed on, whatever the wheel calls its licence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A package as it is installed here."""

    name: str
    version: str
    licence: str
    """As the package says it: an SPDX expression, a name, or nothing."""
    inside: tuple[str, ...]
    """Foreign libraries that its wheel holds."""
    texts: tuple[str, ...]
    """Its licence texts."""

    @property
    def copyleft(self) -> str:
        """The licence that its contents ask for where the package names another; mostly empty."""
        return " AND ".join(sorted({_COPYLEFT[name] for name in self.inside if name in _COPYLEFT}))


def list_libraries() -> Iterator[Library]:
    """Everything that is locked and installed, by name."""
    for name in sorted(set(_LOCKED.findall((ROOT / "requirements.lock").read_text("utf-8")))):
        try:
            yield read_library(distribution(name))
        except PackageNotFoundError:
            continue


def read_library(installed: Distribution) -> Library:
    """What a package says of itself, and what its wheel holds."""
    files = [path.as_posix() for path in installed.files or ()]
    inside = {
        found["name"]
        for path in files
        if ".libs/" in path or ".dylibs/" in path
        for found in [_INSIDE.search(path)]
        if found
    }
    own = [
        path
        for path in installed.files or ()
        if re.search(r"\.dist-info/(licenses/|LICEN[CS]E|COPYING|NOTICE)", str(path))
    ]
    return Library(
        name=installed.metadata["Name"],
        version=installed.version,
        licence=_find_licence(installed),
        inside=tuple(sorted(inside)),
        texts=tuple(path.read_text("utf-8") for path in own if path.suffix in {"", ".md", ".rst", ".txt"}),
    )


def _find_licence(installed: Distribution) -> str:
    for field in ("License-Expression", "License"):
        said = str((installed.metadata.get_all(field) or [""])[0])
        if said and len(said) < 100:
            return said
    classified = installed.metadata.get_all("Classifier") or []
    return ", ".join(line.rpartition(" :: ")[2] for line in classified if line.startswith("License :: "))


def describe_sbom(libraries: Sequence[Library]) -> dict[str, Any]:
    """A CycloneDX document."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "components": [_describe_component(library) for library in libraries],
    }


def _describe_component(library: Library) -> dict[str, Any]:
    names = [name for name in (library.licence, library.copyleft) if name]
    inside = [
        {"type": "library", "name": name, "licenses": _as_licences([_COPYLEFT.get(name, "")])}
        for name in library.inside
    ]
    return {
        "type": "library",
        "name": library.name,
        "version": library.version,
        "purl": f"pkg:pypi/{library.name.lower()}@{library.version}",
        "licenses": _as_licences(names),
        "components": inside,
    }


def _as_licences(names: Sequence[str]) -> list[dict[str, Any]]:
    return [{"license": {"name": name}} for name in names if name]


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sbom", action="store_true")
    parser.add_argument("--texts", action="store_true")
    chosen = parser.parse_args()
    libraries = list(list_libraries())
    if chosen.sbom:
        sys.stdout.write(json.dumps(describe_sbom(libraries), indent=2) + "\n")
    elif chosen.texts:
        sys.stdout.write(
            "".join(f"{'=' * 79}\n{lib.name} {lib.version}\n\n{text}\n" for lib in libraries for text in lib.texts)
        )
    else:
        for library in libraries:
            holds = f"  holds {', '.join(library.inside)}" if library.inside else ""
            terms = f"{library.licence or 'not said'}{f' (as a whole: {library.copyleft})' if library.copyleft else ''}"
            sys.stdout.write(f"{library.name} {library.version}: {terms}{holds}\n")


if __name__ == "__main__":
    main()
