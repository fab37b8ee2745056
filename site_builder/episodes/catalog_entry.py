"""What the catalog knows of one episode."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from site_builder.engine.serialization import Value
from site_builder.errors import Problem


class CatalogEntry(Value, frozen=True, kw_only=True):
    """One bundle in brief: what a build asks of it before it makes anything."""

    name: str
    """Of its folder."""
    key: str = ""
    """Digest of all it says and all that decides how it is published; equal keys, equal episodes."""
    answers: str = ""
    """Digest of the answers it depends on: the entry holds while that is the same."""
    mentioned: tuple[str, ...] = ()
    """Hidden people whom its texts may name, a digest each."""
    guid: str
    slug: str
    title: str
    """As the host wrote it."""
    shown_title: str
    """As it may be shown: without those who are not to be named."""
    published_at: datetime
    draft: bool = False
    withdrawn: str | None = None
    withheld: str = ""
    """Why consent keeps it back."""
    pending: tuple[str, ...] = ()
    """Labels of those heard who have not answered."""
    recording_id: str = ""
    """As the source of its recording has it."""
    has_recording: bool = False
    has_spoken: bool = False
    """Somebody is heard, and it was built before."""
    is_restricted: bool = False
    """Somebody in it is hidden or removed."""
    has_pictures: bool = False
    """Its front matter names a cover."""
    is_outdated: bool = False
    """An earlier version read who speaks in its recording."""
    taken_out: int = 0
    """How many speakers are taken out because they refused."""
    was_taken_out: int = 0
    """How many were, when its sound was last made."""
    remarks: tuple[str, ...] = ()
    """What consent changes of what the host wrote, and what of the notes is left out, a sentence each."""
    has_named_address: bool = False
    """Its address holds the name of somebody who must not be named."""
    redacted: tuple[str, ...] = ()
    """Where in its files somebody hidden is named: file, line and of whom; for the host alone."""

    @property
    def path(self) -> str:
        """The page's folder below the site's root."""
        return f"episodes/{self.slug}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """A bundle that cannot be built as it is written; the others are."""

    name: str
    """Of its folder."""
    guid: str
    """From its text, or from when it could be built. Empty where that is not known, or is that of another episode."""
    problems: tuple[Problem, ...]
