"""Runs `spacecast studio` in a process of its own, and asks it as a browser with the right cookie, or as a stranger."""

from __future__ import annotations

import http.client
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from http_answer import Answer
from show_runner import start_spacecast


@dataclass(slots=True)
class RunningStudio:
    """A running `spacecast studio`."""

    process: subprocess.Popen[bytes]
    address: str
    """As it was printed: with the token, which is spent by `enter`, or by a browser."""
    show: Path
    cookie: str = ""
    err: list[bytes] = field(default_factory=list)

    @property
    def origin(self) -> str:
        """`http://127.0.0.1:40123`."""
        place = urlsplit(self.address)
        return f"{place.scheme}://{place.netloc}"

    def enter(self) -> RunningStudio:
        """Exchange the token for the cookie, as a browser does."""
        answer = self.ask(self.address.removeprefix(self.origin))
        assert answer.status == 303, answer
        self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return self

    def ask(self, path: str, method: str = "GET", body: bytes = b"", /, **headers: str) -> Answer:
        """One request, with the cookie if there is one; underscores in header names are hyphens.

        `cookie=""` sends none, `host` takes the place of the right one.
        """
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie and "cookie" not in named:
            named["cookie"] = self.cookie
        named = {name: value for name, value in named.items() if value or name != "cookie"}
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=20)
        connection.request(method, path, body=body or None, headers=named)
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        answer = Answer(response.status, names, response.read())
        connection.close()
        return answer

    @contextmanager
    def follow(self, path: str) -> Iterator[None]:
        """An answer that goes on and on, as an open page has it."""
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=20)
        connection.request("GET", path, headers={"cookie": self.cookie})
        assert connection.getresponse().status == 200
        yield
        connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        """A page, which must be there."""
        answer = self.ask(path, **headers)
        assert answer.status == 200, (path, answer.status, answer.text[:2000])
        return answer

    def post(self, path: str, *pairs: tuple[str, str], page: str = "/", scripted: bool = True, **fields: str) -> Answer:
        """A form of ours, sent by our own script (`scripted`) or a plain browser; underscores in names are hyphens."""
        body = urlencode([*((name.replace("_", "-"), value) for name, value in fields.items()), *pairs]).encode()
        headers = {
            "origin": self.origin,
            "referer": f"{self.origin}{page}",
            "sec_fetch_site": "same-origin",
            "content_type": "application/x-www-form-urlencoded",
        }
        if scripted:
            headers["accept"] = "application/json"
        return self.ask(path, "POST", body, **headers)

    def digest(self, page: str, path: str) -> str:
        """What the forms of a page say that the file at `path` was when it was shown."""
        found = re.search(rf'name="based-on" value="([^"]*)" data-file="{re.escape(path)}"', self.get(page).text)
        assert found, f"{page} has no form that changes {path}"
        return found[1]

    def stop(self) -> tuple[int, str]:
        """Ctrl-C: the exit code, and what was said on standard error."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=10)
        return self.process.returncode, b"".join(self.err).decode()


def find_family(pid: int) -> list[int]:
    """A process and all that came of it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(found for child in children for found in find_family(int(child)))]


@contextmanager
def start_studio(show: Path, *options: object, **environment: str) -> Iterator[RunningStudio]:
    """`spacecast studio` on a free port, from when it answers to the end of the block."""
    with start_spacecast(
        "-C", show, "studio", "--no-browser", "--port", 0, *options, cwd=None, **environment
    ) as process:
        try:
            assert process.stdout
            assert process.stderr
            line = process.stdout.readline().decode().strip()
            assert line.startswith("http://"), (line, process.stderr.read().decode())
            studio = RunningStudio(process, line, show)
            threading.Thread(target=studio.err.extend, args=(process.stderr,), daemon=True).start()
            yield studio
        finally:
            process.kill()
