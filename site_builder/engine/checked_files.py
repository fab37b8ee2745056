"""JSON documents that carry their own digest, so that one that was cut or has bits turned is never believed.

The first line is the SHA-256 of all that follows.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from site_builder.engine.digests import JSON, digest_bytes, encode_json


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
