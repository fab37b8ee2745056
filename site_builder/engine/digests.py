"""Digests: what two builds compare instead of times.

SHA-256 throughout. Digests of values are cut to 128 bits, which is ample against accident; digests of files are whole,
for they are published.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from typing import TypeAlias

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"
"""What a JSON document can hold; tuples count as lists."""

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
        return hashlib.file_digest(file, "sha256").hexdigest()
