"""Draws an address as a QR code (ISO/IEC 18004), as one SVG path."""

from __future__ import annotations

from typing import NamedTuple

QUIET_ZONE = 4
"""Modules of white around the code, as the standard demands."""


class QrCode(NamedTuple):
    """A square of `size` modules a side, quiet zone included; `path` fills the dark ones."""

    size: int
    path: str


def make_qr(text: str) -> QrCode:
    """The QR code of `text`, at most about 2,300 bytes, readable with 15 % of it damaged."""
    import segno  # noqa: PLC0415  (only a page with a code on it needs the library)

    rows = segno.make(text, error="m", micro=False).matrix
    runs: list[str] = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            length = 0
            while x + length < len(row) and row[x + length]:
                length += 1
            if length:
                runs.append(f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h{length}v1h-{length}z")
            x += length or 1
    return QrCode(size=len(rows) + 2 * QUIET_ZONE, path="".join(runs))
