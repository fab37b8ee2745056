"""How long the three journeys of docs/architecture.md are: functions entered, and packages that call each other.

    python scripts/journeys.py

Makes a show of one X archive with two conversations, and follows with `sys.setprofile`, one after the other:

    recording   `extract` of the archive, and the first build: from X's archive to the audio file that apps fetch
    title       a build after another title: from `index.md` to page and feed
    refusal     `consent` refused, and the build after: from “no” to silence

Prints for each how many functions of this package it enters (methods too; no lambdas and comprehensions), in how many
modules, and between how many ordered pairs of packages calls go (a package is a folder below `site_builder/`). Some of
these calls go back: to a function that a package was handed by one that it does not import. At last how many pairs of
packages there are of which one imports the other. Child processes are not followed, so builds have one job.
"""

from __future__ import annotations

import ast
import io
import os
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support")]
os.environ.setdefault("SOURCE_DATE_EPOCH", "1795000000")

from archive_maker import write_archive  # noqa: E402
from show_runner import edit, find_bundle, make_show, make_two_spaces  # noqa: E402

from site_builder.cli.main import main as spacecast  # noqa: E402

PACKAGE = ROOT / "site_builder"
Function = tuple[str, str]
"""Module, and qualified name."""


class Tracer:
    """Notes the functions of this package that are entered, and from which package."""

    def __init__(self) -> None:
        self.functions: set[Function] = set()
        self.crossings: set[tuple[str, Function]] = set()
        self._prefix = f"{PACKAGE}{os.sep}"

    def follow(self, work: Callable[[], None]) -> None:
        """Do this and look on."""
        sys.setprofile(self._see)
        try:
            work()
        finally:
            sys.setprofile(None)

    def _see(self, frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event != "call" or not code.co_filename.startswith(self._prefix) or code.co_name.startswith("<"):
            return
        module = self._name(code.co_filename)
        function = (module, code.co_qualname)
        self.functions.add(function)
        caller = frame.f_back
        while caller and not caller.f_code.co_filename.startswith(self._prefix):
            caller = caller.f_back
        if caller:
            package = find_package(self._name(caller.f_code.co_filename))
            if package != find_package(module):
                self.crossings.add((package, function))

    def _name(self, file: str) -> str:
        return file.removeprefix(self._prefix).removesuffix(".py").replace(os.sep, ".")

    def describe(self, imports: Collection[tuple[str, str]]) -> str:
        """One line; `imports` are the pairs of packages of which one imports the other."""
        modules = {module for module, _ in self.functions}
        pairs = {(package, find_package(module)) for package, (module, _) in self.crossings}
        back = len(pairs.difference(imports))
        calls = (
            f"{len(pairs):3} pairs of packages ({back} back) that call {len(self.crossings)} functions of each other"
        )
        return f"{len(self.functions):5} functions  {len(modules):4} modules  {calls}"


def find_package(module: str) -> str:
    """The folder below `site_builder/`; modules beside the folders are their own."""
    return module.split(".", 1)[0]


def run(*arguments: object) -> None:
    """`spacecast …` in this process; what it says is not shown."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        try:
            spacecast([str(argument) for argument in arguments])
        except SystemExit as end:
            if end.code:
                raise RuntimeError(out.getvalue() + err.getvalue()) from None


def list_journeys(folder: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """Name and work of each; every one goes on where the one before ended."""
    archive = write_archive(folder / "archive.zip", make_two_spaces())
    show = make_show(folder / "show")

    def build() -> None:
        run("-C", show, "build", "--jobs", 1)

    def take_in() -> None:
        run("-C", show, "extract", archive)
        build()

    def refuse() -> None:
        guest = (show / "content/people.yaml").read_text().rsplit("\n\n", 1)[-1].split(":", 1)[0]
        run("-C", show, "consent", guest, "refused")
        build()

    yield "recording", take_in
    edit(find_bundle(show, "2026-10-16") / "index.md", "title: ", "title: Once more ")
    yield "title", build
    yield "refusal", refuse


def list_imports() -> Iterator[tuple[str, str]]:
    """Package that imports, package that is imported."""
    for file in sorted(PACKAGE.rglob("*.py")):
        package = find_package(file.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", "."))
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                if name.startswith("site_builder."):
                    yield package, find_package(name.removeprefix("site_builder."))
                elif name == "site_builder" and isinstance(node, ast.ImportFrom):
                    yield from ((package, alias.name) for alias in node.names if (PACKAGE / alias.name).exists())


def main() -> None:
    """Follow the journeys, and count imports."""
    pairs = {(one, other) for one, other in list_imports() if one != other}
    with tempfile.TemporaryDirectory() as folder:
        for name, work in list_journeys(Path(folder)):
            tracer = Tracer()
            tracer.follow(work)
            print(f"{name:10} {tracer.describe(pairs)}", flush=True)
    print(f"{len(pairs)} pairs of packages, of which one imports the other")


if __name__ == "__main__":
    main()
