"""One rule for each element of a feed: where it stands, how often, its attributes and values, as a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from site_builder.checks import references as ref
from site_builder.checks.feed.document import FeedDocument
from site_builder.checks.feed.elements.plain import APPLE_SHAPES, OTHER_SHAPES, RSS_SHAPES
from site_builder.checks.feed.elements.podcasting20 import PODCAST_SHAPES
from site_builder.checks.feed.elements.shapes import Shape
from site_builder.checks.rule import Remark, Rule, Rulebook, Severity
from site_builder.model.categories import CATEGORIES

ELEMENTS: Rulebook[FeedDocument] = Rulebook("Elements of the feed")

_SOURCES: dict[str, str] = {
    "chapters": ref.SIMPLE_CHAPTERS,
    "chapter": ref.SIMPLE_CHAPTERS,
    "countryOfOrigin": ref.SPOTIFY,
    "limit": ref.SPOTIFY,
    "link": ref.RFC5005,
}
_TABLES: tuple[tuple[tuple[Shape, ...], Severity, Callable[[str], str], str], ...] = (
    (RSS_SHAPES, Severity.ERROR, lambda _: ref.RSS, "a feed must be"),
    (APPLE_SHAPES, Severity.ERROR, lambda _: ref.APPLE, "Apple requires"),
    (PODCAST_SHAPES, Severity.WARNING, ref.namespace_tag, "the Podcasting 2.0 namespace says"),
    (OTHER_SHAPES, Severity.WARNING, _SOURCES.__getitem__, "its specification says"),
)
_GENTLE = {"itunes:block", "itunes:complete", "itunes:subtitle", "itunes:title"}
"""Apple's elements whose faults are ignored rather than refused."""


def _name_rule(element: str) -> str:
    """`itunes:episodeType` → `itunes-episode-type`; those of plain RSS begin with `rss-`."""
    prefixed = element if ":" in element else f"rss:{element}"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", prefixed).replace(":", "-").lower()


def _fill() -> None:
    for shapes, severity, source, who in _TABLES:
        for shape in shapes:
            local = shape.name.rpartition(":")[2]
            rule = Rule(
                name=_name_rule(shape.name),
                severity=Severity.WARNING if shape.name in _GENTLE else severity,
                holds=f"`{shape.name}` stands where it belongs, with the attributes and values that {who}.",
                remedy="Correct the value in config.yaml or in the episode's front matter, then build again.",
                source=source(local),
            )
            ELEMENTS.add(rule, shape.find)


_fill()


def known_elements() -> frozenset[str]:
    """Every element that has a shape."""
    return frozenset(shape.name for shapes, *_ in _TABLES for shape in shapes)


@ELEMENTS.rule(
    "itunes-category",
    Severity.ERROR,
    ref.APPLE_CATEGORIES,
    holds="Every category is one of Apple's, spelt exactly as Apple does, subcategories within their own category.",
    remedy="Choose `show.category` from the list that `spacecast help configuration` shows.",
)
def _find_categories(document: FeedDocument) -> Iterator[Remark]:
    for element in document.all("itunes:category"):
        text, parent = element.get("text", ""), element.getparent()
        known = CATEGORIES if parent is document.channel.element else CATEGORIES.get(parent.get("text", ""), ())
        if text not in known:
            yield f"there is no category “{text}” here", document.at(element)
