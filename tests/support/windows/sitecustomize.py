"""Python as it is on Windows, where a file that this process has open can be neither replaced, moved nor deleted.

Loaded by every Python whose PYTHONPATH begins with this folder; works where `/proc` tells which files are open.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

_CHANGED = {"replace": 2, "rename": 2, "unlink": 1, "remove": 1}
"""Functions of `os`, and how many of their arguments are files that they change."""


def is_open(path: Any) -> bool:
    """Whether this process has the file open."""
    whole = os.path.realpath(os.fsdecode(path))
    if not Path(whole).is_file():
        return False
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            if os.readlink(descriptor) == whole:  # noqa: PTH115 -- os.path made `whole`
                return True
        except OSError:  # that of this very look
            continue
    return False


def refuse_open(change: Callable[..., None], count: int) -> Callable[..., None]:
    """The same, but for files that are open."""

    def careful(*arguments: Any, **options: Any) -> None:
        if not options.get("dir_fd"):
            for path in arguments[:count]:
                if is_open(path):
                    raise PermissionError(13, "open in this very process", os.fspath(path))
        change(*arguments, **options)

    return careful


for _name, _count in _CHANGED.items():
    setattr(os, _name, refuse_open(getattr(os, _name), _count))
