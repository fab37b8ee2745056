"""Every rule there is, and the order in which they are applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from site_builder.checks.feed import FEED_BOOKS, check_feed
from site_builder.checks.feed.xml import BYTES
from site_builder.checks.live_rules import LIVE_RULES
from site_builder.checks.rule import Finding, Rule
from site_builder.checks.show.config import CONFIG_RULES
from site_builder.checks.show.consent import CONSENT
from site_builder.checks.show.content import CONTENT
from site_builder.checks.show.originals import ORIGINALS
from site_builder.checks.show.published import PUBLISHED
from site_builder.checks.show.repository import REPOSITORY
from site_builder.checks.site.artwork import ARTWORK, PICTURES, check_art
from site_builder.checks.site.audio import AUDIO, FILES, check_audio
from site_builder.checks.site.hosts import LIMITS, check_host
from site_builder.checks.site.output import OUTPUT
from site_builder.checks.site.pages import PAGES, check_pages
from site_builder.checks.site.transcripts import TEXTS
from site_builder.checks.subject import CheckedShow


def _check_feed(built: CheckedShow) -> Iterator[Finding]:
    yield from check_feed(built.raw_feed, built.site, built.now) if built.raw_feed is not None else ()


STEPS: tuple[tuple[str, Callable[[CheckedShow], Iterator[Finding]]], ...] = (
    ("The build", OUTPUT.check),
    ("Config", CONFIG_RULES.check),
    ("Content", CONTENT.check),
    ("Consent", CONSENT.check),
    ("What was published", PUBLISHED.check),
    ("The repository", REPOSITORY.check),
    ("The originals", ORIGINALS.check),
    ("The feed", _check_feed),
    ("Artwork", check_art),
    ("Chapters and transcripts", TEXTS.check),
    ("Pages", check_pages),
    ("The host", check_host),
    ("Audio", check_audio),
)
"""What `spacecast check` does, in order: what takes long comes last."""

TITLED: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    *(
        (book.title, book.rules)
        for book in (
            *(OUTPUT, CONFIG_RULES, CONTENT, CONSENT, PUBLISHED, REPOSITORY, ORIGINALS),
            *(BYTES, *FEED_BOOKS, PICTURES, ARTWORK, TEXTS, PAGES, LIMITS, FILES, AUDIO),
        )
    ),
    ("Once it is online (`--live`)", LIVE_RULES),
)
"""Title of each book, and its rules."""

ALL_RULES: tuple[Rule, ...] = tuple(rule for _, rules in TITLED for rule in rules)
