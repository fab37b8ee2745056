"""Python-Markdown with a shortcut for plain text, which most notes are.

The engine asks fourteen kinds of blocks of each block, and forty patterns of each text in it. Each of them needs a sign
that is seldom there (no heading without `#`), and to look for the sign alone is quick.
What has no sign here, such as what a later version of the engine adds, is asked always.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import TYPE_CHECKING, Any, cast
from xml.etree.ElementTree import Element

import markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions.def_list import DefListExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.smarty import SmartyExtension
from markdown.extensions.tables import TableExtension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import InlineProcessor
from markdown.util import AtomicString

if TYPE_CHECKING:
    from markdown.util import Registry

EXTENSIONS = (TableExtension, SaneListExtension, DefListExtension, SmartyExtension)
"""Of the engine: what notes can say beyond plain Markdown, and typographic quotes and dashes; what reads code between
fences is loaded where there is some. By name the engine would look for them among all that is installed, which takes as
long as to make it."""
_BLOCKS = {
    "table": (75, "|"),
    "hashheader": (70, "#"),
    "setextheader": (60, "\n[=-]"),
    "hr": (50, "[-_*]"),
    "deflist": (25, ":"),
    "quote": (20, ">"),
    "reference": (15, "]:"),
}
"""Kinds of blocks by their names: their places in the engine's order, and the signs they need."""
_PATTERNS = {
    "backtick": "`",
    "escape": r"\\",
    "reference": r"\[",
    "link": r"\]\(",
    "image_link": r"!\[",
    "image_reference": r"!\[",
    "short_reference": r"\[",
    "short_image_ref": r"!\[",
    "autolink": "<",
    "automail": "@",
    "linebreak": "  \n",
    "html": "<",
    "entity": "&",
    "em_strong": "[*_]",
    "smarty-em-dashes": "---",
    "smarty-en-dashes": "--",
    "smarty-ellipses": r"\.\.\.",
}
"""Patterns in text by their names: the signs they need."""
_NEED_REFERENCES = {"reference", "image_reference", "short_reference", "short_image_ref"}
"""They do nothing in notes that define no link by name."""
_MARKUP = re.compile(r"""[`\\\[<&*_'"]""")
"""Text without any of these, and without dashes, dots and line breaks, is plain: there is nothing to do."""
_QUOTES = re.compile("['\"]")
"""The same for typography alone."""


def make_engine() -> markdown.Markdown:
    """To make one takes as long as to use it: make one for all notes."""
    engine = markdown.Markdown(extensions=[kind() for kind in EXTENSIONS], output_format="html")
    processors = engine.parser.blockprocessors
    for name, (priority, sign) in _BLOCKS.items():
        processors.register(_Signed(processors[name], sign), name, priority)
    html_blocks = engine.preprocessors["html_block"]
    for name, priority, sign, make in (  # in the engine's order
        ("fenced_code_block", 25, "```|~~~", partial(_make_fenced_code, engine)),
        ("html_block", 20, "[<&]", lambda: html_blocks),
    ):
        engine.preprocessors.register(_SignedPreprocessor(engine, make, sign), name, priority)
    smarty = cast("InlineProcessor", engine.treeprocessors["smarty"])
    engine.treeprocessors.register(_Sparing(engine, engine.inlinePatterns, _MARKUP), "inline", 20)
    engine.treeprocessors.register(_Sparing(engine, smarty.inlinePatterns, _QUOTES), "smarty", 6)
    return engine


def _make_fenced_code(engine: markdown.Markdown) -> Preprocessor:
    from markdown.extensions.fenced_code import (  # noqa: PLC0415 -- it loads pygments, which nothing here ever asks
        FencedBlockPreprocessor,
        FencedCodeExtension,
    )

    return FencedBlockPreprocessor(engine, FencedCodeExtension().getConfigs())


class _SignedPreprocessor(Preprocessor):
    """Reads a document only where its sign is in it."""

    def __init__(self, engine: markdown.Markdown, make: Callable[[], Preprocessor], sign: str) -> None:
        super().__init__(engine)
        self._make = cache(make)
        self._find_sign = re.compile(sign).search

    def run(self, lines: list[str]) -> list[str]:
        """The lines as they are, or as the preprocessor leaves them."""
        return self._make().run(lines) if self._find_sign("\n".join(lines)) else lines


class _Signed(BlockProcessor):
    """A kind of block that is looked for only in blocks that have its sign."""

    def __init__(self, processor: BlockProcessor, sign: str) -> None:
        super().__init__(processor.parser)
        self.run = processor.run  # type: ignore[method-assign]
        self._test = processor.test
        self._find_sign = re.compile(sign).search

    def test(self, parent: Element, block: str) -> bool:
        """Whether the block is one of that kind."""
        return self._find_sign(block) is not None and self._test(parent, block)


class _SignedRegex:
    """A pattern's expression, which looks for its sign first."""

    def __init__(self, regex: re.Pattern[str], sign: str) -> None:
        self._regex = regex
        self.find_sign = re.compile(sign).search

    def finditer(self, text: str, start: int = 0) -> Iterable[re.Match[str]]:
        """All that the engine asks of an expression."""
        return self._regex.finditer(text, start) if self.find_sign(text, start) else ()


class _Sparing(InlineProcessor):
    """Tries patterns on those texts of a document that are not plain, and only patterns whose sign is among them."""

    def __init__(self, engine: markdown.Markdown, patterns: Registry[Any], marks: re.Pattern[str]) -> None:
        super().__init__(engine)
        self._patterns = list(patterns)
        self._signed = {id(patterns[name]): name for name in _PATTERNS if name in patterns}
        for name in self._signed.values():
            patterns[name].compiled_re = _SignedRegex(patterns[name].compiled_re, _PATTERNS[name])
        self._marks = marks

    def run(self, tree: Element, ancestors: list[str] | None = None) -> Element:
        """Choose, and let the engine do the rest; it passes over what is an `AtomicString`."""
        if self._is_plain("\n".join(tree.itertext())):
            return tree
        marked: list[str] = []
        for element in tree.iter():
            if element.text:
                element.text = self._set_apart(element.text, marked)
            if element.tail:
                element.tail = self._set_apart(element.tail, marked)
        text = "\n".join(marked)
        wanted = [pattern for pattern in self._patterns if self._may_match(pattern, text)]
        self.inlinePatterns = wanted  # type: ignore[assignment]  # the engine asks for length and items only
        return super().run(tree, ancestors)

    def _set_apart(self, text: str, marked: list[str]) -> str:
        if isinstance(text, AtomicString):
            return text
        if self._is_plain(text):
            return AtomicString(text)
        marked.append(text)
        return text

    def _is_plain(self, text: str) -> bool:
        return not (self._marks.search(text) or "--" in text or "..." in text or "  \n" in text)

    def _may_match(self, pattern: Any, text: str) -> bool:
        name = self._signed.get(id(pattern), "")
        if name in _NEED_REFERENCES and not self.md.references:
            return False
        return not name or pattern.compiled_re.find_sign(text) is not None
