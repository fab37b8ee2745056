"""Typed values as JSON, both directions. What knows a type (some milliseconds of work) is made when it is asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import TypeAdapter

from site_builder.digests import digest_bytes

T = TypeVar("T")


_adapters: dict[Any, TypeAdapter[Any]] = {}


def _adapt(type_: Any) -> TypeAdapter[Any]:
    if type_ not in _adapters:
        _adapters[type_] = TypeAdapter(type_)
    return _adapters[type_]


def parse_value(type_: type[T], text: bytes) -> T:
    """The value that `text` says; pydantic's ValidationError, a ValueError, where it is none of that type."""
    value: T = _adapt(type_).validate_json(text)
    return value


def render_value(type_: type[T], value: T, *, indent: int | None = None) -> bytes:
    """JSON of `value`, without what is as by default."""
    return _adapt(type_).dump_json(value, indent=indent, exclude_defaults=True)


def parse_values(type_: type[T], texts: Iterable[bytes]) -> tuple[T, ...]:
    """What `render_values` gave; many at once, which is quicker than one by one. ValueError where one is none."""
    values: tuple[T, ...] = _adapt(tuple[type_, ...]).validate_json(b"[" + b",".join(texts) + b"]")  # type: ignore[valid-type]
    return values


def render_values(type_: type[T], value: T) -> bytes:
    """JSON of one value, for `parse_values`."""
    return _adapt(tuple[type_, ...]).dump_json((value,), exclude_defaults=True)[1:-1]  # type: ignore[valid-type]


def digest_value(type_: Any, value: Any) -> str:
    """SHA-256 of all that `value` says, 64 hexadecimal digits."""
    return digest_bytes(_adapt(type_).dump_json(value))
