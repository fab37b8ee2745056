"""Show notes and free pages: Markdown to sanitised HTML and to plain text, time stamps moved to published time.

A list item or paragraph that begins with a clock (`0:40`, `75:30`, `1:02:03`) is a time-stamped note, in recording
time. It becomes a link to that moment of the player, or disappears where `move` knows none. What looks like a
clock but is no moment of the recording, such as `99:99` or a time after its end, is text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import unquote
from xml.etree.ElementTree import Element

import markdown
import nh3
from markdown.treeprocessors import Treeprocessor

from site_builder.model.podcast import Note
from site_builder.render.markdown import make_engine
from site_builder.render.markdown_limits import is_too_complex
from site_builder.text.timecode import format_clock, format_fragment, parse_timecode

Moved = Callable[[float], float | None]
"""Recording time to published time; None where it was removed."""

_STAMP = re.compile(r"^\s*[(\[]?(\d{1,6}(?::[0-5]?\d){1,2})[)\]]?(?=\s|$)[\s–—-]*")
_BLOCKS = {"p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "blockquote", "pre", "br", "hr", "dt", "dd"}
_ENDING = {"p", "ul", "ol", "blockquote", "pre", "table", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr"}
_LINK = re.compile(r'<a((?: [a-z]+="[^"]*")*)>(.*?)</a>', re.DOTALL)
_AROUND = re.compile(r"^https?://(?:www\.)?|/$")
_TOKEN = re.compile(r'([^<]+)|<(/?)([a-z0-9]+)((?:[^">]|"[^"]*")*)>')
_ATTRIBUTE = re.compile(r'([^ ="]+)="([^"]*)"')
_CLEANER = nh3.Cleaner(
    attributes={tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    allowed_classes={"a": {"moment"}},  # and `address`, which `mark_addresses` gives on pages
    link_rel="noopener",
    url_schemes={"http", "https", "mailto"},
)
"""What of a host's HTML reaches a page: text markup, links and pictures; no scripts, styles, ids, forms or frames."""


_DROPPED = frozenset(
    (
        "iframe",
        "frame",
        "object",
        "embed",
        "script",
        "style",
        "form",
        "input",
        "button",
        "video",
        "audio",
        "svg",
        "link",
    )
)
_SIGNS = re.compile(rf"!\[|<\s*(?:img|{'|'.join(sorted(_DROPPED))})\b", re.IGNORECASE)
"""Without any of these there is neither a picture nor an element that is taken out."""


@dataclass(frozen=True, slots=True)
class RenderedNotes:
    """Notes in the two forms every feed and page needs."""

    html: str
    """Sanitised: safe to put into a page as it is."""
    text: str
    """The same without markup; a line for each block, links written out where their text is not the address."""
    moments: tuple[Note, ...] = ()
    """The time-stamped lines, in published time."""


def render_notes(source: str, move: Moved = lambda time: time, *, end: float = math.inf) -> RenderedNotes:
    """Notes as HTML and text.

    Args:
        source: Markdown.
        move: Maps the clocks in it from recording time to published time.
        end: Of the recording, in seconds: what is later is no moment of it.
    """
    stamps = _find_engine()[1]
    stamps.move, stamps.end, stamps.moments = move, end, []
    html = _CLEANER.clean(_convert(source))
    return RenderedNotes(html=html.strip(), text=html_to_text(html), moments=tuple(stamps.moments))


def _convert(source: str) -> str:
    """HTML of Markdown; of what is too intricate the words as they stand."""
    engine, stamps = _find_engine()
    try:
        if not is_too_complex(source):
            return engine.reset().convert(source)
    except RecursionError:  # lists in lists in lists; the engine forgets to leave them, and would be in them ever after
        _find_engine.cache_clear()
        stamps.moments.clear()
    return "".join(f"<p>{escape(block)}</p>\n" for block in re.split(r"\n\s*\n", source) if block.strip())


@dataclass(frozen=True, slots=True)
class Markup:
    """What of a text is more than words."""

    pictures: tuple[str, ...] = ()
    """Their addresses, as written."""
    dropped: tuple[str, ...] = ()
    """Names of elements that are taken out."""


def list_markup(source: str) -> Markup:
    """Pictures in Markdown, and elements that `render_notes` takes out with all they do."""
    if not _SIGNS.search(source):
        return Markup()
    stamps = _find_engine()[1]
    stamps.move, stamps.end, stamps.moments = lambda time: time, math.inf, []
    reader = _MarkupReader(convert_charrefs=True)
    reader.feed(_convert(source))
    return Markup(tuple(reader.pictures), tuple(reader.dropped))


class _MarkupReader(HTMLParser):
    """Reads HTML as the Markdown engine leaves it, before it is sanitised."""

    def __init__(self, *, convert_charrefs: bool) -> None:
        super().__init__(convert_charrefs=convert_charrefs)
        self.pictures: list[str] = []
        self.dropped: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called for each."""
        if tag == "img":
            self.pictures.append(dict(attrs).get("src") or "")
        elif tag in _DROPPED:
            self.dropped.append(tag)


@cache
def _find_engine() -> tuple[markdown.Markdown, _TimeStamps]:
    """One for all notes."""
    engine = make_engine()
    stamps = _TimeStamps(engine)
    engine.treeprocessors.register(stamps, "time-stamps", 1)
    return engine, stamps


class _TimeStamps(Treeprocessor):
    """Turns clocks at the start of list items and paragraphs into links, and drops those whose moment is gone."""

    def __init__(self, engine: markdown.Markdown) -> None:
        super().__init__(engine)
        self.move: Moved = lambda time: time
        self.end = math.inf
        self.moments: list[Note] = []

    def run(self, root: Element) -> None:
        """Walk the document once; parents first, so that a dropped item takes its children along."""
        for parent in [root, *root.iter("ul"), *root.iter("ol")]:
            for child in list(parent):
                if child.tag in {"p", "li"}:
                    self._treat(parent, child)
        _drop_empty_lists(root)

    def _treat(self, parent: Element, block: Element) -> None:
        line = block[0] if block.tag == "li" and len(block) and block[0].tag == "p" else block
        stamp = _STAMP.match(line.text or "")
        time = _read_clock(stamp[1]) if stamp else math.nan
        if stamp is None or not time <= self.end:
            return
        moved = self.move(time)
        if moved is None:
            parent.remove(block)
            return
        self.moments.append(_describe_moment(moved, line, stamp.end()))
        link = Element("a", {"class": "moment", "href": f"#t={format_fragment(moved)}"})
        link.text = format_clock(moved)
        link.tail = " " + (line.text or "")[stamp.end() :]
        line.text = ""
        line.insert(0, link)


def _read_clock(text: str) -> float:
    """Seconds; not a number where what looks like a clock is none."""
    try:
        return parse_timecode(text)
    except ValueError:
        return math.nan


def _describe_moment(at: float, line: Element, skip: int) -> Note:
    """A time-stamped line as plain text. The Markdown engine marks escaped characters as STX, code point, ETX."""
    text = re.sub("\x02(\\d+)\x03", lambda mark: chr(int(mark[1])), "".join(line.itertext())[skip:])
    text = re.sub("\x02amp\x03", "&", text)
    links = tuple(link.get("href", "") for link in line.iter("a"))
    return Note(at=at, text=" ".join(text.split()), links=links)


def _drop_empty_lists(root: Element) -> None:
    for parent in root.iter():
        for child in list(parent):
            if child.tag in {"ul", "ol"} and not len(child):
                parent.remove(child)


def mark_addresses(html: str) -> str:
    """Sanitised HTML in which links whose text says where they lead have the class `address`.

    >>> mark_addresses('<a href="https://example.org/" rel="noopener">example.org</a>')
    '<a href="https://example.org/" rel="noopener" class="address">example.org</a>'
    """
    return _LINK.sub(_mark_address, html) if "<a " in html else html


def _mark_address(link: re.Match[str]) -> str:
    attributes, content = link[1].replace(' class=""', ""), link[2]
    href = unescape(dict(_ATTRIBUTE.findall(attributes)).get("href", ""))
    address = _AROUND.sub("", unquote(href).casefold())
    shown = unquote(unescape(re.sub(r"<[^>]*>", "", content)).casefold())
    is_address = href.startswith(("http:", "https:")) and address in shown
    return f'<a{attributes} class="address">{content}</a>' if is_address else link[0]


def html_to_text(html: str) -> str:
    """Readable plain text of HTML as nh3 writes it: line ends at blocks, bullets at items, addresses behind links."""
    pieces: list[str] = []
    href, link_start = "", 0
    for text, closes, tag, attributes in _TOKEN.findall(html):
        if text:
            pieces.append(unescape(text).replace("\n", " "))
        elif closes:
            if tag in _ENDING:
                pieces.append("\n")
            if tag == "a" and href.startswith(("http:", "https:")):
                shown = "".join(pieces[link_start:]).strip()
                pieces += [f" ({href})"] if shown != href else []
        elif tag == "a":
            href = unescape(dict(_ATTRIBUTE.findall(attributes)).get("href", ""))
            link_start = len(pieces)
        elif tag in _BLOCKS:
            pieces.append("\n• " if tag == "li" else "\n")
    lines = [" ".join(line.split()) for line in "".join(pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
