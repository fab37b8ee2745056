"""Runs `spacecast serve` in a process of its own, and asks it as browsers and podcast apps do."""

from __future__ import annotations

import http.client
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from http_answer import Answer
from show_runner import start_spacecast


@dataclass(frozen=True, slots=True)
class Preview:
    """A running `spacecast serve`."""

    process: subprocess.Popen[bytes]
    url: str
    """Of the home page."""
    show: Path

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """One request; `path` is sent as it is, and underscores in header names are hyphens."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=10)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        answer = Answer(response.status, names, response.read())
        connection.close()
        return answer

    def stop(self) -> tuple[int, str]:
        """Ctrl-C: the exit code, and what was said on standard error."""
        self.process.send_signal(signal.SIGINT)
        _, err = self.process.communicate(timeout=10)
        return self.process.returncode, err.decode()


@contextmanager
def start_preview(show: Path, *options: object) -> Iterator[Preview]:
    """`spacecast serve` on a free port, from when it answers to the end of the block."""
    with start_spacecast("-C", show, "serve", "--port", 0, *options) as process:
        try:
            yield Preview(process, _read_address(process), show)
        finally:
            process.kill()


def _read_address(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout
    for line in process.stdout:
        if line.startswith(b"http://"):
            return line.split()[0].decode()
    raise AssertionError(process.communicate()[1].decode())
