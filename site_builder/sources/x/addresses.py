"""Addresses of Spaces in every form X has given them: http or https, www, m, mobile, either name, any case."""

from __future__ import annotations

import re
from collections.abc import Iterator

SPACE_ID = r"[A-Za-z0-9]{1,40}"
_ADDRESS = re.compile(
    rf"(?:https?://)?(?:(?:mobile|www|m)\.)?(?:twitter|x)\.com(?::\d+)?/i/spaces/({SPACE_ID})(?![A-Za-z0-9])",
    re.IGNORECASE,
)


def find_space_id(address: str) -> str:
    """Id of the Space that an address leads to, else nothing."""
    match = _ADDRESS.match(address)
    return match[1] if match else ""


def find_space_ids(text: str) -> Iterator[str]:
    """Ids of all Spaces whose addresses are in a text."""
    return (match[1] for match in _ADDRESS.finditer(text) if not _is_inside(text, match.start()))


def _is_inside(text: str, at: int) -> bool:
    """Whether what begins at `at` is the tail of a longer host name: `notx.com`."""
    return at > 0 and (text[at - 1].isalnum() or text[at - 1] in "-./@")
