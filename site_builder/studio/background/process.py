"""A child process that exchanges JSON lines with this one, and ends with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from site_builder.engine import platform

Receive = Callable[[dict[str, Any]], None]


class Child:
    """One process; `receive` gets its messages in a thread, `ended` is called when there are no more."""

    def __init__(self, module: str, folder: Path, receive: Receive, ended: Callable[[], None]) -> None:
        program = Path(__file__).parents[3]
        path = os.pathsep.join(filter(None, [str(program), os.environ.get("PYTHONPATH", "")]))
        self._process = subprocess.Popen(  # noqa: S603 -- our own module
            [sys.executable, "-m", module, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,
        )
        threading.Thread(target=self._read, args=(receive, ended), daemon=True).start()

    def send(self, message: dict[str, Any]) -> None:
        """Give it something to do."""
        assert self._process.stdin
        with suppress(BrokenPipeError, ValueError):
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()

    def stop(self) -> None:
        """End it at once, with all that it started."""
        with suppress(OSError):
            if not platform.kill_group(self._process.pid):
                self._process.kill()

    def _read(self, receive: Receive, ended: Callable[[], None]) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            with suppress(ValueError):
                receive(json.loads(line))
        self._process.wait()
        ended()
