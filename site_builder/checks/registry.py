"""Every rule there is, and how each book of them is applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from site_builder.checks.art_rules import ARTWORK, PICTURES, check_art
from site_builder.checks.as_built import AsBuilt
from site_builder.checks.audio_rules import AUDIO, FILES, check_audio
from site_builder.checks.document_rules import BYTES
from site_builder.checks.feed_check import FEED_BOOKS, check_feed
from site_builder.checks.output_rules import OUTPUT
from site_builder.checks.rule import Finding, Rule
from site_builder.checks.text_rules import TEXTS


def _check_feed(built: AsBuilt) -> Iterator[Finding]:
    yield from check_feed(built.raw_feed, built.site) if built.raw_feed is not None else ()


STEPS: tuple[tuple[str, Callable[[AsBuilt], Iterator[Finding]]], ...] = (
    ("The build", OUTPUT.check),
    ("The feed", _check_feed),
    ("Artwork", check_art),
    ("Chapters and transcripts", TEXTS.check),
    ("Audio", check_audio),
)
"""What `spacecast check` does, in order."""

BOOKS = (OUTPUT, BYTES, *FEED_BOOKS, PICTURES, ARTWORK, TEXTS, FILES, AUDIO)

TITLED: tuple[tuple[str, tuple[Rule, ...]], ...] = tuple((book.title, book.rules) for book in BOOKS)
"""Title of each book, and its rules."""

ALL_RULES: tuple[Rule, ...] = tuple(rule for _, rules in TITLED for rule in rules)
