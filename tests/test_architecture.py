"""The layers of the program, as data: a module imports only from rows above its own.

The table is the one in the architecture document; each entry is a module or package below `site_builder`.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "site_builder"

LAYERS: dict[str, tuple[str, ...]] = {
    "nouns": (
        *("__init__", "model", "podcasting20", "conversations", "errors", "events"),
        *("timecode", "slugs", "prose", "categories", "media_types", "names"),
    ),
    "engines": (
        *(
            "digests",
            "digested",
            "snapshot",
            "parallel",
            "ahead",
            "tree",
            "databases",
            "ledger",
            "making",
            "targets",
            "groups",
            "kept",
            "values",
            "edits",
            "frames",
        ),
        *("documents", "roundtrip", "transcript_files"),
    ),
    "edges in": ("config", "frontmatter", "sources", "content", "people", "published"),
    "sound": ("audio",),
    "words": ("languages", "consent", "drafts", "render", "episodes", "provenance", "searching", "takeover"),
    "plan": (*("outlines", "episode_files", "media", "pictures", "portraits", "site", "feeds", "last_feed", "leaks"),),
    "acts": (
        *(
            "archives",
            "intake",
            "gather",
            "looks",
            "survey",
            "selection",
            "gallery",
            "studio",
            "takes",
            "exposure",
            "theming",
            "renewal",
            "assembly",
            "freshness",
            "lock",
            "report",
            "timings",
        ),
        *("pipeline", "inspection", "newshow", "guests", "checks", "hosts", "uploads", "deploying", "preview"),
        *("fetching", "live", "workflow", "importing"),
    ),
    "command": ("console", "telling", "cli", "__main__"),
}
"""From the bottom up. A module may import its neighbours in the row, as long as no two need each other."""


@cache
def modules() -> tuple[tuple[str, Path], ...]:
    """Every module with the entry of LAYERS it belongs to."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return tuple((path.relative_to(PACKAGE).parts[0].removesuffix(".py"), path) for path in paths)


@cache
def parse(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text("utf-8"))


def find_imports(nodes: Iterator[ast.AST], path: Path) -> set[str]:
    """Whole names of what is imported, with the imported name at the end."""
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            pytest.fail(f"{path}: relative import; write the whole name")
    return names


def imported(path: Path) -> set[str]:
    """Entries below site_builder that a module imports, inside functions too."""
    names = find_imports(ast.walk(parse(path)), path)
    found = {name.split(".")[1] for name in names if name.startswith("site_builder.")}
    return {name if (PACKAGE / name).exists() or (PACKAGE / f"{name}.py").exists() else "__init__" for name in found}


def layer_of(entry: str) -> int:
    """Row of an entry in LAYERS."""
    rows = [number for number, row in enumerate(LAYERS.values()) if entry in row]
    assert rows, f"site_builder/{entry} is in no layer: add it to LAYERS"
    assert len(rows) == 1, f"site_builder/{entry} is in two layers"
    return rows[0]


@pytest.mark.parametrize(("entry", "path"), modules(), ids=lambda value: getattr(value, "name", value))
def test_imports_point_upwards(entry: str, path: Path) -> None:
    """A module imports only its own row and rows above it."""
    for other in imported(path) - {entry, "__init__"}:
        mine, theirs = layer_of(entry), layer_of(other)
        assert theirs <= mine, f"{path.relative_to(PACKAGE.parent)} (row {mine}) imports {other} (row {theirs})"


def test_nobody_needs_each_other() -> None:
    """Among all entries there is no circle of imports; graphlib names it where there is one."""
    graph: dict[str, set[str]] = {}
    for entry, path in modules():
        graph.setdefault(entry, set()).update(imported(path) - {entry, "__init__"})
    TopologicalSorter(graph).prepare()


def test_every_entry_exists() -> None:
    """The table names no module that is gone."""
    entries = {entry for entry, _ in modules()}
    assert [entry for row in LAYERS.values() for entry in row if entry not in entries] == []


@pytest.mark.parametrize(("entry", "path"), modules(), ids=lambda value: getattr(value, "name", value))
def test_modules_stay_small(entry: str, path: Path) -> None:
    """No module is longer than 400 lines."""
    assert len(path.read_text("utf-8").splitlines()) <= 400


HOUSES = {
    "feedgen": {"render/feed.py", "render/feed_extensions.py"},
    "watchdog": {"preview/watching.py"},
    "rich": {"console/__init__.py", "console/preview.py", "console/recordings.py"},
    "click": {"cli.py", "telling.py"},
    "jinja2": {"render/pages.py"},
    "ruamel": {"roundtrip.py"},
    "msgspec": {"values.py"},
}
"""Libraries that live in one place only."""


@pytest.mark.parametrize(("library", "places"), HOUSES.items(), ids=HOUSES)
def test_libraries_stay_in_their_house(library: str, places: set[str]) -> None:
    """A library with one job is imported by the module that has that job, and by no other."""
    users = {
        path.relative_to(PACKAGE).as_posix()
        for _, path in modules()
        if any(name.split(".")[0] == library for name in find_imports(ast.walk(parse(path)), path))
    }
    assert users <= places
    assert users, f"nothing imports {library} any more"


def test_quick_commands_load_nothing_heavy() -> None:
    """Whether a build has anything to do is answered without audio, templates, XML, pictures or tables."""
    script = "import site_builder.cli, site_builder.pipeline, site_builder.freshness, site_builder.report, sys"
    heavy = (
        "print(*{'av', 'jinja2', 'lxml', 'PIL', 'rich', 'pydantic', 'markdown', 'mutagen', 'nh3'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", f"{script}\n{heavy}"], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""


def test_source_words_stay_in_sources() -> None:
    """What X calls things is known in `sources/` alone; everywhere else a Space is a conversation."""
    for _, path in modules():
        if path.is_relative_to(PACKAGE / "sources"):
            continue
        names = {node.id for node in ast.walk(parse(path)) if isinstance(node, ast.Name)}
        names |= {n.name for n in ast.walk(parse(path)) if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        odd = {name for name in names if any(word in name.lower() for word in ("tweet", "hydra"))}
        assert not odd, f"{path.name}: {odd}"
