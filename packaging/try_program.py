"""Tries the program to double-click on the system it was made on: no Python of its own is needed.

    python packaging/try_program.py dist/Spacecast

Asks its doctor, opens its studio and takes the demo's archive in there, and builds the show that came of it, in an
empty home. Prints how long each takes, and ends with an error where one does not do what it should.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener

ARCHIVE = Path(__file__).parents[1] / "content/archives/demo.zip"
_PATIENCE = 120
"""Seconds for anything."""


class Browser:
    """Asks a studio as a browser without scripts does.

    Args:
        address: As the studio prints it; it opens once.
    """

    def __init__(self, address: str) -> None:
        place = urlsplit(address)
        self.origin = f"{place.scheme}://{place.netloc}"
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self.ask(address.removeprefix(self.origin))

    def ask(self, path: str, body: bytes | None = None, media_type: str = "") -> str:
        """A page; with a body what is sent there."""
        headers = {"Origin": self.origin, "Content-Type": media_type} if body is not None else {}
        request = Request(f"{self.origin}{path}", body, headers)  # noqa: S310 -- of this computer
        with self._opener.open(request, timeout=_PATIENCE) as answer:
            text: str = answer.read().decode()
        return text

    def wait_for(self, path: str, words: str) -> str:
        """The page, once it says that."""
        end = time.monotonic() + _PATIENCE
        while words not in (page := self.ask(path)):
            if time.monotonic() > end:
                sys.exit(f"{path} never said {words!r}: {page}")
            time.sleep(0.2)
        return page


def find_program(folder: Path) -> str:
    """What is double-clicked."""
    return str(next(file for file in folder.resolve().iterdir() if file.stem == folder.name and file.is_file()))


@contextmanager
def timed(name: str) -> Iterator[None]:
    """Print how long something took."""
    began = time.monotonic()
    yield
    print(f"{name:28} {time.monotonic() - began:6.2f} s", flush=True)


def run(program: str, home: Path, *words: str) -> None:
    """A command, which must be done, if with remarks."""
    with timed(words[-1]):
        done = subprocess.run([program, *words], cwd=home, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode not in {0, 1} or "Traceback" in done.stderr:
        sys.exit(f"{' '.join(words)}: {done.stdout}{done.stderr}")


def take_in(program: str, home: Path) -> None:
    """The archive, through the studio; then each of its pages."""
    began = time.monotonic()
    command = [program, "-C", "show", "studio", "--no-browser", "--json", "--port", "0"]
    with subprocess.Popen(command, cwd=home, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:  # noqa: S603
        assert process.stdout
        try:
            lines = iter(lambda: process.stdout.readline().strip(), b"}")  # type: ignore[union-attr]
            browser = Browser(json.loads(b"".join(lines) + b"}")["address"])
            print(f"{'the studio answers':28} {time.monotonic() - began:6.2f} s", flush=True)
            with timed("the studio takes an archive"):
                choose(browser)
            for page in ("/", "/show", "/people", "/checks", "/publish", "/help"):
                browser.ask(page)
        finally:
            process.terminate()


def choose(browser: Browser) -> None:
    """Send the archive, and take all that is in it."""
    head = b'--x\r\nContent-Disposition: form-data; name="archive"; filename="twitter-demo.zip"\r\n\r\n'
    browser.ask("/start", head + ARCHIVE.read_bytes() + b"\r\n--x--\r\n", "multipart/form-data; boundary=x")
    page = browser.wait_for("/start", "Take selected Spaces")
    chosen = urlencode([("space", space) for space in re.findall(r'name="space" value="(\w+)"', page)])
    browser.ask("/start/take", chosen.encode(), "application/x-www-form-urlencoded")
    browser.wait_for("/start", "Where to go from here")


def main() -> None:
    """Try all of it."""
    program = find_program(Path(sys.argv[1]))
    os.environ.pop("PYTHONPATH", None)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        (home / "show").mkdir()
        run(program, home, "doctor")
        take_in(program, home)
        run(program, home, "-C", "show", "build")
        run(program, home, "-C", "show", "check")
        if not (home / "show/output/feed.xml").is_file():
            sys.exit("no feed was made")


if __name__ == "__main__":
    main()
