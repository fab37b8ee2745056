"""Parses text that a person wrote into a typed object, or into all that is wrong with it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from site_builder.errors import InvalidDocument, Problem
from site_builder.show.documents.front_lines import read_front_lines
from site_builder.show.documents.messages import complain, option_names
from site_builder.show.documents.yaml import TABS, Reading, Step, UnreadableYaml, compose, line_at

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

# No plugin that happens to be installed has a say in what is valid; looking for them takes 20 ms at each start.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

_FENCE = r"(?:-{3,80}|(?=-{0,2}[–—])[-–—]{1,9})[ \t\xa0]{0,80}"
"""As keyboards write it that make one dash of two or three hyphens."""
FRONT = re.compile(rf"\A\s*^[ \t]{{0,80}}{_FENCE}\n(.*?)^{_FENCE}(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_OPENED = re.compile(rf"\s*{_FENCE}(?:\n|\Z)")


class Document(BaseModel):
    """Base of everything a person writes: frozen, no unknown names, white space around texts removed.

    An option left empty is as if it were not there. Names that begin with `x-` are for the writer's own use.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False, defer_build=True
    )

    @model_validator(mode="before")
    @classmethod
    def _leave_out(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        known = _known(cls)
        return {
            key: value
            for key, value in values.items()
            if not (value is None and key in known) and not (isinstance(key, str) and key.startswith("x-"))
        }


@cache
def _known(type_: type[BaseModel]) -> frozenset[str]:
    return frozenset(name for field, info in type_.model_fields.items() for name in option_names(field, info))


def parse_yaml(text: str | bytes, file: Path, type_: type[M]) -> M:
    """A YAML document as `type_`; `file` is only named in problems.

    Raises:
        InvalidDocument: with every problem, each with its line.
    """
    return _parse(decode(text, file), file, type_, first_line=1)


def parse_front_matter(text: str | bytes, file: Path, type_: type[M]) -> tuple[M, str, int]:
    """The front matter of a Markdown file as `type_`, the text below it, and the line on which that begins.

    Line ends become newlines.

    Raises:
        InvalidDocument: with every problem, each with its line.
    """
    text = decode(text, file)
    found = FRONT.match(text)
    if not found:
        raise InvalidDocument([Problem(_explain_missing(text), file=file, line=1)])
    first_line = text.count("\n", 0, found.start(1)) + 1
    front = read_front_lines(found[1], type_)
    misspelt = [Problem(sentence, file, first_line + line) for line, sentence in front.faults]
    try:
        matter = _parse(front.text, file, type_, first_line, misspelt)
    except InvalidDocument as error:
        written = found[1].split("\n")
        raise InvalidDocument([_blame_tab(problem, written, first_line) for problem in error.problems]) from None
    return matter, text[found.end() :], text.count("\n", 0, found.end()) + 1


def _blame_tab(problem: Problem, written: Sequence[str], first_line: int) -> Problem:
    """A tab was read as two spaces: where that was not what was meant, it is what has to be mended."""
    line = written[min((problem.line or first_line) - first_line, len(written) - 1)]
    return replace(problem, message=TABS) if problem.field is None and re.match(" *\t", line) else problem


def is_plain(text: str, type_: type[Document]) -> bool:
    """Whether a Markdown file has no front matter: not one that was begun, nor options of `type_` between no lines."""
    option = re.match(r"\s*(\w+)\s*:", text)
    is_option = option is not None and option[1].lower() in type_.model_fields
    return not (_OPENED.match(text) or text.lstrip().startswith("+++") or is_option)


def _explain_missing(text: str) -> str:
    if _OPENED.match(text):
        return "the front matter is never closed: add a line `---` below it"
    if text.lstrip().startswith("+++"):
        return "write the front matter as lines `title: …` between two lines `---`, in place of `+++`"
    return "expected front matter: a line `---`, lines such as `title: …`, and another line `---`"


def decode(text: str | bytes, file: Path) -> str:
    """Text of a file as people save them: with or without byte order mark, with any line ends.

    Raises:
        InvalidDocument: it is not UTF-8.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            problem = Problem("expected UTF-8 text; save the file with the encoding UTF-8", file=file, line=line)
            raise InvalidDocument([problem]) from None
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def decode_any(content: bytes) -> str:
    """Text of a file in whatever encoding an editor saved it, with its byte order mark and its line ends.

    >>> decode_any("Grüße".encode("cp1252")), decode_any("Grüße".encode("utf-16"))
    ('Grüße', 'Grüße')
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _parse(text: str, file: Path, type_: type[M], first_line: int, known: Sequence[Problem] = ()) -> M:
    try:
        root = compose(text, first_line)
    except UnreadableYaml as error:
        raise InvalidDocument([*known, Problem(str(error), file=file, line=error.line)]) from None
    reading = Reading(text, first_line)
    plain = reading.read(root) if root else None
    problems = [*known] + [Problem(fault.message, file, fault.line, _dotted(fault.path)) for fault in reading.faults]
    try:
        document = type_.model_validate({} if plain is None else plain)
    except ValidationError as error:
        if plain is None:
            raise InvalidDocument([Problem(_describe_empty(type_), file, first_line)]) from None
        for path, message in complain(error, type_):
            problems.append(Problem(message, file, line_at(root, path, first_line), _dotted(path)))
    if problems:
        raise InvalidDocument(sorted(dict.fromkeys(problems), key=lambda problem: problem.line or 0))
    return document


def _describe_empty(type_: type[BaseModel]) -> str:
    needed = [option_names(name, info)[0] for name, info in type_.model_fields.items() if info.is_required()]
    return f"there is nothing here yet; expected at least {', '.join(f'`{name}`' for name in needed)}"


def _dotted(path: Sequence[Step]) -> str | None:
    """`chapters.2.title`: entries of lists are counted from 1, as people do."""
    steps = (str(step + 1) if isinstance(step, int) else step for step in path if step != "[key]")
    printable = (step if step.isprintable() else repr(step)[1:-1] for step in steps)
    return ".".join(printable) or None


def find_front_line(text: str | bytes, type_: type[BaseModel], path: Sequence[Step]) -> int | None:
    """Line of an option in the front matter of a Markdown file known to be sound; None where it is not there."""
    text = decode(text, Path())
    found = FRONT.match(text)
    line = find_line(read_front_lines(found[1], type_).text, path) if found else None
    return line + text.count("\n", 0, found.start(1)) if found and line else None


def find_line(text: str | bytes, path: Sequence[Step]) -> int | None:
    """Line of an option in a YAML document that is known to be sound; None where it is not written there."""
    text = decode(text, Path())
    root = compose(text)
    plain: Any = Reading(text).read(root) if root else None
    for step in path:
        try:
            plain = plain[step]
        except (KeyError, IndexError, TypeError):
            return None
    return line_at(root, tuple(path))
