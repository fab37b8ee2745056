"""Chooses the language of the studio's pages from what the browser asks for."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from site_builder.text.languages import ENGLISH, Language

LOCALES = Path(__file__).parent / "locales"


def choose_language(accepted: str) -> Language:
    """From what the header `Accept-Language` says."""
    for part in accepted.split(",")[:20]:
        tag = part.partition(";")[0].strip().lower()
        if tag.partition("-")[0] == "en":
            return ENGLISH
        if tag.replace("-", "").isalpha() and len(tag) < 20 and _load(tag).is_translated:
            return _load(tag)
    return ENGLISH


@lru_cache(maxsize=64)
def _load(tag: str) -> Language:
    names = (tag, tag.partition("-")[0])
    files = (LOCALES / f"{name}.po" for name in names)
    catalogue = next((file for file in files if file.is_file()), None)
    return Language(tag, catalogue) if catalogue else ENGLISH
