"""Where things lie below the root of a site."""

from __future__ import annotations

import re

FEED = "feed.xml"
"""Where the feed lies, below the site's root."""

_PAGES = re.compile(r"feed(-[1-9][0-9]*)?\.xml")


def find_feed_path(number: int) -> str:
    """Where page `number` of the feed lies, from 1 on."""
    return FEED if number == 1 else f"feed-{number}.xml"


def is_feed(path: str) -> bool:
    """Whether a path below the site's root is that of the feed or of a further page of it."""
    return _PAGES.fullmatch(path) is not None
