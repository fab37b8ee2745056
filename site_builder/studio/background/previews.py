"""Builds the preview in a process of its own whenever a file changes, and serves it.

python -m site_builder.studio.background.previews FOLDER      the building side; tells its states as lines of JSON
"""

from __future__ import annotations

import json
import os
import sys
import threading
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from site_builder.preview.following import follow_changes
from site_builder.preview.process import SessionProcess
from site_builder.preview.session import Followed, State, find_base
from site_builder.preview.watch import Watch
from site_builder.show.layout import CONFIG
from site_builder.studio.background.process import Child
from site_builder.studio.sound.peaks import prepare_shapes

MODULE = "site_builder.studio.background.previews"


class RemotePreview(Followed):
    """A preview that is built, and watched over, by a process of its own; it begins when somebody looks."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.state = State(base=find_base(folder) or "/")
        self._child: Child | None = None
        self._starting = threading.Lock()
        self._is_over = False

    def start(self) -> None:
        """Begin to build, where there is a show; to be called again when there is one."""
        with self._starting:
            if not self.state.number:
                self.state = State(base=find_base(self.folder) or "/")
            if self._child is None and not self._is_over and (self.folder / CONFIG).is_file():
                self._child = Child(MODULE, self.folder, self._receive, self._end)

    def stop(self) -> None:
        """End the process that builds."""
        self._is_over = True
        if self._child:
            self._child.stop()

    def _receive(self, message: dict[str, Any]) -> None:
        message["problems"] = tuple(message["problems"])
        self._publish(State(**message))

    def _end(self) -> None:
        self._child = None
        if not self._is_over:
            self._publish(replace(self.state, problems=("the preview stopped; the next change starts it again",)))


def main() -> None:
    """Build, and again whenever a file of the show changes, until standard input ends."""
    from site_builder.build.pipeline import BuildOptions  # noqa: PLC0415

    folder = Path(sys.argv[1])
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    threading.Thread(target=_end_with_input, daemon=True).start()

    def tell(state: State) -> None:
        out.write(json.dumps(asdict(state)) + "\n")
        out.flush()

    with Watch(folder) as watch:
        options = BuildOptions(drafts=True, jobs=os.cpu_count() or 1)
        session = SessionProcess(folder, options, _read_clock)  # for here are threads
        session.follow(tell)
        session.refresh()
        session.warm_up()
        built = threading.Event()
        built.set()
        threading.Thread(target=_prepare_shapes, args=(folder, built), daemon=True).start()
        follow_changes(session, watch, built.set)


def _prepare_shapes(folder: Path, built: threading.Event) -> None:
    """After each build, beside the next ones: hundreds of long recordings take minutes, and a save does not wait."""
    done: set[str] = set()
    while built.wait():
        built.clear()
        prepare_shapes(folder, done)


def _read_clock() -> datetime:
    return datetime.now(UTC)


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
