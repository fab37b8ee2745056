"""YAML text to plain values that know their lines.

Every scalar is text: what it means is for the schema to say, not for YAML to guess. So `language: no` is Norwegian,
`title: 1984` is a title, `007` keeps its zeros and `1:02:03` stays a time (YAML 1.1 would make it 3723).
Only an empty value, `~` and `null` are nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain] | None"
"""What a document holds once read."""

Step: TypeAlias = "str | int"
"""A key or a list index on the way to a value."""

DEEPEST = 40
"""Levels of nesting; the deepest document of a show has five."""

_SCALAR, _SEQUENCE, _MAPPING = (f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))
_TAGS = {yaml.ScalarNode: _SCALAR, yaml.SequenceNode: _SEQUENCE, yaml.MappingNode: _MAPPING}
_USUAL_TAGS = {*_TAGS.values(), "!"}
_NOTHING = {"", "~", "null"}
_HASH = re.compile(r"[:-][ \t]+#[^\s#]")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


class UnreadableYaml(Exception):
    """Text that is not YAML; `str()` is a sentence for the person who wrote it."""

    def __init__(self, message: str, line: int) -> None:
        self.line = line
        """Line of the file."""
        super().__init__(message)


class _Loader(yaml.CSafeLoader):
    """libyaml's parser without any guessing of types; stops at absurd nesting instead of exhausting the stack."""

    def __init__(self, text: bytes) -> None:
        super().__init__(text)
        self.depth = 0

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:  # noqa: ARG002 - PyYAML's interface
        return _TAGS[kind]

    def descend_resolver(self, current_node: Any, current_index: Any) -> None:  # noqa: ARG002 - PyYAML's interface
        self.depth += 1
        if self.depth > DEEPEST:
            raise yaml.MarkedYAMLError(problem="too deep", problem_mark=current_node.start_mark)

    def ascend_resolver(self) -> None:
        self.depth -= 1


def compose(text: str, first_line: int = 1) -> yaml.Node | None:
    """The tree of nodes of a YAML document that begins on `first_line` of its file; None where it is empty.

    Raises:
        UnreadableYaml: it is not YAML.
    """
    if found := _FORBIDDEN.search(text):
        message = f"remove the invisible character U+{ord(found.group()):04X}"
        raise UnreadableYaml(message, text.count("\n", 0, found.start()) + first_line)
    loader = _Loader(text.encode())
    try:
        return loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        message, line = _explain(error, text.splitlines() or [""])
        raise UnreadableYaml(message, line + first_line) from None
    finally:
        loader.dispose()


_REMEDIES = (
    ("too deep", "this is nested too deeply"),
    ("nesting depth", "this is nested too deeply"),  # as PyYAML 6.0.4 says it
    ("single document", "expected one document; remove this `---` line"),
    (
        "mapping values are not allowed",
        'put quotes around a text that has a colon in it, as in title: "Floods: a guide"; and check the indentation',
    ),
    ("expected a single document", "expected one document; remove this `---` line"),
    ("unexpected end of stream", "a quoted text or a bracket is opened here and never closed"),
    ("could not find expected ':'", "expected `name: value`; is a colon missing, or the indentation uneven?"),
    ("did not find expected key", "expected `name: value` here; is the line above quoted or indented correctly?"),
    ("did not find expected '-'", "expected the list to go on with `- `; is the indentation uneven?"),
    (
        "block sequence entries are not allowed",
        "expected `name: value`; put the list that begins here on lines of its own",
    ),
    ("did not find expected ',' or", "a list or mapping in brackets is not closed, or a comma is missing"),
    ("unknown escape character", "write \\\\ for a backslash in double quotes, or use single quotes"),
    ("undefined alias", "put quotes around a text that begins with `*`"),
    ("alias", "put quotes around a text that begins with `*`"),
    ("anchor", "put quotes around a text that begins with `&`"),
    ("tag", "put quotes around a text that begins with `!`"),
    ("block scalar", "put quotes around a text that begins with `|` or `>`"),
    ("directive", "put quotes around a text that begins with `%`"),
)
TABS = "indent with spaces: YAML does not allow tabs"
_STARTS = {"\t": TABS, "%": _REMEDIES[-1][1]} | {
    sign: f"put quotes around a text that begins with `{sign}`" for sign in "@`"
}


def _explain(error: yaml.MarkedYAMLError, lines: list[str]) -> tuple[str, int]:
    """What went wrong in words that say what to do, and the line counted from 0."""
    problem, context = error.problem or "", error.context or ""
    mark = error.problem_mark or error.context_mark
    if error.context_mark and ("end of stream" in problem or "',' or" in problem):
        mark = error.context_mark
    line = min(mark.line, len(lines) - 1) if mark else 0
    if re.match(r" *\t", lines[line]):
        return _STARTS["\t"], line
    if "cannot start any token" in problem and mark:
        sign = lines[line][mark.column : mark.column + 1]
        return _STARTS.get(sign, f"put quotes around a text that begins with `{sign}`"), line
    known = (remedy for sign, remedy in _REMEDIES if sign in problem or sign in context)
    return next(known, f"this is not YAML ({problem or 'unreadable'})"), line


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the tree itself: the line of the file, the way to the value, a sentence."""

    line: int
    path: tuple[Step, ...]
    message: str


@dataclass(slots=True)
class Reading:
    """Plain values made of a tree of nodes, and what is wrong with the tree itself."""

    text: str
    first_line: int = 1
    faults: list[Fault] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)

    def read(self, node: yaml.Node, path: tuple[Step, ...] = ()) -> Plain:
        """The value of a node and everything below it."""
        if node.tag not in _USUAL_TAGS:
            self._fault(node, path, f"put quotes around a text that begins with `!`; got {node.tag!r}")
        if isinstance(node, yaml.ScalarNode):
            return self._read_scalar(node, path)
        if id(node) in self.seen:
            self._fault(node, path, "write the value out: references with & and * are not used here")
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, number)) for number, item in enumerate(node.value)]
        return self._read_mapping(node, path)

    def _read_scalar(self, node: yaml.ScalarNode, path: tuple[Step, ...]) -> str | None:
        if node.style or node.value not in _NOTHING:
            return str(node.value)
        if not node.value and _HASH.search(self._line_of(node)):
            self._fault(node, path, "put quotes around a text that begins with `#`, or it is a comment")
        return None

    def _read_mapping(self, node: yaml.Node, path: tuple[Step, ...]) -> dict[str, Plain]:
        values: dict[str, Plain] = {}
        first: dict[str, int] = {}
        for name, value in node.value:
            if not isinstance(name, yaml.ScalarNode):
                self._fault(name, path, "expected a name before the colon, got a list or named values")
                continue
            key = str(name.value)
            if key in values:
                self._fault(name, (*path, key), f"this is given twice (first on line {first[key]}); keep one")
                continue
            first[key] = name.start_mark.line + self.first_line
            values[key] = self.read(value, (*path, key))
        return values

    def _line_of(self, node: yaml.Node) -> str:
        lines = self.text.split("\n")
        return lines[min(node.start_mark.line, len(lines) - 1)]

    def _fault(self, node: yaml.Node, path: tuple[Step, ...], message: str) -> None:
        self.faults.append(Fault(node.start_mark.line + self.first_line, path, message))


def line_at(root: yaml.Node | None, path: tuple[Step, ...], first_line: int = 1) -> int:
    """Line of the value at the end of `path`, or of the nearest above it that exists."""
    node, line = root, root.start_mark.line if root else 0
    for step in path:
        if isinstance(node, yaml.MappingNode):
            pairs = [pair for pair in node.value if pair[0].value == step]
            if isinstance(step, int) and not pairs:  # a mapping that is read as a list of entries
                pairs = node.value[step : step + 1]
            if not pairs:
                continue
            line, node = pairs[0][0].start_mark.line, pairs[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
    return line + first_line
