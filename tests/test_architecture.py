"""The rows of the house, as data: a package imports only from rows below its own. One parse of the tree serves all.

docs/decisions/0011 says why the rows are these.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "site_builder"

ROWS: tuple[tuple[str, ...], ...] = (
    ("__init__", "errors", "events", "model"),
    ("text", "engine", "audio", "net"),
    ("show",),
    ("sources", "consent", "render", "hosts", "speech"),
    ("episodes",),
    ("site", "checks"),
    ("build",),
    ("preview", "commands"),
    ("studio",),
    ("cli",),
    ("__main__",),
)
"""From the ground up. Nothing is imported sideways, but that the ground row may import its own."""
TO_COME: set[str] = set()
"""Rooms that have their place and are not built yet."""
LOOSE = {"__init__", "__main__", "errors", "events"}
"""The only modules that lie in no package."""

HOUSES = {
    "feedgen": {"render/feed/rss.py", "render/feed/extensions.py"},
    "watchdog": {"preview/watch.py"},
    "rich": {"cli/tables.py", "cli/preview.py", "cli/recordings.py"},
    "click": {
        f"cli/{name}.py"
        for name in (
            "arguments",
            "deployment",
            "failures",
            "main",
            "options/group",
            "publishing",
            "setup/commands",
            "setup/help",
            "setup/questions",
            "studio",
            "summary",
        )
    },
    "jinja2": {"render/compiled_templates.py", "render/pages/theme.py", "studio/rendering.py"},
    "ruamel": {"show/documents/yaml_edit.py"},
    "python_multipart": {"studio/uploads.py"},
    "msgspec": {"engine/serialization.py"},
    "distributed": {f"engine/cluster/{name}.py" for name in ("compatibility", "connection", "tasks")},
    "obstore": {"net/stores.py", "hosts/object_store.py"},
}
"""Libraries that live in one place only."""


@dataclass(frozen=True, slots=True)
class Module:
    """One file of the program."""

    path: str
    """Below the package."""
    room: str
    """The package, or loose module, it belongs to."""
    lines: int
    imports: frozenset[str]
    """Whole names of what is imported anywhere in it, with the imported name at the end."""
    names: frozenset[str]
    """Names it uses or defines."""
    has_relative_import: bool
    longest: tuple[int, str]
    """Lines of its longest function, and what that is called."""

    @property
    def rooms(self) -> set[str]:
        """Other rooms it imports from."""
        own = {name.split(".")[1] for name in self.imports if name.startswith("site_builder.")}
        return {name for name in own if (PACKAGE / name).exists() or (PACKAGE / f"{name}.py").exists()} - {self.room}


@cache
def modules() -> tuple[Module, ...]:
    """Every module, parsed once."""
    return tuple(_read(path) for path in sorted(PACKAGE.rglob("*.py")))


_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


def _read(path: Path) -> Module:
    source = path.read_text("utf-8")
    nodes = list(ast.walk(ast.parse(source)))
    imports = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    below = path.relative_to(PACKAGE)
    return Module(
        path=below.as_posix(),
        room=below.parts[0].removesuffix(".py"),
        lines=len(source.splitlines()),
        imports=frozenset(imports | {f"{node.module}.{alias.name}" for node in froms for alias in node.names}),
        names=frozenset(
            {node.id for node in nodes if isinstance(node, ast.Name)}
            | {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        ),
        has_relative_import=any(node.level for node in froms),
        longest=max(
            ((node.end_lineno or 0) - node.lineno + 1, node.name) for node in nodes if isinstance(node, _FUNCTIONS)
        )
        if any(isinstance(node, _FUNCTIONS) for node in nodes)
        else (0, ""),
    )


def row_of(room: str) -> int:
    """Number of the row a room stands in."""
    (row,) = (number for number, rooms in enumerate(ROWS) if room in rooms)
    return row


def test_every_room_has_its_row() -> None:
    """And no row names a room that is gone."""
    assert {module.room for module in modules()} | TO_COME == {room for row in ROWS for room in row}


def test_nothing_is_loose() -> None:
    """What a newcomer sees first are rooms."""
    assert {Path(module.path).stem for module in modules() if "/" not in module.path} == LOOSE


def test_imports_point_down() -> None:
    """A room imports only from rows below its own, by whole names."""
    for module in modules():
        assert not module.has_relative_import, f"{module.path}: relative import; write the whole name"
        for other in module.rooms:
            mine, theirs = row_of(module.room), row_of(other)
            assert theirs < mine or theirs == 0, f"{module.path} (row {mine}) imports {other} (row {theirs})"


def test_no_circles() -> None:
    """Neither among rooms nor among modules; graphlib names the circle where there is one."""
    known = {module.path.removesuffix(".py").replace("/", "."): module for module in modules()}
    graph = {name: _needed(module) & known.keys() - {name} for name, module in known.items()}
    TopologicalSorter(graph).prepare()


def _needed(module: Module) -> set[str]:
    """What a module imports: names of modules, and of what may be one."""
    own = {name.removeprefix("site_builder.") for name in module.imports if name.startswith("site_builder.")}
    return own | {name.rpartition(".")[0] for name in own}


def test_modules_stay_small() -> None:
    """No module is longer than 400 lines."""
    assert [(module.path, module.lines) for module in modules() if module.lines > 400] == []


def test_functions_stay_short() -> None:
    """No function is longer than 40 lines, its docstring included."""
    assert [(module.path, *module.longest) for module in modules() if module.longest[0] > 40] == []


def test_packages_stay_narrow() -> None:
    """No package has more than 14 modules, so that its listing is seen at a glance; `__init__` is not counted."""
    widths = Counter(str(Path(module.path).parent) for module in modules() if not module.path.endswith("__init__.py"))
    assert {package: width for package, width in widths.items() if width > 14} == {}


def test_few_packages_know_each_other() -> None:
    """Of all ordered pairs of packages few import, so that a change is felt in few places."""
    pairs = {(module.room, room) for module in modules() for room in module.rooms}
    assert len([pair for pair in pairs if all((PACKAGE / room).is_dir() for room in pair)]) <= 105


def test_libraries_stay_in_their_house() -> None:
    """A library with one job is imported by the module that has that job, and by no other."""
    for library, places in HOUSES.items():
        users = {m.path for m in modules() if any(name.split(".")[0] == library for name in m.imports)}
        assert users <= places, library
        assert users, f"nothing imports {library} any more"


def test_source_words_stay_in_sources() -> None:
    """What X calls things is known in `sources/` alone; everywhere else a Space is a conversation."""
    for module in modules():
        if module.room != "sources":
            odd = {name for name in module.names if any(word in name.lower() for word in ("tweet", "hydra"))}
            assert not odd, f"{module.path}: {odd}"


def test_quick_commands_load_nothing_heavy() -> None:
    """Whether a build has anything to do is answered without audio, templates, XML, pictures or tables."""
    script = (
        "import site_builder.cli.main, site_builder.build.pipeline, site_builder.build.up_to_date, "
        "site_builder.build.report, sys\n"
        "print(*{'av', 'jinja2', 'lxml', 'PIL', 'rich', 'pydantic', 'markdown', 'mutagen', 'nh3'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""
