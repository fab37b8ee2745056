"""What lists and the feed need of an episode that is made; kept between builds.

The large parts (row, feed item, what can be searched) are kept beside it and read only where they are needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, tzinfo
from functools import partial

from site_builder.engine.serialization import Value, parse_values
from site_builder.model import podcasting20 as p20
from site_builder.model.podcast import Span
from site_builder.render.pages.lists import Credit, ListEntry

PARTS = ("outline", "names", "row", "item", "document", "pages")
"""Kinds of what is kept of an episode, under its guid: all but the theme decides what they say."""


def name_group(guid: str) -> str:
    """The group of an episode's files."""
    return f"episode/{guid}"


class SharedPicture(Value, frozen=True, kw_only=True):
    """A picture that several episodes may show: a portrait, a chapter's."""

    path: str
    """Below the site's root."""
    file: str
    """Where it is made from."""
    sha256: str
    size: int
    """Pixels it has to fit into."""


class EpisodeSummary(Value, frozen=True, kw_only=True):
    """An episode in brief."""

    guid: str
    slug: str
    title: str
    published_at: datetime
    updated_at: datetime | None = None
    draft: bool = False
    duration: float
    """Seconds of its audio."""
    enclosure: str
    """Path of its audio."""
    trailer: p20.Trailer | None = None
    """As the channel names it, if it is one."""
    pictures: tuple[SharedPicture, ...] = ()
    audio: tuple[str, ...] = ()
    """Paths of all its audio."""
    absent: tuple[str, ...] = ()
    """Paths of audio that this computer cannot make, for the recording is elsewhere."""
    silent: tuple[Span, ...] = ()
    """Published time in which nothing may be heard: somebody refused."""
    trimmed: float = 0.0
    """Seconds left out at the ends."""
    transcript: str = ""
    """Path of the page with its transcript, if it has one."""
    seems_silent: bool = False
    """Nobody is known to speak, and nothing is to be seen in the shape of its sound."""
    listing: str = ""
    """Digest of all this, but for `item` and `document`, and of its names: of all that lists and sitemap tell."""
    row: str = ""
    """Digest of its row in lists."""
    item: str = ""
    """Digest of its item in the feed; empty for a draft, which has none."""
    document: str = ""
    """Digest of what can be searched; empty where that is nothing."""

    @property
    def path(self) -> str:
        """The page's folder below the site's root."""
        return f"episodes/{self.slug}/"

    @property
    def page(self) -> str:
        """The file of the page."""
        return f"{self.path}index.html"


class EpisodeTerms(Value, frozen=True, kw_only=True):
    """Under which an episode is found."""

    tags: tuple[str, ...] = ()
    people: tuple[Credit, ...] = ()


def parse_summaries(texts: Iterable[bytes]) -> tuple[EpisodeSummary, ...]:
    """Many at once, which is quicker than one by one; ValueError where one is none."""
    return parse_values(EpisodeSummary, texts)


def list_episodes(
    summaries: Sequence[EpisodeSummary], terms: Iterable[bytes], zone: tzinfo, read_row: Callable[[str], bytes]
) -> tuple[ListEntry, ...]:
    """The episodes as lists know them; `terms` are those of each, encoded, and `read_row` finds a row by guid."""
    found = parse_values(EpisodeTerms, terms)
    return tuple(
        ListEntry(
            guid=summary.guid,
            title=summary.title,
            path=summary.path,
            year=summary.published_at.astimezone(zone).year,
            tags=term.tags,
            people=term.people,
            digest=summary.row,
            read=partial(read_row, summary.guid),
        )
        for summary, term in zip(summaries, found, strict=True)
    )
