"""Absolute addresses of what a show publishes. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from site_builder.model.podcast import Enclosure, Episode, Show

_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_WEB = re.compile(r"https?://[!#-;=?-~]+")
"""What XML and every app take: ASCII without spaces, quotes and angle brackets."""
_USUAL_PATH = re.compile(r"[\w-]+(?:/[\w-]+)*(?:/|\.\w+)?", re.ASCII)
"""Folders and a file, where nothing is to be resolved."""
_SAFE = "/%:=&?~#+!$,;'@()*[]"


def absolute_url(show: Show, path: str) -> str:
    """`path` below the site's root as an address; what is an address already stays; nothing stays nothing."""
    if not path or _ABSOLUTE.match(path):
        return path
    return show.url + quote(path.lstrip("/"), safe="/#?=&;,:@!$'()*+~%")


def join_url(base: str, path: str) -> str:
    """What `urljoin` gives, which takes ten times as long, as often as there are links."""
    return _find_folder(base) + path if _USUAL_PATH.fullmatch(path) else urljoin(base, path)


@lru_cache(maxsize=64)
def _find_folder(base: str) -> str:
    """What `urljoin` puts before every usual path."""
    return urljoin(base, "x").removesuffix("x")


def web_url(url: str) -> str:
    """A link that somebody wrote, in ASCII (RFC 3986); empty where it does not lead to the web."""
    if not url:
        return ""
    try:
        parts = urlsplit(url.strip())
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
        path, query, fragment = (quote(part, safe=_SAFE) for part in parts[2:])
    except ValueError:
        return ""
    address = urlunsplit((parts.scheme, host, path, query, fragment))
    return address if _WEB.fullmatch(address) else ""


def page_url(show: Show, episode: Episode) -> str:
    """The page of an episode."""
    return show.url + episode.path


def media_url(show: Show, enclosure: Enclosure) -> str:
    """The audio file as a feed names it: on the media host where there is one, behind the measuring prefix if any.

    A prefix is followed by the address without `https://`, as https://op3.dev/setup asks.
    """
    url = (show.media_url or show.url) + quote(enclosure.path)
    return show.enclosure_prefix + url.removeprefix("https://") if show.enclosure_prefix else url
