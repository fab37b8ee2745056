"""The entry of the program to double-click: the studio, in a folder of its own in the home folder.

With arguments it is the `spacecast` command. The studio starts its helpers as `program -m module …`, as Python would.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

from site_builder.cli.main import main

FOLDER = "Spacecast"


def start(arguments: list[str]) -> None:
    """Do what the arguments say; without any: open the studio."""
    if arguments[:1] == ["-m"]:
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    elif arguments:
        main(arguments)
    else:
        folder = Path.home() / FOLDER
        folder.mkdir(exist_ok=True)
        main(["-C", str(folder), "studio"])


if __name__ == "__main__":
    start(sys.argv[1:])
