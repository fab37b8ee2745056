"""Which conversations of sources are taken in, where not all are: `extract --only`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from site_builder.episodes.intake.new_episode import make_title
from site_builder.errors import UsageError
from site_builder.sources.source import Source


@dataclass(frozen=True, slots=True)
class Offer:
    """A conversation that may be taken."""

    source: Source
    id: str
    title: str
    number: int
    """As `inspect` counts, from 1."""

    def is_called(self, name: str) -> bool:
        """Whether `name` is its id or number, or in its title."""
        return name in {self.id, str(self.number)} or (
            not name.isdecimal() and name.casefold() in self.title.casefold()
        )


def choose(sources: Sequence[Source], only: Sequence[str]) -> tuple[list[Offer], list[Offer]]:
    """Those that are called by one of `only` (id, part of the title, or number), and the others.

    Raises:
        UsageError: a name is nobody's; the message lists all there are.
    """
    offers = [offer for source in sources for offer in _list_offers(source)]
    if strange := [name for name in only if not any(offer.is_called(name) for offer in offers)]:
        known = "".join(f"\n  {offer.number}. {offer.title} ({offer.id})" for offer in offers)
        raise UsageError(
            f"nothing in there is called {' or '.join(map(repr, strange))}; there is:{known or ' nothing'}"
        )
    ids = {offer.id for offer in offers}
    chosen = [offer for offer in offers if any(_means(name, offer, ids) for name in only)]
    return chosen, [offer for offer in offers if offer not in chosen]


def _means(name: str, offer: Offer, ids: Collection[str]) -> bool:
    """Whether `name` asks for an offer: what is an id means that one alone, whatever others are called."""
    return name == offer.id if name in ids else offer.is_called(name)


def _list_offers(source: Source) -> Iterator[Offer]:
    for number, id_ in enumerate(source.find_ids(), 1):
        yield Offer(source, id_, make_title(source.read(id_)), number)
