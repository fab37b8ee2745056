"""Compiled templates that all shows of a test run share: to compile them anew for each takes a third of its build."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket


class SharedTemplates(FileSystemBytecodeCache):
    """A show's own compiled templates; what is not among them is looked for in the shared folder.

    Both are told apart by language, as a show does it, and jinja2 compares the source before it takes either.
    """

    def __init__(self, shared: Path, directory: str, pattern: str) -> None:
        super().__init__(directory, pattern)
        folder = shared / Path(directory).name
        folder.mkdir(exist_ok=True)
        self._shared = FileSystemBytecodeCache(str(folder), pattern)

    @classmethod
    def below(cls, folder: Path) -> partial[SharedTemplates]:
        """What makes one, given what jinja2's own is given."""
        return partial(cls, folder)

    def load_bytecode(self, bucket: Bucket) -> None:
        """From the show's folder, or from the shared one, and then into the show's."""
        super().load_bytecode(bucket)
        if bucket.code is None:
            self._take_shared(bucket)

    def _take_shared(self, bucket: Bucket) -> None:
        self._shared.load_bytecode(bucket)
        if bucket.code is not None:
            super().dump_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Into both."""
        super().dump_bytecode(bucket)
        self._shared.dump_bytecode(bucket)
