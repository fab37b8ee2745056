"""Keeps a feed that breaks an important rule from being written over the one that subscribers have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from site_builder.engine.cache import ValueCache
from site_builder.engine.processes.quick_calls import map_in_processes
from site_builder.episodes.summary import EpisodeSummary
from site_builder.errors import SpacecastError
from site_builder.model.podcast import Show
from site_builder.render.feed.rss import join_feed

_KIND = "accepted"
_MOST = 5
"""Sentences that are told; one mistake may break a rule in every episode."""
_AT_ONCE = 250
"""Items that are checked as one feed."""


class FeedGate:
    """Lets feeds through that break no rule apps rely on; otherwise the last good one stays.

    An item that passed under the same head is not checked again. That no two items have one guid, page or file is seen
    to before: `load.find_clashes`, and the build engine for files.
    """

    def __init__(
        self, output: Path, show: Show, kept: ValueCache, read_item: Callable[[str], bytes], jobs: int
    ) -> None:
        """`read_item` finds an item by guid, in any process."""
        self._output = output
        self._show = show
        self._kept = kept
        self._read_item = read_item
        self._jobs = jobs

    def accept(self, path: str, head: bytes, rules: str, episodes: Sequence[EpisodeSummary]) -> None:
        """Check a feed that is to lie at `path`.

        Args:
            path: Below the site's root.
            head: The feed without items.
            rules: Digest of the rules and of all in the head that items are held against.
            episodes: Whose items it has.

        Raises:
            SpacecastError: it breaks a rule.
        """
        known = self._kept.keys(_KIND)
        new = [episode for episode in episodes if known.get(episode.item) != rules]
        if episodes and not new:
            return
        chunks = [new[at : at + _AT_ONCE] for at in range(0, len(new), _AT_ONCE)] or [[]]
        found = map_in_processes(partial(self._find, path, head), chunks, self._jobs, at_least=1)
        if findings := list(dict.fromkeys(finding for some in found for finding in some)):
            raise SpacecastError(_describe(path, findings))
        self._kept.put(_KIND, {episode.item: (rules, b"") for episode in new})

    def _find(self, path: str, head: bytes, episodes: Sequence[EpisodeSummary]) -> list[str]:
        from site_builder.checks.feed import find_fatal  # noqa: PLC0415 -- the rules are loaded for a new feed only

        feed = join_feed(head, [self._read_item(episode.guid) for episode in episodes])
        return [str(finding) for finding in find_fatal(feed, self._output, self._show, path=path)]


def _describe(path: str, findings: Sequence[str]) -> str:
    rest = [f"and {len(findings) - _MOST} more"] if len(findings) > _MOST else []
    return f"{path} is not replaced, the last good feed stays: {'; '.join((*findings[:_MOST], *rest))}"
