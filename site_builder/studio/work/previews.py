"""The site as it will be: built by a process of its own whenever a file changes, served to the studio's frames.

python -m site_builder.studio.work.previews FOLDER      the building side; tells its states as lines of JSON
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from site_builder.errors import SpacecastError
from site_builder.preview.process import SessionProcess
from site_builder.preview.session import State
from site_builder.preview.watch import Watch
from site_builder.show.config import load_config
from site_builder.show.layout import CONFIG, OutputPaths, find_output_paths
from site_builder.studio.sound.peaks import prepare_shapes
from site_builder.studio.work.process import Child

MODULE = "site_builder.studio.work.previews"


def find_base(folder: Path) -> str:
    """The path at which the site will live: `https://h/show/` → `/show/`; `/` where the config does not tell."""
    try:
        return unquote(urlsplit(load_config(folder).show.url).path) or "/"
    except SpacecastError:
        return "/"


class RemotePreview:
    """What `preview.server.PreviewSite` asks of a session, from a session in another process."""

    def __init__(self, folder: Path) -> None:
        self.id = secrets.token_hex(4)
        self.folder = folder
        self.state = State(base=find_base(folder))
        self._child: Child | None = None
        self._followers: list[Callable[[State], None]] = []
        self._lock = threading.Lock()
        self._is_over = False

    @property
    def output_paths(self) -> OutputPaths:
        """Where the preview lies."""
        return find_output_paths(self.folder, preview=True)

    def start(self) -> None:
        """Begin to build, where there is a show; to be called again when there is one."""
        with self._lock:
            if not self.state.number:
                self.state = State(base=find_base(self.folder))
            if self._child is None and not self._is_over and (self.folder / CONFIG).is_file():
                self._child = Child(MODULE, self.folder, self._receive, self._end)

    def stop(self) -> None:
        """End the process that builds."""
        self._is_over = True
        if self._child:
            self._child.stop()

    def follow(self, receive: Callable[[State], None]) -> None:
        """Have the state given to `receive` whenever a page may have changed."""
        self._followers.append(receive)

    def leave(self, receive: Callable[[State], None]) -> None:
        """End `follow`."""
        self._followers.remove(receive)

    def _receive(self, message: dict[str, Any]) -> None:
        message["problems"] = tuple(message["problems"])
        self._publish(State(**message))

    def _end(self) -> None:
        self._child = None
        if not self._is_over:
            self._publish(replace(self.state, problems=("the preview stopped; the next change starts it again",)))

    def _publish(self, state: State) -> None:
        self.state = state
        for receive in list(self._followers):
            receive(state)


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
        session = SessionProcess(folder, BuildOptions(drafts=True), _read_clock)  # for here are threads
        session.follow(tell)
        shaped: set[str] = set()
        session.refresh()
        session.warm_up()
        prepare_shapes(folder, shaped)
        while watch.wait():
            session.hurry(watch.take_touched())
            session.refresh()
            prepare_shapes(folder, shaped)
            if session.is_waiting:
                watch.touch()


def _read_clock() -> datetime:
    return datetime.now(UTC)


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
