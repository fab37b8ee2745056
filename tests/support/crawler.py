"""Follows every link of a built site, as files: pages, stylesheets, the feed, the sitemap, the manifest, the worker.

find_dead_links(output, url) -> sentences, none where everything that is named is there
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree, html

_ADDRESSES = ("href", "src", "poster", "action", "data-audio", "data-index", "data-image", "data-root")
_MEANT = {"og:url", "og:image", "og:audio", "twitter:player"}
_TIME = re.compile(r"t=[\dhms.:,]+")


def find_dead_links(output: Path, url: str) -> list[str]:
    """A sentence for each address below `url`, the site's own, that leads to no file of `output`."""
    found = []
    for file in sorted(path for path in output.rglob("*") if path.is_file()):
        name = file.relative_to(output).as_posix()
        for address in _find_addresses(file):
            target = urljoin(url if name == "404.html" else url + name, address)
            if target.startswith(url) and (fault := _find_fault(output, url, target)):
                found.append(f"{name}: {address} {fault}")
    return found


def _find_fault(output: Path, url: str, target: str) -> str:
    path, fragment = unquote(urlsplit(target).path)[len(urlsplit(url).path) :], urlsplit(target).fragment
    file = output / (path + "index.html" if not path or path.endswith("/") else path)
    if not file.is_file():
        return "leads nowhere"
    if fragment and not _TIME.fullmatch(fragment) and file.suffix == ".html" and fragment not in _find_ids(file):
        return "is not on the page"
    return ""


@cache
def _find_ids(file: Path) -> frozenset[str]:
    return frozenset(map(str, html.fromstring(file.read_bytes()).xpath("//@id")))


def _find_addresses(file: Path) -> Iterator[str]:
    """Everything a file names, as it names it."""
    match file.suffix:
        case ".html":
            yield from _find_in_page(file.read_bytes())
        case ".css":
            yield from re.findall(r"""url\(["']?(?!data:)([^"')]+)""", file.read_text("utf-8"))
        case ".xml":
            yield from _find_in_xml(file.read_bytes())
        case ".webmanifest":
            manifest = json.loads(file.read_bytes())
            yield from (manifest["start_url"], manifest["scope"], *(icon["src"] for icon in manifest["icons"]))
        case ".js" if file.name == "sw.js":
            text = file.read_text("utf-8")
            yield from json.loads(re.findall(r"^const LISTED = (\[.*\]);$", text, re.MULTILINE)[0])
        case ".json":
            yield from re.findall(r"https?://[^\s\"'\\<>]+", file.read_text("utf-8"))


def _find_in_page(content: bytes) -> Iterator[str]:
    for element in html.fromstring(content).iter(etree.Element):
        yield from (element.attrib[name] for name in _ADDRESSES if element.get(name))
        yield from (part.split()[0] for part in element.get("srcset", "").split(",") if part.strip())
        if (element.get("property") or element.get("name")) in _MEANT:
            yield element.get("content", "")
        if element.get("type") == "application/ld+json":
            yield from re.findall(r"https?://[^\s\"'\\<>]+", element.text or "")
        if element.get("data-copy"):
            yield from re.findall(r"https?://[^\s\"'\\<>]+", element.get("data-copy", ""))


def _find_in_xml(content: bytes) -> Iterator[str]:
    for element in etree.fromstring(content).iter(etree.Element):
        yield from (value for value in map(str, element.attrib.values()) if value.startswith("http"))
        if (element.text or "").strip().startswith("http"):
            yield str(element.text).strip().split()[0]
        elif "<" in (element.text or ""):
            yield from (str(href) for href in html.fromstring(f"<div>{element.text}</div>").xpath("//@href | //@src"))
