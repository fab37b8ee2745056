"""The shape of an element: where it may stand, how often, with which attributes, and what each value may be."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from site_builder.checks.feed.document import Element, FeedDocument, name_of, text_of
from site_builder.checks.feed.elements.values import Check
from site_builder.checks.rule import Remark


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What an element must be. Attributes whose names end in `!` are required."""

    name: str
    within: frozenset[str]
    """Names of the elements it may stand in."""
    once: bool = False
    """At most once in each."""
    attributes: Mapping[str, Check] = field(default_factory=dict)
    text: Check | None = None
    """None where text is of no consequence."""
    children: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Least and greatest number of children by name."""
    spared: Callable[[Element], Collection[str]] = lambda _: ()
    """Required attributes that this element may do without."""

    def find(self, document: FeedDocument) -> Iterator[Remark]:
        """Every way in which elements of this name break the shape."""
        seen: set[Element] = set()
        for element in document.all(self.name):
            parent = element.getparent()
            for complaint in self._complain(element, name_of(parent.tag)):
                yield complaint, document.at(element)
            if self.once and parent in seen:
                yield f"{self.name} stands here a second time", document.at(element)
            seen.add(parent)

    def _complain(self, element: Element, parent: str) -> Iterator[str]:
        if parent not in self.within:
            yield f"{self.name} does not belong into {parent}"
        yield from self._complain_of_attributes(element)
        if self.text and (complaint := self.text(text_of(element))):
            yield f"{self.name}: {complaint}"
        for child, (least, most) in self.children.items():
            count = sum(name_of(found.tag) == child for found in element.iterchildren("{*}*"))
            if not least <= count <= most:
                wanted = str(least) if least == most else f"at least {least}" if count < least else f"at most {most}"
                yield f"{self.name}: expected {wanted} {child} within it, got {count}"

    def _complain_of_attributes(self, element: Element) -> Iterator[str]:
        known = {name.rstrip("!"): check for name, check in self.attributes.items()}
        present = dict(element.attrib)
        for name in self.attributes:
            if name.endswith("!") and name[:-1] not in present and name[:-1] not in self.spared(element):
                yield f"{self.name} has no {name[:-1]}"
        for name, value in present.items():
            if name not in known:
                yield f"{self.name}: there is no attribute {name}"
            elif complaint := known[name](value):
                yield f"{self.name}, {name}: {complaint}"
