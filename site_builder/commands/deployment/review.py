"""What a deploy tells before it sends the first byte, so that a person can still stop it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from site_builder.consent import describe_person_rows
from site_builder.show.bundles import Bundle
from site_builder.show.config import Config, Pending
from site_builder.show.load import ShowFolder, load_whole_show
from site_builder.show.people import Consent


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody who is heard in what goes out and has not answered."""

    name: str
    episodes: tuple[str, ...]
    """Titles."""
    asked: date | None
    """When a message was written to them; None: never."""

    def __str__(self) -> str:
        asked = f"asked on {self.asked}" if self.asked else "not asked yet"
        return f"{self.name} ({asked}): {', '.join(self.episodes)}"


def find_waiting(folder: Path) -> tuple[Waiting, ...]:
    """Everybody heard in an episode that goes out, or is held back for their answer, who has not answered."""
    return list_waiting(*load_whole_show(folder))


def list_waiting(show: ShowFolder, bundles: Sequence[Bundle]) -> tuple[Waiting, ...]:
    """The same, of a show that was loaded already."""
    rows = describe_person_rows(show.people, [b for b in bundles if not b.draft and b.withdrawn is None])
    titles = [[entry.title for entry in row.appearances if entry.consent is Consent.PENDING] for row in rows]
    return tuple(
        Waiting(name=row.name, episodes=tuple(episodes), asked=row.asked)
        for row, episodes in zip(rows, titles, strict=True)
        if episodes
    )


def describe_waiting(waiting: Iterable[Waiting], config: Config) -> tuple[str, ...]:
    """The same as lines, with what happens to them; nothing where everybody has answered."""
    lines = [f"  {person}" for person in waiting]
    if not lines:
        return ()
    head = {
        Pending.PUBLISH: "These people are heard and named, and have not said yes (consent.pending: publish):",
        Pending.ANONYMISE: "These people are heard without their names, and have not said yes:",
        Pending.WITHHOLD: "Episodes wait for these people's answer:",
    }[config.consent.pending]
    return (head, *lines, "  `spacecast people --ask` writes to those who have not been asked.")


def format_size(size_bytes: int) -> str:
    """As hosts count: 1 MB is 1,000,000 bytes."""
    for unit, scale in (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)):
        if size_bytes >= scale:
            return f"{size_bytes / scale:.1f} {unit}"
    return f"{size_bytes} bytes"
