"""What crawlers may read and where everything is: `robots.txt` and the sitemap (https://www.sitemaps.org/protocol.html).

A sitemap holds 50,000 addresses at most; beyond that, `sitemap.xml` is an index of `sitemap-1.xml`, `sitemap-2.xml` ….
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from site_builder.model.podcast import Show
from site_builder.render.pages.contexts import describe_file
from site_builder.render.pages.site_context import Context

LONGEST = 50_000
"""Addresses in one sitemap."""


class Place(NamedTuple):
    """A page a search engine may list."""

    url: str
    updated: str = ""
    """ISO date, where it is known."""


def describe_sitemaps(show: Show, places: Sequence[Place], *, longest: int = LONGEST) -> list[Context]:
    """`sitemap.xml`, and the sitemaps it is an index of where one does not hold all `places`."""
    chunks = [places[at : at + longest] for at in range(0, len(places), longest)] or [()]
    if len(chunks) == 1:
        return [_describe_sitemap(show, "sitemap.xml", chunks[0])]
    names = [f"sitemap-{number}.xml" for number in range(1, len(chunks) + 1)]
    index = _describe_sitemap(show, "sitemap.xml", [Place(show.url + name) for name in names], "sitemap-index.xml")
    return [*(_describe_sitemap(show, name, chunk) for name, chunk in zip(names, chunks, strict=True)), index]


def _describe_sitemap(show: Show, path: str, places: Sequence[Place], template: str = "sitemap.xml") -> Context:
    entries = [{"url": place.url, "updated": place.updated} for place in places]
    return {"site": {"url": show.url}, "page": describe_file(path, template), "entries": entries}


def describe_robots(show: Show, *, hidden: bool = False) -> Context:
    """What crawlers may read: `robots.txt`. A hidden show asks them to stay away."""
    path = urlsplit(show.url).path
    return {"site": {"url": show.url, "path": path}, "page": describe_file("robots.txt"), "hidden": hidden}
