"""JSON Schemas of what a person may write, for editors: names to complete, their meaning, typing errors underlined.

https://json-schema.org/draft/2020-12. Made from the very classes that read the files. Where a class takes more forms
than a schema can tell, the schema takes all of them: an editor must not underline what a build takes.
"""

from __future__ import annotations

import ast
import inspect
import re
from functools import cache
from textwrap import dedent
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue

from site_builder.show.documents.messages import option_names

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_BOUNDS = {"maxLength", "minLength", "maxItems", "minItems", "pattern", "minimum", "maximum"}
_FORMS: list[JsonSchemaValue] = [{"type": ["string", "number", "boolean", "null", "array"]}]


class _Editor(GenerateJsonSchema):
    """Takes whatever the reader of a file takes, and says more where it can."""

    def function_before_schema(self, schema: Any) -> JsonSchemaValue:
        """A value that may be written in several forms; `_leave_out` only drops what is empty."""
        inner = super().function_before_schema(schema)
        if getattr(schema["function"]["function"], "__name__", "") == "_leave_out":
            return inner
        return {"anyOf": [inner, *_FORMS]}

    def str_schema(self, schema: Any) -> JsonSchemaValue:
        """YAML takes `2026` for a number, and a reader takes it for the text it is."""
        inner = super().str_schema(schema)
        return {**inner, "type": ["string", "number", "boolean", "null"]}

    def bool_schema(self, schema: Any) -> JsonSchemaValue:
        """`yes` and `no` are texts to an editor."""
        return {"anyOf": [super().bool_schema(schema), {"enum": ["yes", "no", "on", "off"]}, {"type": "null"}]}

    def int_schema(self, schema: Any) -> JsonSchemaValue:
        """Also between quotes."""
        return {"anyOf": [super().int_schema(schema), {"type": ["string", "null"]}]}

    def float_schema(self, schema: Any) -> JsonSchemaValue:
        """Also between quotes."""
        return {"anyOf": [super().float_schema(schema), {"type": ["string", "null"]}]}

    def enum_schema(self, schema: Any) -> JsonSchemaValue:
        """An option left empty is as if it were not there."""
        return {"anyOf": [super().enum_schema(schema), {"type": "null"}]}

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        """With every name that is taken, what the source says of each, and names of the writer's own."""
        cls: type[BaseModel] = schema["cls"]
        made = super().model_schema(schema)
        properties = made.get("properties", {})
        for field, info in cls.model_fields.items():
            names = list(option_names(field, info))
            known: JsonSchemaValue = next((properties[name] for name in names if name in properties), {})
            text = _read_docstrings(cls).get(field, "")
            properties |= {name: {**_loosen(known), **({"description": text} if text else {})} for name in names}
        made |= {"properties": properties, "patternProperties": {"^x-": {}}}
        made["required"] = [name for name in made.get("required", []) if _has_one_name(cls, name)]
        return {"anyOf": [made, {"type": "null"}]} if made.get("type") == "object" and not made["required"] else made


def _loosen(value: JsonSchemaValue) -> JsonSchemaValue:
    """Bounds of one form hold for no other."""
    return {key: bound for key, bound in value.items() if "anyOf" not in value or key not in _BOUNDS}


def _has_one_name(cls: type[BaseModel], name: str) -> bool:
    return any(list(option_names(field, info)) == [name] for field, info in cls.model_fields.items())


@cache
def _read_docstrings(cls: type[BaseModel]) -> dict[str, str]:
    """Field to the text below it in the source, those of the classes above included."""
    found: dict[str, str] = {}
    for each in reversed(cls.__mro__):
        if issubclass(each, BaseModel) and each is not BaseModel:
            found |= _read_own_docstrings(each)
    return found


def _read_own_docstrings(cls: type[BaseModel]) -> dict[str, str]:
    try:
        (tree,) = ast.parse(dedent(inspect.getsource(cls))).body
    except (OSError, TypeError, ValueError):
        return {}
    assert isinstance(tree, ast.ClassDef)
    pairs = zip(tree.body, tree.body[1:], strict=False)
    return {
        field.target.id: re.sub(r"\s+", " ", text.value.value).strip()
        for field, text in pairs
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def describe_schema(type_: type[BaseModel], title: str) -> dict[str, Any]:
    """The schema of a document."""
    mode: JsonSchemaMode = "validation"
    schema = TypeAdapter(type_).json_schema(schema_generator=_Editor, mode=mode)
    return {"$schema": _DIALECT, "title": title, **{key: value for key, value in schema.items() if key != "title"}}
