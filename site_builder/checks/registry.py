"""Every rule there is."""

from __future__ import annotations

from site_builder.checks.document_rules import BYTES
from site_builder.checks.feed_check import FEED_BOOKS
from site_builder.checks.output_rules import OUTPUT
from site_builder.checks.rule import Rule

SHOW_BOOKS = (OUTPUT,)
"""Books about a show as it was built."""

TITLED: tuple[tuple[str, tuple[Rule, ...]], ...] = tuple(
    (book.title, book.rules) for book in (*SHOW_BOOKS, BYTES, *FEED_BOOKS)
)
"""Title of each book, and its rules."""

ALL_RULES: tuple[Rule, ...] = tuple(rule for _, rules in TITLED for rule in rules)
