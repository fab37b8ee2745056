"""Whether two sites say the same, page for page: a comparison is worth little where they do not.

    for difference in find_differences(ours, theirs, "https://example.org/show/"): …

What is asked of theirs is read from ours: the same pages and JSON files, about as long; on each page looked at the same
words and links in the main part, the same title, metadata and JSON-LD, about as many strokes in the pictures; the same
items in the feed, with the same elements, enclosure, chapters, people and notes; the same addresses in the sitemap; as
many pages in the search index, if there is one. Digests in names of files are not compared, nor whether numbered pages
lie in `page/2/` or `2/`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import lxml.etree
import lxml.html

NEAR = 0.15
"""How much sizes may differ."""
NEAR_STROKES = 0.3
"""How much the number of strokes in the pictures of a page may differ: Hugo's templates round where ours weigh."""
MOST_PAGES = 400
"""So many pages are parsed, evenly spread over the site; sizes are compared of all."""
_DIGEST = re.compile(r"[.-][0-9a-f]{8}(?=[.-])")
_NUMBERED = re.compile(r"(?<=[a-z0-9])/page/(?=\d+/)")
_CUT_SHORT = ("description", "og:description")
"""Texts that may be cut at another word."""

Facts = dict[str, Any]


def find_differences(ours: Path, theirs: Path, url: str) -> Iterator[str]:
    """A line for each; none where the sites are equal."""
    yield from _compare_files(ours, theirs)
    yield from _compare_pages(ours, theirs, url)
    yield from _compare_feeds(ours / "feed.xml", theirs / "feed.xml")
    yield from _compare("sitemap.xml", _read_sitemap(ours, url), _read_sitemap(theirs, url))
    if (theirs / "pagefind").is_dir():
        yield from _compare("pagefind/", _read_index(ours / "pagefind"), _read_index(theirs / "pagefind"))


def _compare_files(ours: Path, theirs: Path) -> Iterator[str]:
    """The same pages, about equally long, and the same JSON beside them."""
    for suffix in ("html", "json"):
        mine, other = _list_files(ours, suffix), _list_files(theirs, suffix)
        for path in sorted(mine.keys() ^ other.keys()):
            yield f"{path}: only {'spacecast' if path in mine else 'the other'} has it"
        for path in sorted(mine.keys() & other.keys()):
            yield from _compare_near(path, "bytes", mine[path].stat().st_size, other[path].stat().st_size)


def _list_files(site: Path, suffix: str) -> dict[str, Path]:
    """The files by their path below the site, as ours number their pages; not those of the search index."""
    found = ((path.relative_to(site).as_posix(), path) for path in site.rglob(f"*.{suffix}"))
    return {_NUMBERED.sub("/", name): path for name, path in found if not name.startswith("pagefind/")}


def _compare_pages(ours: Path, theirs: Path, url: str) -> Iterator[str]:
    for suffix, read in (("html", _read_page), ("json", _read_json)):
        mine, other = _list_files(ours, suffix), _list_files(theirs, suffix)
        for path in _choose(sorted(mine.keys() & other.keys())):
            address = urljoin(url, path.removesuffix("index.html"))
            yield from _compare(path, read(mine[path], address), read(other[path], address))


def _choose(paths: list[str]) -> list[str]:
    return paths[:: max(1, len(paths) // MOST_PAGES)]


def _read_page(file: Path, address: str) -> Facts:
    root = lxml.html.document_fromstring(_DIGEST.sub("", file.read_text()))
    main = root.find(".//main")
    drawn = [path.get("d", "") for path in main.iter("path")]
    found = [json.loads(script.text) for script in root.iterfind(".//script[@type='application/ld+json']")]
    return {
        "title": root.findtext(".//title"),
        "words": _squeeze(main.text_content()),
        "links": Counter(_NUMBERED.sub("/", urljoin(address, link.get("href"))) for link in main.iter("a")),
        "sources": {urljoin(address, element.get("src")) for element in main.iter("audio", "source", "img")}
        - {address},
        "turns": len(main.findall(".//tbody/tr")),
        "paths": len(drawn),
        "~strokes": sum(path.count("M") for path in drawn),
        "meta": dict(filter(None, map(_read_meta, root.iter("meta")))),
        "JSON-LD": found,
    }


def _read_meta(meta: lxml.html.HtmlElement) -> tuple[str, str] | None:
    name, content = meta.get("property") or meta.get("name"), meta.get("content", "")
    if not name:
        return None
    return name, content[:150] if name in _CUT_SHORT else _NUMBERED.sub("/", content)


def _read_json(file: Path, _address: str) -> Facts:
    content: Facts = json.loads(_DIGEST.sub("", file.read_text()))
    return content


def _read_sitemap(site: Path, url: str) -> Facts:
    addresses = re.findall("<loc>(.*?)</loc>", (site / "sitemap.xml").read_text())
    shown = (_NUMBERED.sub("/", address) for address in addresses)
    return {"addresses": Counter(address.removeprefix(url) for address in shown)}


def _read_index(folder: Path) -> Facts:
    """Language to how many pages are in the index, all its parts together."""
    counts: Counter[str] = Counter()
    for file in folder.rglob("pagefind-entry.json"):
        languages = json.loads(file.read_text())["languages"]
        counts.update({language: each["page_count"] for language, each in languages.items()})
    return dict(counts)


def _compare_feeds(ours: Path, theirs: Path) -> Iterator[str]:
    mine, other = _read_items(ours), _read_items(theirs)
    number = 0
    for number, (item, their_item) in enumerate(zip(mine, other, strict=False), 1):  # noqa: B007 -- said below
        yield from _compare(f"feed.xml, {item['guid']}", item, their_item)
    for name, rest in (("spacecast", mine), ("the other", other)):
        if left := sum(1 for _ in rest):
            yield f"feed.xml: after {number} items only {name} has {left} more"
    yield from _compare_near("feed.xml", "bytes", ours.stat().st_size, theirs.stat().st_size)


def _read_items(feed: Path) -> Iterator[Facts]:
    """What apps read of each item; an item is let go before the next is read."""
    for _, item in lxml.etree.iterparse(feed, tag="item"):
        yield _read_item(item)
        item.clear()
        while item.getprevious() is not None:
            del item.getparent()[0]


def _read_item(item: lxml.etree._Element) -> Facts:
    elements = [(lxml.etree.QName(element).localname, element) for element in item.iter("*")]
    facts: Facts = {"elements": Counter(name for name, _ in elements)}
    for name, element in elements:
        said = (dict(element.attrib), _squeeze(_read_text(name, element)))
        if name not in {"item", "description"}:
            facts.setdefault(name, []).append(said)
    return facts | {"guid": item.findtext("guid"), "~description": len(item.findtext("description") or "")}


def _read_text(name: str, element: lxml.etree._Element) -> str:
    text = element.text or ""
    return lxml.html.fromstring(text).text_content() if name == "encoded" else text


def _squeeze(text: str) -> str:
    return "".join(text.split())


def _compare(where: str, mine: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    """Names with `~` are numbers that need only be near."""
    for name in sorted(mine.keys() | other.keys()):
        one, two = mine.get(name), other.get(name)
        if name.startswith("~"):
            yield from _compare_near(where, name[1:], one or 0, two or 0, NEAR_STROKES if name == "~strokes" else NEAR)
        elif one != two:
            yield f"{where}: {name}: {_show_difference(one, two)}"


def _compare_near(where: str, what: str, mine: int, other: int, near: float = NEAR) -> Iterator[str]:
    if abs(mine - other) > near * max(mine, 1):
        yield f"{where}: {what}: {mine} and {other}"


def _show_difference(one: Any, two: Any) -> str:
    """The first place where they part."""
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        name = next(name for name in {**one, **two} if one.get(name) != two.get(name))
        return f"{name}: {_show_difference(one.get(name), two.get(name))}"
    left, right = str(one), str(two)
    at = next((at for at, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    shown = slice(max(0, at - 20), at + 60)
    return f"{left[shown]!r} and {right[shown]!r}"
