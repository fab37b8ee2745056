"""docs/architecture.md names what exists: a map that misleads is worse than none."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "site_builder"
TEXT = (ROOT / "docs" / "architecture.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`((?:[\w-]+/)*[\w-]+\.(?:py|md))(?::([\w.]+))?`", TEXT)))
"""File and, where one follows after a colon, what it defines."""
ROOMS = sorted(set(re.findall(r"`((?:\w+/)+)`", TEXT)))
LOCAL = {"index.md"}
"""Files of a show, not of the program."""


@cache
def list_names(path: Path) -> set[str]:
    """What a module defines: functions, classes, constants, and methods as `Class.method`."""
    found: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
        if isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return found


def find_file(name: str) -> Path:
    """Of the program, or of the whole repository."""
    return next((place / name for place in (PACKAGE, ROOT) if (place / name).is_file()), PACKAGE / name)


@pytest.mark.parametrize(("file", "name"), [one for one in NAMED if one[0] not in LOCAL])
def test_what_it_names_exists(file: str, name: str) -> None:
    """A path, and what is said to be in it."""
    path = find_file(file)
    assert path.is_file(), f"docs/architecture.md names {file}, which is not there"
    assert not name or name in list_names(path), f"docs/architecture.md names {name}, which {file} does not define"


def test_rooms_exist_and_none_is_left_out() -> None:
    """Every package at the top has its line in the picture; every folder it names is there."""
    packages = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    picture = TEXT.partition("```\n")[2].partition("```")[0]
    assert {name for name in packages if f"{name}/" not in picture} == set()
    places = (PACKAGE, ROOT)
    shows = {"output/", "output/media/", "content/episodes/"}
    assert [room for room in ROOMS if room not in shows and not any((place / room).is_dir() for place in places)] == [
        room for room in ("site_builder/",) if room not in ROOMS
    ]


def test_decisions_it_links_exist() -> None:
    """Each link leads to a page beside it."""
    assert [link for link in re.findall(r"\]\((decisions/[^)]+)\)", TEXT) if not (ROOT / "docs" / link).is_file()] == []
