"""Tries the newest version of every library, in a fresh environment: what lock files hide.

    python scripts/try_newest.py                     the quick tests, within the bounds of pyproject.toml
    python scripts/try_newest.py --beyond            without the upper bounds: whether they can be raised
    python scripts/try_newest.py -- tests/clients    these tests instead

Says which versions differ from those that are locked, then runs tests. The exit code is that of pytest.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements-test.lock"
_UPPER = re.compile(r"\s*,?\s*<=?\s*[\w.]+")


def read_requirements(*, beyond: bool) -> list[str]:
    """What the program and its tests need; with `beyond` without upper bounds."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted: list[str] = [*project["project"]["dependencies"]]
    for group in ("build", "test"):
        wanted += [entry for entry in project["dependency-groups"][group] if isinstance(entry, str)]
    return [_UPPER.sub("", line) if beyond else line for line in wanted]


def read_locked() -> dict[str, str]:
    """Name to version in all lock files, of what is locked for this Python and system."""
    lines = (line for file in (ROOT / "requirements.lock", LOCK) for line in file.read_text("utf-8").splitlines())
    pinned = (Requirement(line.rstrip("\\ ")) for line in lines if re.match(r"[\w.-]+==", line))
    return {one.name: str(one.specifier)[2:] for one in pinned if not one.marker or one.marker.evaluate()}


def install(python: Path, wanted: Iterable[str]) -> dict[str, str]:
    """Install the newest of everything, and the program itself; gives name to version of all that is there."""
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "--upgrade", *wanted], check=True)
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-build-isolation", "-e", str(ROOT)], check=True)
    listed = subprocess.run([*pip, "list", "--format=json"], check=True, capture_output=True, text=True)
    return {entry["name"].lower().replace("_", "-"): entry["version"] for entry in json.loads(listed.stdout)}


def main(arguments: list[str]) -> int:
    """Install, compare, test."""
    parser = argparse.ArgumentParser(description="Tries the newest version of every library.")
    parser.add_argument("--beyond", action="store_true", help="without the upper bounds of pyproject.toml")
    parser.add_argument("tests", nargs="*", default=[f"@{ROOT / 'tests' / 'fast.txt'}"], help="for pytest")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="spacecast-newest-") as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        versions = install(python, read_requirements(beyond=options.beyond))
        for name, locked in sorted(read_locked().items()):
            if (version := versions.get(name)) and version != locked:
                print(f"{name}: {locked} is locked, {version} is the newest")
        return subprocess.run([str(python), "-m", "pytest", "-q", *options.tests], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
