"""What podcast apps show of a feed that was just published."""

from __future__ import annotations

from contextlib import suppress
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from lxml import etree

_ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
_SHOWN = 3
"""Episodes that are seen without scrolling."""


def read_in_app(feed: Path) -> dict[str, Any]:
    """Title, author and the newest episodes, as the feed names them; a long one is not read to its end."""
    told: dict[str, Any] = {"title": "", "author": "", "episodes": []}
    for _, element in etree.iterparse(feed, tag=("title", f"{_ITUNES}author", "item"), resolve_entities=False):
        parent = element.getparent()
        if element.tag == "item":
            told["episodes"].append(_describe(element))
            if len(told["episodes"]) == _SHOWN:
                break
        elif parent is not None and parent.tag == "channel":
            told["title" if element.tag == "title" else "author"] = element.text or ""
    return told


def read_items(site: Path) -> dict[str, bytes]:
    """What the feed of a site says of each episode, by guid."""
    found: dict[str, bytes] = {}
    for file in sorted(site.glob("feed*.xml")) if site.is_dir() else ():
        with suppress(etree.XMLSyntaxError):
            for _, item in etree.iterparse(file, tag="item", resolve_entities=False):
                found[item.findtext("guid") or ""] = etree.tostring(item, with_tail=False)
                item.clear()
    return found


def _describe(item: Any) -> dict[str, Any]:
    return {
        "title": item.findtext("title") or "",
        "date": parsedate_to_datetime(item.findtext("pubDate")).isoformat(),
        "seconds": float(item.findtext(f"{_ITUNES}duration") or 0),
    }
