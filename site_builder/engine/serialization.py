"""Typed values as JSON, both directions.

What this program writes, to read thousands of it again, is read by msgspec, which takes a fraction of the time. Of
documents, which people and other programs may write as well, pydantic reads those that msgspec does not: it takes more
ways to write a value, and says what is wrong and where.
docs/decisions/0010 says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from site_builder.engine.digests import digest_bytes

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")
S = TypeVar("S", bound="Value")
_encode = msgspec.json.Encoder(order="deterministic").encode
_encode_in_order = msgspec.json.Encoder().encode
_adapters: dict[Any, TypeAdapter[Any]] = {}
_decoders: dict[Any, Callable[[bytes], Any]] = {}


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What is kept between builds: subclasses name their fields, all by name. No value may contain itself."""


def replace_fields(value: S, **fields: object) -> S:
    """The same with other `fields`."""
    return msgspec.structs.replace(value, **fields)


def _adapt(type_: Any) -> TypeAdapter[Any]:
    """What knows a type: some milliseconds of work, so only when it is asked."""
    from pydantic import TypeAdapter  # noqa: PLC0415 -- not needed for what msgspec reads

    if type_ not in _adapters:
        _adapters[type_] = TypeAdapter(type_)
    return _adapters[type_]


def parse_value(type_: type[T], text: bytes) -> T:
    """The document that `text` is; pydantic's ValidationError, a ValueError, where it is none of that type."""
    if type_ not in _decoders:
        _decoders[type_] = msgspec.json.Decoder(type_).decode
    try:
        value: T = _decoders[type_](text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        value = _adapt(type_).validate_json(text)
    return value


def render_value(type_: type[T], value: T, *, indent: int | None = None) -> bytes:
    """The document that says `value`, without what is as by default."""
    return _adapt(type_).dump_json(value, indent=indent, exclude_defaults=True)


def parse_values(type_: type[T], texts: Iterable[bytes]) -> tuple[T, ...]:
    """What `encode_value` gave of each, many at once. ValueError where one is none."""
    try:
        return msgspec.json.decode(b"[" + b",".join(texts) + b"]", type=tuple[type_, ...])  # type: ignore[valid-type]
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error


def encode_value(value: object) -> bytes:
    """JSON of a value that only this program reads again; equal values, equal bytes."""
    return _encode(value)


def encode_plain(value: object) -> bytes:
    """JSON of dicts, lists, texts and numbers, in one line; dicts keep their order."""
    return _encode_in_order(value)


def decode_plain(text: bytes | str) -> Any:
    """What `encode_plain` was given. ValueError where it is no JSON."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error


def digest_value(value: object) -> str:
    """SHA-256 of all that `value` says, 64 hexadecimal digits."""
    return digest_bytes(_encode(value))
