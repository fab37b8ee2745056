"""Changing one option of the front matter that a person wrote: its lines change, every other byte stays as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from site_builder.errors import InvalidDocument, Problem
from site_builder.show.documents.document import FRONT, Document
from site_builder.show.documents.front_lines import name_of_line, split_options
from site_builder.show.documents.line_ends import edit_lines
from site_builder.show.documents.writing import render_front_matter


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a list as it is to be."""

    text: str
    number: int | None = None
    """Its place in the list as it was, from 0; None for a new one."""


def set_option(text: str, name: str, value: object, type_: type[Document]) -> str:
    """`text` of a Markdown file with the option `name` of its front matter set to `value`; None takes it out.

    `value` is text, a number, true or false, a date, or a list or mapping of these, as `render_front_matter` takes it.

    Raises:
        InvalidDocument: it has no front matter.
    """
    if "\r" in text:
        return edit_lines(text, lambda plain: set_option(plain, name, value, type_))
    start, end = _find_front(text)
    blocks = list(split_options(text[start:end].removesuffix("\n").split("\n")))
    own = [block for block in blocks if name_of_line(block[0], type_) == name]
    written = [] if value is None else _write(name, value, own[0] if own else [])
    if own:
        at = blocks.index(own[0])
        blocks[at : at + 1] = [[*written, *_take_tail(own[0])]]
    else:
        blocks.append(written)
    lines = [line for block in blocks for line in block]
    front = "\n".join(lines)
    return text[:start] + (front + "\n" if front else "") + text[end:]


def set_notes(text: str, notes: str) -> str:
    """`text` of a Markdown file with everything below its front matter replaced; line ends as they are written."""
    body = notes.replace("\r\n", "\n").strip("\n")

    def change(plain: str) -> str:
        found = FRONT.match(plain)
        if not found:
            raise _explain_missing()
        head = plain[: found.end()]
        lead = "\n" if plain[len(head) :].startswith("\n") else ""
        return f"{head}{lead}{body}\n" if body else head

    return edit_lines(text, change)


def _find_front(text: str) -> tuple[int, int]:
    mark = text.startswith("\ufeff")
    found = FRONT.match(text.removeprefix("\ufeff"))
    if not found:
        raise _explain_missing()
    return found.start(1) + mark, found.end(1) + mark


def _explain_missing() -> InvalidDocument:
    return InvalidDocument([Problem("the front matter, between two lines `---`, is missing", Path("index.md"), 1)])


def set_entries(text: str, name: str, entries: Sequence[Entry], type_: type[Document]) -> str:
    """`text` with the list `name` of its front matter made of `entries`; none: the option goes.

    Those that stay keep their lines, with the comments in and above them.

    Raises:
        InvalidDocument: it has no front matter.
    """
    if "\r" in text:
        return edit_lines(text, lambda plain: set_entries(plain, name, entries, type_))
    start, end = _find_front(text)
    blocks = split_options(text[start:end].removesuffix("\n").split("\n"))
    own = next((block for block in blocks if name_of_line(block[0], type_) == name), [])
    known = _split_entries(own)
    kept = [entry.number for entry in entries if entry.number is not None]
    if not known or not kept or max(kept) >= len(known):
        return set_option(text, name, [entry.text for entry in entries] or None, type_)
    lead = known[0][-1] if len(known[0]) == 1 else next(line for line in known[0] if not _is_remark(line))
    lines = [own[0]]
    for entry in entries:
        lines += [_spell_entry(entry.text, lead)] if entry.number is None else known[entry.number]
    before, after = text[:start], text[end:]
    front = text[start:end].removesuffix("\n").split("\n")
    at = _find_block(front, own)
    changed = [*front[:at], *lines, *_take_tail(own), *front[at + len(own) :]]
    return before + "\n".join(changed) + "\n" + after


def _find_block(lines: list[str], block: list[str]) -> int:
    return next(at for at in range(len(lines)) if lines[at : at + len(block)] == block)


def _split_entries(block: list[str]) -> list[list[str]]:
    """The lines of each entry of a list that has a line of its own for each, with the remarks above it."""
    body = block[1 : len(block) - len(_take_tail(block))]
    first = next((line for line in body if not _is_remark(line)), "")
    indent = len(first) - len(first.lstrip())
    entries: list[list[str]] = []
    waiting: list[str] = []
    for line in body:
        if _is_remark(line):
            waiting.append(line)
        elif len(line) - len(line.lstrip()) == indent:
            entries.append([*waiting, line])
            waiting = []
        elif entries:
            entries[-1] += [*waiting, line]
            waiting = []
    return entries if not waiting and block and not block[0].partition(":")[2].strip() else []


def _is_remark(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _spell_entry(text: str, like: str) -> str:
    """A new entry, written as its neighbours are."""
    indent = like[: len(like) - len(like.lstrip())]
    spelt = render_front_matter({"x": [text]}).split("\n")[2]
    if like.lstrip().startswith("- "):
        return f"{indent}{spelt}"
    time, _, title = text.partition(" ")
    return f"{indent}{time}: {render_front_matter({'x': title}).split(chr(10))[1].removeprefix('x: ')}"


def _write(name: str, value: object, before: list[str]) -> list[str]:
    """The lines of an option; an entry of a list that stays keeps its spelling and its comment."""
    if isinstance(value, list) and not value:
        return []
    lines = render_front_matter({name: value}).split("\n")[1:-2]
    if not isinstance(value, list):
        return [f"{lines[0]}{_find_comment(before)}"] if len(lines) == 1 else lines
    known = _list_entries(before)
    first = next(iter(known.values()), "  - ")
    indent = first[: len(first) - len(first.lstrip())]
    return [lines[0], *(known.get(_read_entry(line), f"{indent}{line}") for line in lines[1:])]


def _find_comment(before: list[str]) -> str:
    """The comment beside a value in one line, with the space before it."""
    if not before or any(line.strip() for line in before[1:]):
        return ""
    at = before[0].find(" #")
    value = before[0][:at].partition(":")[2].strip() if at > 0 else ""
    is_plain = bool(value) and not value.startswith(('"', "'")) and before[0][at + 2 : at + 3] in {" ", ""}
    return before[0][len(before[0][:at].rstrip()) :] if is_plain else ""


def _list_entries(before: list[str]) -> dict[str, str]:
    return {_read_entry(line): line for line in before[1:] if line.lstrip().startswith("- ")}


def _read_entry(line: str) -> str:
    """What an entry says, however it is spelt."""
    try:
        return repr(yaml.load(line.strip(), yaml.BaseLoader)) if line.lstrip().startswith("- ") else line  # noqa: S506
    except yaml.YAMLError:
        return line


def _take_tail(block: list[str]) -> list[str]:
    """Empty lines and comments at the end of an option belong to what follows."""
    at = len(block)
    while at > 1 and (not block[at - 1].strip() or block[at - 1].startswith("#")):
        at -= 1
    return block[at:]
