"""Checks pictures that a browser sends before they are kept."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from site_builder.errors import InvalidDocument, Problem

_KINDS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
_MOST_PIXELS = 100_000_000


def read_picture_kind(file: Path) -> str:
    """The suffix that goes with what a picture really is.

    Raises:
        InvalidDocument: it is no picture that can be used.
    """
    try:
        with Image.open(file) as picture:
            kind, pixels = _KINDS.get(picture.format or ""), picture.width * picture.height
            kind = kind if pixels <= _MOST_PIXELS else None
            picture.verify()
    except Exception:
        kind = None
    if kind is None:
        message = "expected a picture: JPEG, PNG or WebP, square, 1400 to 3000 pixels wide"
        raise InvalidDocument([Problem(message, field="cover")])
    return kind
