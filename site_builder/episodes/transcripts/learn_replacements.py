"""Finds what a person corrected in a machine's transcript, as `transcript.replace` would write it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from site_builder.consent.ordinary_words import WORDS
from site_builder.model.podcast import Cue
from site_builder.model.speech import Word

_MOST = 3
"""Words of a replacement on either side: more is a sentence that was written anew."""


def learn_replacements(words: Sequence[Word], corrected: Sequence[Cue]) -> dict[str, str]:
    """Heard to meant, for what was corrected; not where only ordinary words were, which are right elsewhere."""
    heard = [_bare(part) for word in words for part in word.text.split()]
    meant = [_bare(word) for cue in corrected for word in cue.text.split()]
    pairs = _find_changes(heard, meant)
    return {one.lower(): other for one, other in pairs if not set(one.lower().split()) <= WORDS}


def _find_changes(heard: Sequence[str], meant: Sequence[str]) -> Iterator[tuple[str, str]]:
    matcher = SequenceMatcher(None, [word.lower() for word in heard], [word.lower() for word in meant], autojunk=False)
    for kind, first, last, begin, end in matcher.get_opcodes():
        if kind == "replace" and last - first <= _MOST and end - begin <= _MOST:
            yield " ".join(heard[first:last]), " ".join(meant[begin:end])


def _bare(text: str) -> str:
    return re.sub(r"^\W+|\W+$", "", text)
