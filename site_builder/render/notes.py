"""Show notes and free pages: Markdown to sanitised HTML and to plain text, time stamps moved to published time.

A list item or paragraph that begins with a clock (`0:40`, `1:02:03`) is a time-stamped note, in recording time. It
becomes a link to that moment of the player; one that lies in a removed span disappears.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from xml.etree.ElementTree import Element

import markdown
import nh3
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from site_builder.model import Note
from site_builder.timecode import format_clock, format_fragment, parse_timecode

Moved = Callable[[float], float | None]
"""Recording time to published time; None where it was removed."""

_STAMP = re.compile(r"^\s*[(\[]?(\d+(?::[0-5]?\d){1,2})[)\]]?(?=\s|$)[\s–—-]*")
_EXTENSIONS = ("tables", "fenced_code", "sane_lists", "def_list", "smarty")
_MARKED = re.compile(r"""[`\\\[<&*_'"]|  \n|--|\.\.\.""")
"""Where this is not found, text is plain: neither Markdown nor typography has anything to do there."""
_QUOTED = re.compile(r"""['"]|--|\.\.\.""")
"""Where this is not found, typography has nothing to do."""
_BLOCKS = {"p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "blockquote", "pre", "br", "hr", "dt", "dd"}
_CLEANER = nh3.Cleaner(
    attributes={tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    allowed_classes={"a": {"moment"}},
    link_rel="noopener",
    url_schemes={"http", "https", "mailto"},
)
"""What of a host's HTML reaches a page: text markup, links and pictures; no scripts, styles, ids, forms or frames."""


@dataclass(frozen=True, slots=True)
class RenderedNotes:
    """Notes in the two forms every feed and page needs."""

    html: str
    """Sanitised: safe to put into a page as it is."""
    text: str
    """The same without markup; a line for each block, links written out where their text is not the address."""
    moments: tuple[Note, ...] = ()
    """The time-stamped lines, in published time."""


def render_notes(source: str, move: Moved = lambda time: time) -> RenderedNotes:
    """Notes as HTML and text; `move` maps the clocks in them from recording time to published time."""
    engine, stamps = _make_engine()
    stamps.move, stamps.moments = move, []
    html = _CLEANER.clean(engine.reset().convert(source))
    return RenderedNotes(html=html.strip(), text=text_of(html), moments=tuple(stamps.moments))


@cache
def _make_engine() -> tuple[markdown.Markdown, _TimeStamps]:
    """One for all notes: to make it takes as long as to use it."""
    engine = markdown.Markdown(extensions=list(_EXTENSIONS), output_format="html")
    stamps = _TimeStamps(engine)
    engine.treeprocessors.register(_PlainText(engine, _MARKED), "plain", 30)
    engine.treeprocessors.register(_PlainText(engine, _QUOTED), "plain-after-inline", 15)
    engine.treeprocessors.register(stamps, "time-stamps", 1)
    return engine, stamps


class _PlainText(Treeprocessor):
    """Tells the engine which text is plain, or it would try each of forty patterns on it."""

    def __init__(self, engine: markdown.Markdown, marked: re.Pattern[str]) -> None:
        super().__init__(engine)
        self.marked = marked

    def run(self, root: Element) -> None:
        """Walk the document once."""
        for element in root.iter():
            if element.text and not self.marked.search(element.text):
                element.text = AtomicString(element.text)
            if element.tail and not self.marked.search(element.tail):
                element.tail = AtomicString(element.tail)


class _TimeStamps(Treeprocessor):
    """Turns clocks at the start of list items and paragraphs into links, and drops those whose moment is gone."""

    def __init__(self, engine: markdown.Markdown) -> None:
        super().__init__(engine)
        self.move: Moved = lambda time: time
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
        if stamp is None:
            return
        moved = self.move(parse_timecode(stamp[1]))
        if moved is None:
            parent.remove(block)
            return
        self.moments.append(_describe_moment(moved, line, stamp.end()))
        link = Element("a", {"class": "moment", "href": f"#t={format_fragment(moved)}"})
        link.text = format_clock(moved)
        link.tail = " " + (line.text or "")[stamp.end() :]
        line.text = ""
        line.insert(0, link)


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


def text_of(html: str) -> str:
    """Readable plain text of sanitised HTML."""
    reader = _TextOf()
    reader.feed(html)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _TextOf(HTMLParser):
    """Collects text, with line ends at blocks, bullets at list items and addresses behind links."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.href = ""
        self.link_start = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a block or remember a link."""
        if tag in _BLOCKS:
            self.pieces.append("\n")
        if tag == "li":
            self.pieces.append("• ")
        if tag == "a":
            self.href = dict(attrs).get("href") or ""
            self.link_start = len(self.pieces)

    def handle_endtag(self, tag: str) -> None:
        """Close a block, or write out where a link leads."""
        if tag in {"p", "ul", "ol", "blockquote", "pre", "table"} or tag.startswith("h"):
            self.pieces.append("\n")
        if tag == "a" and self.href.startswith(("http:", "https:")):
            shown = "".join(self.pieces[self.link_start :]).strip()
            if shown != self.href:
                self.pieces.append(f" ({self.href})")

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.pieces.append(data.replace("\n", " "))
