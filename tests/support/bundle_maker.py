"""Bundles that lie nowhere: an episode with a recording, as code that looks at many takes them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from site_builder.model.podcast import Guid, Recording
from site_builder.show.bundles import Bundle
from site_builder.show.front_matter import EpisodeMatter


def make_bundle(guid: Guid, recording: Recording, title: str = "Flood gauges") -> Bundle:
    """An episode of which nothing is said but its title."""
    matter = EpisodeMatter(title=title, guid=guid, date=datetime(2026, 10, 9, tzinfo=UTC))
    return Bundle(folder=Path("flood-gauges"), matter=matter, notes="", notes_line=1, recording=recording)
