"""Pages and style sheets of a built site, parsed for rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urljoin

import lxml.html

from site_builder.checks.feed.document import Element
from site_builder.checks.rule import Place
from site_builder.checks.subject import CheckedShow

_LOADED = (
    ("script", "src"),
    ("img", "src"),
    ("img", "srcset"),
    ("source", "src"),
    ("source", "srcset"),
    ("audio", "src"),
    ("video", "src"),
    ("video", "poster"),
    ("track", "src"),
    ("iframe", "src"),
    ("embed", "src"),
    ("object", "data"),
    ("input", "src"),
)
_LOADED_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "manifest", "apple-touch-icon", "preconnect"}
_CSS_ADDRESS = re.compile(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^)"'\s]*))\s*\)|@import\s+["']([^"']+)""")


@dataclass(frozen=True, kw_only=True)
class Page:
    """A file of HTML."""

    file: Path
    url: str
    root: Element

    def at(self, built: CheckedShow, element: Element | None = None) -> Place:
        """Where it is."""
        return Place(file=built.relative(self.file), line=None if element is None else element.sourceline)

    @cached_property
    def base(self) -> str:
        """What relative addresses begin with."""
        base = self.root.find(".//base")
        return self.url if base is None else _join(self.url, base.get("href", ""))

    @cached_property
    def anchors(self) -> frozenset[str]:
        """Everything a fragment can lead to."""
        return frozenset(self.root.xpath("//@id | //a/@name")) | {"", "top"}

    @cached_property
    def secondary(self) -> bool:
        """Whether it is no page of its own: it leads elsewhere, is a part of another, or says that nothing is there."""
        hidden = any("noindex" in content for content in self.root.xpath("//meta[@name='robots']/@content"))
        moved = bool(self.root.xpath("//meta[@http-equiv='refresh']"))
        return hidden or moved or self.file.name == "404.html"

    def links(self) -> Iterator[tuple[Element, str]]:
        """Where a click leads, as a whole address."""
        for element in self.root.iter("a", "area"):
            href = element.get("href")
            if href is not None:
                yield element, _join(self.base, href.strip())

    def assets(self) -> Iterator[tuple[Element, str]]:
        """What a browser loads by itself, as a whole address."""
        for tag, attribute in _LOADED:
            for element in self.root.iter(tag):
                for address in _addresses(element.get(attribute), several=attribute == "srcset"):
                    yield element, _join(self.base, address)
        for element in self.root.iter("link"):
            if _LOADED_LINKS & set(element.get("rel", "").lower().split()) and element.get("href"):
                yield element, _join(self.base, element.get("href").strip())


def _join(base: str, address: str) -> str:
    """A whole address; what cannot be one stays as it is, and leads nowhere."""
    try:
        return urljoin(base, address)
    except ValueError:
        return address


def _addresses(value: str | None, *, several: bool) -> Iterator[str]:
    for part in (value or "").split(",") if several else [value or ""]:
        if words := part.split():
            yield words[0] if several else part.strip()


def load_pages(built: CheckedShow) -> list[Page]:
    """Every page in `output/`, in order of path."""
    return [page for file in sorted(built.output.rglob("*.html")) if (page := _load_page(built, file))]


def _load_page(built: CheckedShow, file: Path) -> Page | None:
    path = file.relative_to(built.output).as_posix()
    url = built.site.show.url + path.removesuffix("index.html")
    content = file.read_bytes()
    if not content.strip():
        return None
    return Page(file=file, url=url, root=lxml.html.document_fromstring(content))


def find_css_addresses(built: CheckedShow) -> Iterator[tuple[Path, str]]:
    """What style sheets load, as whole addresses, with the file that does."""
    for file in sorted(built.output.rglob("*.css")):
        url = built.site.show.url + file.relative_to(built.output).as_posix()
        for found in _CSS_ADDRESS.finditer(file.read_text("utf-8", "replace")):
            address = next((group for group in found.groups() if group), "")
            if address and not address.startswith(("data:", "#")):
                yield file, _join(url, address)


def is_own(built: CheckedShow, url: str) -> bool:
    """Whether an address is the site's own."""
    return url.startswith(built.site.show.url)


def may_load(built: CheckedShow, url: str) -> bool:
    """Whether a page may load from an address: its own site, or where the show's audio lives."""
    show = built.site.show
    bases = (show.url, show.media_url, show.enclosure_prefix)
    return not url.lower().startswith(("http:", "https:", "//")) or any(base and url.startswith(base) for base in bases)


def fragment_of(url: str) -> str:
    """What stands behind `#`, as an id; empty for a moment in the audio (`t=1m`) or a text to be shown."""
    fragment = unquote(url.partition("#")[2])
    return "" if re.match(r"t=|:~:", fragment) else fragment
