"""Front matter as people write it, made into YAML line by line; every line keeps its number.

A title may have a colon in it, a name may be written `Title`, `cover-alt` or with a wide colon, chapters may be lines
such as `0:00 Opening`. What a document allows, its options say by markers in their types: `WHOLE_LINE`, `TIMED_LINES`,
`WORDS`. What is YAML already stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache

from pydantic import BaseModel

from site_builder.show.documents.messages import option_names, simplify


class Form(Enum):
    """How an option may be written beside YAML."""

    WHOLE_LINE = "text"
    """Text to the end of the line, whatever signs are in it."""
    TIMED_LINES = "timed lines"
    """Lines of a time and a title."""
    WORDS = "words"
    """A list of texts, or words with commas between them."""
    NAMES = "names"
    """A list of entries, or names with commas between them."""


WHOLE_LINE, TIMED_LINES, WORDS, NAMES = Form.WHOLE_LINE, Form.TIMED_LINES, Form.WORDS, Form.NAMES

_BLANKS = " \t\xa0\u3000"
_NAME = re.compile(rf"([^\W\d][\w-]*(?: [\w-]+)?)[{_BLANKS}]*(?::(?:[{_BLANKS}]+|\Z)|：)(.*)", re.DOTALL)
_NO_SPACE = re.compile(rf"([^\W\d][\w-]*)[{_BLANKS}]*[:：](?=\S)(.*)")
_INDENTED = re.compile(rf"\A[{_BLANKS}\u200b\ufeff]*")
_ODD_BLANK = re.compile("^ |[\t\xa0\u3000\u200b\ufeff]")
"""At the very beginning a space is odd, too."""
_INDENTATION = str.maketrans({"\u200b": "", "\ufeff": "", "\t": "  ", "\xa0": " ", "\u3000": " "})
_BLOCK = re.compile(r"[|>][-+0-9]{0,2}[ \t]*(?:#.*)?")
_QUOTED = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')[ \t]*(?:#.*)?""")
_OPENED = re.compile(r"""(?:"(?:[^"\\]|\\.)*\\?|'(?:[^']|'')*)""")
_NOTHING = re.compile(r"(?:~|null|)[ \t]*")
_CLOCK = r"\d{1,6}(?::\d{1,2}){1,2}(?:[.,]\d{1,6})?"
_TIMED = re.compile(
    rf"(?P<dash>[-*•][ \t]+)?[\[(]?(?P<time>{_CLOCK}|\d+h(?:\d+m)?(?:\d+s)?|\d+m(?:\d+s)?|\d+s)[\])]?"
    r"(?:(?P<colon>[ \t]*[:：])(?:[ \t]+|(?=[^\s\d]))|[ \t]+)(?P<title>\S.*)"
)
_COMMENT = re.compile(r"[ \t]+#(?=[ \t]).*")
"""`Part #4` has none."""
_ITEM = re.compile(r"( *- +)(\S.*)")
_NEXT_TIMED = re.compile(rf"[,;][ \t]*(?={_CLOCK}[ \t])")


@dataclass(slots=True)
class FrontLines:
    """Lines of YAML, and what is wrong with them as they were written."""

    lines: list[str] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    """Number of a line, from 0, and a sentence."""

    @property
    def text(self) -> str:
        """The YAML."""
        return "\n".join(self.lines)


def read_front_lines(text: str, type_: type[BaseModel]) -> FrontLines:
    """Front matter without its two lines `---` as YAML for a document of `type_`."""
    found = FrontLines()
    names, forms = _names_of(type_), _forms_of(type_)
    for block in split_options(_indent(text)):
        first = _name_option(block[0], names, found)
        name, rest = _take_apart(first)
        can_rewrite = name in forms and not (len(block) > 1 and _is_misplaced(forms[name], block[1:], names))
        found.lines += _rewrite(forms[name], name, rest, block[1:]) if can_rewrite else [first, *block[1:]]
    return found


def _is_misplaced(form: Form, below: list[str], names: Mapping[str, str]) -> bool:
    """Whether an option stands where the text of another would go on."""
    return form is not TIMED_LINES and any(simplify(_take_apart(line.strip())[0]) in names for line in below)


def _indent(text: str) -> list[str]:
    """Lines with spaces alone in front, two in place of a tab, and the options at the very left."""
    lines = text.split("\n")
    if not _ODD_BLANK.search(text):
        return lines
    lines = [_INDENTED.sub(lambda blank: blank[0].translate(_INDENTATION), line, count=1) for line in lines]
    indents = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
    common = min(indents, default=0)
    lines = [line[common:] for line in lines]
    if indents and not common and _NAME.match(lines[0].lstrip(" ")):
        lines[0] = lines[0].lstrip(" ")
    return lines


def split_options(lines: list[str]) -> Iterator[list[str]]:
    """An option with the lines that belong to it, one after the other."""
    block: list[str] = []
    for line in lines:
        is_within = not line or line[0] in " #-*•" or (not line[0].isalpha() and bool(_TIMED.match(line)))
        if block and not is_within:
            yield block
            block = []
        block.append(line)
    yield block


def _name_option(line: str, names: Mapping[str, str], found: FrontLines) -> str:
    """The line with the name of its option as the document has it, and a space behind the colon."""
    if written := _NAME.fullmatch(line):
        name = names.get(simplify(written[1]))
        return f"{name}: {(written[2] or '').lstrip(_BLANKS)}" if name else line
    if (joined := _NO_SPACE.fullmatch(line)) and (name := names.get(simplify(joined[1]))):
        found.faults.append((len(found.lines), f"put a space behind the colon: `{name}: {joined[2]}`"))
        return f"{name}: {joined[2]}"
    return line


def _take_apart(line: str) -> tuple[str, str]:
    written = _NAME.fullmatch(line)
    return (written[1], (written[2] or "").strip(_BLANKS)) if written else ("", "")


def _rewrite(form: Form, name: str, rest: str, below: list[str]) -> list[str]:
    """The lines of an option as YAML."""
    is_one = not any(line.strip() for line in below)
    if form is WHOLE_LINE or (form in {WORDS, NAMES} and rest and rest[0] not in "[{"):
        return _write_text(name, rest, below)
    if form is WORDS and not rest and all(not line.strip() or _ITEM.fullmatch(line) for line in below):
        return [f"{name}:", *map(_write_item, below)]
    if form is TIMED_LINES and _BLOCK.fullmatch(rest):
        rest = ""
    if form is TIMED_LINES and rest and is_one and _TIMED.fullmatch(rest):
        return [f"{name}: [{', '.join(map(_quote, _NEXT_TIMED.split(rest)))}]", *below]
    if form is TIMED_LINES and not rest:
        return [f"{name}:", *_write_timed(below)]
    return [f"{name}: {rest}" if rest else f"{name}:", *below]


def _write_text(name: str, rest: str, below: list[str]) -> list[str]:
    """Text in quotes, lest a sign in it be taken for YAML; as it is where it is in quotes, a block or nothing."""
    last = max((at for at, line in enumerate(below) if line.strip() and line[0] == " "), default=-1)
    if _BLOCK.fullmatch(rest) or _NOTHING.fullmatch(rest) or _QUOTED.fullmatch(rest):
        return [f"{name}: {rest}".rstrip(), *below]
    if _OPENED.fullmatch(rest) and (rest[0] == '"' or last >= 0):
        return [f"{name}: {rest}", *below]  # ends on another line, or was forgotten
    if any(line.lstrip().startswith("#") for line in below[: last + 1]):
        return [f"{name}: {rest}", *below]
    if last >= 0:
        inner = [line.replace("'", "''") for line in below[: last + 1]]
        return [f"{name}: {_quote(rest)[:-1]}", *inner[:-1], f"{inner[-1].rstrip()}'", *below[last + 1 :]]
    comment = _COMMENT.search(rest)
    text = rest[: comment.start()] if comment else rest
    return [f"{name}: {_quote(_unquote(text))}{comment[0] if comment else ''}", *below]


def _write_item(line: str) -> str:
    """`- C: the language` as a text of a list."""
    found = _ITEM.fullmatch(line)
    if not found or found[2][0] in "'\"":
        return line
    comment = _COMMENT.search(found[2])
    text = found[2][: comment.start()] if comment else found[2]
    return f"{found[1]}{_quote(text)}{comment[0] if comment else ''}"


def _unquote(text: str) -> str:
    """`'It's me'` without what was meant as quotes; `"a" and "b"` as it is."""
    sign = text[0]
    return text[1:-1] if sign in "'\"" and text[-1] == sign and text.count(sign) == 3 else text


def _quote(text: str) -> str:
    return "'{}'".format(text.replace("'", "''"))


def _write_timed(lines: list[str]) -> list[str]:
    """Lines of times and titles: as a list where they are one or nothing, as named values where they are these."""
    found = [_TIMED.fullmatch(line.strip()) for line in lines]
    first = next((timed for timed in found if timed), None)
    if first is None:
        return lines
    is_named = bool(first["colon"] and not first["dash"])
    return [_write_time(line, timed, is_named) if timed else line for line, timed in zip(lines, found, strict=True)]


def _write_time(line: str, timed: re.Match[str], is_named: bool) -> str:
    indent, title = line[: len(line) - len(line.lstrip())], timed["title"]
    title = title if _QUOTED.fullmatch(title) else _COMMENT.sub("", title)
    if timed["colon"] and (title[0] in "{[" or _QUOTED.fullmatch(title)):
        return line if timed["dash"] or indent else f"  {line}"
    if is_named:
        return f"{indent or '  '}{timed['time']}: {_quote(title)}"
    words = f"{timed['time']} {title}"
    return f"{indent}- {_quote(words)}"


@cache
def _names_of(type_: type[BaseModel]) -> dict[str, str]:
    """What is meant by a name however it is written, of all options."""
    names = (name for attribute, info in type_.model_fields.items() for name in option_names(attribute, info))
    return {simplify(name): name for name in names}


@cache
def _forms_of(type_: type[BaseModel]) -> dict[str, Form]:
    """Options that may be written otherwise than in YAML."""
    return {
        name: form
        for attribute, info in type_.model_fields.items()
        for form in info.metadata
        if isinstance(form, Form)
        for name in option_names(attribute, info)
    }


def name_of_line(line: str, type_: type[BaseModel]) -> str:
    """The option that a line begins, as `type_` calls it, however its name is written; empty for any other line."""
    written = _NAME.fullmatch(line) or _NO_SPACE.fullmatch(line)
    return _names_of(type_).get(simplify(written[1]), "") if written else ""
