"""Which episodes of a show a published feed has."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from site_builder.build.publication import SeenEpisode
from site_builder.model.podcast import Show

_GUID = "{https://podcastindex.org/namespace/1.0}guid"


class Witness:
    """Sees the pages of a feed; `seen` are the episodes on them, if the feed is the show's.

    Args:
        show: The show as its config has it.
        is_own_address: The feed is where the show's is to be; that decides where it does not say whose it is.
    """

    def __init__(self, show: Show, *, is_own_address: bool) -> None:
        self.seen: list[SeenEpisode] = []
        self._show = show
        self._is_own_address = is_own_address

    def see(self, root: Any) -> None:
        """Note what is on a page, parsed."""
        guid = (root.findtext(f"channel/{_GUID}") or "").strip()
        if not (guid == self._show.guid if guid else self._is_own_address):
            return
        episodes = f"{self._show.url}episodes/"
        for item in root.iterfind("channel/item"):
            link, date = (item.findtext("link") or "").strip(), _parse_date(item.findtext("pubDate") or "")
            slug = link.removeprefix(episodes).strip("/") if link.startswith(episodes) else ""
            self.seen.append(SeenEpisode((item.findtext("guid") or "").strip(), slug, date))


def _parse_date(text: str) -> datetime | None:
    with suppress(ValueError, OverflowError):
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    return None
