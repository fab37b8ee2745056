"""A few small files that are sent to GitHub's stand-in as a deploy sends a site."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from github_server import GitHubServer
from online import read_site

from site_builder.commands.deploy import HostPlan, ship
from site_builder.events import Made
from site_builder.hosts import Host, Setting, Upload, open_host
from site_builder.hosts.manifest import MANIFEST
from site_builder.net.credentials import Credentials

PLACE = "you/show"
FILES = {"index.html": b"<p>one</p>", "feed.xml": b"<rss/>", "media/one.m4a": bytes(range(256)) * 40}
LATER = {**FILES, "index.html": b"<p>two</p>", "media/two.m4a": bytes(range(255, -1, -1)) * 40}


def lay_out(folder: Path, files: dict[str, bytes]) -> list[Upload]:
    """Files as a build leaves them."""
    uploads = []
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
        digest = sha256(content).hexdigest()
        uploads.append(Upload(path=path, source=folder / path, size_bytes=len(content), sha256=digest))
    return uploads


def open_github(folder: Path, credentials: Credentials | None = None, url: str = "https://you.github.io/show/") -> Host:
    """The host, as a deploy opens it."""
    known = credentials or Credentials()
    return open_host(f"github://{PLACE}", Setting(folder=folder, site_url=url, show_guid="one", credentials=known))


def send(folder: Path, files: dict[str, bytes], credentials: Credentials | None = None) -> tuple[Host, list[str]]:
    """Bring files online as a deploy does; the host, and the paths it told of, in order."""
    host, wanted, told = open_github(folder, credentials), lay_out(folder / "output", files), []
    plan = HostPlan(host=host, wanted=tuple(wanted), difference=host.compare(wanted))
    ship([plan], lambda event: told.append(event.path) if isinstance(event, Made) else None)
    return host, told


def read_online(github: GitHubServer, to: Path) -> dict[str, bytes]:
    """What Pages show."""
    return {path: content for path, content in read_site(github.clone(PLACE, to)).items() if path != MANIFEST}
