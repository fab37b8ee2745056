"""Says what pydantic found wrong in words for the person who wrote the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, get_args

from pydantic import AliasChoices, BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from site_builder.show.documents.yaml import Step

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "model_type": "named values (lines such as `name: value`)",
    "model_attributes_type": "named values (lines such as `name: value`)",
    "dict_type": "named values (lines such as `name: value`)",
    "list_type": "a list (lines that begin with `- `)",
    "tuple_type": "a list (lines that begin with `- `)",
    "greater_than_equal": "a number of at least {ge}",
    "greater_than": "a number above {gt}",
    "less_than_equal": "a number of at most {le}",
    "less_than": "a number below {lt}",
    "string_too_short": "text",
    "string_too_long": "at most {max_length} characters",
    "too_short": "at least {min_length} of them",
    "too_long": "at most {max_length} of them",
    "enum": "{expected}",
    "literal_error": "{expected}",
}
_SECRET = re.compile(r"pass(word|phrase)|secret|credential|(api|access|private).?key|token$", re.IGNORECASE)


_QUOTED = re.compile(r"'[^']{61,}'|\"[^\"]{61,}\"|`[^`]{61,}`")
_LONGEST = 500
"""Characters of a sentence about one value."""


def complain(error: ValidationError, type_: type[BaseModel]) -> Iterator[tuple[tuple[Step, ...], str]]:
    """For each thing wrong: the way to the value and a sentence."""
    for detail in error.errors(include_url=False):
        yield tuple(detail["loc"]), _shorten(_describe(detail, type_))


def _shorten(message: str) -> str:
    """A sentence that quotes no more than the beginning of what was written, however long that is."""
    message = _QUOTED.sub(lambda quoted: f"{quoted[0][:58]}…{quoted[0][-1]}", message)
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"


def _describe(detail: ErrorDetails, type_: type[BaseModel]) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _describe_unknown(str(detail["loc"][-1]), tuple(detail["loc"][:-1]), type_)
    if kind == "missing":
        return "this is required, but missing"
    got = describe_value(detail["input"])
    if kind == "value_error":
        message = str(context["error"])
        return f"{message}, got {got}" if message.startswith("expected") and ", got" not in message else message
    wanted = _EXPECTED.get(kind, "another kind of value").format_map(context)
    return f"expected {wanted.replace(chr(39), '')}, got {got}{_suggest_choice(wanted, detail['input'])}"


def describe_value(value: object) -> str:
    """What somebody wrote, short: `'three'`, `a list`, `named values`, `nothing`."""
    match value:
        case None:
            return "nothing"
        case list() | tuple():
            return "a list"
        case dict():
            return "named values"
        case str():
            return repr(value if len(value) <= 60 else f"{value[:57]}…")
        case _:
            return str(value)


def _suggest_choice(wanted: str, value: object) -> str:
    choices = re.findall(r"'([^']+)'", wanted)
    near = get_close_matches(str(value).lower(), choices, n=1) if isinstance(value, str) else []
    return f"; did you mean `{near[0]}`?" if near else ""


def _describe_unknown(key: str, parent: tuple[Step, ...], type_: type[BaseModel]) -> str:
    if _SECRET.search(key):
        return "secrets do not belong here: this file may be published; hosts take theirs from their own tools"
    holder = _model_at(type_, parent)
    here = {simplify(name): option for name, option in (_names_of(holder) if holder else {}).items()}
    homes = {simplify(name): place for name, place in _homes(type_).items()}
    wanted = simplify(key)
    name = key if key.isprintable() else repr(key)[1:-1]
    if wanted in here:
        return f"unknown name; did you mean `{here[wanted]}`?"
    if wanted in homes:
        return f"unknown name here; `{homes[wanted]}` is its place"
    if near := get_close_matches(wanted, here, n=1):
        return f"unknown name; did you mean `{here[near[0]]}`?"
    if near := get_close_matches(wanted, homes, n=1, cutoff=0.75):
        return f"unknown name; did you mean `{homes[near[0]]}`?"
    known = ", ".join(dict.fromkeys(here.values()))
    return f"unknown name `{name}`; known here: {known}" if known else f"unknown name `{name}`"


def simplify(name: str) -> str:
    """A name however it is written: `cover-alt`, `Cover alt` and `cover_alt` are one."""
    return re.sub(r"[-_ ]", "", name).lower()


@cache
def _names_of(model: type[BaseModel]) -> Mapping[str, str]:
    """Everything a person could mean by an option of `model`, to the name it is written with."""
    names: dict[str, str] = {}
    for attribute, info in model.model_fields.items():
        written = option_names(attribute, info)
        names |= dict.fromkeys((attribute, *written), written[0])
    return names


def option_names(attribute: str, info: FieldInfo) -> tuple[str, ...]:
    """The names an option may be written with, the usual one first."""
    if isinstance(info.validation_alias, AliasChoices):
        return tuple(str(choice) for choice in info.validation_alias.choices)
    return (str(info.validation_alias or info.alias or attribute),)


def list_options(type_: type[BaseModel]) -> tuple[str, ...]:
    """Dotted names of all options of a document, e.g. `show.title`, `show.people[].name`, in order."""
    return tuple(_walk(type_))


def _walk(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for attribute, info in model.model_fields.items():
        name = prefix + option_names(attribute, info)[0]
        yield name
        for inner, listed in _models_in(info.annotation):
            yield from _walk(inner, f"{name}{'[]' if listed else ''}.")


def _homes(type_: type[BaseModel]) -> dict[str, str]:
    """Last part of each option outside lists to its dotted name; the first wins."""
    homes: dict[str, str] = {}
    for dotted in list_options(type_):
        if "[]" not in dotted:
            homes.setdefault(dotted.rpartition(".")[2], dotted)
    return homes


def _models_in(annotation: Any, listed: bool = False) -> Iterator[tuple[type[BaseModel], bool]]:
    """Models that a field may hold, and whether it holds a list of them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, listed
    for part in get_args(annotation):
        yield from _models_in(part, listed or getattr(annotation, "__origin__", None) in {tuple, list, dict})


def _model_at(type_: type[BaseModel], path: Iterable[Step]) -> type[BaseModel] | None:
    """The model of the values at the end of `path`."""
    model: type[BaseModel] | None = type_
    for step in path:
        if model is None or isinstance(step, int):
            continue
        fields = {
            name: info for attribute, info in model.model_fields.items() for name in option_names(attribute, info)
        }
        if step in fields:
            model = next((inner for inner, _ in _models_in(fields[step].annotation)), None)
    return model
