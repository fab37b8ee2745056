"""The layers of the program, as data: a module imports only from rows above its own.

The table is the one in the architecture document; each entry is a module or package below `site_builder`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "site_builder"

LAYERS: dict[str, tuple[str, ...]] = {
    "nouns": (
        *("__init__", "model", "podcasting20", "conversations", "errors", "events"),
        *("timecode", "slugs", "prose", "categories", "media_types"),
    ),
    "engines": (
        *("digests", "tree", "ledger", "targets", "edits", "frames"),
        *("documents", "roundtrip", "transcript_files"),
    ),
    "edges in": ("config", "frontmatter", "sources", "content", "people", "published"),
    "sound": ("audio",),
    "words": ("languages", "consent", "drafts", "render", "episodes", "provenance", "searching"),
    "plan": ("media", "pictures", "site", "leaks"),
    "acts": (
        *("archives", "intake", "gather", "gallery", "studio", "exposure", "assembly", "freshness", "lock", "report"),
        *("pipeline", "inspection", "newshow", "guests", "checks", "hosts", "uploads", "deploying", "preview"),
        *("fetching", "live", "workflow"),
    ),
    "command": ("console", "cli", "__main__"),
}


def modules() -> Iterator[tuple[str, Path]]:
    """Every module with the entry of LAYERS it belongs to."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).parts[0].removesuffix(".py"), path


def imported(path: Path) -> set[str]:
    """Entries below site_builder that a module imports, inside functions too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            pytest.fail(f"{path}: relative import; write the whole name")
    found = {name.split(".")[1] for name in names if name.startswith("site_builder.")}
    return {name if (PACKAGE / name).exists() or (PACKAGE / f"{name}.py").exists() else "__init__" for name in found}


def layer_of(entry: str) -> int:
    """Row of an entry in LAYERS."""
    rows = [number for number, row in enumerate(LAYERS) if entry in row]
    assert rows, f"site_builder/{entry} is in no layer: add it to LAYERS"
    return rows[0]


@pytest.mark.parametrize(("entry", "path"), list(modules()), ids=lambda value: getattr(value, "name", value))
def test_imports_point_upwards(entry: str, path: Path) -> None:
    """A module imports only its own package and rows above its own."""
    for other in imported(path) - {entry, "__init__"}:
        allowed = layer_of(other) < layer_of(entry) or (entry, other) in ALLOWED
        assert allowed, f"{path.relative_to(PACKAGE.parent)} (row {layer_of(entry)}) imports {other} (row {layer_of(other)})"


@pytest.mark.parametrize(("entry", "path"), list(modules()), ids=lambda value: getattr(value, "name", value))
def test_modules_stay_small(entry: str, path: Path) -> None:
    """No module is longer than 400 lines."""
    assert len(path.read_text("utf-8").splitlines()) <= 400


HOUSES = {"feedgen": {"render/feed.py", "render/feed_extensions.py"}, "watchdog": {"preview/watching.py"}, "rich": {"cli.py"}}
"""Libraries that live in one place only."""


@pytest.mark.parametrize(("library", "places"), HOUSES.items(), ids=HOUSES)
def test_libraries_stay_in_their_house(library: str, places: set[str]) -> None:
    """A library with one job is imported by the module that has that job, and by no other."""
    users = {
        path.relative_to(PACKAGE).as_posix()
        for _, path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == library for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == library)
    }
    assert users <= places


def test_source_words_stay_in_sources() -> None:
    """What X calls things is known in `sources/` alone; everywhere else a Space is a conversation."""
    for _, path in modules():
        if path.is_relative_to(PACKAGE / "sources"):
            continue
        names = {node.id for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Name)}
        names |= {n.name for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        odd = {name for name in names if any(word in name.lower() for word in ("tweet", "hydra"))}
        assert not odd, f"{path.name}: {odd}"
