"""Changing a YAML mapping that a person wrote: one entry changes, every other byte stays as it was.

Only the lines of the entry at hand pass through ruamel.yaml, and of these only those that differ are taken over, so
comments, quotes, spacing and order elsewhere survive, and a long file costs no more than a short one.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from difflib import SequenceMatcher
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import YAMLError as RuamelError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from site_builder.show.documents.line_ends import edit_lines
from site_builder.show.documents.yaml import Plain, Reading, UnreadableYaml, compose

Node = CommentedMap
"""A mapping that remembers its comments and spelling."""

Change = Callable[[Node], None]
"""Alters an entry in place; an entry that is no mapping becomes an empty one first."""

_PLAIN = re.compile(r"[A-Za-z][\w.'()!-]*(?: [\w.'()!-]+)*|https?://[\w./%~?=&+-]+")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_LIST = re.compile(r"^( *)[^\s#-].*:[ \t]*\n(?:[ \t]*(?:#.*)?\n)*( *)-( +)", re.MULTILINE)
_EMPTY = re.compile(r"^(?:\{\}|null|~)[ \t]*$", re.MULTILINE)
_CHILD = re.compile(r"^( +)[^\s#-]", re.MULTILINE)
_NO_VALUE = (ValueError, IndexError, OverflowError, ArithmeticError)
"""What the libraries raise for a number or a date that is none."""


def quote(text: str) -> str:
    """`text` as a YAML 1.1 and 1.2 reader alike take it for text: in double quotes unless it is plain words."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if plain else DoubleQuotedScalarString(text)


def change_entry(text: str, key: str, change: Change) -> str:
    """`text` with the entry `key` of its top mapping changed by `change`.

    Raises:
        KeyError: there is no such entry.
    """
    return edit_lines(text, lambda plain: _change_entry(plain, key, change))


def set_value(text: str, path: Sequence[str], value: str) -> str:
    """`text` with one text at `path` set to `value`; what is missing on the way there is added."""
    if path[0] not in entry_lines(text):
        entry: Any = value
        for step in reversed(path[1:]):
            entry = {quote(step): entry}
        return append_entries(text, {path[0]: entry})
    return edit_lines(text, lambda plain: _change(plain, lambda tree: _set_value(tree, path, value)))


def _set_value(tree: Node, path: Sequence[str], value: Any) -> None:
    node = tree
    for step in path[:-1]:
        if not isinstance(node.get(step), Node):
            node[step] = Node()
        node = node[step]
    node[path[-1]] = value


def set_option(text: str, path: Sequence[str], value: Any) -> str:
    """`text` with what stands at `path` set to `value`, plain data of any kind; None takes it out."""
    if value is None:
        return edit_lines(text, lambda plain: _change(plain, lambda tree: _remove(tree, path)))
    written = _spell(value)
    if path[0] not in entry_lines(text):
        for step in reversed(path[1:]):
            written = {quote(step): written}
        return append_entries(text, {path[0]: written})
    return edit_lines(text, lambda plain: _change(plain, lambda tree: _set_value(tree, path, written)))


def _spell(value: Any) -> Any:
    """A value with its texts quoted where YAML would take them for something else."""
    if isinstance(value, str):
        return LiteralScalarString(value) if "\n" in value else quote(value)
    if isinstance(value, Mapping):
        return {quote(str(key)): _spell(entry) for key, entry in value.items()}
    return [_spell(entry) for entry in value] if isinstance(value, list | tuple) else value


def _remove(tree: Node, path: Sequence[str]) -> None:
    node: Any = tree
    for step in path[:-1]:
        node = node.get(step) if isinstance(node, Node) else None
    if isinstance(node, Node) and path[-1] in node:
        del node[path[-1]]


def append_entries(text: str, entries: Mapping[str, Any]) -> str:
    """`text` with `entries` at the end of its top mapping, an empty line before each."""
    return edit_lines(text, lambda plain: _append_entries(plain, entries)) if entries else text


def entry_lines(text: str) -> dict[str, int]:
    """The line, from 1, at which each entry of the top mapping begins."""
    return {str(key.value): key.start_mark.line + 1 for key, _ in _top_entries(text)}


def _top_entries(text: str) -> list[tuple[yaml.Node, yaml.Node]]:
    root = yaml.compose(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return list(root.value) if isinstance(root, yaml.MappingNode) else []


def _change_entry(text: str, key: str, change: Change) -> str:
    lines = text.splitlines(keepends=True)
    number, start, end = _find_block(text, key, lines)
    try:
        changed = _change("".join(lines[start:end]), lambda tree: _apply(tree, 0, change))
        return "".join(lines[:start]) + changed + "".join(lines[end:])
    except (RuamelError, IndexError):  # the whole is written in one line
        return _change(text, lambda tree: _apply(tree, number, change))


def _apply(tree: Node, number: int, change: Change) -> None:
    key = list(tree)[number]
    if not isinstance(tree[key], Node):
        tree[key] = Node()
    change(tree[key])


def _find_block(text: str, key: str, lines: list[str]) -> tuple[int, int, int]:
    """Number of an entry, its first line and the line after its last; comments above the next are not its own."""
    entries = _top_entries(text)
    for number, (node, _) in enumerate(entries):
        if str(node.value) == key:
            start = node.start_mark.line
            following = entries[number + 1 :]
            end = following[0][0].start_mark.line if following else len(lines)
            while end > start + 1 and re.match(r"#|\s*$|\.\.\.|---", lines[end - 1]):
                end -= 1
            return number, start, end
    raise KeyError(key)


def _change(text: str, change: Change) -> str:
    if not text.endswith("\n"):
        text += "\n"
    ruamel = _make_yaml(text)
    tree = ruamel.load(text)
    before = _dump(ruamel, tree)
    change(tree)
    return _transplant(text, before, _dump(ruamel, tree))


def _transplant(original: str, before: str, after: str) -> str:
    """What differs between `before` and `after`, made in `original`, of which `before` is another spelling."""
    old, respelt, new = (text.splitlines(keepends=True) for text in (original, before, after))
    if len(old) != len(respelt):
        return after
    result: list[str] = []
    for kind, start, end, new_start, new_end in SequenceMatcher(None, respelt, new, autojunk=False).get_opcodes():
        result += old[start:end] if kind == "equal" else new[new_start:new_end]
    merged = "".join(result)
    return merged if _says_the_same(merged, after) else after


def _says_the_same(one: str, other: str) -> bool:
    """Whether two texts mean the same, to YAML or to this program, for which every value is text."""
    for load in (yaml.safe_load, _load_texts):
        with suppress(yaml.YAMLError, UnreadableYaml, *_NO_VALUE):
            if load(one) == load(other):
                return True
    return False


def _load_texts(text: str) -> Plain:
    root = compose(text)
    return Reading(text).read(root) if root else None


def _append_entries(text: str, entries: Mapping[str, Any]) -> str:
    known = entry_lines(text)
    if not known:
        text = _EMPTY.sub("", text)
    if text and not text.endswith("\n"):
        text += "\n"
    ruamel = _make_yaml(text)
    together = text + "".join("\n" + _dump(ruamel, {quote(key): value}) for key, value in entries.items())
    try:
        if list(entry_lines(together)) == [*known, *entries]:
            return together if text else together.removeprefix("\n")
    except yaml.YAMLError:  # the whole is written in one line, or ends with an end mark
        pass
    return _change(text, lambda tree: _add(tree, entries))


def _add(tree: Node, entries: Mapping[str, Any]) -> None:
    tree.fa.set_block_style()
    for key, value in entries.items():
        tree[quote(key)] = value


class _Constructor(RoundTripConstructor):
    """Takes what only looks like a number or a date, `2026-99-99`, for the text that it is."""


def _construct_carefully(usual: Callable[..., Any]) -> Callable[..., Any]:
    def construct(constructor: RoundTripConstructor, node: Any) -> Any:
        try:
            return usual(constructor, node)
        except _NO_VALUE:
            return constructor.construct_scalar(node)

    return construct


for _kind in ("int", "float", "timestamp"):
    _usual = getattr(RoundTripConstructor, f"construct_yaml_{_kind}")
    _Constructor.add_constructor(f"tag:yaml.org,2002:{_kind}", _construct_carefully(_usual))


def _make_yaml(text: str) -> YAML:
    """A reader and writer that indents as `text` does."""
    ruamel = YAML()
    ruamel.Constructor = _Constructor
    ruamel.preserve_quotes = True
    ruamel.width = 1 << 20
    child, listed = _CHILD.search(text), _LIST.search(text)
    offset = len(listed[2]) - len(listed[1]) if listed else 2
    dash = 1 + len(listed[3]) if listed else 2
    ruamel.indent(mapping=len(child[1]) if child else 2, sequence=max(offset, 0) + dash, offset=max(offset, 0))
    return ruamel


def _dump(ruamel: YAML, tree: object) -> str:
    stream = io.StringIO()
    ruamel.dump(tree, stream)
    return stream.getvalue()
