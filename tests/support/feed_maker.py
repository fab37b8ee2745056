"""Podcast feeds by hand on a server of the tests, and the command that takes them over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from feed_server import Host
from show_runner import spacecast

ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
PODCAST = "{https://podcastindex.org/namespace/1.0}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


def take(show: Path, reference: str, code: int = 0) -> dict[str, Any]:
    """`spacecast import --json`."""
    run = spacecast("-C", show, "import", reference, "--json")
    assert run.code == code, run.err + run.out
    result: dict[str, Any] = run.json
    return result


def put_feed(host: Host, items: str, channel: str = "") -> str:
    """A hand-made feed; returns its address."""
    names = (
        f'xmlns:itunes="{ITUNES[1:-1]}" xmlns:podcast="{PODCAST[1:-1]}" xmlns:content="{CONTENT[1:].partition("}")[0]}"'
    )
    head = f'<?xml version="1.0"?><rss version="2.0" {names} xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
    show = "<title>Old show</title><description>About fog.</description><language>en</language>"
    return host.put("feed.xml", f"{head}{show}{channel}{items}</channel></rss>")


def item(host: Host, mp3: bytes, number: int = 1, inside: str = "") -> str:
    """An episode of such a feed; its audio is served."""
    url = host.put(f"{number}.mp3", mp3)
    return (
        f"<item><title>Episode {number}</title><guid>guid-{number}</guid>"
        f"<pubDate>0{number} Oct 2024 10:00:00 GMT</pubDate>"
        f'<enclosure url="{url}" type="audio/mpeg" length="{len(mp3)}"/>{inside}</item>'
    )
