"""Shows built for an address on this computer, to be served there as a host would."""

from __future__ import annotations

import re
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from full_show import make_full_show, make_plain_show
from online import RangeServer
from show_runner import PRACTICE, PROJECT, build, make_show


@dataclass(frozen=True, slots=True)
class Told:
    """An episode as its front matter and its file say it, without any code of ours in between."""

    title: str
    guid: str
    date: datetime
    matter: dict[str, Any]
    folder: Path


@dataclass(frozen=True, slots=True)
class Served:
    """A show that is online on this computer."""

    folder: Path
    server: RangeServer

    @property
    def feed_url(self) -> str:
        """The feed's address."""
        return f"{self.server.url}feed.xml"

    @property
    def feed(self) -> bytes:
        """What is there."""
        return (self.folder / "output/feed.xml").read_bytes()

    @property
    def config(self) -> dict[str, Any]:
        """What the host wrote."""
        found: dict[str, Any] = yaml.safe_load((self.folder / "config.yaml").read_text("utf-8"))
        return found

    def episodes(self) -> list[Told]:
        """Newest first."""
        zone = ZoneInfo(self.config["show"].get("timezone", "UTC"))
        found = [_read(file, zone) for file in self.folder.glob("content/episodes/*/index.md")]
        return sorted((one for one in found if "withdrawn" not in one.matter), key=lambda one: one.date, reverse=True)

    def audio(self) -> dict[str, str]:
        """Digest of each enclosure to its name; further encodings aside."""
        urls = [url for page in self._pages() for url in re.findall(r'<enclosure url="([^"]*)"', page)]
        files = [self.folder / "output/media" / url.rsplit("/", 1)[1] for url in urls]
        return {sha256(file.read_bytes()).hexdigest(): file.name for file in files}

    def _pages(self) -> list[str]:
        return [file.read_text("utf-8") for file in sorted((self.folder / "output").glob("feed*.xml"))]


def _read(file: Path, zone: ZoneInfo) -> Told:
    matter = yaml.safe_load(file.read_text("utf-8").split("---\n")[1])
    date = datetime.fromisoformat(str(matter["date"]))
    date = (date if date.tzinfo else date.replace(tzinfo=zone)).astimezone(UTC)
    return Told(str(matter["title"]), str(matter["guid"]), date, matter, file.parent)


def serve(folder: Path, stack: ExitStack) -> Served:
    """Build the show for the address it is served at."""
    server = stack.enter_context(RangeServer(folder / "output", base="/show"))
    config = folder / "config.yaml"
    lines = config.read_text("utf-8").splitlines()
    (place,) = (number for number, line in enumerate(lines) if line.startswith("  url: "))
    lines[place] = f"  url: {server.url}"
    config.write_text("\n".join(lines) + "\n", "utf-8")
    assert build(folder)["failures"] == []
    return Served(folder, server)


def copy_demo(folder: Path) -> Path:
    """The show this project comes with, as a clone has it."""
    folder.mkdir()
    shutil.copy(PROJECT / "config.yaml", folder)
    shutil.copytree(PROJECT / "content", folder / "content", ignore=shutil.ignore_patterns("recording-*", "media.json"))
    return folder


def _make_practice(folder: Path) -> Path:
    return make_show(folder, PRACTICE)


def _make_full(folder: Path) -> Path:
    """Every option but those that lead away from this computer, all episodes in one page."""
    changes = {
        "moved_to: https://new.example.net/feed.xml": "",
        "op3: yes": "op3: no",
        "page_size: 1": "page_size: 0",
        "block: yes": "block: no",
        'media: {store: "folder:/srv/audio", url: https://audio.example.org/}': "",
    }
    return make_full_show(make_plain_show(folder.with_name("plain"), built=False), folder, changes)


MAKERS = {"demo": copy_demo, "practice": _make_practice, "full": _make_full}
