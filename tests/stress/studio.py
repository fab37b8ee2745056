"""The studio killed while it saves, takes files in and publishes; and an archive of 20 GB dropped into it."""

from __future__ import annotations

import http.client
import io
import re
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlsplit

from archive_maker import make_files, write_zip
from PIL import Image
from show_runner import copy_show, make_two_spaces, spacecast
from studio_runner import RunningStudio, find_family, start_studio

from site_builder.show.bundles import load_bundle
from site_builder.show.config import load_config
from site_builder.studio.uploads import FOLDER

MOST_MEMORY = 200_000_000
"""Bytes of any process of the studio while a large archive comes in."""


class Saver:
    """Saves one thing after the other, and knows which the studio said to have saved."""

    def __init__(self, studio: RunningStudio, first: int) -> None:
        self.studio = studio
        self.number = first
        self.saved: dict[str, str] = {}
        self.sent: dict[str, str] = {}
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Wait for the end, which comes with that of the studio."""
        self._thread.join(30)

    def _run(self) -> None:
        with suppress(OSError, http.client.HTTPException, AssertionError):
            while True:
                self.number += 1
                self._save("/show", "config.yaml", "title", f"Show {self.number}")
                bundle = find_first(self.studio.show).name
                self._save(f"/episodes/{bundle}", f"content/episodes/{bundle}/index.md", "title", f"Fog {self.number}")
                self._send_cover()
                self.studio.post("/publish", scripted=False)

    def _save(self, page: str, path: str, field: str, value: str) -> None:
        digest = self.studio.digest(page, path)
        self.sent[path] = value
        if self.studio.post(page, (field, value), based_on=digest, page=page).status == 200:
            self.saved[path] = value

    def _send_cover(self) -> None:
        buffer = io.BytesIO()
        Image.effect_noise((1400, 1400), self.number % 90).convert("RGB").save(buffer, "PNG")
        headers = {"origin": self.studio.origin, "accept": "application/json"}
        self.studio.ask("/show/cover?name=x.png", "POST", buffer.getvalue(), **headers)


def kill_studio(show: Path, folder: Path, kills: int) -> tuple[int, list[str]]:
    """Kills the studio at moments ever later; how many kills there were, and what was half-written or lost."""
    tried, wrong, number = copy_show(show, folder / "tried"), list[str](), 0
    prepare(tried, folder / "site")
    for kill in range(kills):
        with start_studio(tried) as studio:
            left = [file.name for file in (tried / FOLDER).glob("*")]
            saver = Saver(studio.enter(), number)
            time.sleep(0.3 + 4 * (kill % 17) / 17)
            studio.process.kill()
            studio.process.wait()
            saver.finish()
            number = saver.number
        wrong += [f"kill {kill + 1}: {fault}" for fault in find_faults(tried, saver)]
        wrong += [f"kill {kill + 1}: {name} was left by the run before" for name in left]
    if code := spacecast("-C", tried, "build").code:
        wrong.append(f"afterwards a build ends with {code}")
    if spacecast("-C", tried, "deploy", "--yes").code:
        wrong.append("afterwards nothing can be published")
    return kills, wrong


def find_first(show: Path) -> Path:
    """The oldest episode."""
    return min((show / "content/episodes").iterdir())


def prepare(show: Path, place: Path) -> None:
    """Addresses that may be published, and where to."""
    config = show / "config.yaml"
    text = re.sub(r"  url: .*", "  url: https://ana.github.io/signals/", config.read_text("utf-8"))
    text = re.sub(r"  email: .*", "  email: ana@rivers.pt", text)
    config.write_text(f"{text}\ndeploy: folder:{place}\n", "utf-8")


def find_faults(show: Path, saver: Saver) -> Iterator[str]:
    """What is half-written, or was saved and is gone. What was sent last and not answered may be there or not."""
    titles = {"config.yaml": load_config(show).show.title}
    bundle = find_first(show)
    titles[f"content/episodes/{bundle.name}/index.md"] = load_bundle(bundle).matter.title
    for path, title in titles.items():
        if path in saver.saved and title not in {saver.saved[path], saver.sent[path]}:
            yield f"{path} says {title!r}, and {saver.saved[path]!r} was saved"
    cover = show / "content/cover.png"
    if cover.is_file():
        with Image.open(cover) as picture:
            picture.load()  # which fails where it is cut off


def drop_large_archive(folder: Path, gigabytes: int) -> tuple[int, list[str]]:
    """Sends an archive as a browser without scripts does, and looks into it; the most memory any process took."""
    archive = write_zip(folder / "large.zip", make_files(make_two_spaces()), hole=gigabytes << 30, zip64=True)
    (folder / "show").mkdir()
    wrong: list[str] = []
    with start_studio(folder / "show") as studio:
        status = send_file(studio.enter(), archive)
        if status != 200:
            wrong.append(f"the upload was answered with {status}")
        page = wait_for(studio, "Take selected Spaces")
        studio.post("/start/take", *(("space", id_) for id_ in re.findall(r'name="space" value="(\w+)"', page)))
        wait_for(studio, "Where to go from here")
        most = max(map(read_peak, find_family(studio.process.pid)))
        if list((folder / "show" / FOLDER).glob("*")):
            wrong.append("the archive was left")
    if most > MOST_MEMORY:
        wrong.append(f"a process took {most / 1e6:.0f} MB")
    return most, wrong


def wait_for(studio: RunningStudio, words: str) -> str:
    """The page where archives are taken, once it says that.

    Raises:
        AssertionError: it does not within ten minutes.
    """
    for _ in range(1200):
        page = studio.get("/start").text
        if words in page:
            return page
        time.sleep(0.5)
    raise AssertionError(page)


def send_file(studio: RunningStudio, file: Path) -> int:
    """The file as the body of a request, in pieces."""
    connection = http.client.HTTPConnection(urlsplit(studio.address).netloc, timeout=3600)
    headers = {"origin": studio.origin, "cookie": studio.cookie, "accept": "application/json"}
    headers |= {"content-length": str(file.stat().st_size), "content-type": "application/octet-stream"}
    with file.open("rb") as content:
        with suppress(ConnectionError):  # it was refused before all of it was sent; the answer says why
            connection.request("POST", f"/start/upload?name={quote(file.name)}", content, headers)
        return connection.getresponse().status


def read_peak(pid: int) -> int:
    """The most memory that a process has had, in bytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) * 1024 if found else 0
