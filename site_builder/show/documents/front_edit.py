"""Changing one option of the front matter that a person wrote: its lines change, every other byte stays as it was."""

from __future__ import annotations

from pathlib import Path

import yaml

from site_builder.errors import InvalidDocument, Problem
from site_builder.show.documents.document import FRONT, Document
from site_builder.show.documents.front_lines import name_of_line, split_options
from site_builder.show.documents.writing import render_front_matter


def set_option(text: str, name: str, value: object, type_: type[Document]) -> str:
    """`text` of a Markdown file with the option `name` of its front matter set to `value`; None takes it out.

    `value` is text, a number, true or false, a date, or a list or mapping of these, as `render_front_matter` takes it.

    Raises:
        InvalidDocument: it has no front matter.
    """
    if "\r\n" in text:
        return set_option(text.replace("\r\n", "\n"), name, value, type_).replace("\n", "\r\n")
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
    is_windows = "\r\n" in text
    plain = text.replace("\r\n", "\n")
    found = FRONT.match(plain.removeprefix("\ufeff"))
    if not found:
        raise _explain_missing()
    head = plain[: found.end() + plain.startswith("\ufeff")]
    lead = "\n" if plain[len(head) :].startswith("\n") else ""
    body = notes.replace("\r\n", "\n").strip("\n")
    changed = f"{head}{lead}{body}\n" if body else head
    return changed.replace("\n", "\r\n") if is_windows else changed


def _find_front(text: str) -> tuple[int, int]:
    mark = text.startswith("\ufeff")
    found = FRONT.match(text.removeprefix("\ufeff"))
    if not found:
        raise _explain_missing()
    return found.start(1) + mark, found.end(1) + mark


def _explain_missing() -> InvalidDocument:
    return InvalidDocument([Problem("the front matter, between two lines `---`, is missing", Path("index.md"), 1)])


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
