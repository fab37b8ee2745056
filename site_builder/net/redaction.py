"""Removes passwords and tokens from addresses and errors before a person sees them."""

from __future__ import annotations

import re

_SECRET = re.compile(r"([a-z][a-z0-9+.-]*://)[^/@\s'\"]+@", re.IGNORECASE)
_QUERY_SECRET = re.compile(r"((?:sig|signature|token|key|secret|password|x-amz-[a-z-]+)=)[^&\s'\"]+", re.IGNORECASE)
_TOKEN = re.compile(r"\b(?:gh[a-z]_|github_pat_)\w+")


def redact(text: str) -> str:
    """`text` without the user names and passwords of addresses, without signatures and GitHub's tokens.

    >>> redact("https://token@example.org/x.git")
    'https://***@example.org/x.git'
    """
    return _TOKEN.sub("***", _QUERY_SECRET.sub(r"\1***", _SECRET.sub(r"\1***@", text)))
