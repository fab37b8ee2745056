"""Finds old page addresses, and places in the host's own files, that name somebody who is hidden."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from site_builder.build.selection import Selection
from site_builder.consent import Redaction, mentions
from site_builder.consent.evidence import Reading
from site_builder.consent.file_mentions import describe_mentions
from site_builder.episodes.catalog import Catalog, redact_show
from site_builder.episodes.summary import EpisodeSummary
from site_builder.show.promises import find_redirects
from site_builder.show.published import Pins


def describe_tombstones(
    catalog: Catalog, selection: Selection, pins: Pins, episodes: Iterable[EpisodeSummary]
) -> dict[str, str]:
    """What was published once and is not now: slug to the reason the host gives; none where consent keeps it back."""
    reasons = {entry.guid: entry.withdrawn or "" for entry in catalog.entries}
    gone = {pin.slug: reasons.get(pin.guid, "") for pin in pins.values() if pin.retired}
    gone |= {pin.slug: "" for pin in pins.values() if pin.slug in selection.withheld}
    for episode in episodes:
        gone.pop(episode.slug, None)
    return dict(sorted(gone.items()))


def is_named(catalog: Catalog, hidden: Redaction, slug: str) -> bool:
    """Whether an address holds the name of somebody hidden: it leaves neither a redirect nor a note in its place."""
    named = any(entry.has_named_address and entry.slug == slug for entry in catalog.entries)
    return named or mentions(slug, hidden, Reading.ADDRESS)


def list_hidden(
    catalog: Catalog, selection: Selection, pins: Pins, episodes: Sequence[EpisodeSummary]
) -> Iterator[str]:
    """Where the host named somebody who is hidden, file and line, and old addresses that lead nowhere for it."""
    show_folder = catalog.show_folder
    hidden = redact_show(show_folder)
    for entry in selection.chosen:
        yield from entry.redacted
    for page in show_folder.pages:
        yield from describe_mentions(page.file, page.file.relative_to(show_folder.folder).as_posix(), hidden)
    for slug in sorted({*describe_tombstones(catalog, selection, pins, episodes), *find_redirects(pins, episodes)}):
        if is_named(catalog, hidden, slug):
            yield f"content/published.json: the old address {slug} names somebody hidden, and leads nowhere"
