"""Keeps compiled Jinja templates between builds.

The built-in ones lie beside the program, in `__pycache__`, as Python keeps its own modules: a new show has them there.
Whoever may write there may change the program itself, so they need no more trust than it. Where the program's folder
cannot be written, and for a show's own templates, they lie in the show's cache.
docs/decisions/0047 says why.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from shutil import rmtree

import jinja2
from jinja2 import Environment, FileSystemBytecodeCache
from jinja2.bccache import Bucket, BytecodeCache

from site_builder.engine.digests import digest_bytes
from site_builder.text.catalogues import find_program_cache
from site_builder.text.languages import Language, find_builtin_folder

_PATTERN = "%s.page"
_MARK = 16
"""Digits of a digest that tell folders apart."""


class CompiledTemplates(BytecodeCache):
    """Compiled templates of one language, for formats of a language may be folded into what is compiled.

    jinja2 compares the source, and the version of Python, before it takes any.
    """

    def __init__(self, cache_folder: Path, language: Language) -> None:
        """Over those of a show in `cache_folder`, and the built-in ones that all shows share."""
        folder = cache_folder / language.digest[:_MARK]
        folder.mkdir(parents=True, exist_ok=True)
        self._own = FileSystemBytecodeCache(str(folder), _PATTERN)
        shared = None if language.has_own_texts else find_shared_folder(language)
        self._shared = FileSystemBytecodeCache(str(shared), _PATTERN) if shared else None
        self._builtin = str(find_builtin_folder())
        self._shareable: set[str] = set()

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        """What is kept of a template, perhaps nothing."""
        if self._shared and filename and Path(filename).is_relative_to(self._builtin):
            self._shareable.add(self.get_cache_key(name, filename))
        return super().get_bucket(environment, name, filename, source)

    def load_bytecode(self, bucket: Bucket) -> None:
        """From beside the program, else from the show's cache."""
        if self._shared and bucket.key in self._shareable:
            with suppress(OSError):
                self._shared.load_bytecode(bucket)
        if bucket.code is None:
            self._own.load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """To where it belongs, or else into the show's cache."""
        if self._shared and bucket.key in self._shareable and not sys.dont_write_bytecode:
            with suppress(OSError):
                _make_folder(Path(self._shared.directory))
                self._shared.dump_bytecode(bucket)
                return
        self._own.dump_bytecode(bucket)


def find_shared_folder(language: Language) -> Path | None:
    """Where the built-in templates of a language lie once they are compiled; None where they cannot lie anywhere."""
    try:
        program = _digest_compiler()
    except OSError:  # in one file, as the program to double-click
        return None
    return find_program_cache(__file__) / f"{_name_kind()}{program[:_MARK]}-{language.digest[:_MARK]}"


@cache
def _digest_compiler() -> str:
    """Of what decides, beside source and language, what a template is compiled to."""
    files = (Path(__file__), Path(__file__).parent / "pages/theme.py")
    return digest_bytes(b"\0".join([jinja2.__version__.encode(), *(file.read_bytes() for file in files)]))


def _name_kind() -> str:
    return f"templates-{sys.implementation.cache_tag}-"


def _make_folder(folder: Path) -> None:
    """Make it, and delete those that an earlier version of the program left."""
    if folder.is_dir():
        return
    folder.mkdir(parents=True)
    program = folder.name.rpartition("-")[0]
    for other in folder.parent.glob(f"{_name_kind()}*"):
        if not other.name.startswith(program):
            rmtree(other, ignore_errors=True)
