"""Opens audio and video files with FFmpeg (PyAV), whatever bytes their tags hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import av
from av.container import InputContainer

_TOLD: dict[str, Any] = {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}
"""PyAV 19 has this option no more: bytes that are not UTF-8 come as lone surrogates."""


def open_container(file: str, options: Mapping[str, str] | None = None) -> InputContainer:
    """A file for reading; its tags are to be read by `read_tags`. Raises what `av.open` raises."""
    container: InputContainer = av.open(file, "r", options=dict(options or {}), **_TOLD)
    return container


def read_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Tags of a container, stream or chapter; U+FFFD stands for what is not UTF-8."""
    return {_mend(name): _mend(text) for name, text in tags.items()}


def _mend(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
