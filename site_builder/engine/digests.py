"""Digests (SHA-256) of bytes, files and JSON values, which builds compare instead of times.

SHA-256 throughout. Digests of values are cut to 128 bits, which is ample against accident; digests of files are whole,
for they are published. A JSON document may carry its own in its first line, so that one that was cut or has bits turned
is never believed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from site_builder.engine.stamps import FileStamp

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"
"""What a JSON document can hold; tuples count as lists."""

_MOST_HASHED = 4096
_HASHED: dict[tuple[int, ...], str] = {}
"""By what tells a file from others, and from itself before it was written to: what `remember_digest` was told."""

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def encode_json(value: JSON) -> bytes:
    """Canonical JSON: sorted keys, no white space, ASCII only, shortest floats.

    Raises:
        ValueError: NaN or infinity, which JSON does not have.
        TypeError: something that is not JSON at all.
    """
    return _encode(value).encode("ascii")


def digest_json(value: JSON) -> str:
    """32 hexadecimal digits (128 bits) of the canonical JSON of `value`; raises as `encode_json` does."""
    return hashlib.sha256(_encode(value).encode("ascii")).hexdigest()[:32]


def digest_bytes(content: bytes) -> str:
    """SHA-256 of `content`, 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def digest_file(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a file of any size, 64 hexadecimal digits; memory does not grow with the file."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 -- half the cost of Path.open, thousands of times
        known = _HASHED and _HASHED.get(_mark(os.fstat(file.fileno())))
        return known or hashlib.file_digest(file, "sha256").hexdigest()


def remember_digest(path: Path, sha256: str) -> None:
    """Have `digest_file` know a file that this process, or one that it waited for, hashed while writing it.

    It is believed until the process ends, as long as the file's size and times stay; that a build need not read
    gigabytes again that it has just taken in.
    """
    if len(_HASHED) == _MOST_HASHED:
        _HASHED.clear()
    _HASHED[_mark(path.stat())] = sha256


def _mark(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_dev, *FileStamp.of(status))


def write_checked(file: Path, values: JSON) -> None:
    """Writes a document whole or not at all; OSError where it cannot be written."""
    body = encode_json(values)
    part = file.with_name(f".part-{file.name}")
    part.write_bytes(digest_bytes(body).encode() + b"\n" + body)
    part.replace(file)


def read_checked(file: Path) -> Any:
    """What was written.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not as it was written.
    """
    return json.loads(_read_body(file))


def is_as_written(file: Path) -> bool:
    """Whether a whole document is there."""
    try:
        _read_body(file)
    except (OSError, ValueError):
        return False
    return True


def _read_body(file: Path) -> bytes:
    digest, _, body = file.read_bytes().partition(b"\n")
    if digest != digest_bytes(body).encode():
        raise ValueError(f"{file}: is damaged")
    return body
